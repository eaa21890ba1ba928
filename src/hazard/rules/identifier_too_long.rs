//! `identifier-too-long`: a name is cut.

use crate::diff::Severity;
use crate::hazard::rule::{Look, SERVERS};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::Dialect;

/// A name of more than 63 bytes on PostgreSQL, or 64 characters on MySQL.
pub const RULE: Rule = Rule {
    id: "identifier-too-long",
    aliases: &[("squawk", "identifier-too-long")],
    looks: &[Look::Statement(by_statement)],
    ..SERVERS
};

fn by_statement(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let name = step.statement.long_names.first()?;
    if !step.statement.is_definition() {
        return None;
    }
    let (text, advice) = match context.dialect() {
        Dialect::Mysql => (
            format!("The name {name} has more than 64 characters, which the server refuses."),
            format!("Shorten it to 64 characters: {}", name.chars().take(64).collect::<String>()),
        ),
        Dialect::Postgres | Dialect::Sqlite => {
            let mut end = 63.min(name.len());
            while !name.is_char_boundary(end) {
                end -= 1;
            }
            let kept = name.get(..end).unwrap_or_default();
            (
                format!(
                    "The name {name} has {} bytes; the server cuts it to 63 without an error, so that another long name may \
                     become the same, and tools that look for the whole name find nothing.",
                    name.len()
                ),
                format!("Shorten it to 63 bytes. The server would keep: {kept}"),
            )
        }
    };
    Some(Warning::new(Severity::Medium, Confidence::High, text).advise(advice).about(name))
}
