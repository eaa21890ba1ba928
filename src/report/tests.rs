use super::sample;
use super::wording::sentence::visible;
use super::*;
use crate::diff::{Change, ChangeId, RenameQuestion, SchemaChangeType, Severity};
use crate::hazard::statement::Place;
use crate::hazard::{Confidence, Finding};
use crate::impact::{SourceFile, Usage, UsageConfidence, UsageKind};
use crate::revision::HistoryFinding;
use crate::rollout::{Query, Rollout, Stage, Work};
use crate::schema::{Dialect, ObjectName, Schema};

#[test]
fn the_comment_of_the_sample() {
    insta::assert_snapshot!(comment(&sample::facts(), &Limits::default()));
}

#[test]
fn a_run_without_a_change_takes_one_line() {
    let text = summary(&sample::nothing());
    assert_eq!(text.lines().count(), 1);
    insta::assert_snapshot!(text);
}

#[test]
fn a_run_that_stopped_says_where_and_why() {
    insta::assert_snapshot!(summary(&sample::failed()));
}

#[test]
fn the_terminal_says_it_shortly() {
    insta::assert_snapshot!(terminal(&sample::facts(), Layout::default()));
    insta::assert_snapshot!(terminal(&sample::failed(), Layout::default()));
}

#[test]
fn colours_change_nothing_but_the_colours() {
    let coloured = terminal(&sample::facts(), Layout { colour: Colour::Always, width: 100 });
    assert!(coloured.contains('\u{1b}'));
    let bare: String = console::strip_ansi_codes(&coloured).lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    assert_eq!(bare.trim_end(), terminal(&sample::facts(), Layout::default()).trim_end());
}

#[test]
fn every_reader_gets_the_same_facts() {
    let facts = sample::facts();
    let (comment, summary) = (comment(&facts, &Limits::default()), summary(&facts));
    let (page, terminal) =
        (html(&facts).expect("a page"), terminal(&facts, Layout { width: 10_000, ..Layout::default() }));
    let links = markdown::Links::of(&facts);
    for row in wording::rows(&facts) {
        let line = markdown::sentence(&row.text, links);
        assert!(comment.contains(&line) && summary.contains(&line), "{line}");
        assert!(page.contains(&html::sentence(&row.text, links)), "{line}");
        assert!(terminal.contains(&row.text.plain()), "{line}\n{terminal}");
    }
    for text in [&comment, &summary, &page, &terminal] {
        assert!(text.contains(&wording::headline(&facts)));
        for change in &facts.changes {
            assert!(text.contains(change.change_id.short()));
        }
    }
}

