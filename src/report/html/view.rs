//! The values that the page's template shows: the head, the changes and the scripts.

use serde::Serialize;

use super::code;
use super::evidence::{self, CodeFile, RevisionView, RunView, TableRowView};
use super::inline;
use super::series::{self, SeriesView};
use crate::report::diagram::{self, Moment, svg};
use crate::report::facts::Facts;
use crate::report::markdown::Links;
use crate::report::wording::sentence::{Sentence, Span, visible, visible_block};
use crate::report::wording::{self, ChangeLine, Mark, count};

/// Everything that the template names, its style and script apart.
#[derive(Serialize)]
pub struct Page {
    headline: String,
    verdict: &'static str,
    mark: &'static str,
    footer: String,
    failure: Option<FailureView>,
    rows: Vec<RowView>,
    tabs: Vec<Tab>,
    tables: Vec<String>,
    changes: Vec<ChangeView>,
    questions: Vec<QuestionView>,
    history: Vec<HistoryView>,
    hazards: Vec<HazardView>,
    series: Option<SeriesView>,
    accepted: Vec<String>,
    conflicts: Vec<String>,
    diagrams: Vec<DiagramView>,
    contract: Vec<ContractView>,
    dependents: Vec<DependentsView>,
    files: Vec<CodeFile>,
    no_changes: &'static str,
    no_files: &'static str,
    revisions: Vec<RevisionView>,
    no_rehearsal: &'static str,
    table_rows: Vec<TableRowView>,
    runs: Vec<RunView>,
    scripts: Vec<Script>,
    json: String,
}

#[derive(Serialize)]
struct RowView {
    label: &'static str,
    mark: &'static str,
    word: &'static str,
    text: String,
}

#[derive(Serialize)]
struct Tab {
    id: &'static str,
    title: &'static str,
    count: usize,
}

#[derive(Serialize)]
struct FailureView {
    head: String,
    statement: Option<String>,
    error: String,
    row: Option<String>,
    next: Option<String>,
}

#[derive(Serialize)]
struct ChangeView {
    id: String,
    full_id: String,
    table: String,
    severity: String,
    compatible: bool,
    what: String,
    approval: Option<String>,
    data: Option<String>,
    uses: Vec<String>,
    regenerated: Option<String>,
    sql: Option<String>,
    rollback: Option<String>,
}

#[derive(Serialize)]
struct QuestionView {
    text: String,
    answer: String,
}

#[derive(Serialize)]
struct HazardView {
    rule: &'static str,
    severity: String,
    confidence: &'static str,
    message: String,
    change: String,
    advice: String,
    code: Option<String>,
}

#[derive(Serialize)]
struct HistoryView {
    rule: &'static str,
    severity: String,
    place: String,
    message: String,
    advice: String,
}

#[derive(Serialize)]
struct ContractView {
    endpoint: String,
    field: String,
    place: String,
}

#[derive(Serialize)]
struct DependentsView {
    change: String,
    names: Vec<String>,
}

#[derive(Serialize)]
struct DiagramView {
    id: &'static str,
    title: &'static str,
    first: bool,
    omitted: usize,
    svg: String,
}

#[derive(Serialize)]
struct Script {
    id: &'static str,
    title: &'static str,
    sql: Option<String>,
}

