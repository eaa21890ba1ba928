//! What each file defines: classes with their tables, columns and relationships, and functions that say what they
//! return.

use std::collections::{HashMap, HashSet};

use tree_sitter::Node;

use super::syntax::{arguments, bare, children, field, last_name, literal, text_of};

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

/// What one file defines.
#[derive(Debug, Default)]
pub(super) struct FileIndex {
    pub(super) classes: Vec<Class>,
    /// Functions and the annotation of what they return.
    pub(super) functions: HashMap<String, String>,
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

/// Indexes one file.
pub(super) fn index(root: Node<'_>, text: &str, path: &str, file: usize) -> FileIndex {
    let mut found = FileIndex::default();
    let reader = Reader { text, module: module_of(path), file };
    reader.block(root, &mut found);
    found
}

struct Reader<'a> {
    text: &'a str,
    module: Vec<String>,
    file: usize,
}

impl Reader<'_> {
    fn block(&self, node: Node<'_>, found: &mut FileIndex) {
        for statement in children(node) {
            match statement.kind() {
                "class_definition" => self.class(statement, found),
                "function_definition" => {
                    if let (Some(name), Some(returns)) = (field(statement, "name"), field(statement, "return_type")) {
                        found
                            .functions
                            .insert(text_of(name, self.text).to_owned(), text_of(returns, self.text).to_owned());
                    }
                    if let Some(body) = field(statement, "body") {
                        self.block(body, found);
                    }
                }
                "decorated_definition"
                | "if_statement"
                | "try_statement"
                | "block"
                | "else_clause"
                | "except_clause"
                | "with_statement" => self.block(statement, found),
                "expression_statement" => {
                    for assignment in children(statement) {
                        self.table_object(assignment, found);
                    }
                }
                _ => {}
            }
        }
    }

    fn table_object(&self, assignment: Node<'_>, found: &mut FileIndex) {
        if assignment.kind() != "assignment" {
            return;
        }
        let (Some(left), Some(right)) = (field(assignment, "left"), field(assignment, "right")) else { return };
        let right = bare(right);
        if left.kind() != "identifier" || right.kind() != "call" || self.callee(right) != Some("Table") {
            return;
        }
        let arguments = arguments(right);
        let Some(name) = arguments.positional.first().and_then(|first| literal(*first, self.text)) else { return };
        let mut class = Class {
            name: text_of(left, self.text).to_owned(),
            module: self.module.clone(),
            file: self.file,
            offset: left.start_byte(),
            explicit_table: Some(name.value),
            ..Class::default()
        };
        for column in arguments.positional.iter().filter(|argument| self.callee(**argument) == Some("Column")) {
            if let Some(name) =
                super::syntax::arguments(*column).positional.first().and_then(|n| literal(*n, self.text))
            {
                class.attributes.insert(name.value.clone(), Attribute::Column(name.value));
            }
        }
        found.classes.push(class);
    }

    fn callee(&self, node: Node<'_>) -> Option<&str> {
        let node = bare(node);
        if node.kind() != "call" {
            return None;
        }
        field(node, "function").and_then(|function| last_name(function, self.text))
    }

    fn class(&self, node: Node<'_>, found: &mut FileIndex) {
        let (Some(name), Some(body)) = (field(node, "name"), field(node, "body")) else { return };
        let mut class = Class {
            name: text_of(name, self.text).to_owned(),
            module: self.module.clone(),
            file: self.file,
            offset: node.start_byte(),
            bases: arguments(node)
                .positional
                .iter()
                .filter_map(|base| last_name(*base, self.text))
                .map(ToOwned::to_owned)
                .collect(),
            ..Class::default()
        };
        for statement in children(body) {
            self.member(statement, &mut class, found);
        }
        found.classes.push(class);
    }

    fn member(&self, statement: Node<'_>, class: &mut Class, found: &mut FileIndex) {
        match statement.kind() {
            "expression_statement" => {
                for assignment in children(statement) {
                    self.assignment(assignment, class);
                }
            }
            "decorated_definition" => {
                if let Some(definition) = field(statement, "definition") {
                    self.member(definition, class, found);
                }
            }
            "function_definition" => {
                let Some(name) = field(statement, "name") else { return };
                let returns = field(statement, "return_type").map(|returns| text_of(returns, self.text).to_owned());
                class.attributes.insert(text_of(name, self.text).to_owned(), Attribute::Method(returns));
                self.self_attributes(statement, class);
            }
            "class_definition" => {
                if field(statement, "name").is_some_and(|name| text_of(name, self.text) == "Meta") {
                    self.meta(statement, class);
                } else {
                    self.class(statement, found);
                }
            }
            "if_statement" | "block" | "else_clause" => {
                children(statement).into_iter().for_each(|inner| self.member(inner, class, found));
            }
            _ => {}
        }
    }

    fn meta(&self, node: Node<'_>, class: &mut Class) {
        let Some(body) = field(node, "body") else { return };
        for assignment in children(body).into_iter().flat_map(children) {
            if let (Some(left), Some(right)) = (field(assignment, "left"), field(assignment, "right"))
                && text_of(left, self.text) == "model"
            {
                class.subject = last_name(right, self.text).map(ToOwned::to_owned);
            }
        }
    }

    fn self_attributes(&self, node: Node<'_>, class: &mut Class) {
        if node.kind() == "assignment"
            && let Some(left) = field(node, "left").filter(|left| left.kind() == "attribute")
            && let (Some(object), Some(name)) = (field(left, "object"), field(left, "attribute"))
            && text_of(object, self.text) == "self"
        {
            class.own_attributes.insert(text_of(name, self.text).to_owned());
        }
        children(node).into_iter().for_each(|child| self.self_attributes(child, class));
    }

    fn assignment(&self, node: Node<'_>, class: &mut Class) {
        if node.kind() != "assignment" {
            return;
        }
        let Some(left) = field(node, "left").filter(|left| left.kind() == "identifier") else { return };
        let name = text_of(left, self.text).to_owned();
        let annotation = field(node, "type").map(|annotation| text_of(annotation, self.text));
        let Some(right) = field(node, "right").map(bare) else {
            let attribute = match annotation {
                Some(annotation) if annotation.starts_with("Mapped") => self.mapped(annotation, &name),
                _ => Attribute::Other,
            };
            class.attributes.insert(name, attribute);
            return;
        };
        if name == "__tablename__" {
            class.explicit_table = literal(right, self.text).map(|table| table.value);
            return;
        }
        if right.kind() == "assignment" {
            self.assignment(right, class);
        }
        if name == "__table__" && matches!(right.kind(), "attribute" | "identifier") {
            class.bases.extend(last_name(right, self.text).map(ToOwned::to_owned));
            return;
        }
        let attribute = self.value(right, annotation, &name, class);
        class.attributes.insert(name, attribute);
    }

    fn value(&self, right: Node<'_>, annotation: Option<&str>, name: &str, class: &mut Class) -> Attribute {
        let call = arguments(right);
        match self.callee(right) {
            Some("Column" | "mapped_column") => {
                let given = call.positional.first().and_then(|first| literal(*first, self.text));
                let keyword = call.keywords.iter().find(|(keyword, _)| text_of(*keyword, self.text) == "name");
                let given = given.or_else(|| keyword.and_then(|(_, value)| literal(*value, self.text)));
                Attribute::Column(given.map_or_else(|| name.to_owned(), |given| given.value))
            }
            Some("deferred" | "column_property") => match call.positional.first() {
                Some(inner) if self.callee(*inner) == Some("Column") => {
                    self.value(bare(*inner), annotation, name, class)
                }
                _ => Attribute::Other,
            },
            Some("relationship" | "dynamic_loader" | "relation") => {
                let target = call
                    .positional
                    .first()
                    .and_then(|first| self.class_name(*first))
                    .or_else(|| annotation.map(named_class));
                let Some(target) = target else { return Attribute::Other };
                for (keyword, value) in &call.keywords {
                    if text_of(*keyword, self.text) == "backref" {
                        let value = bare(*value);
                        let inner = if value.kind() == "call" {
                            arguments(value).positional.first().copied()
                        } else {
                            Some(value)
                        };
                        if let Some(backref) = inner.and_then(|inner| literal(inner, self.text)) {
                            class.backrefs.push((target.clone(), backref.value));
                        }
                    }
                }
                Attribute::Relation(target)
            }
            Some(callee) if name == "datamodel" && callee.ends_with("Interface") => {
                class.subject = call.positional.first().and_then(|first| self.class_name(*first));
                Attribute::Other
            }
            _ => Attribute::Other,
        }
    }

    fn mapped(&self, annotation: &str, name: &str) -> Attribute {
        let class = named_class(annotation);
        let plain = ["str", "int", "float", "bool", "bytes", "datetime", "date", "Decimal", "time", "dict", "UUID"];
        if annotation.contains('"') || annotation.contains("list[") || annotation.contains("List[") {
            Attribute::Relation(class)
        } else if plain.contains(&class.as_str()) || class.chars().next().is_some_and(char::is_lowercase) {
            Attribute::Column(name.to_owned())
        } else {
            Attribute::Other
        }
    }

    /// The class that an argument names: `Order`, `models.Order`, `"Order"`, `"app.models.Order"`, `lambda: Order`.
    fn class_name(&self, node: Node<'_>) -> Option<String> {
        let node = bare(node);
        if node.kind() == "lambda" {
            return field(node, "body").and_then(|body| self.class_name(body));
        }
        if let Some(literal) = literal(node, self.text) {
            return literal.value.rsplit('.').next().map(ToOwned::to_owned);
        }
        last_name(node, self.text).map(ToOwned::to_owned)
    }
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
