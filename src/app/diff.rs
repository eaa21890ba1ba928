//! `fabwright diff`: the changes between two schemas.

use std::fmt::Write as _;

use jiff::Timestamp;
use serde_json::json;

use super::{Console, Error, Exit, Format, source};
use crate::diff::{self, Comparison, RenameHints};
use crate::migration;
use crate::report::markdown;
use crate::schema::Dialect;

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The schema before.
    pub from: String,
    /// The schema after.
    pub to: String,
    /// The dialect of an .sql file.
    pub dialect: Option<Dialect>,
    /// What to print.
    pub format: Format,
}

/// Runs the command.
///
/// # Errors
/// When a source cannot be read.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let (from, to) = source::read_both(&request.from, &request.to, request.dialect).await?;
    let mut comparison = diff::compare(&from, &to, &RenameHints::default(), Timestamp::now());
    if request.format == Format::Json {
        let scripts = migration::Scripts::between(&from, &to);
        for change in &mut comparison.changes {
            let (forward, back) = scripts.of(&change.change);
            change.migration_script = Some(forward);
            change.rollback_plan = Some(back);
        }
    }
    let text = match request.format {
        Format::Json => serde_json::to_string_pretty(&json!({ "changes": comparison.changes }))
            .map_err(|error| Error::bug("changes as JSON", error))?,
        Format::Text => listing(&comparison, |text| text.to_owned()),
        Format::Markdown => listing(&comparison, markdown::text),
    };
    console.print(&text);
    Ok(Exit::Done)
}

fn listing(comparison: &Comparison, escape: impl Fn(&str) -> String) -> String {
    if comparison.changes.is_empty() {
        return "no differences\n".into();
    }
    let mut text = String::new();
    for change in &comparison.changes {
        let _ = writeln!(
            text,
            "- {} {} ({})",
            change.change_id.short(),
            escape(&change.change_description),
            change.impact_severity
        );
    }
    for question in &comparison.questions {
        let _ = writeln!(text, "- question: {}", escape(&question.to_string()));
    }
    text
}
