//! The folded parts of the comment, and the account of a failure.

mod series;

use super::diagram::{self, Moment, mermaid};
use super::facts::{Facts, Failure};
use super::markdown::{self, Links};
use super::suite;
use super::wording::sentence::{Sentence, clip};
use super::wording::{self, ChangeLine, count, locks, seconds, thousands};

/// Long texts inside the part that always stays are cut here.
const MAX_BLOCK: usize = 4_000;
/// A statement beside what it did is cut here.
const MAX_STATEMENT: usize = 120;
/// Tests that are told with their messages; the page has them all.
const TOLD_TESTS: usize = 20;

/// A folded part.
#[derive(Debug, Clone)]
pub(super) struct Part {
    /// What it is called where it is left out.
    pub name: &'static str,
    /// The lower, the sooner it is left out.
    pub keep: u8,
    /// Its text.
    pub markdown: String,
}

impl Part {
    /// Whether it says how tests went.
    pub fn about_tests(&self) -> bool {
        matches!(self.name, "failed tests" | "tests by kind")
    }
}

/// The parts that have something to say, in the order of reading.
pub(super) fn parts(facts: &Facts, lines: &[ChangeLine<'_>]) -> Vec<Part> {
    let links = Links::of(facts);
    [
        failed_tests(facts),
        conflicts(facts, links),
        questions(facts, links),
        history(facts, links),
        advice(facts, links),
        series::part_of(facts, links),
        accepted(facts, links),
        picture(facts),
        usages(lines, links),
        contract(facts, links),
        dependents(facts, links),
        sql("Way back: rollback.sql", "rollback.sql", 50, facts.rollback_sql.as_deref()),
        rehearsal(facts, links),
        sql("The way there: migration.sql", "migration.sql", 10, facts.migration_sql.as_deref()),
        suites(facts),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Where a run stopped, with the statement, the database's own words and the row.
pub(super) fn failure(failure: &Failure, links: Links<'_>) -> String {
    let mut blocks = vec![markdown::sentence(&wording::failure(failure), links) + "."];
    if let Some(statement) = &failure.statement {
        blocks.push(format!("The statement:\n\n{}", markdown::fence("sql", &clip(statement, MAX_BLOCK))));
    }
    blocks.push(format!("What it says:\n\n{}", markdown::fence("text", &clip(&failure.error, MAX_BLOCK))));
    if let Some(row) = &failure.row {
        blocks.push(format!("The row that caused it:\n\n{}", markdown::fence("text", &clip(row, MAX_BLOCK))));
    }
    if let Some(step) = &failure.next_step {
        blocks.push(format!("**Next:** {}", markdown::text(step)));
    }
    blocks.join("\n\n")
}

fn failed_tests(facts: &Facts) -> Option<Part> {
    let failed: Vec<_> = suite::failures(facts.tests.as_ref()?).filter(|failure| !failure.held_then).collect();
    if failed.is_empty() {
        return None;
    }
    let mut body: Vec<String> = failed.iter().take(TOLD_TESTS).map(|failure| failure.markdown_in_full(1_200)).collect();
    if failed.len() > TOLD_TESTS {
        body.push(format!("{} more fail.", failed.len() - TOLD_TESTS));
    }
    let title = count(failed.len(), "test fails", "tests fail");
    Some(part("failed tests", 90, &title, &body.join("\n\n")))
}

fn conflicts(facts: &Facts, links: Links<'_>) -> Option<Part> {
    let conflicts = &facts.generated.as_ref()?.conflicts;
    if conflicts.is_empty() {
        return None;
    }
    let list: Vec<String> = conflicts
        .iter()
        .map(|path| format!("- {}", markdown::sentence(&Sentence::new().place(path.as_str(), None), links)))
        .collect();
    let body = format!("Both sides stand in these files between conflict markers:\n\n{}", list.join("\n"));
    Some(part("conflicts", 85, &count(conflicts.len(), "file with a conflict", "files with conflicts"), &body))
}

fn questions(facts: &Facts, links: Links<'_>) -> Option<Part> {
    if facts.questions.is_empty() {
        return None;
    }
    let body: Vec<String> = facts
        .questions
        .iter()
        .map(|question| {
            let text = markdown::sentence(&wording::question(question), links);
            format!("{text}\n\n{}", markdown::fence("yaml", &question.answer))
        })
        .collect();
    Some(part(
        "renames to confirm",
        80,
        &count(body.len(), "rename to confirm", "renames to confirm"),
        &body.join("\n\n"),
    ))
}

fn history(facts: &Facts, links: Links<'_>) -> Option<Part> {
    if facts.history.is_empty() {
        return None;
    }
    let body: Vec<String> = facts
        .history
        .iter()
        .map(|finding| {
            let place = Sentence::new().place(finding.path.as_str(), finding.line);
            let head = format!(
                "**{}** · {} · {}",
                markdown::text(finding.rule),
                finding.severity,
                markdown::sentence(&place, links)
            );
            format!("{head}\n\n{}\n\n{}", paragraph(&finding.message), paragraph(&finding.advice))
        })
        .collect();
    let title = format!("Migration history: {}", count(body.len(), "finding", "findings"));
    Some(part("the migration history", 75, &title, &body.join("\n\n")))
}

fn advice(facts: &Facts, links: Links<'_>) -> Option<Part> {
    if facts.findings.is_empty() {
        return None;
    }
    let findings = wording::findings(facts);
    let body: Vec<String> = findings
        .iter()
        .map(|(finding, subject)| {
            let head = format!(
                "**{}** · {} · {}",
                markdown::text(finding.rule),
                finding.severity,
                markdown::sentence(subject, links)
            );
            format!("{head}\n\n{}\n\n{}", paragraph(&finding.message), block(&finding.advice))
        })
        .collect();
    let title = format!("Safe way: {}", count(findings.len(), "hazard", "hazards"));
    Some(part("hazards and their safe way", 70, &title, &body.join("\n\n")))
}

/// Advice of several lines is code; of one line, a sentence.
fn accepted(facts: &Facts, links: Links<'_>) -> Option<Part> {
    let accepted = wording::accepted(facts);
    if accepted.is_empty() {
        return None;
    }
    let lines: Vec<String> =
        accepted.iter().map(|sentence| format!("- {}", markdown::sentence(sentence, links))).collect();
    let title = format!("Accepted: {}", count(accepted.len(), "hazard", "hazards"));
    Some(part("accepted hazards", 15, &title, &lines.join("\n")))
}

fn block(text: &str) -> String {
    if text.trim().contains('\n') { markdown::fence("sql", text) } else { paragraph(text) }
}

fn paragraph(text: &str) -> String {
    markdown::escape(text)
}

fn picture(facts: &Facts) -> Option<Part> {
    if facts.changes.is_empty() {
        return None;
    }
    let drawn = diagram::draw(facts, Moment::Changes)?;
    let body = markdown::fence("mermaid", &mermaid::render(&drawn));
    Some(part("the diagram", 30, "What it looks like", &body))
}

fn usages(lines: &[ChangeLine<'_>], links: Links<'_>) -> Option<Part> {
    let all: usize = lines.iter().map(|line| line.usages.len()).sum();
    if all == 0 {
        return None;
    }
    let mut body = vec!["| place | line | uses | |".to_owned(), "| --- | --- | --- | --- |".to_owned()];
    for line in lines {
        for usage in &line.usages {
            let place = Sentence::new().place(usage.path.as_str(), Some(usage.line));
            body.push(format!(
                "| {} | {} | {} | {} |",
                markdown::sentence(&place, links),
                markdown::code(&usage.excerpt),
                markdown::text(&usage.explanation),
                if usage.regenerated { "regenerated" } else { "**by hand**" },
            ));
        }
    }
    let title = format!("All {} in the code", count(all, "use", "uses"));
    Some(part("all uses in the code", 40, &title, &body.join("\n")))
}

fn contract(facts: &Facts, links: Links<'_>) -> Option<Part> {
    if facts.contract.is_empty() {
        return None;
    }
    let mut body = vec!["| endpoint | field | declared in |".to_owned(), "| --- | --- | --- |".to_owned()];
    body.extend(facts.contract.iter().map(|change| {
        let place = Sentence::new().place(change.path.as_str(), Some(change.line));
        format!(
            "| {} | {} | {} |",
            markdown::code(&change.endpoint),
            markdown::sentence(&wording::field(change), links),
            markdown::sentence(&place, links),
        )
    }));
    let title = format!("REST clients: {}", count(facts.contract.len(), "field changes", "fields change"));
    Some(part("fields of the REST API", 38, &title, &body.join("\n")))
}

fn dependents(facts: &Facts, links: Links<'_>) -> Option<Part> {
    if facts.dependents.is_empty() {
        return None;
    }
    let list = facts.dependents.iter().map(|dependents| {
        let names = wording::list(dependents.names.iter().map(|name| Sentence::new().code(name.as_str())));
        let change = facts.changes.iter().find(|change| change.change_id == dependents.change_id);
        let what = change.map(|change| wording::change::what(&change.change)).unwrap_or_default();
        format!("- {}: {}", markdown::sentence(&what, links), markdown::sentence(&names, links))
    });
    let body: Vec<String> = list.collect();
    Some(part(
        "what depends on it in the database",
        35,
        "In the database: what depends on what changes",
        &body.join("\n"),
    ))
}

fn sql(title: &str, name: &'static str, keep: u8, text: Option<&str>) -> Option<Part> {
    let text = text.filter(|text| !text.trim().is_empty())?;
    Some(part(name, keep, title, &markdown::fence("sql", text)))
}

fn rehearsal(facts: &Facts, links: Links<'_>) -> Option<Part> {
    let rehearsal = facts.rehearsal.as_ref()?;
    if rehearsal.revisions.is_empty() && rehearsal.tables.is_empty() {
        return None;
    }
    let mut body = Vec::new();
    if !rehearsal.revisions.is_empty() {
        let list: Vec<String> = rehearsal
            .revisions
            .iter()
            .map(|revision| {
                let statements = count(revision.statements.len(), "statement", "statements");
                let measured: Vec<f64> = revision.statements.iter().filter_map(|statement| statement.seconds).collect();
                let time =
                    if measured.is_empty() { String::new() } else { format!(", {}", seconds(measured.iter().sum())) };
                let mut item = format!(
                    "1. {} {} ({statements}{time})",
                    markdown::code(&revision.id),
                    markdown::text(&revision.message)
                );
                for statement in &revision.statements {
                    for told in statement.touched.iter().filter_map(locks::told) {
                        let sql =
                            clip(statement.sql.trim(), MAX_STATEMENT).split_whitespace().collect::<Vec<_>>().join(" ");
                        item.push_str(&format!(
                            "\n   - {} – {}",
                            markdown::code(&sql),
                            markdown::sentence(&told, links)
                        ));
                    }
                }
                item
            })
            .collect();
        body.push(list.join("\n"));
    }
    if !rehearsal.tables.is_empty() {
        let side = |rows: Option<u64>| rows.map_or("–".to_owned(), thousands);
        let mut table = vec!["| table | rows before | rows after |".to_owned(), "| --- | ---: | ---: |".to_owned()];
        table.extend(rehearsal.tables.iter().map(|rows| {
            format!("| {} | {} | {} |", markdown::code(&rows.table.to_string()), side(rows.before), side(rows.after))
        }));
        body.push(table.join("\n"));
    }
    Some(part("the rehearsal", 20, "Rehearsal: revisions and rows", &body.join("\n\n")))
}

fn suites(facts: &Facts) -> Option<Part> {
    let report = facts.tests.as_ref().filter(|report| !report.suites.is_empty())?;
    Some(part("tests by kind", 25, "Tests by kind", &suite::table(report)))
}

fn part(name: &'static str, keep: u8, title: &str, body: &str) -> Part {
    Part { name, keep, markdown: markdown::details(title, body) }
}
