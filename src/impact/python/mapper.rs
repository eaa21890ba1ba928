//! Strings that SQLAlchemy's mapper reads as names of columns, attributes, tables and classes.

use tree_sitter::Node;

use super::models::Member;
use super::scope::{Binding, Type};
use super::syntax::{Literal, arguments, children, field, last_name};
use super::walk::Walker;
use crate::impact::{UsageConfidence, UsageKind};

impl<'a> Walker<'a> {
    /// Strings that SQLAlchemy reads as names, by the function that they are given to.
    pub(super) fn model_strings(&mut self, node: Node<'a>, function: &str) {
        let given = arguments(node);
        let own = self.table_at_hand();
        let certain = |id: usize| Binding::certain(Type::Class(id), format!("in {function}"));
        let kind = UsageKind::ModelDefinition;
        match function {
            "Table" | "table" => self.table_columns(&given.positional),
            "ForeignKey" => {
                if let Some(literal) = given.positional.first().and_then(|first| self.string(*first)) {
                    self.key_use(&literal);
                }
            }
            "ForeignKeyConstraint" => {
                for (index, list) in given.positional.iter().take(2).enumerate() {
                    self.strings(*list, &mut |walker, literal| match (index, own) {
                        (0, Some(own)) => walker.path_use(own, literal, 0, &literal.value, &certain(own), kind),
                        (1, _) => walker.key_use(literal),
                        _ => {}
                    });
                }
            }
            "validates" => {
                let subject = self.within.and_then(|within| self.models.subject(within.class));
                let Some(model) = own.or(subject) else { return };
                self.names_in(&given.positional, model, &certain(model));
            }
            "UniqueConstraint" | "PrimaryKeyConstraint" | "synonym" | "composite" => {
                let Some(own) = own else { return };
                self.names_in(&given.positional, own, &certain(own));
            }
            "Index" => {
                let Some(own) = own else { return };
                self.names_in(given.positional.get(1..).unwrap_or_default(), own, &certain(own));
                for argument in &given.positional {
                    self.text_fragment(*argument, own, function);
                }
                for (keyword, value) in &given.keywords {
                    match self.text(*keyword) {
                        keyword if keyword.ends_with("_where") => self.text_fragment(*value, own, function),
                        keyword if keyword.ends_with("_include") => self.names_in(&[*value], own, &certain(own)),
                        _ => {}
                    }
                }
            }
            "CheckConstraint" | "Computed" => {
                let keyword = given.keywords.iter().find(|(keyword, _)| self.text(*keyword) == "sqltext");
                let argument = given.positional.first().copied().or_else(|| keyword.map(|(_, value)| *value));
                if let (Some(own), Some(argument)) = (own, argument) {
                    self.text_fragment(argument, own, function);
                }
            }
            "association_proxy" => {
                if let (Some(own), [relation, attribute, ..]) = (own, &given.positional[..])
                    && let (Some(relation), Some(attribute)) = (self.string(*relation), self.string(*attribute))
                    && let Member::Related(target) = self.models.member(own, &relation.value, self.subjects)
                {
                    self.path_use(target, &attribute, 0, &attribute.value, &certain(target), kind);
                }
            }
            "relationship" | "backref" | "relation" | "dynamic_loader" => {
                let keywords = given.keywords.iter().map(|(_, value)| *value);
                let all: Vec<Node<'a>> = given.positional.iter().copied().chain(keywords).collect();
                for argument in all {
                    if let Some(literal) = self.string(argument) {
                        self.expression_string(&literal);
                    }
                }
            }
            _ => {}
        }
    }

    /// The class in whose body the walk is, or the `Table(…)`.
    fn table_at_hand(&self) -> Option<usize> {
        let class = self.within.map(|within| within.class).filter(|class| self.models.table(*class).is_some());
        self.inside_table.or(class)
    }

