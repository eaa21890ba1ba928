//! A CHECK, UNIQUE or FOREIGN KEY that is gone, and what happens to rows below a deleted one.

use tree_sitter::Node;

use super::Operator;
use super::width::named;
use crate::mutation::syntax::{element, field, keyword, last_name, positional, text_of};
use crate::mutation::walk::{Role, Scope, Visit};

const CONSTRAINTS: [&str; 3] = ["CheckConstraint", "UniqueConstraint", "ForeignKeyConstraint"];
const OPERATIONS: [&str; 3] = ["create_check_constraint", "create_unique_constraint", "create_foreign_key"];

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    let of_model = scope.class.is_some_and(|class| class.role == Role::Model);
    if node.kind() != "call" || !(of_model || scope.upgrade) {
        return;
    }
    let place = if scope.upgrade { "the migration" } else { "the model" };
    let name = last_name(node, text).unwrap_or("");
    if CONSTRAINTS.contains(&name)
        && node.parent().is_some_and(|parent| matches!(parent.kind(), "tuple" | "argument_list"))
    {
        let what = format!("{place} has no {name}({})", shown(node, text));
        let range = element(node, text);
        // What is left of a tuple of two must still be one.
        let pair = node.parent().filter(|parent| parent.kind() == "tuple" && parent.named_child_count() <= 2);
        let edits = match pair {
            Some(tuple) => {
                let mut cursor = tuple.walk();
                let others: Vec<Node<'_>> = tuple.named_children(&mut cursor).filter(|child| *child != node).collect();
                let rest = others.iter().map(|other| format!("{},", text_of(*other, text))).collect::<String>();
                vec![(tuple.byte_range(), format!("({rest})"))]
            }
            None => vec![(range, String::new())],
        };
        visit.plant(Operator::DropConstraint, node, scope, what, &edits);
    } else if OPERATIONS.contains(&name) && scope.upgrade {
        let what = format!("{place} does not {}({})", name.replace('_', " "), shown(node, text));
        visit.plant(Operator::DropConstraint, node, scope, what, &[(node.byte_range(), "None".to_owned())]);
    }
    if let Some((argument, value)) = keyword(node, "unique", text)
        && value.kind() == "true"
    {
        let column = named(node, text).or_else(|| positional(node).first().map(|name| text_of(*name, text)));
        let what = format!("{place} lets two rows share {}", column.unwrap_or("a value"));
        visit.plant(Operator::DropConstraint, argument, scope, what, &[(value.byte_range(), "False".to_owned())]);
    }
    cascade(visit, node, scope, place);
}

fn cascade(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>, place: &str) {
    let text = visit.text;
    for option in ["ondelete", "cascade"] {
        let Some((argument, value)) = keyword(node, option, text) else { continue };
        let whose = field(node, "function").map(|function| text_of(function, text)).unwrap_or_default();
        let what = format!("{place}'s {whose} has no {option}={}", text_of(value, text));
        visit.plant(Operator::DropCascade, argument, scope, what, &[(element(argument, text), String::new())]);
    }
}

/// The arguments of a call in short.
fn shown(call: Node<'_>, text: &str) -> String {
    let inner: Vec<&str> = positional(call).into_iter().map(|argument| text_of(argument, text)).collect();
    inner.join(", ").split_whitespace().collect::<Vec<_>>().join(" ")
}
