//! Which places are uses: attributes, names of models, and strings of SQL.

use tree_sitter::Node;

use super::models::Member;
use super::scope::{Binding, Part, Type};
use super::syntax::{Literal, children, field};
use super::walk::Walker;
use crate::impact::{UsageConfidence, UsageKind, sql};

impl<'a> Walker<'a> {
    /// Reports `receiver.name` at `offset` where it is a changed column; tells whether it was resolved.
    pub(super) fn member_use(
        &mut self,
        id: usize,
        name: &str,
        offset: usize,
        receiver: &Binding,
        kind: UsageKind,
    ) -> bool {
        let class = self.models.name(id);
        match self.models.member(id, name, self.subjects) {
            Member::Column { table, column } => {
                let changes = self.subjects.column(&table, &column);
                let explanation = format!("{class}.{name} {}", receiver.how);
                self.sink.report(offset, changes, kind, receiver.sure, explanation.trim_end());
                true
            }
            Member::Related(_) | Member::Method(_) | Member::Other => true,
            Member::Missing => self.models.table(id).is_some(),
        }
    }

    /// Reports an attribute access; `called` when it is the function of a call.
    pub(super) fn attribute_use(&mut self, node: Node<'a>, called: bool) {
        let (Some(object), Some(name)) = (field(node, "object"), field(node, "attribute")) else { return };
        let receiver = self.infer(object);
        let offset = name.start_byte();
        let name = self.text(name);
        match receiver.ty {
            Type::Class(id) | Type::One(id) | Type::Related(id) => {
                if !self.member_use(id, name, offset, &receiver, UsageKind::PythonAttribute) {
                    self.mixin_use(id, name, offset, UsageKind::PythonAttribute);
                }
            }
            Type::Module(ref path) => {
                if let Type::Class(id) = self.module_member(path, name).ty {
                    self.class_report(offset, id, "through its module");
                }
            }
            Type::Columns(id) => self.column_use(id, name, offset, &receiver, UsageKind::PythonAttribute),
            Type::Record(ref parts) => {
                let named = parts.iter().find_map(|part| match part {
                    Part::Attribute(id, attribute) if attribute == name => Some(*id),
                    _ => None,
                });
                if let Some(id) = named {
                    let row = Binding::likely(Type::One(id), receiver.how.clone());
                    self.member_use(id, name, offset, &row, UsageKind::PythonAttribute);
                }
            }
            Type::Unknown if !called => {
                self.unknown_use(name, offset, UsageKind::PythonAttribute);
            }
            Type::Unknown
            | Type::Other
            | Type::Rows(..)
            | Type::Records(_)
            | Type::Map(_)
            | Type::Function(_)
            | Type::Interface(_) => {}
        }
    }

    /// Reports a column by the name that the database knows.
    pub(super) fn column_use(&mut self, id: usize, name: &str, offset: usize, receiver: &Binding, kind: UsageKind) {
        if let Some((table, column)) = self.models.column(id, name, self.subjects) {
            let explanation = format!("{table}.{column} {}", receiver.how);
            let changes = self.subjects.column(&table, &column);
            self.sink.report(offset, changes, kind, receiver.sure, explanation.trim_end());
        }
    }

    /// `customers.c["fax"]`.
    pub(super) fn subscript_use(&mut self, node: Node<'a>) {
        if let (Some(value), Some(index)) = (field(node, "value"), field(node, "subscript"))
            && let Some(name) = self.string(index)
        {
            let receiver = self.infer(value);
            if let Type::Columns(id) = receiver.ty {
                self.column_use(id, &name.value, name.place(0), &receiver, UsageKind::PythonAttribute);
            }
        }
    }

    /// `self.fax` in a mixin: the models that derive from it decide.
    pub(super) fn mixin_use(&mut self, id: usize, name: &str, offset: usize, kind: UsageKind) {
        for model in self.models.models_under(id).iter().copied() {
            let how = format!("in {}, which it derives from", self.models.name(id));
            self.member_use(model, name, offset, &Binding::likely(Type::One(model), how), kind);
        }
    }

    /// A name whose receiver is unknown: a use only when one table alone has such a column.
    pub(super) fn unknown_use(&mut self, name: &str, offset: usize, kind: UsageKind) {
        if let Some((table, column)) = self.models.only_owner(name, self.subjects) {
            let explanation = format!("only {table} has a column {column}, the receiver's type is unknown");
            self.sink.report(
                offset,
                self.subjects.column(table, &column),
                kind,
                UsageConfidence::Possible,
                &explanation,
            );
        }
    }

