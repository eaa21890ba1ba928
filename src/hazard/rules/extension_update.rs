//! `extension-update`: an extension changes its objects.

use crate::diff::Severity;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::Action;
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// ALTER EXTENSION … UPDATE, or DROP EXTENSION.
pub const RULE: Rule = Rule {
    id: "extension-update",
    aliases: &[("pg-schema-diff", "UPGRADING_EXTENSION_VERSION")],
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(_: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let (name, text) = match &step.act.action {
        Action::UpdateExtension { name, version } => {
            let to = version.as_ref().map(|version| format!(" {version}")).unwrap_or_default();
            (
                name,
                format!(
                    "Extension {name} is updated{to}: its functions and types change with a script of its own, and there is no way back."
                ),
            )
        }
        Action::DropExtension { name, .. } => {
            (name, format!("Extension {name} goes with its functions, types and operators."))
        }
        _ => return None,
    };
    let advice = "Try it on a copy of production first, where the same files of the extension are installed.";
    Some(Warning::new(Severity::Medium, Confidence::Medium, text).advise(advice).about(name))
}
