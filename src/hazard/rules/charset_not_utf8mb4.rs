//! `charset-not-utf8mb4`: some characters cannot be stored.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::statement::{Action, TableOption};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// A new table in a character set other than utf8mb4.
pub const RULE: Rule = Rule {
    id: "charset-not-utf8mb4",
    aliases: &[
        ("skeema", "charset"),
        ("spirit", "allow_charset"),
        ("bytebase", "system.charset.allowlist"),
        ("planetscale", "INVALID_CHARSET"),
    ],
    looks: &[Look::Act(by_act)],
    ..MYSQL
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateTable(table) = &step.act.action else { return None };
    let charset = table.options.iter().find_map(|option| match option {
        TableOption::Charset(charset) => Some(charset.to_ascii_lowercase()),
        _ => None,
    })?;
    if matches!(charset.as_str(), "utf8mb4" | "binary") {
        return None;
    }
    let text = format!(
        "{} is in {charset}, which has no room for emoji and many names: writing one fails, or stores question marks.",
        table.name
    );
    Some(Warning::new(Severity::Medium, Confidence::High, text).advise("CHARACTER SET utf8mb4").on(&table.name))
}
