//! A check of permissions, or a filter of rows, that is gone.

use tree_sitter::Node;

use super::Operator;
use crate::mutation::syntax::{assigned, children, field, last_name, string, text_of};
use crate::mutation::walk::{Scope, Visit};

/// Decorators that let only some people in.
const GUARDS: [&str; 6] =
    ["has_access", "has_access_api", "protect", "login_required", "jwt_required", "auth_required"];

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    match node.kind() {
        "decorated_definition" => {
            let Some(name) = field(node, "definition").and_then(|definition| field(definition, "name")) else { return };
            for decorator in children(node).into_iter().filter(|child| child.kind() == "decorator") {
                let guard = decorator.named_child(0).and_then(|called| last_name(called, text));
                let Some(guard) = guard.filter(|guard| GUARDS.contains(guard)) else { continue };
                let owner = scope.class.map(|class| format!("{}.", class.name)).unwrap_or_default();
                let what = format!("{owner}{} is open: its {guard} is gone", text_of(name, text));
                let range = decorator.start_byte()..next_line(decorator.end_byte(), text);
                visit.plant(Operator::DropPermission, decorator, scope, what, &[(range, String::new())]);
            }
        }
        "expression_statement" => {
            let Some((names, value)) = assigned(node, text) else { return };
            for (name, left, what) in [
                ("base_filters", "[]", "the rows that base_filters hid are shown"),
                ("base_permissions", "None", "every permission exists, whatever base_permissions left out"),
            ] {
                if names.contains(&name) && scope.class.is_some() {
                    let edits = [(value.byte_range(), left.to_owned())];
                    visit.plant(Operator::DropPermission, node, scope, what.to_owned(), &edits);
                }
            }
            if names.contains(&"AUTH_ROLE_PUBLIC") && string(value, text).is_some_and(|role| role != "Admin") {
                let edits = [(value.byte_range(), "\"Admin\"".to_owned())];
                let what = "everybody is an administrator".to_owned();
                visit.plant(Operator::DropPermission, node, Scope { class: None, ..scope }, what, &edits);
            }
        }
        _ => {}
    }
}

/// Where the line after the next break begins, the indentation of that line included.
fn next_line(at: usize, text: &str) -> usize {
    let rest = text.get(at..).unwrap_or("");
    at + (rest.len() - rest.trim_start().len())
}
