//! A column that may be NULL.

use tree_sitter::Node;

use super::Operator;
use super::width::named;
use crate::mutation::index::is_column;
use crate::mutation::syntax::{field, keyword, text_of};
use crate::mutation::walk::{Role, Scope, Visit};

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    let of_model = scope.class.is_some_and(|class| class.role == Role::Model);
    if !is_column(node, text) || !(of_model || scope.upgrade) || keyword(node, "primary_key", text).is_some() {
        return;
    }
    let column = named(node, text).unwrap_or_else(|| {
        crate::mutation::syntax::positional(node)
            .first()
            .and_then(|name| crate::mutation::syntax::string(*name, text))
            .unwrap_or("a column")
    });
    let place = if scope.upgrade { "the migration" } else { "the model" };
    let what = format!("{place} lets {column} be NULL");
    match keyword(node, "nullable", text) {
        Some((_, value)) if value.kind() == "false" => {
            // The key of a table is not its nullable columns' business.
            if scope.upgrade && is_key(node, column, text) {
                return;
            }
            visit.plant(Operator::AllowNull, node, scope, what, &[(value.byte_range(), "True".to_owned())]);
        }
        Some(_) => {}
        None => {
            // `name: Mapped[str]`.
            let Some(kind) = node.parent().and_then(|assignment| field(assignment, "type")) else { return };
            let written = text_of(kind, text);
            let inner = written.strip_prefix("Mapped[").and_then(|rest| rest.strip_suffix(']'));
            let Some(inner) = inner else { return };
            if inner.contains("None") || inner.contains("Optional") || inner.contains(['"', '\'']) {
                return;
            }
            let edits = [(kind.byte_range(), format!("Mapped[{inner} | None]"))];
            visit.plant(Operator::AllowNull, node, scope, what, &edits);
        }
    }
}

/// Whether the call around a column makes it the primary key.
fn is_key(column: Node<'_>, name: &str, text: &str) -> bool {
    let Some(arguments) = column.parent().filter(|parent| parent.kind() == "argument_list") else { return false };
    crate::mutation::syntax::children(arguments).into_iter().any(|argument| {
        argument.kind() == "call"
            && crate::mutation::syntax::last_name(argument, text) == Some("PrimaryKeyConstraint")
            && crate::mutation::syntax::positional(argument)
                .into_iter()
                .any(|key| crate::mutation::syntax::string(key, text) == Some(name))
    })
}
