//! Foreign keys that point at each other's tables.

use tree_sitter::Node;

use super::Operator;
use crate::mutation::syntax::{assigned, children, field, keyword, last_name, positional, string, text_of};
use crate::mutation::walk::{Role, Scope, Visit};

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    if node.kind() == "class_definition" {
        let Some(class) = visit.class(node).filter(|class| class.role == Role::Model) else { return };
        let scope = Scope { class: Some(class), upgrade: false, table: None };
        swap(visit, node, scope, &keys(node, text));
        let Some(body) = field(node, "body") else { return };
        swap(visit, node, scope, &sides(body, text));
    } else if scope.upgrade && node.kind() == "call" && last_name(node, text) == Some("create_table") {
        swap(visit, node, scope, &keys(node, text));
    }
}

/// Plants one fault for each pair of neighbours that differ.
fn swap(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>, targets: &[Node<'_>]) {
    let text = visit.text;
    for pair in targets.windows(2) {
        let &[first, second] = pair else { continue };
        let (one, other) = (text_of(first, text), text_of(second, text));
        if one != other {
            let edits = [(first.byte_range(), other.to_owned()), (second.byte_range(), one.to_owned())];
            visit.plant(Operator::SwapKeys, node, scope, format!("{one} and {other} are swapped"), &edits);
        }
    }
}

/// What the foreign keys below a node refer to: `"table.column"`, or the list of them.
fn keys<'t>(node: Node<'t>, text: &str) -> Vec<Node<'t>> {
    let mut found = Vec::new();
    if node.kind() == "call" {
        match last_name(node, text) {
            Some("ForeignKey") => {
                found.extend(positional(node).first().filter(|target| string(**target, text).is_some()));
            }
            Some("ForeignKeyConstraint") => {
                let single = |list: &&Node<'_>| list.kind() == "list" && list.named_child_count() == 1;
                found.extend(positional(node).get(1).filter(single));
            }
            _ => {}
        }
    }
    found.extend(children(node).into_iter().flat_map(|child| keys(child, text)));
    found
}

/// The `foreign_keys` of a class's relationships.
fn sides<'t>(body: Node<'t>, text: &str) -> Vec<Node<'t>> {
    children(body)
        .into_iter()
        .filter_map(|statement| assigned(statement, text))
        .filter(|(_, value)| value.kind() == "call" && last_name(*value, text) == Some("relationship"))
        .filter_map(|(_, value)| keyword(value, "foreign_keys", text).map(|(_, keys)| keys))
        .collect()
}