/// The page of a run.
pub fn page(facts: &Facts) -> Page {
    let links = Links::of(facts);
    let lines = wording::changes(facts);
    let mut tables: Vec<String> = facts.changes.iter().map(|change| visible(&change.table_name)).collect();
    tables.sort_unstable();
    tables.dedup();
    let mark = wording::overall(facts);
    let files = evidence::files(facts, links);
    let diagrams = diagrams(facts);
    Page {
        headline: wording::headline(facts),
        verdict: verdict(facts, mark),
        mark: mark_class(mark),
        footer: inline::sentence(&wording::footer(facts), links),
        failure: failure(facts, links),
        rows: wording::rows(facts)
            .iter()
            .map(|row| RowView {
                label: row.label,
                mark: mark_class(row.mark),
                word: row.mark.word(),
                text: inline::sentence(&row.text, links),
            })
            .collect(),
        tabs: tabs(facts, !diagrams.is_empty()),
        tables,
        changes: lines.iter().map(|line| change(line, links)).collect(),
        questions: questions(facts, links),
        history: history(facts, links),
        hazards: hazards(facts, links),
        series: facts.series.as_ref().map(|series| series::view(series, links)),
        accepted: wording::accepted(facts).iter().map(|it| inline::sentence(it, links)).collect(),
        conflicts: facts
            .generated
            .iter()
            .flat_map(|generated| &generated.conflicts)
            .map(|path| inline::sentence(&Sentence::new().place(path.as_str(), None), links))
            .collect(),
        diagrams,
        no_changes: match facts.failure {
            Some(_) => "The schemas were not compared.",
            None => "The two schemas are the same.",
        },
        no_files: match facts.usages {
            Some(_) => "No line of the application uses what changes.",
            None => "The application's code was not searched.",
        },
        contract: contract(facts, links),
        dependents: dependents(facts, links),
        files,
        revisions: evidence::revisions(facts, links),
        no_rehearsal: match facts.rehearsal {
            Some(_) => "No new revision had to be applied.",
            None => "The migration was not rehearsed.",
        },
        table_rows: evidence::table_rows(facts, links),
        runs: evidence::runs(facts),
        scripts: vec![
            Script { id: "migration", title: "migration.sql", sql: script(facts.migration_sql.as_deref()) },
            Script { id: "rollback", title: "rollback.sql", sql: script(facts.rollback_sql.as_deref()) },
        ],
        json: crate::report::changes_json(facts),
    }
}

fn verdict(facts: &Facts, mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "ready",
        Mark::Attention => "waiting",
        Mark::Bad if facts.failure.is_some() => "stopped",
        Mark::Bad => "blocked",
        Mark::Unknown => "not judged",
    }
}

fn mark_class(mark: Mark) -> &'static str {
    match mark {
        Mark::Good => "good",
        Mark::Attention => "attention",
        Mark::Bad => "bad",
        Mark::Unknown => "unknown",
    }
}

fn tabs(facts: &Facts, drawn: bool) -> Vec<Tab> {
    let statements =
        facts.rehearsal.iter().flat_map(|rehearsal| &rehearsal.revisions).map(|revision| revision.statements.len());
    let tests = facts.tests.as_ref().map_or(0, |tests| tests.cases().count());
    [
        ("changes", "Changes", facts.changes.len()),
        ("diagram", "Diagram", 0),
        ("impact", "Impact", facts.usages.as_ref().map_or(0, Vec::len)),
        ("rehearsal", "Rehearsal", statements.sum()),
        ("tests", "Tests", tests),
        ("sql", "SQL", 0),
        ("json", "JSON", 0),
    ]
    .into_iter()
    .filter(|(id, ..)| *id != "diagram" || drawn)
    .map(|(id, title, count)| Tab { id, title, count })
    .collect()
}

fn failure(facts: &Facts, links: Links<'_>) -> Option<FailureView> {
    let failure = facts.failure.as_ref()?;
    Some(FailureView {
        head: inline::sentence(&wording::failure(failure), links),
        statement: failure.statement.as_deref().map(code::sql),
        error: visible_block(&failure.error),
        row: failure.row.as_deref().map(visible_block),
        next: failure.next_step.as_deref().map(visible),
    })
}