#[test]
fn what_was_not_measured_is_said_to_be_so() {
    let mut facts = sample::facts();
    facts.compatibility = Compatibility::NotMeasured { reason: "the base has no tests".to_owned() };
    facts.way_back = WayBack::NotMeasured { reason: String::new() };
    facts.rehearsal = None;
    facts.tests = None;
    facts.usages = None;
    facts.decision = None;
    let text = summary(&facts);
    for line in [
        "| **Deployed code** | not measured: the base has no tests |",
        "| **Way back** | not measured; `customer.fax` **cannot be restored** |",
        "| **Rehearsal** | not measured: the migration was not run |",
        "| **Tests** | not run |",
        "not looked for",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    assert_eq!(wording::overall(&facts), wording::Mark::Unknown);
    assert!(!html(&facts).expect("a page").contains("402 passed"));
}

#[test]
fn inferred_is_not_called_measured() {
    let mut facts = sample::facts();
    facts.compatibility = Compatibility::Inferred { reason: String::new() };
    facts.way_back = WayBack::Inferred;
    let text = summary(&facts);
    assert!(text.contains("may break** on the new schema by 2 changes"), "{text}");
    assert_eq!(text.matches("*(inferred, not measured)*").count(), 2);
    facts.way_back = WayBack::Broken { error: "no such column: fax".to_owned() };
    assert!(summary(&facts).contains("**does not lead back**: `no such column: fax`"));
}

#[test]
fn failing_tests_come_first_and_block() {
    let mut facts = sample::facts();
    facts.tests = Some(sample::report(&[("tests.unit.test_customer", "test_name", "assert 1 == 2")], 10));
    let policy = crate::gate::Policy::simple(None, Vec::new(), 1);
    let standing = crate::gate::Standing { failed_tests: 1, ..Default::default() };
    facts.decision = Some(crate::gate::evaluate(&policy, &crate::gate::changes(&facts.changes), &[], &standing));
    let text = summary(&facts);
    assert!(text.starts_with("### Schema: 8 changes, 1 test fails\n"));
    assert!(text.contains("| **Approval** | **blocked**: 1 test fails |"));
    let first = text.find("<details>").expect("a folded part");
    assert!(text[first..].starts_with("<details><summary>1 test fails</summary>"));
    assert_eq!(wording::overall(&facts), wording::Mark::Bad);
}

#[test]
fn a_rename_to_confirm_is_asked() {
    let mut facts = sample::facts();
    facts.questions.push(OpenQuestion {
        asked: RenameQuestion {
            table: Some("customer".into()),
            from: "fax".to_owned(),
            to: "telefax".to_owned(),
            score: 55,
            reasons: Vec::new(),
        },
        answer: "renames:\n  - {table: customer, from: fax, to: telefax}".to_owned(),
    });
    for text in [summary(&facts), html(&facts).expect("a page")] {
        assert!(text.contains("renames:\n  - {table: customer, from: fax, to: telefax}"));
        assert!(text.contains("alike by 55 of 100"));
    }
}

#[test]
fn a_long_comment_sheds_its_folded_parts_in_a_fixed_order_and_says_so() {
    let mut facts = sample::facts();
    let whole = comment(&facts, &Limits::default());
    assert!(!whole.contains("Left out for length"));
    facts.migration_sql = Some("SELECT 1;\n".repeat(8_000));
    let text = comment(&facts, &Limits::default());
    assert!(text.contains("Left out for length: migration.sql. [full report](https://"), "{text}");
    assert!(text.contains("rollback.sql</summary>"));

    facts.rollback_sql = facts.migration_sql.clone();
    facts.report_url = None;
    let text = comment(&facts, &Limits::default());
    assert!(text.contains("rollback.sql. full report: `report.html`"), "{text}");
    assert!(text.contains("Safe way: 2 hazards"));
    assert!(text.encode_utf16().count() < 65_000);
}

#[test]
fn thousands_of_changes_still_fit() {
    let mut facts = sample::facts();
    for number in 0..4_000 {
        let table = sample::schemas::table(&format!("table_{number}_{}", "x".repeat(300)), &[("id", "INTEGER")], &[]);
        let id = format!("{number:064}");
        let change = Change::TableRemoved { table };
        facts.changes.push(sample::record(&id, SchemaChangeType::TableRemoved, Severity::High, false, change));
    }
    let text = comment(&facts, &Limits::default());
    assert!(text.encode_utf16().count() <= 65_000);
    assert!(text.contains("more changes, none graver than these"));
    assert!(text.contains("`4f2a1c9d`"));
    let small = comment(&facts, &Limits { characters: 9_000, ..Limits::default() });
    assert!(small.encode_utf16().count() <= 9_000, "{}", small.len());
}

#[test]
fn a_large_change_with_letters_of_many_bytes_fits_with_all_that_goes_with_it() {
    let mut facts = sample::facts();
    for number in 0..2_000 {
        let name = format!("表_{number}_{}", "𝒳é".repeat(40));
        let table = sample::schemas::table(&name, &[("id", "INTEGER")], &[]);
        let id = format!("{number:064}");
        let change = Change::TableRemoved { table };
        facts.changes.push(sample::record(&id, SchemaChangeType::TableRemoved, Severity::Breaking, false, change));
        facts.dependents.push(Dependents { change_id: ChangeId(id), names: vec![format!("view {name}")] });
        facts.notes.push(format!("the rows of {name} do not keep to a rule"));
        facts.history.push(HistoryFinding {
            severity: Severity::Breaking,
            rule: "missing-parent",
            path: format!("migrations/versions/{name}.py"),
            line: Some(9),
            message: format!("revision {name} builds on nothing"),
            advice: "Restore it.".to_owned(),
        });
    }
    facts.series = Some(stages("Read and write `表` no longer.", 5_000, &"𝒳".repeat(70_000)));
    let text = comment(&facts, &Limits::default());
    assert!(text.encode_utf16().count() <= 65_000, "{}", text.encode_utf16().count());
    assert!(text.contains("2 stages that keep it working are written out"), "{}", &text[..text.len().min(4_000)]);
    assert!(text.contains("the stages that keep deployed code working"), "they are named where they are left out");
    assert!(text.contains("and 1,992 more notes"), "notes are cut");
    assert!(text.contains("and 1,998 more depend on what changes"), "{}", &text[..text.len().min(4_000)]);
    assert!(text.contains("<sub>"), "the footer stays");
    let whole = html(&facts).expect("a page");
    assert!(whole.contains("表_1999_"), "the page has them all");
}

#[test]
fn the_marker_cannot_be_closed_from_outside() {
    let limits = Limits { workflow: "a --> <script>".to_owned(), job: "b\nc".to_owned(), ..Limits::default() };
    assert_eq!(
        comment::marker(&limits),
        "<!-- fabwright:comment workflow=a------script--52271162 job=b-c-6c516cfc -->"
    );
    let other = Limits { workflow: "a --> [script]".to_owned(), ..limits.clone() };
    assert_ne!(comment::marker(&limits), comment::marker(&other));
}

/// Names that try to leave wherever they are put.
const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "</details><img src=x onerror=alert(1)>",
    "`a` | b \\| c",
    "x\n\n# heading\n| a | b |",
    "@everyone please see #12 and https://evil.example",
    "--> <!-- ]] ]]> &lt;",
    "\"} %%{init: {}}%% click x \"javascript:alert(1)\"",
    "```\n````\n</details>\n```mermaid",
    "\u{202e}gnp.exe\u{1b}[31m",
    "{{ 7 * 7 }}{% raw %}",
    "'; DROP TABLE x; --",
    "[x](javascript:alert(1)) ![y](https://evil.example/p.png)",
    "",
];

