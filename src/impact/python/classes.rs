//! What stands in the body of a class: columns and constraints of a model, the lists of a Flask-AppBuilder view,
//! the fields of a schema or form.

use tree_sitter::Node;

use super::index::Attribute;
use super::scope::{Binding, Type};
use super::syntax::{Literal, arguments, bare, children, field, last_name};
use super::views::names_columns;
use super::walk::Walker;
use crate::impact::{UsageConfidence, UsageKind};

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
            "decorated_definition" => self.declared_attribute(statement, id),
            "class_definition" if field(statement, "name").is_some_and(|name| self.text(name) == "Meta") => {
                self.meta(statement, id);
            }
            _ => {}
        }
        self.visit(statement);
    }

    /// A column that a `declared_attr` returns.
    fn declared_attribute(&mut self, statement: Node<'a>, id: usize) {
        let Some(name) = field(statement, "definition").and_then(|function| field(function, "name")) else { return };
        let attribute = self.text(name);
        if matches!(self.models.classes[id].attributes.get(attribute), Some(Attribute::Column(_))) {
            self.column_definition(attribute, name.start_byte(), id);
        }
    }

    /// The definition of a column in a model, or in a mixin whose models decide.
    fn column_definition(&mut self, name: &str, offset: usize, id: usize) {
        let Some(Attribute::Column(column)) = self.models.classes[id].attributes.get(name) else { return };
        let Some(table) = self.models.table(id) else {
            self.mixin_use(id, name, offset, UsageKind::ModelDefinition);
            return;
        };
        let explanation = format!("{}.{name}, the model's own definition", self.models.name(id));
        let (changes, kind) = (self.subjects.column(table, column), UsageKind::ModelDefinition);
        self.sink.report(offset, changes, kind, UsageConfidence::Certain, &explanation);
    }

    fn class_assignment(&mut self, node: Node<'a>, id: usize) {
        let Some(left) = field(node, "left").filter(|left| left.kind() == "identifier") else { return };
        let name = self.text(left);
        let right = field(node, "right").map(bare);
        if let Some(inner) = right.filter(|right| right.kind() == "assignment") {
            self.class_assignment(inner, id);
        }
        if let (true, Some(value)) = (name == "__mapper_args__" && self.models.table(id).is_some(), right) {
            self.mapper_arguments(value, id);
        }
        if self.models.table(id).is_some()
            || matches!(self.models.classes[id].attributes.get(name), Some(Attribute::Column(_)))
        {
            self.column_definition(name, left.start_byte(), id);
            return;
        }
        let Some(mut value) = right else { return };
        while value.kind() == "assignment" {
            match field(value, "right").map(bare) {
                Some(inner) => value = inner,
                None => return,
            }
        }
        let value = value;
        if let Some(model) = self.models.subject(id) {
            if names_columns(name) {
                self.view_strings(name, value, model, 0);
            } else if let Some(attribute) = self.attribute_of_field(value) {
                let how = Binding::certain(Type::One(model), format!("as a field of {}", self.models.name(id)));
                self.path_use(model, &attribute, 0, &attribute.value, &how, UsageKind::FormField);
            } else if (self.is_field(value) && !self.is_computed(value)) || self.mirrors_columns(id) {
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
        class.bases.iter().any(|base| base.ends_with("Factory"))
    }

    /// Whether a value is a form or schema field (`StringField(…)`, `fields.String()`, `auto_field()`).
    fn is_field(&self, value: Node<'a>) -> bool {
        let Some(function) = field(value, "function").filter(|_| value.kind() == "call") else { return false };
        let name = last_name(function, self.source).unwrap_or("");
        name.ends_with("Field") || name == "auto_field" || self.text(function).starts_with("fields.")
    }

    /// What `fields.String(attribute="fax")` reads.
    fn attribute_of_field(&self, value: Node<'a>) -> Option<Literal> {
        let given = arguments(value).keywords.into_iter().filter(|_| value.kind() == "call");
        given
            .into_iter()
            .find(|(keyword, _)| matches!(self.text(*keyword), "attribute" | "column_name"))
            .and_then(|(_, attribute)| self.string(attribute))
    }

    /// Whether a field takes its value from a function, whatever its name is.
    fn is_computed(&self, value: Node<'a>) -> bool {
        let name = field(value, "function").and_then(|function| last_name(function, self.source));
        matches!(name, Some("Function" | "Method" | "Constant"))
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
            if ["fields", "exclude", "load_only", "dump_only", "include", "sqlalchemy_get_or_create", "additional"]
                .contains(&name)
            {
                let how = Binding::certain(Type::One(model), format!("in Meta.{name}"));
                self.strings(right, &mut |walker, literal| {
                    walker.path_use(model, literal, 0, &literal.value, &how, UsageKind::FormField);
                });
            }
        }
    }

    pub(super) fn strings(&mut self, node: Node<'a>, each: &mut dyn FnMut(&mut Self, &Literal)) {
        match self.string(node) {
            Some(literal) => each(self, &literal),
            None => children(node).into_iter().for_each(|child| self.strings(child, each)),
        }
    }
}
