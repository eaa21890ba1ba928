//! Reads what a file declares: classes, tables, mappings and functions.

use tree_sitter::Node;

use super::index::{Attribute, Class, FileIndex, Function, Mapping, module_of, named_class};
use super::syntax::{arguments, bare, children, field, last_name, literal, text_of};

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
                    if let Some(name) = field(statement, "name") {
                        found.functions.push(Function {
                            name: text_of(name, self.text).to_owned(),
                            module: self.module.clone(),
                            returns: field(statement, "return_type").map(|node| text_of(node, self.text).to_owned()),
                        });
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
                    for inner in children(statement) {
                        self.table_object(inner, found);
                        found.mappings.extend(self.mapping(inner));
                    }
                }
                _ => {}
            }
        }
    }

    /// `registry.map_imperatively(Customer, customers, properties={…})`, or the older `mapper(…)`.
    fn mapping(&self, call: Node<'_>) -> Option<Mapping> {
        let name = self.callee(call)?;
        if !matches!(name, "map_imperatively" | "mapper") {
            return None;
        }
        let given = arguments(bare(call));
        let keyword = |name: &str| given.keywords.iter().find(|(key, _)| text_of(*key, self.text) == name);
        let class = given.positional.first().copied().or_else(|| keyword("class_").map(|(_, value)| *value))?;
        let table = given.positional.get(1).copied().or_else(|| keyword("local_table").map(|(_, value)| *value))?;
        let pairs = keyword("properties").map(|(_, value)| children(*value)).unwrap_or_default();
        let mut own = Class::default();
        let properties = pairs
            .into_iter()
            .filter_map(|pair| {
                let name = literal(field(pair, "key")?, self.text)?.value;
                let value = bare(field(pair, "value")?);
                let attribute = match self.column_of_table(value) {
                    Some(column) => Attribute::Column(column),
                    None => self.value(value, None, &name, &mut own),
                };
                Some((name, attribute))
            })
            .collect();
        Some(Mapping {
            class: last_name(class, self.text)?.to_owned(),
            table: last_name(table, self.text)?.to_owned(),
            properties,
        })
    }

    /// `customers.c.fax` → `fax`.
    fn column_of_table(&self, node: Node<'_>) -> Option<String> {
        let object = field(node, "object").filter(|_| node.kind() == "attribute")?;
        matches!(last_name(object, self.text), Some("c" | "columns"))
            .then(|| last_name(node, self.text).map(ToOwned::to_owned))?
    }

    fn table_object(&self, assignment: Node<'_>, found: &mut FileIndex) {
        if assignment.kind() != "assignment" {
            return;
        }
        let (Some(left), Some(right)) = (field(assignment, "left"), field(assignment, "right")) else { return };
        if left.kind() != "identifier" {
            return;
        }
        let mut class = Class {
            name: text_of(left, self.text).to_owned(),
            module: self.module.clone(),
            file: self.file,
            offset: left.start_byte(),
            is_table: true,
            ..Class::default()
        };
        if self.table(bare(right), &mut class) {
            found.classes.push(class);
        }
    }

    /// Gives a class what `Table("customer", metadata, Column("fax", key="f"), …)` says.
    fn table(&self, call: Node<'_>, class: &mut Class) -> bool {
        if !matches!(self.callee(call), Some("Table" | "table")) {
            return false;
        }
        let given = arguments(call);
        let Some(name) = given.positional.first().and_then(|first| literal(*first, self.text)) else { return false };
        class.explicit_table = Some(name.value);
        for column in given.positional.iter().filter(|node| matches!(self.callee(**node), Some("Column" | "column"))) {
            let given = arguments(bare(*column));
            let Some(name) = given.positional.first().and_then(|first| literal(*first, self.text)) else { continue };
            let key = given.keywords.iter().find(|(keyword, _)| text_of(*keyword, self.text) == "key");
            let key = key.and_then(|(_, value)| literal(*value, self.text)).unwrap_or_else(|| name.clone());
            class.attributes.insert(key.value, Attribute::Column(name.value));
        }
        true
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
                let Some(definition) = field(statement, "definition") else { return };
                self.member(definition, class, found);
                let declared = children(statement).into_iter().filter(|child| child.kind() == "decorator");
                if declared.into_iter().any(|decorator| text_of(decorator, self.text).contains("declared_attr")) {
                    self.declared(definition, class);
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

    /// What a `declared_attr` returns.
    fn declared(&self, function: Node<'_>, class: &mut Class) {
        let Some(name) = field(function, "name").map(|name| text_of(name, self.text).to_owned()) else { return };
        let body = field(function, "body").map(children).unwrap_or_default();
        let returned = body.iter().filter(|node| node.kind() == "return_statement").find_map(|node| {
            let value = children(*node).first().copied()?;
            Some(bare(value))
        });
        if let Some(value) = returned {
            match (name.as_str(), literal(value, self.text)) {
                ("__tablename__", Some(table)) => class.explicit_table = Some(table.value),
                ("__tablename__", None) => {}
                _ => {
                    let attribute = self.value(value, None, &name, class);
                    class.attributes.insert(name, attribute);
                }
            }
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
        if name == "__table__" {
            match right.kind() {
                "attribute" | "identifier" => class.bases.extend(last_name(right, self.text).map(ToOwned::to_owned)),
                _ => {
                    self.table(right, class);
                }
            }
            return;
        }
        if name == "resource_name" {
            class.resource = literal(right, self.text).map(|name| name.value);
        }
        if name.ends_with("_columns") {
            class.lists.insert(name.clone(), self.spelled_out(right));
        }
        if name.ends_with("_form") {
            class.forms.extend(last_name(right, self.text).map(ToOwned::to_owned));
        }
        let attribute = self.value(right, annotation, &name, class);
        class.attributes.insert(name, attribute);
    }

    /// The strings of a list that holds nothing else.
    fn spelled_out(&self, list: Node<'_>) -> Option<Vec<String>> {
        if list.kind() == "assignment" {
            return field(list, "right").and_then(|inner| self.spelled_out(bare(inner)));
        }
        if !matches!(list.kind(), "list" | "tuple" | "set") {
            return None;
        }
        children(list).into_iter().map(|item| literal(item, self.text).map(|literal| literal.value)).collect()
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
            // A dataclass keeps the column in the metadata of its field.
            Some("field") => {
                let metadata = call.keywords.iter().find(|(keyword, _)| text_of(*keyword, self.text) == "metadata");
                let values = metadata.map(|(_, value)| children(*value)).unwrap_or_default();
                let inner = values.into_iter().filter_map(|pair| field(pair, "value").map(bare));
                inner
                    .map(|inner| self.value(inner, annotation, name, class))
                    .find(|attribute| *attribute != Attribute::Other)
                    .unwrap_or(Attribute::Other)
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
