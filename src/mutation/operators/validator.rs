//! A validator or a rule between fields that is gone.

use tree_sitter::Node;

use super::Operator;
use crate::mutation::syntax::{assigned, children, element, field, string, text_of};
use crate::mutation::walk::{Scope, Visit};

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    match node.kind() {
        "keyword_argument" if field(node, "name").is_some_and(|name| text_of(name, text) == "validators") => {
            let Some(list) = field(node, "value") else { return };
            each(visit, list, scope, "the form no longer checks");
        }
        "expression_statement" => {
            let Some((names, value)) = assigned(node, text) else { return };
            if names.contains(&"form_rules") {
                each(visit, value, scope, "the form no longer checks");
            } else if names.contains(&"validators_columns") && value.kind() == "dictionary" {
                for pair in children(value).into_iter().filter(|pair| pair.kind() == "pair") {
                    let column = field(pair, "key").and_then(|key| string(key, text)).unwrap_or("a column");
                    let Some(checks) = field(pair, "value") else { continue };
                    let what = format!("{column} is no longer checked by {}", text_of(checks, text));
                    visit.plant(Operator::DropValidator, pair, scope, what, &[(element(pair, text), String::new())]);
                }
            }
        }
        _ => {}
    }
}

fn each(visit: &mut Visit<'_, '_>, list: Node<'_>, scope: Scope<'_>, what: &str) {
    if !matches!(list.kind(), "list" | "tuple") {
        return;
    }
    let (text, checks) = (visit.text, children(list));
    for check in &checks {
        let what = format!("{what} {}", text_of(*check, text));
        // One element and no comma would be no tuple any more.
        let range = if checks.len() == 1 { list.byte_range() } else { element(*check, text) };
        let left = if checks.len() == 1 { "[]".to_owned() } else { String::new() };
        visit.plant(Operator::DropValidator, *check, scope, what, &[(range, left)]);
    }
}
