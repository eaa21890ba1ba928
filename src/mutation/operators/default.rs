//! A default that is gone.

use tree_sitter::Node;

use super::Operator;
use super::width::named;
use crate::mutation::index::is_column;
use crate::mutation::syntax::{element, keyword, text_of};
use crate::mutation::walk::{Role, Scope, Visit};

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    let of_model = scope.class.is_some_and(|class| class.role == Role::Model);
    if !is_column(node, text) || !(of_model || scope.upgrade) {
        return;
    }
    let place = if scope.upgrade { "the migration" } else { "the model" };
    for option in ["default", "server_default"] {
        let Some((argument, value)) = keyword(node, option, text) else { continue };
        // A default of the model is for naught where the database fills the same in.
        if option == "default" && keyword(node, "server_default", text).is_some() {
            continue;
        }
        let column = named(node, text).unwrap_or("a column");
        let what = format!("{place} gives {column} no {option} {}", text_of(value, text));
        visit.plant(Operator::DropDefault, argument, scope, what, &[(element(argument, text), String::new())]);
    }
}