    /// Reports the name of a class whose table changed.
    pub(super) fn class_use(&mut self, node: Node<'a>, id: usize, how: &str) {
        self.class_report(node.start_byte(), id, how);
    }

    fn class_report(&mut self, offset: usize, id: usize, how: &str) {
        if let Some(table) = self.models.table(id) {
            let explanation = format!("{}, the model of {table}, {how}", self.models.name(id));
            let changes = self.subjects.table(table);
            self.sink.report(offset, changes, UsageKind::PythonAttribute, UsageConfidence::Certain, &explanation);
        }
    }

    pub(super) fn name_use(&mut self, node: Node<'a>) {
        let name = self.text(node);
        if let Some(Binding { ty: Type::Class(id), .. }) = self.scopes.get(name).cloned() {
            self.class_use(node, id, "by its class");
            return;
        }
        // In a model's body the bare name of a column is that column (`foreign_keys=[customer_id]`).
        if let Some(within) = self.within
            && self.in_class_body(node)
            && self.models.table(within.class).is_some()
            && self.scopes.get(name).is_none_or(|binding| matches!(binding.ty, Type::Other | Type::Unknown))
        {
            let own = Binding::certain(Type::Class(within.class), "in its own class");
            self.member_use(within.class, name, node.start_byte(), &own, UsageKind::ModelDefinition);
        }
    }

    fn in_class_body(&self, node: Node<'a>) -> bool {
        let mut at = node;
        while let Some(parent) = at.parent() {
            match parent.kind() {
                "class_definition" => return true,
                "function_definition" | "lambda" | "module" => return false,
                _ => at = parent,
            }
        }
        false
    }

    /// Names of models in annotations.
    pub(super) fn annotation_use(&mut self, node: Node<'a>) {
        if let Some(literal) = self.string(node) {
            let name = super::index::named_class(&literal.value);
            if let Some(id) = self.models.named(&name) {
                let offset = literal.value.rfind(&name).unwrap_or(0);
                self.class_report(literal.place(offset), id, "in an annotation");
            }
            return;
        }
        if node.kind() == "identifier" {
            self.name_use(node);
        }
        for child in children(node) {
            self.annotation_use(child);
        }
    }

    /// A string that is SQL, or a sum of strings that is.
    pub(super) fn string_use(&mut self, node: Node<'a>) {
        if let Some(literal) = self.string(node)
            && sql::looks_like_sql(&literal.value)
        {
            self.sql_use(&literal, 0, UsageConfidence::Certain);
        }
        self.visit_code(node);
    }

    /// A sum: one text if it begins with a string. The sums inside one that does not begin so don't either.
    pub(super) fn sum(&mut self, node: Node<'a>) {
        if self.string(node).is_some() {
            self.string_use(node);
            return;
        }
        let mut at = node;
        while at.kind() == "binary_operator" {
            let (Some(left), Some(right)) = (field(at, "left"), field(at, "right")) else { break };
            self.visit(right);
            at = left;
        }
        self.visit(at);
    }

    /// Visits what is no text in a string or a sum of strings.
    fn visit_code(&mut self, node: Node<'a>) {
        match node.kind() {
            "string" => {
                for part in children(node).into_iter().filter(|part| part.kind() == "interpolation") {
                    self.visit_children(part);
                }
            }
            "concatenated_string" | "binary_operator" | "parenthesized_expression" => {
                children(node).into_iter().for_each(|part| self.visit_code(part));
            }
            _ => self.visit(node),
        }
    }

    /// Reports the uses in a text of SQL from an offset of it on.
    fn sql_use(&mut self, literal: &Literal, from: usize, most: UsageConfidence) {
        for usage in sql::find(&literal.value, self.dialect, self.subjects) {
            if usage.offset >= from {
                let (place, sure) = (literal.place(usage.offset), usage.confidence.min(most));
                self.sink.report(place, &usage.changes, UsageKind::SqlString, sure, &usage.explanation);
            }
        }
    }

    /// `query += " WHERE …"`: what follows is read together with what the variable began with.
    pub(super) fn continued(&mut self, node: Node<'a>) {
        if let (Some(left), Some(right)) = (field(node, "left"), field(node, "right"))
            && let Some(more) = self.string(right)
            && let Some(known) = self.texts.get(self.text(left)).cloned()
        {
            let begins = known.value.len();
            let whole = known.joined(more);
            self.sql_use(&whole, begins, UsageConfidence::Likely);
            self.texts.insert(self.text(left), whole);
        }
        self.visit_children(node);
    }
}
