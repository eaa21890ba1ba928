//! A column that is missing from a page, a form or an API, and a key that can be written.

use tree_sitter::Node;

use super::Operator;
use crate::mutation::syntax::{assigned, children, element, string};
use crate::mutation::walk::{Role, Scope, Visit};

const LISTS: [&str; 4] = ["list_columns", "show_columns", "add_columns", "edit_columns"];

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    let Some(class) = scope.class.filter(|class| matches!(class.role, Role::View | Role::Api)) else { return };
    let Some((names, list)) = assigned(node, text) else { return };
    let Some(name) = names.iter().find(|name| LISTS.contains(name)).filter(|_| list.kind() == "list") else { return };
    let columns: Vec<Node<'_>> = children(list).into_iter().filter(|child| string(*child, text).is_some()).collect();
    // The last one: what was added last is what people forget.
    if let Some(last) = columns.last().filter(|_| columns.len() > 1) {
        let column = string(*last, text).unwrap_or_default();
        let what = format!("{column} is missing from {}.{name}", class.name);
        visit.plant(Operator::LoseField, *last, scope, what, &[(element(*last, text), String::new())]);
    }
    if !matches!(*name, "add_columns" | "edit_columns") {
        return;
    }
    let key = visit.model_of(scope).map(|model| model.key.clone()).unwrap_or_default();
    let ([key], Some(first)) = (key.as_slice(), columns.first()) else { return };
    if !columns.iter().any(|column| string(*column, text) == Some(key.as_str())) {
        let what = format!("a client can write {key} through {}.{name}", class.name);
        let edits = [(first.start_byte()..first.start_byte(), format!("\"{key}\", "))];
        visit.plant(Operator::ExposeKey, node, scope, what, &edits);
    }
}
