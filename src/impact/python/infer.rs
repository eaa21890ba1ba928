//! The type of an expression.

use tree_sitter::Node;

use super::index::{named_class, names_several};
use super::models::Member;
use super::scope::{Binding, Part, Type};
use super::syntax::{bare, children, field, last_name, literal, text_of};
use super::walk::Walker;

impl<'a> Walker<'a> {
    /// What `node` evaluates to.
    pub(super) fn infer(&self, node: Node<'_>) -> Binding {
        self.infer_within(node, 0)
    }

    pub(super) fn infer_within(&self, node: Node<'_>, depth: usize) -> Binding {
        if depth > 40 {
            return Binding::unknown();
        }
        let node = bare(node);
        match node.kind() {
            "identifier" => self.infer_name(self.text(node)),
            "attribute" => self.infer_attribute(node, depth),
            "call" => self.infer_call(node, depth),
            "subscript" => self.infer_subscript(node, depth),
            "conditional_expression" => {
                let parts = children(node);
                let first = parts.first().map_or_else(Binding::unknown, |part| self.infer_within(*part, depth + 1));
                if first.is_unknown() || first.ty == Type::Other {
                    parts.get(2).map_or_else(Binding::unknown, |part| self.infer_within(*part, depth + 1))
                } else {
                    first
                }
            }
            "boolean_operator" => {
                let side = |name| field(node, name).map(|side| self.infer_within(side, depth + 1));
                side("left")
                    .filter(|left| !left.is_unknown())
                    .or_else(|| side("right"))
                    .unwrap_or_else(Binding::unknown)
            }
            "named_expression" => {
                field(node, "value").map_or_else(Binding::unknown, |value| self.infer_within(value, depth + 1))
            }
            "list_comprehension" | "generator_expression" | "set_comprehension" => {
                let loops: Vec<_> = children(node).into_iter().filter(|part| part.kind() == "for_in_clause").collect();
                match (loops.as_slice(), field(node, "body")) {
                    ([only], Some(body)) if self.same_name(field(*only, "left"), body) => {
                        field(*only, "right").map_or_else(Binding::unknown, |rows| self.infer_within(rows, depth + 1))
                    }
                    _ => Binding::unknown(),
                }
            }
            "dictionary_comprehension" => {
                let loops: Vec<_> = children(node).into_iter().filter(|part| part.kind() == "for_in_clause").collect();
                let value = field(node, "body").and_then(|pair| field(pair, "value"));
                match (loops.as_slice(), value) {
                    ([only], Some(value)) if self.same_name(field(*only, "left"), value) => {
                        let rows = field(*only, "right").map(|rows| self.infer_within(rows, depth + 1));
                        match rows.map(|rows| self.element(&rows)) {
                            Some(Binding { ty: Type::One(id), sure, how }) => Binding { ty: Type::Map(id), sure, how },
                            _ => Binding::other(),
                        }
                    }
                    _ => Binding::other(),
                }
            }
            "list" | "tuple" | "set" => {
                let first = children(node).first().map(|first| self.infer_within(*first, depth + 1));
                match first {
                    Some(Binding { ty: Type::One(id) | Type::Related(id), sure, how }) => {
                        Binding { ty: Type::Rows(id, None), sure, how }
                    }
                    _ => Binding::other(),
                }
            }
            "string"
            | "concatenated_string"
            | "integer"
            | "float"
            | "true"
            | "false"
            | "dictionary"
            | "comparison_operator"
            | "not_operator"
            | "lambda" => Binding::other(),
            _ => Binding::unknown(),
        }
    }

    fn same_name(&self, target: Option<Node<'_>>, body: Node<'_>) -> bool {
        let is_name = |node: Node<'_>| node.kind() == "identifier";
        target.is_some_and(|target| is_name(target) && is_name(body) && self.text(target) == self.text(body))
    }

    fn infer_subscript(&self, node: Node<'_>, depth: usize) -> Binding {
        let Some(value) = field(node, "value") else { return Binding::unknown() };
        let index = field(node, "subscript");
        if let Some(name) = index.and_then(|index| self.string(index))
            && let Some(class) = self.by_table(value, &name.value)
        {
            return class;
        }
        let value = self.infer_within(value, depth + 1);
        match &value.ty {
            Type::Map(id) => value.with(Type::One(*id)),
            Type::Columns(_) => Binding::other(),
            Type::Record(parts) => {
                let index = index.and_then(|index| self.text(index).parse::<usize>().ok());
                index.and_then(|index| parts.get(index)).map_or_else(Binding::unknown, |part| self.part(part, &value))
            }
            _ if index.is_some_and(|index| index.kind() == "slice") => value,
            _ => self.element(&value),
        }
    }

    /// `metadata.tables["customer"]`, `Base.classes.customer`: what reflection found.
    fn by_table(&self, object: Node<'_>, name: &str) -> Option<Binding> {
        if object.kind() != "attribute" || !matches!(last_name(object, self.source), Some("tables" | "classes")) {
            return None;
        }
        let table = name.rsplit('.').next().unwrap_or(name);
        let id = self.models.reflected(table, self.subjects)?;
        Some(Binding::certain(Type::Class(id), "by its table"))
    }

    fn infer_name(&self, name: &str) -> Binding {
        match self.scopes.get(name) {
            Some(binding) if !binding.is_unknown() => binding.clone(),
            _ => self.by_variable(name),
        }
    }

    /// What the name alone suggests.
    pub(super) fn by_variable(&self, name: &str) -> Binding {
        match self.models.by_variable(name) {
            Some((id, false)) => Binding::likely(Type::One(id), "by the variable's name"),
            Some((id, true)) => Binding::likely(Type::Rows(id, None), "by the variable's name"),
            None => Binding::unknown(),
        }
    }

