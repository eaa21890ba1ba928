//! What the files of an application say about each other: models and their tables, and guards against forgery.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;
use tree_sitter::Node;

use super::syntax::{assigned, assignment, children, field, last_name, positional, string, text_of};

/// Calls that declare a column.
const COLUMNS: [&str; 2] = ["Column", "mapped_column"];
/// Types that hold what people write.
const TEXTS: [&str; 7] = ["String", "Text", "Unicode", "UnicodeText", "VARCHAR", "CHAR", "TEXT"];

/// A model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Model {
    /// Its table.
    pub(super) table: String,
    /// The attributes that hold text of any kind, in their order.
    pub(super) texts: Vec<String>,
    /// The attributes of the primary key.
    pub(super) key: Vec<String>,
}

/// What is known across files.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Models by the name of their class.
    pub(super) models: BTreeMap<String, Model>,
    /// Names that hold a guard against forged requests.
    pub(super) guards: BTreeSet<String>,
}

impl Index {
    /// Reads every file.
    pub(super) fn new<'t>(modules: impl Iterator<Item = (&'t str, Node<'t>)>) -> Self {
        let mut index = Self::default();
        for (text, module) in modules {
            for statement in children(module) {
                if statement.kind() == "class_definition" {
                    index.add_class(statement, text);
                } else if let Some((names, value)) = assigned(statement, text)
                    && value.kind() == "call"
                    && matches!(last_name(value, text), Some("CSRFProtect" | "CsrfProtect"))
                {
                    index.guards.extend(names.into_iter().map(str::to_owned));
                }
            }
        }
        index
    }

    fn add_class(&mut self, class: Node<'_>, text: &str) {
        let (Some(name), Some(body)) = (field(class, "name"), field(class, "body")) else { return };
        let name = text_of(name, text);
        let mut model = Model::default();
        let mut columns = 0;
        for statement in children(body) {
            let Some((names, value)) = assigned(statement, text) else { continue };
            if !is_column(value, text) {
                continue;
            }
            columns += 1;
            let types: Vec<&str> =
                positional(value).into_iter().take(2).filter_map(|argument| last_name(argument, text)).collect();
            if types.iter().any(|name| TEXTS.contains(name)) {
                model.texts.extend(names.iter().map(|name| (*name).to_owned()));
            }
            if super::syntax::keyword(value, "primary_key", text).is_some_and(|(_, value)| value.kind() == "true") {
                model.key.extend(names.iter().map(|name| (*name).to_owned()));
            }
        }
        let table = assignment(body, "__tablename__", text).and_then(|(_, value)| string(value, text));
        match table {
            Some(table) => model.table = table.to_owned(),
            // Flask-SQLAlchemy names the table after the class.
            None if columns > 0 => model.table = name.to_snake_case(),
            None => return,
        }
        self.models.insert(name.to_owned(), model);
    }

    /// The class that stands for a table.
    pub(super) fn class_of(&self, table: &str) -> Option<&str> {
        self.models.iter().find(|(_, model)| model.table == table).map(|(class, _)| class.as_str())
    }
}

/// Whether a value declares a column.
pub(super) fn is_column(value: Node<'_>, text: &str) -> bool {
    value.kind() == "call" && last_name(value, text).is_some_and(|name| COLUMNS.contains(&name))
}
