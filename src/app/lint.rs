//! `fabwright lint`: the hazards of SQL texts, without a repository or a database.

use std::fmt::Write as _;
use std::path::PathBuf;

use serde_json::json;

use super::{Console, Error, Exit, Format};
pub use crate::diff::Severity;
use crate::hazard::registry::where_;
use crate::hazard::statement::{Body, Script, Statements};
use crate::hazard::{self, Finding, Input, Outcome, Policy, RowCounts, Server};
use crate::report::wording::sentence::visible_block;
use crate::schema::Dialect;

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The files; `-` is standard input. Each is a migration of its own.
    pub files: Vec<PathBuf>,
    /// Their dialect.
    pub dialect: Dialect,
    /// The server, as `16`, `8.0` or `mariadb-10.11`.
    pub server_version: Option<String>,
    /// Whether whoever runs them opens a transaction around each.
    pub in_transaction: bool,
    /// The configuration whose `hazards` hold.
    pub config: Option<PathBuf>,
    /// The lowest severity that is shown.
    pub min_severity: Severity,
    /// The lowest severity that fails the command.
    pub fail_on: Option<Severity>,
    /// What to print.
    pub format: Format,
}

/// Runs the command.
///
/// # Errors
/// When a file or the configuration cannot be read.
pub fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let today = jiff::Zoned::now().date();
    let mut policy = match &request.config {
        Some(path) => {
            let config = crate::config::load(std::path::Path::new("."), Some(path))?;
            super::hazards::policy(&config.hazards, &path.display().to_string(), today)
        }
        None => Policy::on(today),
    };
    policy.every_rule = true;
    let server = match &request.server_version {
        Some(version) => Server::named(request.dialect, version),
        None => Server::of(request.dialect),
    };
    let mut all = Outcome::default();
    for path in &request.files {
        let script = Script {
            path: Some(path.display().to_string()),
            revision: None,
            in_transaction: request.in_transaction,
            body: Body::Sql(read(path)?),
        };
        let statements = Statements::read(request.dialect, &[script]);
        let rows = RowCounts::unknown();
        let input = Input { from: None, to: None, changes: &[], rows: &rows, statements: &statements, server };
        let outcome = hazard::check(&input, &policy);
        all.findings.extend(outcome.findings);
        all.ignored.extend(outcome.ignored);
        all.notices
            .extend(outcome.notices.into_iter().filter(|notice| !all.notices.contains(notice)).collect::<Vec<_>>());
    }
    all.findings.retain(|finding| finding.severity >= request.min_severity);
    let text = match request.format {
        Format::Json => json_text(&all)?,
        Format::Text | Format::Markdown => plain(&all),
    };
    console.print(text.trim_end());
    let fails = request.fail_on.is_some_and(|least| all.findings.iter().any(|finding| finding.severity >= least));
    Ok(if fails { Exit::HazardsFound } else { Exit::Done })
}

fn read(path: &std::path::Path) -> Result<String, Error> {
    let cannot = |source| Error::Unreadable { path: path.to_owned(), source };
    let bytes = if path.as_os_str() == "-" {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut std::io::stdin(), &mut bytes).map_err(cannot)?;
        bytes
    } else {
        std::fs::read(path).map_err(cannot)?
    };
    Ok(String::from_utf8_lossy(&bytes).trim_start_matches('\u{feff}').to_owned())
}

fn json_text(outcome: &Outcome) -> Result<String, Error> {
    let value = |finding: &Finding| {
        let place = finding.place.clone().unwrap_or_default();
        json!({
            "rule": finding.rule,
            "aliases": finding.aliases,
            "severity": finding.severity,
            "confidence": finding.confidence,
            "path": place.path,
            "line": place.line,
            "column": place.column,
            "table": finding.table.as_ref().map(ToString::to_string),
            "item": finding.item,
            "statement": finding.statement,
            "message": finding.message,
            "advice": finding.advice,
            "documentation": hazard::find(finding.rule).map(hazard::Rule::documentation),
        })
    };
    let text = serde_json::to_string_pretty(&json!({
        "findings": outcome.findings.iter().map(value).collect::<Vec<_>>(),
        "ignored": outcome.ignored.iter().map(|known| json!({
            "finding": value(&known.finding),
            "reason": known.reason,
            "by": known.by,
        })).collect::<Vec<_>>(),
        "notices": outcome.notices,
    }));
    text.map_err(|error| Error::bug("the findings", error))
}

fn plain(outcome: &Outcome) -> String {
    let mut text = String::new();
    for finding in &outcome.findings {
        let place = finding.place.clone().unwrap_or_default();
        let column = place.column.map(|column| format!(":{column}")).unwrap_or_default();
        let _ =
            writeln!(text, "{}{column}: {} {}: {}", where_(&place), finding.severity, finding.rule, finding.message);
        for line in finding.advice.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    for notice in &outcome.notices {
        let _ = writeln!(text, "{notice}");
    }
    for known in &outcome.ignored {
        let reason = if known.reason.is_empty() { String::new() } else { format!(": {}", known.reason) };
        let _ = writeln!(text, "ignored by {}: {}{reason}", known.by, known.finding.rule);
    }
    let _ = writeln!(text, "{} found, {} ignored", outcome.findings.len(), outcome.ignored.len());
    visible_block(&text)
}
