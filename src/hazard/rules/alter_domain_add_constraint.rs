//! `alter-domain-add-constraint`: every table with a column of the domain is checked.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// ALTER DOMAIN … ADD CONSTRAINT.
pub const RULE: Rule = Rule {
    id: "alter-domain-add-constraint",
    aliases: &[("squawk", "ban-alter-domain-with-add-constraint")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::AddDomainConstraint { name, constraint, not_valid } = &step.act.action else { return None };
    let text = if *not_valid {
        format!(
            "New values of every column of domain {name} are refused when they break the condition; code that writes such values fails."
        )
    } else {
        format!(
            "Every row of every table with a column of domain {name} is checked, and nobody can write those tables \
             meanwhile."
        )
    };
    let sql = context.table_sql(name);
    let advice = format!(
        "-- Add the condition to each table instead, in two transactions:\n\
         -- ALTER TABLE ... ADD {constraint} NOT VALID;\n\
         -- ALTER TABLE ... VALIDATE CONSTRAINT ...;\n\
         -- Or at least do not check at once:\nALTER DOMAIN {sql} ADD {constraint}{};",
        if *not_valid { "" } else { " NOT VALID" }
    );
    let severity = if *not_valid { Severity::Medium } else { Severity::High };
    Some(Warning::new(severity, Confidence::High, text).advise(advice).about(name.to_string()))
}
