//! The type of an expression.

use tree_sitter::Node;

use super::index::{named_class, names_several};
use super::models::Member;
use super::scope::{Binding, Type};
use super::syntax::{arguments, bare, children, field, last_name, literal, text_of};
use super::walk::Walker;

/// Methods that leave a query a query.
const CHAIN: [&str; 28] = [
    "filter",
    "filter_by",
    "where",
    "order_by",
    "options",
    "limit",
    "offset",
    "distinct",
    "group_by",
    "having",
    "with_for_update",
    "execution_options",
    "populate_existing",
    "yield_per",
    "unique",
    "all",
    "scalars",
    "values",
    "returning",
    "enable_eagerloads",
    "correlate",
    "reset_joinpoint",
    "autoflush",
    "slice",
    "union",
    "union_all",
    "fetchall",
    "add_columns",
];
/// Methods that give one row of a query or result.
const SINGLE: [&str; 13] = [
    "first",
    "one",
    "one_or_none",
    "get",
    "get_or_404",
    "first_or_404",
    "one_or_404",
    "scalar",
    "scalar_one",
    "scalar_one_or_none",
    "get_one",
    "pop",
    "fetchone",
];
/// Functions that give back what they are given.
const PASS: [&str; 9] = ["list", "sorted", "reversed", "set", "tuple", "iter", "filter", "copy", "deepcopy"];

impl<'a> Walker<'a> {
    /// What `node` evaluates to.
    pub(super) fn infer(&self, node: Node<'_>) -> Binding {
        self.infer_within(node, 0)
    }

