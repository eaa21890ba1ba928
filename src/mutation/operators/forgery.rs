//! A guard against forged requests that is gone.

use tree_sitter::Node;

use super::Operator;
use crate::mutation::syntax::{assigned, field, last_name, positional, text_of};
use crate::mutation::walk::{Role, Scope, Visit};

/// Settings that keep the session from other sites and from scripts, as they are when they do.
const SETTINGS: [(&str, &str); 2] = [("SESSION_COOKIE_HTTPONLY", "true"), ("WTF_CSRF_CHECK_DEFAULT", "true")];

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    match node.kind() {
        "expression_statement" => {
            if let Some(call) = node.named_child(0).filter(|call| call.kind() == "call" && guards(visit, *call)) {
                let what = format!("forged requests are taken: {} is gone", text_of(call, text));
                visit.plant(Operator::DropCsrf, node, scope, what, &[(call.byte_range(), "pass".to_owned())]);
            }
            let Some((names, value)) = assigned(node, text) else { return };
            for (setting, kind) in SETTINGS {
                if names.contains(&setting) && value.kind() == kind {
                    let edits = [(value.byte_range(), "False".to_owned())];
                    visit.plant(Operator::DropCsrf, node, scope, format!("{setting} is off"), &edits);
                }
            }
        }
        "class_definition" => {
            // The scope of the body tells what class it is.
            let Some((body, class)) = inside(visit, node) else { return };
            let indent = " ".repeat(body.start_position().column);
            let line = format!("allow_browser_login = True\n{indent}");
            let edits = [(body.start_byte()..body.start_byte(), line)];
            let what = format!("{} takes the cookie of a browser, and so other sites' requests", class.class_name);
            visit.plant(Operator::DropCsrf, node, class.scope, what, &edits);
        }
        _ => {}
    }
}

struct Inside<'a> {
    class_name: &'a str,
    scope: Scope<'a>,
}

/// The body of an API that does not take cookies yet.
fn inside<'t, 'a>(visit: &Visit<'a, '_>, node: Node<'t>) -> Option<(Node<'t>, Inside<'a>)> {
    let class = visit.class(node)?;
    let body = field(node, "body")?;
    let known = crate::mutation::syntax::assignment(body, "allow_browser_login", visit.text).is_some();
    let scope = Scope { class: Some(class), upgrade: false, table: None };
    (class.role == Role::Api && !known).then_some((body, Inside { class_name: class.name, scope }))
}

fn guards(visit: &Visit<'_, '_>, call: Node<'_>) -> bool {
    let Some(function) = field(call, "function") else { return false };
    let registers = function.kind() == "attribute"
        && last_name(function, visit.text) == Some("init_app")
        && field(function, "object")
            .and_then(|object| last_name(object, visit.text))
            .is_some_and(|name| visit.index.guards.contains(name));
    let wraps = last_name(function, visit.text) == Some("CSRFProtect") && !positional(call).is_empty();
    registers || wraps
}
