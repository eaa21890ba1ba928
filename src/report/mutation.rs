//! What tests caught of planted faults, as a table.

use std::fmt::Write as _;

use super::markdown;
use super::wording::sentence::{clip, visible};
use crate::mutation::{Mutant, MutationReport, Operator, Toll, Verdict};

/// Columns of a message on a terminal.
const MESSAGE: usize = 160;

/// The report as Markdown: the score, a table by kind of fault, and what was not caught.
pub fn markdown(report: &MutationReport) -> String {
    let mut out = format!("### {}\n\n", markdown::text(&headline(report)));
    let (by_kind, all) = report.toll();
    let other = report.schemathesis();
    let head = if other.is_some() { "| schemathesis " } else { "" };
    let rule = if other.is_some() { "| ---: " } else { "" };
    let _ = writeln!(out, "| fault | planted | caught {head}|\n| --- | ---: | ---: {rule}|");
    let cell =
        |toll: Option<Toll>| toll.map_or_else(|| "–".to_owned(), |toll| format!("{}/{}", toll.caught, toll.planted));
    for operator in Operator::ALL {
        let Some(toll) = by_kind.get(&operator) else { continue };
        let theirs = other.as_ref().map(|(kinds, _)| format!("| {} ", cell(kinds.get(&operator).copied())));
        let _ = writeln!(
            out,
            "| {} | {} | {} {}|",
            markdown::code(operator.id()),
            toll.planted,
            toll.caught,
            theirs.unwrap_or_default()
        );
    }
    let theirs = other.as_ref().map(|(_, all)| format!("| **{}** ", cell(Some(*all))));
    let _ = writeln!(out, "| **all** | **{}** | **{}** {}|", all.planted, all.caught, theirs.unwrap_or_default());
    let survived: Vec<_> = report.tried.iter().filter(|tried| tried.verdict == Verdict::Survived).collect();
    if !survived.is_empty() {
        out.push_str("\nNo test noticed:\n\n");
        for tried in survived {
            let place = format!("{}:{}", tried.mutant.path, tried.mutant.line);
            let _ = writeln!(
                out,
                "- {} {} {}",
                markdown::code(&place),
                markdown::code(tried.mutant.operator.id()),
                markdown::text(&tried.mutant.what)
            );
        }
    }
    if !report.false_alarms.is_empty() {
        out.push_str("\nFailed before anything was planted, and left out:\n\n");
        for test in &report.false_alarms {
            let _ = writeln!(out, "- {}", markdown::code(test));
        }
    }
    out
}

/// A fault on one line: where it is planted, of what kind it is, and what is wrong.
pub fn fault(mutant: &Mutant) -> String {
    let place = visible(&format!("{}:{}", mutant.path, mutant.line));
    format!("{place}: {}: {}", mutant.operator.id(), clip(&visible(&mutant.what), MESSAGE))
}

/// The report for a terminal: each fault on a line with what caught it, and the score.
pub fn text(report: &MutationReport) -> String {
    let mut out = String::new();
    for tried in &report.tried {
        let (word, by) = match &tried.verdict {
            Verdict::Caught { by, .. } => ("caught  ", format!("\n         by {}", visible(by))),
            Verdict::Survived => ("SURVIVED", String::new()),
            Verdict::Broken { message } => ("broken  ", format!("\n         {}", clip(&visible(message), MESSAGE))),
            Verdict::TimedOut => ("too slow", String::new()),
        };
        let _ = writeln!(out, "{word} {}{by}", fault(&tried.mutant));
    }
    let (by_kind, _) = report.toll();
    out.push('\n');
    for operator in Operator::ALL {
        if let Some(toll) = by_kind.get(&operator) {
            let _ = writeln!(out, "{:16} {:>3} of {:>3}", operator.id(), toll.caught, toll.planted);
        }
    }
    for test in &report.false_alarms {
        let _ = writeln!(out, "failed before anything was planted, and left out: {}", visible(test));
    }
    let _ = writeln!(out, "\n{}", headline(report));
    out
}

/// The report for programs.
///
/// # Errors
/// Never for what [`MutationReport`] can hold.
pub fn json(report: &MutationReport) -> Result<String, serde_json::Error> {
    let (_, all) = report.toll();
    let value = serde_json::json!({
        "planted": all.planted,
        "caught": all.caught,
        "percent": all.percent(),
        "tests": report.tests,
        "false_alarms": report.false_alarms,
        "schemathesis": report.schemathesis().map(|(_, all)| serde_json::json!({
            "planted": all.planted, "caught": all.caught, "percent": all.percent(),
        })),
        "mutants": report.tried,
    });
    serde_json::to_string_pretty(&value).map(|text| text + "\n")
}

fn headline(report: &MutationReport) -> String {
    let (_, all) = report.toll();
    let mut said = format!("{} of {} planted faults were caught ({:.1} %)", all.caught, all.planted, all.percent());
    if let Some((_, theirs)) = report.schemathesis() {
        let _ =
            write!(said, "; schemathesis caught {} of {} ({:.1} %)", theirs.caught, theirs.planted, theirs.percent());
    }
    let alarms = report.false_alarms.len();
    let _ = write!(said, "; {} tests pass on the application as it is, {alarms} fail", report.tests);
    said
}