    fn infer_within(&self, node: Node<'_>, depth: usize) -> Binding {
        if depth > 40 {
            return Binding::unknown();
        }
        let node = bare(node);
        match node.kind() {
            "identifier" => self.infer_name(self.text(node)),
            "attribute" => self.infer_attribute(node, depth),
            "call" => self.infer_call(node, depth),
            "subscript" => match field(node, "value").map(|value| self.infer_within(value, depth + 1)) {
                Some(value) => self.element(&value),
                None => Binding::unknown(),
            },
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
            "list" | "tuple" | "set" => {
                let first = children(node).first().map(|first| self.infer_within(*first, depth + 1));
                match first {
                    Some(Binding { ty: Type::One(id), sure, how }) => Binding { ty: Type::Rows(id, None), sure, how },
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
            | "dictionary_comprehension"
            | "comparison_operator"
            | "not_operator"
            | "lambda" => Binding::other(),
            _ => Binding::unknown(),
        }
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
        let receiver = self.infer_within(object, depth + 1);
        self.attribute_of(object, self.text(name), &receiver)
    }

    /// What `object.name` evaluates to, when `object` evaluates to `receiver`.
    fn attribute_of(&self, object: Node<'_>, name: &str, receiver: &Binding) -> Binding {
        if self.text(object) == "self"
            && let Some(binding) = self.self_types.get(name)
        {
            return binding.clone();
        }
        match &receiver.ty {
            Type::Class(id) => match name {
                "query" => receiver.with(Type::Rows(*id, None)),
                "c" | "columns" | "__table__" => receiver.clone(),
                _ => self.infer_member(*id, name, receiver, true),
            },
            Type::One(id) | Type::Related(id) => {
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
            Type::Unknown | Type::Other | Type::Rows(..) | Type::Tuples(_) | Type::Interface(_) => {
                self.by_variable(name)
            }
        }
    }

    /// The type of a module's member.
    pub(super) fn module_member(&self, path: &[String], name: &str) -> Binding {
        if let Some(id) = self.models.imported(path, name) {
            return Binding::certain(Type::Class(id), "by its class");
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
            Member::Method(None) | Member::Missing => Binding::unknown(),
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

    fn infer_call(&self, node: Node<'_>, depth: usize) -> Binding {
        let Some(function) = field(node, "function").map(bare) else { return Binding::unknown() };
        let call = arguments(node);
        let first = call.positional.first().map(|first| self.infer_within(*first, depth + 1));
        let first_class = match &first {
            Some(Binding { ty: Type::Class(id), .. }) => Some(*id),
            _ => None,
        };
        let name = last_name(function, self.source).unwrap_or("");
        if let Some(id) = first_class {
            match name {
                "query" | "select" | "update" | "delete" | "insert" => {
                    return Binding::certain(Type::Rows(id, None), format!("through {name}({})", self.models.name(id)));
                }
                "get" | "get_one" | "get_or_404" | "one_or_404" | "first_or_404" => {
                    return Binding::certain(Type::One(id), format!("through {name}({}, …)", self.models.name(id)));
                }
                "aliased" | "with_polymorphic" => return Binding::certain(Type::Class(id), "through an alias"),
                "cast" => return Binding::certain(Type::One(id), "through a cast"),
                _ if name.ends_with("Interface") => {
                    return Binding::certain(Type::Interface(id), format!("through {name}({})", self.models.name(id)));
                }
                _ => {}
            }
        }
        if let Some(binding) = first.as_ref().and_then(|first| self.infer_from_argument(name, first)) {
            return binding;
        }
        // The receiver is inferred once: a long chain of calls would otherwise double its work at every link.
        let callee = match field(function, "object").filter(|_| function.kind() == "attribute") {
            Some(object) => {
                let receiver = self.infer_within(object, depth + 1);
                if let Some(binding) = self.infer_method(name, &receiver, first_class) {
                    return binding;
                }
                self.attribute_of(object, name, &receiver)
            }
            None => self.infer_within(function, depth + 1),
        };
        match callee.ty {
            Type::Class(id) => {
                Binding::certain(Type::One(id), format!("through the constructor {}(…)", self.models.name(id)))
            }
            Type::One(_) | Type::Rows(..) | Type::Related(_)
                if function.kind() == "attribute" && callee.how.starts_with("through what") =>
            {
                callee
            }
            _ => match self.models.returned_by(name) {
                Some(annotation) => self.annotated(annotation, &format!("through what {name}() returns")),
                None => Binding::unknown(),
            },
        }
    }

    /// Calls whose type follows from that of their first argument.
    fn infer_from_argument(&self, name: &str, first: &Binding) -> Option<Binding> {
        match (&first.ty, name) {
            (Type::Rows(..) | Type::Related(_), "scalars" | "paginate") => Some(first.clone()),
            (Type::Rows(id, _), "execute") => Some(first.with(Type::Tuples(*id))),
            (
                Type::Rows(id, _) | Type::Related(id),
                "scalar" | "one_or_404" | "first_or_404" | "next" | "max" | "min" | "choice",
            ) => Some(first.with(Type::One(*id))),
            (Type::Rows(..) | Type::Related(_), _) if PASS.contains(&name) => Some(first.clone()),
            (Type::One(_), "copy" | "deepcopy" | "merge" | "refresh") => Some(first.clone()),
            _ => None,
        }
    }

    fn infer_method(&self, name: &str, receiver: &Binding, argument: Option<usize>) -> Option<Binding> {
        match &receiver.ty {
            Type::Rows(id, _) if name == "join" || name == "outerjoin" || name == "join_from" => {
                Some(receiver.with(Type::Rows(*id, argument)))
            }
            Type::Rows(_, _) if CHAIN.contains(&name) => Some(receiver.clone()),
            Type::Rows(id, _) | Type::Tuples(id) if name == "paginate" => Some(receiver.with(Type::Rows(*id, None))),
            Type::Rows(id, _) | Type::Interface(id) if SINGLE.contains(&name) => Some(receiver.with(Type::One(*id))),
            Type::Related(id) if name == "first" || name == "one" || name == "pop" => {
                Some(receiver.with(Type::One(*id)))
            }
            Type::Related(id) if CHAIN.contains(&name) => Some(receiver.with(Type::Rows(*id, None))),
            Type::Tuples(id) if name == "scalars" => Some(receiver.with(Type::Rows(*id, None))),
            Type::Tuples(id) if name.starts_with("scalar") => Some(receiver.with(Type::One(*id))),
            Type::Tuples(id) if SINGLE.contains(&name) || CHAIN.contains(&name) => {
                Some(receiver.with(Type::Tuples(*id)))
            }
            _ => None,
        }
    }

    /// What iterating over a value yields, or indexing it.
    pub(super) fn element(&self, value: &Binding) -> Binding {
        match &value.ty {
            Type::Rows(id, _) | Type::Related(id) => value.with(Type::One(*id)),
            Type::Tuples(id) => value.with(Type::Rows(*id, None)),
            _ => Binding::unknown(),
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
