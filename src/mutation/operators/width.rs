//! A text column that takes longer text.

use tree_sitter::Node;

use super::Operator;
use crate::mutation::index::is_column;
use crate::mutation::syntax::{field, keyword, last_name, positional, text_of};
use crate::mutation::walk::{Role, Scope, Visit};

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    let of_model = scope.class.is_some_and(|class| class.role == Role::Model);
    if node.kind() != "call" || !(of_model || scope.upgrade) {
        return;
    }
    if !matches!(last_name(node, text), Some("String" | "Unicode" | "VARCHAR" | "CHAR")) || is_column(node, text) {
        return;
    }
    let length = keyword(node, "length", text).map(|(_, value)| value).or_else(|| positional(node).first().copied());
    let Some(length) = length.filter(|length| length.kind() == "integer") else { return };
    let Ok(wide) = text_of(length, text).parse::<u32>() else { return };
    let where_ = if scope.upgrade { "the migration" } else { "the model" };
    let column = named(node, text).unwrap_or("a column");
    let what = format!("{where_} lets {column} hold {} characters, not {wide}", wide.saturating_mul(10));
    let edits = [(length.byte_range(), wide.saturating_mul(10).to_string())];
    visit.plant(Operator::WidenType, node, scope, what, &edits);
}

/// The column that a type stands in: the first argument of `sa.Column`, or what is assigned to.
pub(super) fn named<'a>(node: Node<'_>, text: &'a str) -> Option<&'a str> {
    let mut at = node;
    while let Some(parent) = at.parent() {
        if parent.kind() == "call"
            && is_column(parent, text)
            && let Some(name) =
                positional(parent).first().and_then(|first| crate::mutation::syntax::string(*first, text))
        {
            return Some(name);
        }
        if parent.kind() == "assignment" {
            return field(parent, "left").map(|left| text_of(left, text));
        }
        at = parent;
    }
    None
}
