//! What stands in the body of a class: columns and constraints of a model, the lists of a Flask-AppBuilder view,
//! the fields of a schema or form.

use tree_sitter::Node;

use super::index::Attribute;
use super::models::Member;
use super::scope::{Binding, Type};
use super::syntax::{Literal, arguments, bare, children, field, last_name};
use super::walk::Walker;
use crate::impact::{UsageConfidence, UsageKind};

/// Attributes of a view that are dictionaries by column.
fn is_by_column(name: &str) -> bool {
    name.ends_with("_columns") || name.ends_with("_form_extra_fields") || name.ends_with("_query_rel_fields")
}

/// Attributes of a view whose strings name columns.
fn names_columns(name: &str) -> bool {
    is_by_column(name)
        || name.ends_with("_fieldsets")
        || name.ends_with("_exclude_cols")
        || ["base_order", "base_filters", "definitions", "group_bys", "fieldsets", "direct_columns"].contains(&name)
}

impl<'a> Walker<'a> {
    /// The definition of a class whose table changed.
    pub(super) fn class_definition(&mut self, name: Node<'a>, id: usize) {
        if let Some(table) = self.models.classes[id].explicit_table.as_deref().or_else(|| self.models.table(id)) {
            let explanation = format!("{}, the model of {table}", self.models.name(id));
            let changes = self.subjects.table(table);
            let kind = UsageKind::ModelDefinition;
            self.sink.report(name.start_byte(), changes, kind, UsageConfidence::Certain, &explanation);
        }
    }

    /// One statement of a class body.
    pub(super) fn class_statement(&mut self, statement: Node<'a>, id: usize) {
        match statement.kind() {
            "expression_statement" => {
                let is_assignment = |node: &Node<'a>| node.kind() == "assignment";
                for assignment in children(statement).into_iter().filter(is_assignment) {
                    self.class_assignment(assignment, id);
                }
            }
            "class_definition" if field(statement, "name").is_some_and(|name| self.text(name) == "Meta") => {
                self.meta(statement, id);
            }
            _ => {}
        }
        self.visit(statement);
    }

    fn class_assignment(&mut self, node: Node<'a>, id: usize) {
        let Some(left) = field(node, "left").filter(|left| left.kind() == "identifier") else { return };
        let name = self.text(left);
        let right = field(node, "right").map(bare);
        if let Some(inner) = right.filter(|right| right.kind() == "assignment") {
            self.class_assignment(inner, id);
        }
        if self.models.table(id).is_some() {
            if let Some(Attribute::Column(column)) = self.models.classes[id].attributes.get(name) {
                let table = self.models.table(id).unwrap_or("");
                let changes = self.subjects.column(table, column);
                let explanation = format!("{}.{name}, the model's own definition", self.models.name(id));
                let kind = UsageKind::ModelDefinition;
                self.sink.report(left.start_byte(), changes, kind, UsageConfidence::Certain, &explanation);
            }
            return;
        }
        if let Some(Attribute::Column(_)) = self.models.classes[id].attributes.get(name) {
            self.mixin_use(id, name, left.start_byte(), UsageKind::ModelDefinition);
            return;
        }
        let Some(mut value) = right else { return };
        while value.kind() == "assignment" {
            match field(value, "right").map(bare) {
                Some(inner) => value = inner,
                None => return,
            }
        }
        if let Some(model) = self.models.subject(id) {
            if names_columns(name) {
                self.view_strings(name, value, model, 0);
            } else if self.is_field(value) || self.mirrors_columns(id) {
                let how = Binding::certain(Type::One(model), format!("as a field of {}", self.models.name(id)));
                self.member_use(model, name, left.start_byte(), &how, UsageKind::FormField);
            }
        } else if names_columns(name) {
            self.unresolved_strings(value);
        } else if self.is_field(value) {
            match self.model_by_prefix(id) {
                Some(model) => {
                    let how = Binding::likely(Type::One(model), format!("as a field of {}", self.models.name(id)));
                    self.member_use(model, name, left.start_byte(), &how, UsageKind::FormField);
                }
                None => self.unknown_use(name, left.start_byte(), UsageKind::FormField),
            }
        }
    }

    /// Whether a class declares something for each column by name, as factories do.
    fn mirrors_columns(&self, id: usize) -> bool {
        let class = &self.models.classes[id];
        class.bases.iter().any(|base| base.ends_with("Factory") || base.ends_with("Schema"))
    }

    /// Whether a value is a form or schema field (`StringField(…)`, `fields.String()`, `auto_field()`).
    fn is_field(&self, value: Node<'a>) -> bool {
        let Some(function) = field(value, "function").filter(|_| value.kind() == "call") else { return false };
        let name = last_name(function, self.source).unwrap_or("");
        name.ends_with("Field") || name == "auto_field" || self.text(function).starts_with("fields.")
    }

    /// `CustomerForm` → `Customer`.
    fn model_by_prefix(&self, id: usize) -> Option<usize> {
        let name = self.models.name(id);
        let ends = ["Form", "Schema", "PutSchema", "PostSchema", "Factory"];
        ends.iter().filter_map(|end| name.strip_suffix(end)).find_map(|prefix| self.models.named(prefix))
    }