    fn names_in(&mut self, given: &[Node<'a>], id: usize, how: &Binding) {
        for argument in given.iter().filter(|argument| argument.kind() != "call") {
            self.strings(*argument, &mut |walker, literal| {
                walker.path_use(id, literal, 0, &literal.value, how, UsageKind::ModelDefinition);
            });
        }
    }

    /// A part of SQL, bare or in `text(…)`.
    fn text_fragment(&mut self, node: Node<'a>, id: usize, function: &str) {
        let inner = arguments(node).positional.first().copied().filter(|_| node.kind() == "call");
        let is_text = field(node, "function").and_then(|name| last_name(name, self.source)) == Some("text");
        let literal = match inner.filter(|_| is_text) {
            Some(inner) => self.string(inner),
            None if function == "Index" => None,
            None => self.string(node),
        };
        if let Some(literal) = literal {
            let how = Binding::certain(Type::Columns(id), format!("in the SQL of {function}"));
            self.fragment(&literal, id, &how, UsageKind::ModelDefinition);
        }
    }

    /// The strings of `__mapper_args__`.
    pub(super) fn mapper_arguments(&mut self, node: Node<'a>, id: usize) {
        for pair in children(node) {
            let (Some(key), Some(value)) = (field(pair, "key"), field(pair, "value")) else { continue };
            let Some(key) = self.string(key) else { continue };
            let how = Binding::certain(Type::Class(id), "in __mapper_args__");
            match key.value.as_str() {
                "exclude_properties" | "include_properties" => {
                    self.strings(value, &mut |walker, literal| {
                        let place = literal.place(0);
                        walker.column_use(id, &literal.value, place, &how, UsageKind::ModelDefinition);
                    });
                }
                "polymorphic_on" | "primary_key" | "version_id_col" | "order_by" => {
                    self.names_in(&[value], id, &how);
                }
                _ => {}
            }
        }
    }

    /// The columns of a `Table("customer", metadata, Column("fax", …))`, and its name.
    fn table_columns(&mut self, given: &[Node<'a>]) {
        let Some(table) = given.first().and_then(|first| self.string(*first)) else { return };
        let (kind, sure) = (UsageKind::ModelDefinition, UsageConfidence::Certain);
        let explanation = format!("table {} itself", table.value);
        self.sink.report(table.place(0), self.subjects.table(&table.value), kind, sure, &explanation);
        for argument in given.iter().filter(|argument| argument.kind() == "call") {
            let is_column = field(*argument, "function").and_then(|name| last_name(name, self.source));
            let is_column = matches!(is_column, Some("Column" | "column"));
            let first = arguments(*argument).positional.first().copied().filter(|_| is_column);
            if let Some(column) = first.and_then(|first| self.string(first)) {
                let explanation = format!("{}.{}, the table's own definition", table.value, column.value);
                let changes = self.subjects.column(&table.value, &column.value);
                self.sink.report(column.place(0), changes, kind, sure, &explanation);
            }
        }
    }

    /// `"customer.id"` in a foreign key.
    fn key_use(&mut self, literal: &Literal) {
        let Some((path, column)) = literal.value.rsplit_once('.') else { return };
        let table = path.rsplit('.').next().unwrap_or(path);
        let (kind, sure) = (UsageKind::ModelDefinition, UsageConfidence::Certain);
        let at = path.len() - table.len();
        let text = format!("{table}.{column} in a foreign key");
        self.sink.report(literal.place(at), self.subjects.table(table), kind, sure, &text);
        self.sink.report(literal.place(path.len() + 1), self.subjects.column(table, column), kind, sure, &text);
    }

    /// `"Customer.id == Order.customer_id"` as SQLAlchemy evaluates it: names of classes, tables and attributes.
    fn expression_string(&mut self, literal: &Literal) {
        for (start, word) in words(&literal.value) {
            let Some((first, rest)) = word.split_once('.').or(Some((word, ""))) else { continue };
            let named = self.models.named(first);
            let Some(id) = named.filter(|id| self.models.table(*id).is_some()) else { continue };
            let table = self.models.table(id).unwrap_or("");
            let text = format!("{first}, the model of {table}, in a relationship");
            let kind = UsageKind::ModelDefinition;
            let changes = self.subjects.table(table);
            self.sink.report(literal.place(start), changes, kind, UsageConfidence::Certain, &text);
            let rest_start = start + first.len() + 1;
            let (rest_start, rest) = rest.strip_prefix("c.").map_or((rest_start, rest), |rest| (rest_start + 2, rest));
            let how = Binding::certain(Type::Class(id), "in a relationship");
            self.path_use(id, literal, rest_start, rest, &how, kind);
        }
    }
}

/// The dotted names in a text, with the offset of each.
pub(super) fn words(text: &str) -> Vec<(usize, &str)> {
    let mut words = Vec::new();
    let mut start = None;
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    for (index, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (is_part(c), start) {
            (true, None) => start = Some(index),
            (false, Some(begun)) => {
                words.push((begun, &text[begun..index]));
                start = None;
            }
            _ => {}
        }
    }
    words
}
