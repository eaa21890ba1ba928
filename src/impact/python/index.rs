//! What each file defines: classes with their tables, columns and relationships, and functions that say what they
//! return.

use std::collections::{HashMap, HashSet};

/// A class of the application, or a `Table(…)` object.
#[derive(Debug, Default)]
pub(super) struct Class {
    pub(super) name: String,
    pub(super) module: Vec<String>,
    /// Index of its file and offset of its definition: what identifies it.
    pub(super) file: usize,
    pub(super) offset: usize,
    pub(super) bases: Vec<String>,
    /// The table's name where the class gives it.
    pub(super) explicit_table: Option<String>,
    pub(super) attributes: HashMap<String, Attribute>,
    /// Backrefs that it gives to other classes: class, attribute.
    pub(super) backrefs: Vec<(String, String)>,
    /// What `datamodel` or `Meta.model` names.
    pub(super) subject: Option<String>,
    /// Attributes that its methods set on `self`.
    pub(super) own_attributes: HashSet<String>,
    /// The name of the resource that an API gives itself.
    pub(super) resource: Option<String>,
    /// The lists of columns of a view or API; `None` where the code does not spell one out.
    pub(super) lists: HashMap<String, Option<Vec<String>>>,
    /// Forms that a view names.
    pub(super) forms: Vec<String>,
    /// Whether it is a `Table(…)` object: its attributes are the columns by their keys.
    pub(super) is_table: bool,
}

/// What a class attribute is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Attribute {
    /// A column, by the name that the database knows.
    Column(String),
    /// A relationship to a class.
    Relation(String),
    /// A method or property, with the class that its annotation names.
    Method(Option<String>),
    /// Anything else.
    Other,
}

/// A function outside of classes.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    pub(super) module: Vec<String>,
    /// The annotation of what it returns.
    pub(super) returns: Option<String>,
}

/// A class and a table that are mapped apart from both (`map_imperatively`).
#[derive(Debug)]
pub(super) struct Mapping {
    pub(super) class: String,
    /// The variable that holds the table.
    pub(super) table: String,
    pub(super) properties: Vec<(String, Attribute)>,
}

/// What one file defines.
#[derive(Debug, Default)]
pub(super) struct FileIndex {
    pub(super) classes: Vec<Class>,
    pub(super) functions: Vec<Function>,
    pub(super) mappings: Vec<Mapping>,
}

/// The dotted name of the module that a path holds, as segments.
pub(super) fn module_of(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".py").unwrap_or(path);
    let mut segments: Vec<String> = path.split('/').map(ToOwned::to_owned).collect();
    if segments.last().is_some_and(|last| last == "__init__") {
        segments.pop();
    }
    segments
}

/// The innermost class that an annotation names: `Mapped[list["Order"]]` → `Order`, `Customer | None` → `Customer`.
pub(super) fn named_class(annotation: &str) -> String {
    let mut best = String::new();
    for word in annotation.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')) {
        let word = word.rsplit('.').next().unwrap_or(word);
        if !word.is_empty() && word != "None" {
            best = word.to_owned();
        }
    }
    best
}

/// Whether an annotation speaks of several.
pub(super) fn names_several(annotation: &str) -> bool {
    const SEVERAL: [&str; 13] = [
        "list",
        "List",
        "Sequence",
        "Iterable",
        "Iterator",
        "set",
        "Set",
        "tuple",
        "Tuple",
        "Collection",
        "Query",
        "ScalarResult",
        "Generator",
    ];
    let outer = annotation.trim_start_matches(['"', '\'']).split('[').next().unwrap_or("");
    annotation.contains('[') && SEVERAL.contains(&outer.rsplit('.').next().unwrap_or("").trim())
}
