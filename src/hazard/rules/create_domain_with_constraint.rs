//! `create-domain-with-constraint`: a condition of a domain is hard to change later.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// CREATE DOMAIN with NOT NULL or CHECK.
pub const RULE: Rule = Rule {
    id: "create-domain-with-constraint",
    aliases: &[("squawk", "ban-create-domain-with-constraint")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::CreateDomain { name, constraint: Some(constraint) } = &step.act.action else { return None };
    let text = format!(
        "A condition of domain {name} can only be changed by checking every column of that type in every table, each \
         under a lock."
    );
    let advice = format!(
        "-- Make the domain without a condition, and give it to each table:\n\
         CREATE DOMAIN {} AS ...;\n-- ALTER TABLE ... ADD CONSTRAINT ... {constraint} NOT VALID;",
        context.table_sql(name)
    );
    Some(Warning::new(Severity::Low, Confidence::High, text).advise(advice).about(name.to_string()))
}
