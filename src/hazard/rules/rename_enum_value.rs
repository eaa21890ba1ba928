//! `rename-enum-value`: a value of an enum gets another name.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};
use crate::schema::quote;

/// ALTER TYPE … RENAME VALUE.
pub const RULE: Rule = Rule {
    id: "rename-enum-value",
    aliases: &[("strong_migrations", "rename_enum_value")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::RenameEnumValue { name, from, to } = &step.act.action else { return None };
    let (sql, old, new) = (context.table_sql(name), quote::string(from), quote::string(to));
    let text = format!(
        "Every row shows {to} where it showed {from}, and deployed code that reads, writes or compares {from} fails at \
         once."
    );
    let advice = format!(
        "-- 1. Add the new value, after the old one.\nALTER TYPE {sql} ADD VALUE {new} AFTER {old};\n\
         -- 2. Release an application that understands both and writes the new one.\n\
         -- 3. Rewrite the rows in batches, and keep the old value unused."
    );
    Some(Warning::new(Severity::Breaking, Confidence::High, text).advise(advice).about(from))
}
