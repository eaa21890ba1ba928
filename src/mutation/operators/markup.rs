//! What people enter, written as HTML.

use tree_sitter::Node;

use super::Operator;
use crate::mutation::syntax::{assignment, field, last_name, positional, strings, text_of};
use crate::mutation::walk::{Role, Scope, Visit, bases};

pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    let text = visit.text;
    if node.kind() == "call" && last_name(node, text) == Some("escape") && positional(node).len() == 1 {
        let Some(function) = field(node, "function") else { return };
        let what = format!("{} is written as it is", text_of(node, text));
        let edits = [(function.byte_range(), "__import__(\"markupsafe\").Markup".to_owned())];
        visit.plant(Operator::RawHtml, node, scope, what, &edits);
    }
    if node.kind() != "class_definition" {
        return;
    }
    let Some(class) = visit.class(node).filter(|class| class.role == Role::View) else { return };
    let scope = Scope { class: Some(class), upgrade: false, table: None };
    let Some(body) = field(node, "body") else { return };
    // Flask-AppBuilder's master pages take no notice of formatters.
    let is_master = bases(node, text).iter().any(|base| base.ends_with("MasterDetailView"));
    if is_master || assignment(body, "formatters_columns", text).is_some() {
        return;
    }
    let Some(texts) = visit.model_of(scope).map(|model| model.texts.clone()) else { return };
    let shown: Vec<&str> = ["list_columns", "show_columns"]
        .into_iter()
        .filter_map(|name| assignment(body, name, text))
        .flat_map(|(_, list)| strings(list, text))
        .collect();
    // The first and the last of them: more would tell nothing more.
    let mut wanted: Vec<&String> = texts.iter().filter(|name| shown.contains(&name.as_str())).collect();
    if wanted.len() > 2 {
        wanted.drain(1..wanted.len() - 1);
    }
    for column in wanted {
        let indent = " ".repeat(body.start_position().column);
        let line = format!("formatters_columns = {{\"{column}\": __import__(\"markupsafe\").Markup}}\n{indent}");
        let what = format!("{} writes {column} as HTML", class.name);
        visit.plant(Operator::RawHtml, node, scope, what, &[(body.start_byte()..body.start_byte(), line)]);
    }
}