    fn infer_attribute(&self, node: Node<'_>, depth: usize) -> Binding {
        let (Some(object), Some(name)) = (field(node, "object"), field(node, "attribute")) else {
            return Binding::unknown();
        };
        if let Some(class) = self.by_table(object, self.text(name)) {
            return class;
        }
        let receiver = self.infer_within(object, depth + 1);
        self.attribute_of(object, self.text(name), &receiver)
    }

    /// What `object.name` evaluates to, when `object` evaluates to `receiver`.
    pub(super) fn attribute_of(&self, object: Node<'_>, name: &str, receiver: &Binding) -> Binding {
        if self.text(object) == "self"
            && let Some(binding) = self.self_types.get(name)
        {
            return binding.clone();
        }
        match &receiver.ty {
            Type::Class(id) => match name {
                "query" => receiver.with(Type::Rows(*id, None)),
                "c" | "columns" | "__table__" | "local_table" | "persist_selectable" => {
                    receiver.with(Type::Columns(*id))
                }
                "attrs" | "column_attrs" | "all_orm_descriptors" => receiver.clone(),
                _ => self.infer_member(*id, name, receiver, true),
            },
            Type::One(id) | Type::Related(id) => {
                if name == "__table__" {
                    return receiver.with(Type::Columns(*id));
                }
                if name == "datamodel"
                    && let Some(model) = self.models.subject(*id)
                {
                    return Binding::certain(Type::Interface(model), "through the view's datamodel");
                }
                self.infer_member(*id, name, receiver, false)
            }
            Type::Module(path) => self.module_member(path, name),
            Type::Rows(id, _) if name == "items" => receiver.with(Type::Rows(*id, None)),
            Type::Interface(id) if name == "obj" => receiver.with(Type::Class(*id)),
            Type::Columns(_) if matches!(name, "c" | "columns") => receiver.clone(),
            Type::Columns(_) => Binding::other(),
            Type::Record(parts) => {
                let named = |part: &&Part| match part {
                    Part::Entity(id) => self.models.name(*id) == name,
                    Part::Attribute(_, attribute) => attribute == name,
                    Part::Other => false,
                };
                parts.iter().find(named).map_or_else(Binding::unknown, |part| self.part(part, receiver))
            }
            Type::Unknown
            | Type::Other
            | Type::Rows(..)
            | Type::Records(_)
            | Type::Map(_)
            | Type::Function(_)
            | Type::Interface(_) => self.by_variable(name),
        }
    }

    /// The type of a module's member.
    pub(super) fn module_member(&self, path: &[String], name: &str) -> Binding {
        if let Some(id) = self.models.imported(path, name) {
            return Binding::certain(Type::Class(id), "by its class");
        }
        if let Some(function) = self.models.function(path, name) {
            return Binding::certain(Type::Function(function), "");
        }
        let mut longer = path.to_vec();
        longer.push(name.to_owned());
        if self.models.is_own(std::slice::from_ref(&longer[longer.len() - 1])) {
            Binding::certain(Type::Module(longer), "")
        } else {
            Binding::unknown()
        }
    }

    fn infer_member(&self, id: usize, name: &str, receiver: &Binding, of_class: bool) -> Binding {
        let class = self.models.name(id);
        match self.models.member(id, name, self.subjects) {
            Member::Column { .. } | Member::Other => Binding::other(),
            Member::Related(target) => {
                let ty = if of_class { Type::Class(target) } else { Type::Related(target) };
                Binding { ty, sure: receiver.sure, how: format!("through the relationship {class}.{name}") }
            }
            Member::Method(Some(annotation)) => {
                self.annotated(&annotation, &format!("through what {class}.{name} returns"))
            }
            Member::Method(None) => match self.models.learned_method(id, name) {
                Some(learned) => Binding {
                    ty: learned.ty.clone(),
                    sure: receiver.sure.min(learned.sure),
                    how: format!("through what {class}.{name} returns"),
                },
                None => Binding::unknown(),
            },
            Member::Missing => Binding::unknown(),
        }
    }

    /// What an annotation says.
    pub(super) fn annotated(&self, annotation: &str, how: &str) -> Binding {
        let name = named_class(annotation);
        let known = self.scopes.get(&name).map(|binding| binding.ty.clone());
        let id = match known {
            Some(Type::Class(id)) => Some(id),
            Some(Type::Other) => return Binding::other(),
            // An annotation in quotes may name what is imported only for type checking, or nowhere.
            _ => self.models.named(&name),
        };
        match id {
            Some(id) if names_several(annotation) => Binding::certain(Type::Rows(id, None), how),
            Some(id) => Binding::certain(Type::One(id), how),
            None if name == "Any" || name == "object" || name.len() <= 1 => Binding::unknown(),
            None => Binding::other(),
        }
    }

    /// What iterating over a value yields, or indexing it.
    pub(super) fn element(&self, value: &Binding) -> Binding {
        match &value.ty {
            Type::Rows(id, _) | Type::Related(id) => value.with(Type::One(*id)),
            Type::Records(parts) => value.with(Type::Record(parts.clone())),
            _ => Binding::unknown(),
        }
    }

    /// What one part of a record is.
    pub(super) fn part(&self, part: &Part, record: &Binding) -> Binding {
        match part {
            Part::Entity(id) => record.with(Type::One(*id)),
            Part::Attribute(..) => Binding::other(),
            Part::Other => Binding::unknown(),
        }
    }

    /// The value of a string literal, when the node is one.
    pub(super) fn string(&self, node: Node<'_>) -> Option<super::syntax::Literal> {
        literal(node, self.source)
    }

    /// The source text of a node.
    pub(super) fn text(&self, node: Node<'_>) -> &'a str {
        text_of(node, self.source)
    }
}
