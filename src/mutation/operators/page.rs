//! A list that reads the whole table.

use tree_sitter::Node;

use super::Operator;
use crate::mutation::syntax::{assigned, assignment, field};
use crate::mutation::walk::{Role, Scope, Visit, bases};

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    if node.kind() == "expression_statement"
        && scope.class.is_none_or(|class| class.role == Role::Other)
        && let Some((names, value)) = assigned(node, text)
        && names.contains(&"FAB_API_MAX_PAGE_SIZE")
        && value.kind() == "integer"
    {
        let what = "a client of the API may ask for all rows at once".to_owned();
        let scope = Scope { class: None, ..scope };
        visit.plant(Operator::Unpage, node, scope, what, &[(value.byte_range(), "-1".to_owned())]);
    }
    if node.kind() != "class_definition" {
        return;
    }
    let Some(class) = visit.class(node) else { return };
    // A chart has no pages.
    if bases(node, text).iter().any(|base| base.ends_with("ChartView")) {
        return;
    }
    let Some(body) = field(node, "body").filter(|body| assignment(*body, "page_size", text).is_none()) else { return };
    let (line, what) = match class.role {
        Role::View => ("page_size = 0", "lists all rows on one page"),
        Role::Api => ("page_size = max_page_size = -1", "answers with all rows"),
        Role::Model | Role::Other => return,
    };
    let scope = Scope { class: Some(class), upgrade: false, table: None };
    let line = format!("{line}\n{}", " ".repeat(body.start_position().column));
    let edits = [(body.start_byte()..body.start_byte(), line)];
    visit.plant(Operator::Unpage, node, scope, format!("{} {what}", class.name), &edits);
}