/// Stages of which everything that is said comes from outside.
fn stages(task: &str, tasks: usize, error: &str) -> Series {
    let release =
        Stage { title: "Release the new code", why: "It runs.", work: Work::Release(vec![task.to_owned(); tasks]) };
    let query = Query { what: task.to_owned(), sql: format!("SELECT {task};") };
    let check = Stage { title: "Look", why: "It finds nothing.", work: Work::Check(vec![query]) };
    Series {
        rollout: Rollout {
            stages: vec![release, check],
            by_hand: vec![task.to_owned()],
            end: Schema::empty(Dialect::Sqlite),
        },
        trial: Trial::Stopped { stage: 2, error: error.to_owned() },
        files: vec![("1_expand.py".to_owned(), String::new())],
    }
}

fn hostile(name: &str) -> Facts {
    let mut facts = sample::facts();
    facts.series = Some(stages(name, 1, name));
    let table = sample::schemas::table(name, &[("id", "INTEGER"), (name, name)], &[(name, name)]);
    let column = sample::schemas::column(name, name);
    let id = "f".repeat(64);
    for schema in [&mut facts.before, &mut facts.after].into_iter().flatten() {
        schema.tables.push(table.clone());
    }
    facts.changes.push(sample::record(
        &id,
        SchemaChangeType::ColumnRemoved,
        Severity::Breaking,
        false,
        Change::ColumnRemoved { table: table.name.clone(), column },
    ));
    facts.changes.push(sample::record(
        &"e".repeat(64),
        SchemaChangeType::TableAdded,
        Severity::Low,
        true,
        Change::TableAdded { table: table.clone() },
    ));
    for change in &mut facts.changes {
        change.migration_script = Some(name.to_owned());
        change.rollback_plan = Some(name.to_owned());
    }
    facts.usages.get_or_insert_default().push(Usage {
        path: format!("app/{name}.py"),
        line: 1,
        column: 1,
        change_id: ChangeId(id.clone()),
        kind: UsageKind::Template,
        confidence: UsageConfidence::Certain,
        excerpt: name.to_owned(),
        explanation: name.to_owned(),
        regenerated: false,
    });
    facts.sources.push(SourceFile { path: format!("app/{name}.py"), text: name.to_owned(), generated: false });
    facts.findings.push(Finding {
        rule: "some-rule",
        aliases: Vec::new(),
        change_id: Some(ChangeId(id.clone())),
        statement: Some(name.to_owned()),
        place: Some(Place { path: Some(name.to_owned()), line: Some(1), ..Place::default() }),
        table: Some(ObjectName::new(name)),
        item: None,
        severity: Severity::Breaking,
        confidence: Confidence::High,
        message: name.to_owned(),
        advice: format!("{name}\n{name}"),
    });
    facts.notes.push(name.to_owned());
    facts.tests = Some(sample::report(&[(name, name, name)], 6));
    facts.failure = Some(Failure {
        stage: name.to_owned(),
        revision: Some(name.to_owned()),
        path: Some(name.to_owned()),
        line: Some(1),
        statement: Some(name.to_owned()),
        error: name.to_owned(),
        row: Some(name.to_owned()),
        next_step: Some(name.to_owned()),
    });
    facts.base.name = name.to_owned();
    facts.migration_sql = Some(name.to_owned());
    facts.rollback_sql = Some(name.to_owned());
    facts.report_url = Some(name.to_owned());
    facts
}