    fn meta(&mut self, node: Node<'a>, id: usize) {
        let Some(model) = self.models.subject(id) else { return };
        for assignment in field(node, "body").map(children).unwrap_or_default().into_iter().flat_map(children) {
            let (Some(left), Some(right)) = (field(assignment, "left"), field(assignment, "right")) else { continue };
            let name = self.text(left);
            if ["fields", "exclude", "load_only", "dump_only", "sqlalchemy_get_or_create", "additional"].contains(&name)
            {
                let how = Binding::certain(Type::One(model), format!("in Meta.{name}"));
                self.strings(right, &mut |walker, literal| {
                    walker.path_use(model, literal, 0, &literal.value, &how, UsageKind::FormField);
                });
            }
        }
    }

    fn view_strings(&mut self, name: &str, value: Node<'a>, model: usize, depth: usize) {
        let how = Binding::certain(Type::One(model), format!("in {name} of the view's model"));
        match value.kind() {
            "string" | "concatenated_string" => {
                if let Some(literal) = self.string(value) {
                    self.path_use(model, &literal, 0, &literal.value, &how, UsageKind::ViewColumn);
                }
            }
            "identifier" if depth < 6 => {
                if let Some(list) = self.assigned.get(self.text(value)).copied() {
                    self.view_strings(name, bare(list), model, depth + 1);
                }
            }
            "dictionary" => {
                for pair in children(value) {
                    let (Some(key), Some(inner)) = (field(pair, "key"), field(pair, "value")) else { continue };
                    let Some(literal) = self.string(key) else { continue };
                    if name.ends_with("fieldsets") || name == "definitions" {
                        if ["fields", "group", "series"].contains(&literal.value.as_str()) {
                            self.view_strings(&literal.value, inner, model, depth + 1);
                        }
                    } else {
                        self.path_use(model, &literal, 0, &literal.value, &how, UsageKind::ViewColumn);
                        if name.ends_with("_query_rel_fields")
                            && let Member::Related(target) = self.models.member(model, &literal.value, self.subjects)
                        {
                            self.filters(name, inner, target);
                        }
                    }
                }
            }
            "tuple" | "list" if name == "base_order" => {
                if let Some(first) = children(value).first() {
                    self.view_strings(name, *first, model, depth + 1);
                }
            }
            "list" | "tuple" if name == "base_filters" => self.filters(name, value, model),
            "list" | "tuple" if name.ends_with("fieldsets") => {
                for fieldset in children(value) {
                    // The first of a pair is the title.
                    let skip = usize::from(fieldset.kind() == "tuple");
                    for part in children(fieldset).into_iter().skip(skip) {
                        self.view_strings(name, part, model, depth + 1);
                    }
                }
            }
            "call" => {
                let given = arguments(value);
                given.positional.into_iter().for_each(|argument| self.view_strings(name, argument, model, depth + 1));
            }
            "list_comprehension" => {}
            _ => children(value).into_iter().for_each(|child| self.view_strings(name, bare(child), model, depth + 1)),
        }
    }

    /// `[["fax", FilterStartsWith, "0"], …]`: the first of each.
    fn filters(&mut self, name: &str, value: Node<'a>, model: usize) {
        let how = Binding::certain(Type::One(model), format!("in {name} of the view's model"));
        for filter in children(value) {
            if let Some(literal) = children(filter).first().and_then(|first| self.string(*first)) {
                self.path_use(model, &literal, 0, &literal.value, &how, UsageKind::ViewColumn);
            }
        }
    }

    /// A view whose model is not known.
    fn unresolved_strings(&mut self, value: Node<'a>) {
        self.strings(value, &mut |walker, literal| {
            walker.unknown_use(&literal.value, literal.place(0), UsageKind::ViewColumn);
        });
    }

    fn strings(&mut self, node: Node<'a>, each: &mut dyn FnMut(&mut Self, &Literal)) {
        match self.string(node) {
            Some(literal) => each(self, &literal),
            None => children(node).into_iter().for_each(|child| self.strings(child, each)),
        }
    }

    /// Strings that SQLAlchemy reads as names, by the function that they are given to.
    pub(super) fn model_strings(&mut self, node: Node<'a>, function: &str) {
        let given = arguments(node);
        let own = self.within.map(|within| within.class).filter(|class| self.models.table(*class).is_some());
        let certain = |id: usize| Binding::certain(Type::Class(id), format!("in {function}"));
        let kind = UsageKind::ModelDefinition;
        match function {
            "Table" => self.table_columns(&given.positional),
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
            "Index" | "UniqueConstraint" | "PrimaryKeyConstraint" | "validates" => {
                let Some(own) = own else { return };
                for argument in given.positional.iter().skip(usize::from(function == "Index")) {
                    if let Some(literal) = self.string(*argument) {
                        self.path_use(own, &literal, 0, &literal.value, &certain(own), kind);
                    }
                }
            }
            "CheckConstraint" => {
                if let (Some(own), Some(literal)) =
                    (own, given.positional.first().and_then(|first| self.string(*first)))
                {
                    for (start, word) in words(&literal.value) {
                        self.path_use(own, &literal, start, word, &certain(own), kind);
                    }
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
            "relationship" | "backref" => {
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

    /// The columns of a `Table("customer", metadata, Column("fax", …))`, and its name.
    fn table_columns(&mut self, given: &[Node<'a>]) {
        let Some(table) = given.first().and_then(|first| self.string(*first)) else { return };
        let (kind, sure) = (UsageKind::ModelDefinition, UsageConfidence::Certain);
        let explanation = format!("table {} itself", table.value);
        self.sink.report(table.place(0), self.subjects.table(&table.value), kind, sure, &explanation);
        for argument in given.iter().filter(|argument| argument.kind() == "call") {
            let is_column =
                field(*argument, "function").and_then(|name| last_name(name, self.source)) == Some("Column");
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
