//! `engine-not-innodb`: the engine has no transactions.

use crate::diff::Severity;
use crate::hazard::rule::{Look, MYSQL};
use crate::hazard::statement::{Action, TableChange, TableOption};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// A table with an engine other than InnoDB.
pub const RULE: Rule = Rule {
    id: "engine-not-innodb",
    aliases: &[
        ("skeema", "engine"),
        ("spirit", "allow_engine"),
        ("bytebase", "engine.mysql.use-innodb"),
        ("planetscale", "UNSUPPORTED_FEATURE"),
    ],
    looks: &[Look::Act(by_act)],
    ..MYSQL
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (table, engine) = match &step.act.action {
        Action::CreateTable(table) => {
            let engine = table.options.iter().find_map(|option| match option {
                TableOption::Engine(engine) => Some(engine),
                _ => None,
            });
            (&table.name, engine?)
        }
        Action::Alter { table, change: TableChange::Option(TableOption::Engine(engine)) } => (table, engine),
        _ => return None,
    };
    if engine.eq_ignore_ascii_case("innodb") {
        return None;
    }
    let text = format!(
        "{engine} has no transactions and no foreign keys: what fails half way in {table} stays half done, and a crash may lose rows."
    );
    Some(Warning::new(Severity::High, Confidence::Medium, text).advise("ENGINE=InnoDB").on(table))
}
