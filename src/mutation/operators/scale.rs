//! A decimal that loses places.

use tree_sitter::Node;

use super::Operator;
use super::width::named;
use crate::mutation::syntax::{field, keyword, last_name, positional, text_of};
use crate::mutation::walk::{Scope, Visit};

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    if node.kind() == "keyword_argument" && field(node, "name").is_some_and(|name| text_of(name, text) == "places") {
        let Some(places) = field(node, "value") else { return };
        let label = node.parent().and_then(|arguments| arguments.named_child(0)).map(|label| text_of(label, text));
        lose(visit, places, scope, &format!("the form of {}", label.unwrap_or("a field")));
        return;
    }
    let is_decimal = node.kind() == "call" && matches!(last_name(node, text), Some("Numeric" | "DECIMAL" | "NUMERIC"));
    if !is_decimal || !(scope.upgrade || scope.class.is_some()) {
        return;
    }
    let scale = keyword(node, "scale", text).map(|(_, value)| value).or_else(|| positional(node).get(1).copied());
    let Some(scale) = scale else { return };
    let place = if scope.upgrade { "the migration's" } else { "the model's" };
    lose(visit, scale, scope, &format!("{place} {}", named(node, text).unwrap_or("column")));
}

fn lose(visit: &mut Visit<'_, '_>, places: Node<'_>, scope: Scope<'_>, whose: &str) {
    let Ok(kept) = text_of(places, visit.text).parse::<u32>() else { return };
    if kept == 0 {
        return;
    }
    let left = kept.saturating_sub(2);
    let what = format!("{whose} keeps {left} decimal places, not {kept}");
    visit.plant(Operator::LoseScale, places, scope, what, &[(places.byte_range(), left.to_string())]);
}
