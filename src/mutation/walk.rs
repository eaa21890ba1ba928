//! Visits every node of a file with what it stands in.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::index::{Index, Model};
use super::syntax::{assignment, children, field, keyword, last_name, positional, string, text_of};
use super::{Edit, Mutant, Operator, edited, operators};

/// What a class is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// It stands for a table.
    Model,
    /// It shows pages.
    View,
    /// It answers over REST.
    Api,
    /// Anything else.
    Other,
}

/// The class that a node stands in.
#[derive(Clone, Copy)]
pub(super) struct Class<'a> {
    /// Its name.
    pub(super) name: &'a str,
    /// What it is for.
    pub(super) role: Role,
    /// The class of the rows that it is about.
    pub(super) model: Option<&'a str>,
}

/// What a node stands in.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    /// The innermost class.
    pub(super) class: Option<Class<'a>>,
    /// Whether it is in the `upgrade` of a migration.
    pub(super) upgrade: bool,
    /// The table that a migration's call is about.
    pub(super) table: Option<&'a str>,
}

/// A file that is looked through, and what was found in it.
pub(super) struct Visit<'a, 'i> {
    path: &'a str,
    /// The file's text.
    pub(super) text: &'a str,
    /// What is known across files.
    pub(super) index: &'i Index,
    is_migration: bool,
    found: Vec<Mutant>,
}

/// Every fault that the operators see in a file.
pub(super) fn walk(path: &str, text: &str, module: Node<'_>, index: &Index) -> Vec<Mutant> {
    let is_migration = ["revision", "down_revision"].iter().all(|name| {
        assignment(module, name, text).is_some() || {
            // Newer templates annotate: `revision: str = "…"`.
            children(module).iter().any(|statement| text_of(*statement, text).starts_with(&format!("{name}:")))
        }
    });
    let mut visit = Visit { path, text, index, is_migration, found: Vec::new() };
    visit.node(module, Scope { class: None, upgrade: false, table: None });
    visit.found
}

impl<'a> Visit<'a, '_> {
    /// Plants a fault.
    pub(super) fn plant(&mut self, operator: Operator, at: Node<'_>, scope: Scope<'_>, what: String, edits: &[Edit]) {
        // Flask-AppBuilder's own tables are not the application's to break.
        if scope.table.is_some_and(|table| table.starts_with("ab_")) {
            return;
        }
        let Some(text) = edited(self.text, edits) else { return };
        // A fault that does not parse is a mistake of ours, and nothing that a test should have to notice.
        if text == self.text || super::syntax::parse(&text).is_none() {
            return;
        }
        let mut subjects = BTreeSet::new();
        // A class without a model is about no table: whatever the tests are about may need it.
        if let Some(Class { name, model: Some(model), .. }) = scope.class {
            subjects.extend([model.to_owned(), name.to_owned()]);
        }
        subjects.extend(scope.table.map(str::to_owned));
        for subject in subjects.clone() {
            if let Some(model) = self.index.models.get(&subject) {
                subjects.insert(model.table.clone());
            } else if let Some(class) = self.index.class_of(&subject) {
                subjects.insert(class.to_owned());
            }
        }
        let line = at.start_position().row + 1;
        let in_migration = self.is_migration;
        self.found.push(Mutant { operator, path: self.path.to_owned(), line, what, subjects, in_migration, text });
    }

    /// The model of the rows that a class is about.
    pub(super) fn model_of(&self, scope: Scope<'_>) -> Option<&Model> {
        self.index.models.get(scope.class?.model?)
    }

    fn node(&mut self, node: Node<'_>, scope: Scope<'_>) {
        let text = self.text;
        let mut inner = scope;
        if node.kind() == "call" && scope.upgrade && scope.table.is_none() {
            inner.table = table_of(node, text);
        }
        operators::look(self, node, inner);
        match node.kind() {
            "class_definition" => inner.class = self.class(node),
            "function_definition" if self.is_migration => {
                inner.upgrade = field(node, "name").is_some_and(|name| text_of(name, text) == "upgrade");
            }
            "with_statement" if scope.upgrade => {
                // `with op.batch_alter_table("table") as batch_op:`.
                inner.table = find_call(node, "batch_alter_table", text).and_then(|call| table_of(call, text));
            }
            _ => {}
        }
        for child in children(node) {
            self.node(child, inner);
        }
    }

    pub(super) fn class(&self, class: Node<'_>) -> Option<Class<'a>> {
        let text = self.text;
        let name = text_of(field(class, "name")?, text);
        let body = field(class, "body")?;
        if self.index.models.contains_key(name) {
            return Some(Class { name, role: Role::Model, model: Some(name) });
        }
        let bases = bases(class, text);
        let Some((_, datamodel)) = assignment(body, "datamodel", text) else {
            return Some(Class { name, role: Role::Other, model: None });
        };
        let model = positional(datamodel).first().and_then(|model| last_name(*model, text));
        let is_api = bases.iter().any(|base| base.ends_with("Api") || base.ends_with("API"));
        Some(Class { name, role: if is_api { Role::Api } else { Role::View }, model })
    }
}

/// The names of the classes that a class is made from.
pub(super) fn bases<'a>(class: Node<'_>, text: &'a str) -> Vec<&'a str> {
    let bases = field(class, "superclasses").map(children).unwrap_or_default();
    bases.into_iter().filter_map(|base| last_name(base, text)).collect()
}

/// The table of a migration's operation.
fn table_of<'a>(call: Node<'_>, text: &'a str) -> Option<&'a str> {
    let arguments = positional(call);
    let place = match last_name(call, text)? {
        "create_table" | "batch_alter_table" | "add_column" | "alter_column" | "drop_column" | "drop_table" => 0,
        "create_unique_constraint"
        | "create_check_constraint"
        | "create_foreign_key"
        | "create_index"
        | "create_primary_key" => 1,
        _ => return None,
    };
    let named = keyword(call, "table_name", text).map(|(_, value)| value);
    string(named.or_else(|| arguments.get(place).copied())?, text)
}

fn find_call<'t>(node: Node<'t>, name: &str, text: &str) -> Option<Node<'t>> {
    if node.kind() == "call" && last_name(node, text) == Some(name) {
        return Some(node);
    }
    if node.kind() == "block" {
        return None;
    }
    children(node).into_iter().find_map(|child| find_call(child, name, text))
}