fn change(line: &ChangeLine<'_>, links: Links<'_>) -> ChangeView {
    let record = line.change;
    let by_hand = line.by_hand();
    let regenerated = match (by_hand, line.usages.len() - by_hand) {
        (_, 0) => None,
        (0, many) => Some(format!("{}, regenerated", count(many, "place uses it", "places use it"))),
        (_, many) => Some(format!("{} regenerated", count(many, "more place is", "more places are"))),
    };
    ChangeView {
        id: record.change_id.short().to_owned(),
        full_id: record.change_id.to_string(),
        table: visible(&record.table_name),
        severity: line.severity.to_string(),
        compatible: record.backward_compatible,
        what: inline::sentence(&line.what, links),
        approval: (line.approval != Sentence::words("–")).then(|| inline::sentence(&line.approval, links)),
        data: line.data.as_ref().map(|data| inline::sentence(data, links)),
        uses: line
            .usages
            .iter()
            .filter(|usage| !usage.regenerated)
            .map(|usage| {
                let place = Span::Place { path: usage.path.clone(), line: Some(usage.line) };
                inline::sentence(&Sentence::new().push(place), links)
            })
            .collect(),
        regenerated,
        sql: script(record.migration_script.as_deref()),
        rollback: record.rollback_plan.as_deref().map(visible),
    }
}

fn questions(facts: &Facts, links: Links<'_>) -> Vec<QuestionView> {
    facts
        .questions
        .iter()
        .map(|question| QuestionView {
            text: inline::sentence(&wording::question(question), links),
            answer: visible_block(&question.answer),
        })
        .collect()
}

fn contract(facts: &Facts, links: Links<'_>) -> Vec<ContractView> {
    facts
        .contract
        .iter()
        .map(|change| ContractView {
            endpoint: visible(&change.endpoint),
            field: inline::sentence(&wording::field(change), links),
            place: inline::sentence(&Sentence::new().place(change.path.as_str(), Some(change.line)), links),
        })
        .collect()
}

fn dependents(facts: &Facts, links: Links<'_>) -> Vec<DependentsView> {
    facts
        .dependents
        .iter()
        .map(|dependents| {
            let change = facts.changes.iter().find(|change| change.change_id == dependents.change_id);
            let what = change.map(|change| wording::change::what(&change.change)).unwrap_or_default();
            DependentsView {
                change: inline::sentence(&what, links),
                names: dependents.names.iter().map(|name| visible(name)).collect(),
            }
        })
        .collect()
}

fn history(facts: &Facts, links: Links<'_>) -> Vec<HistoryView> {
    facts
        .history
        .iter()
        .map(|finding| HistoryView {
            rule: finding.rule,
            severity: finding.severity.to_string(),
            place: inline::sentence(&Sentence::new().place(finding.path.as_str(), finding.line), links),
            message: visible(&finding.message),
            advice: visible(&finding.advice),
        })
        .collect()
}

fn hazards(facts: &Facts, links: Links<'_>) -> Vec<HazardView> {
    wording::findings(facts)
        .into_iter()
        .map(|(finding, subject)| {
            let block = finding.advice.trim().contains('\n');
            HazardView {
                rule: finding.rule,
                severity: finding.severity.to_string(),
                confidence: wording::confidence(finding.confidence),
                message: visible(&finding.message),
                change: inline::sentence(&subject, links),
                advice: visible(&finding.advice),
                code: block.then(|| code::sql(&finding.advice)),
            }
        })
        .collect()
}

fn diagrams(facts: &Facts) -> Vec<DiagramView> {
    if facts.changes.is_empty() {
        return Vec::new();
    }
    [
        (Moment::Changes, "changes", "Changes", "What changes between the tables"),
        (Moment::Before, "before", "Before", "The affected tables before"),
        (Moment::After, "after", "After", "The affected tables after"),
    ]
    .into_iter()
    .filter_map(|(moment, id, title, label)| {
        let drawn = diagram::draw(facts, moment)?;
        let svg = svg::render(&drawn, id, label);
        Some(DiagramView { id, title, first: moment == Moment::Changes, omitted: drawn.omitted, svg })
    })
    .collect()
}

fn script(sql: Option<&str>) -> Option<String> {
    sql.filter(|sql| !sql.trim().is_empty()).map(code::sql)
}