/// The lines that are not inside a fence.
fn outside_fences(text: &str) -> Vec<&str> {
    let mut fence: Option<String> = None;
    let mut lines = Vec::new();
    for line in text.lines() {
        let ticks: String = line.chars().take_while(|&letter| letter == '`').collect();
        match &fence {
            Some(open) if ticks.len() >= open.len() && line == ticks => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => lines.push(line),
        }
    }
    assert!(fence.is_none(), "a fence is open at the end");
    lines
}

#[test]
fn no_name_leaves_its_place_in_the_comment() {
    for name in HOSTILE {
        for facts in [hostile(name), Facts { failure: None, ..hostile(name) }] {
            let text = comment(&facts, &Limits::default());
            let mut depth = 0;
            for line in outside_fences(&text) {
                let mut bare = line.to_owned();
                for tag in
                    ["<details>", "</details>", "<summary>", "</summary>", "<sub>", "</sub>", "<code>", "</code>"]
                {
                    bare = bare.replace(tag, "");
                }
                let marker = line.starts_with("<!-- fabwright:comment workflow=schema");
                assert!(marker || !bare.contains('<'), "{name:?}: {line}");
                assert!(
                    !line.contains("@everyone") || line.contains('`') || line.contains("<code>"),
                    "{name:?}: {line}"
                );
                depth += line.matches("<details>").count() as i32 - line.matches("</details>").count() as i32;
                assert!((0..=1).contains(&depth), "{name:?}: {line}");
                if let Some(heading) = line.strip_prefix('#') {
                    assert!(heading.starts_with("## Schema: "), "{name:?}: {line}");
                }
                if line.starts_with('|') {
                    let cells = line.matches('|').count() - 1;
                    assert!((2..=6).contains(&cells), "{name:?}: {cells} cells: {line}");
                }
            }
            assert_eq!(depth, 0, "{name:?}");
            assert!(!text.contains('\u{202e}') && !text.contains('\u{1b}'), "{name:?}");
        }
    }
}

#[test]
fn no_name_leaves_its_place_in_the_page() {
    let tags =
        |page: &str| (page.matches("<script").count(), page.matches("</script").count(), page.matches("<img").count());
    for name in HOSTILE {
        let page = html(&hostile(name)).expect("a page");
        assert_eq!(tags(&page), (1, 1, 0), "{name:?}");
        assert!(!page.contains("href=\"javascript:"), "{name:?}");
        assert!(!page.contains("49{%") && page.matches("</svg>").count() == page.matches("<svg").count(), "{name:?}");
        assert!(!page.contains('\u{202e}') && !page.contains('\u{1b}'), "{name:?}");
    }
}

#[test]
fn no_name_reaches_the_terminal_raw() {
    for name in HOSTILE {
        let text = terminal(&hostile(name), Layout::default());
        assert!(text.chars().all(|letter| letter == '\n' || !letter.is_control()), "{name:?}: {text:?}");
        assert!(text.contains(visible(name).split_whitespace().next().unwrap_or_default()));
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let page = html(&sample::facts()).expect("a page");
    for outside in [" src=", "@import", "url(http", "<link", "fetch(", "XMLHttpRequest"] {
        assert!(!page.contains(outside), "{outside}");
    }
    assert!(page.contains("default-src 'none'") || page.contains("default-src &#x27;none&#x27;"));
}

#[test]
fn the_json_has_the_changes_under_their_names() {
    let value: serde_json::Value = serde_json::from_str(&changes_json(&sample::facts())).expect("JSON");
    let changes = value["changes"].as_array().expect("a list");
    assert_eq!(changes.len(), 8);
    for field in [
        "change_id",
        "change_type",
        "timestamp",
        "table_name",
        "column_name",
        "old_definition",
        "new_definition",
        "impact_severity",
        "backward_compatible",
        "requires_approval",
        "rollback_plan",
        "affected_tables",
        "affected_relationships",
        "detected_by",
        "source_system",
        "change_description",
        "migration_script",
    ] {
        assert!(changes[1].get(field).is_some(), "{field}");
    }
    assert_eq!(value["decision"]["verdict"]["verdict"], "waiting");
    assert_eq!(value["deployed_code"]["failed"], 2);
}
