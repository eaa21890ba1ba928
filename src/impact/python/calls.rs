//! The type of a call: queries, constructors, and functions of the application.

use std::sync::Arc;

use tree_sitter::Node;

use super::scope::{Binding, Part, Type};
use super::syntax::{arguments, bare, field, last_name};
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
    pub(super) fn infer_call(&self, node: Node<'_>, depth: usize) -> Binding {
        let Some(function) = field(node, "function").map(bare) else { return Binding::unknown() };
        let call = arguments(node);
        let first = call.positional.first().map(|first| self.infer_within(*first, depth + 1));
        let first_class = match &first {
            Some(Binding { ty: Type::Class(id), .. }) => Some(*id),
            _ => None,
        };
        let name = last_name(function, self.source).unwrap_or("");
        if matches!(name, "query" | "select" | "with_only_columns")
            && let Some(parts) = self.parts(&call.positional, depth)
        {
            return Binding::certain(Type::Records(parts), format!("in a row of {name}(…)"));
        }
        if name == "zip" {
            let parts =
                call.positional.iter().map(|rows| match self.element(&self.infer_within(*rows, depth + 1)).ty {
                    Type::One(id) => Part::Entity(id),
                    _ => Part::Other,
                });
            return Binding::certain(Type::Records(parts.collect()), "through zip");
        }
        if let Some(id) = first_class {
            match name {
                "query" | "select" | "update" | "delete" | "insert" => {
                    return Binding::certain(Type::Rows(id, None), format!("through {name}({})", self.models.name(id)));
                }
                "get" | "get_one" | "get_or_404" | "one_or_404" | "first_or_404" => {
                    return Binding::certain(Type::One(id), format!("through {name}({}, …)", self.models.name(id)));
                }
                "inspect" | "class_mapper" | "object_mapper" => {
                    return Binding::certain(Type::Class(id), "through its mapper");
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
                if let Some(binding) = self.infer_method(name, &receiver, first_class, &call.positional, depth) {
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
            Type::Function(function) => self.function_result(function, name),
            Type::One(_) | Type::Rows(..) | Type::Related(_) | Type::Records(_) | Type::Record(_) | Type::Map(_)
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
            (Type::Rows(id, _), "execute") => Some(first.with(Type::Records([Part::Entity(*id)].into()))),
            (Type::Records(parts), "scalars" | "scalar") => self.first_part(parts, first, name == "scalar"),
            (Type::Records(parts), "next") => Some(first.with(Type::Record(parts.clone()))),
            (Type::Records(_), "execute" | "paginate") => Some(first.clone()),
            (Type::Records(_), _) if PASS.contains(&name) => Some(first.clone()),
            (Type::Map(id), _) if PASS.contains(&name) => Some(first.with(Type::Map(*id))),
            (
                Type::Rows(id, _) | Type::Related(id),
                "scalar" | "one_or_404" | "first_or_404" | "next" | "max" | "min" | "choice",
            ) => Some(first.with(Type::One(*id))),
            (Type::Rows(..) | Type::Related(_), _) if PASS.contains(&name) => Some(first.clone()),
            (Type::One(_), "copy" | "deepcopy" | "merge" | "refresh") => Some(first.clone()),
            _ => None,
        }
    }

    fn infer_method(
        &self,
        name: &str,
        receiver: &Binding,
        argument: Option<usize>,
        given: &[Node<'_>],
        depth: usize,
    ) -> Option<Binding> {
        match &receiver.ty {
            Type::Rows(id, _) if name == "join" || name == "outerjoin" || name == "join_from" => {
                Some(receiver.with(Type::Rows(*id, argument)))
            }
            Type::Rows(..) | Type::Records(_) if name == "with_entities" => {
                self.parts(given, depth).map(|parts| receiver.with(Type::Records(parts)))
            }
            Type::Rows(_, _) if CHAIN.contains(&name) => Some(receiver.clone()),
            Type::Rows(id, _) if name == "paginate" => Some(receiver.with(Type::Rows(*id, None))),
            Type::Columns(id) if matches!(name, "select" | "insert" | "update" | "delete") => {
                Some(receiver.with(Type::Rows(*id, None)))
            }
            Type::Class(id) if matches!(name, "select" | "insert" | "update" | "delete") && self.is_table(*id) => {
                Some(receiver.with(Type::Rows(*id, None)))
            }
            Type::Class(id) if name == "alias" && self.is_table(*id) => Some(receiver.with(Type::Class(*id))),
            Type::Map(id) => match name {
                "get" | "pop" | "setdefault" => Some(receiver.with(Type::One(*id))),
                "values" => Some(receiver.with(Type::Rows(*id, None))),
                "items" => Some(receiver.with(Type::Records([Part::Other, Part::Entity(*id)].into()))),
                _ => None,
            },
            Type::Rows(id, _) | Type::Interface(id) if SINGLE.contains(&name) => Some(receiver.with(Type::One(*id))),
            Type::Related(id) if name == "first" || name == "one" || name == "pop" => {
                Some(receiver.with(Type::One(*id)))
            }
            Type::Related(id) if CHAIN.contains(&name) => Some(receiver.with(Type::Rows(*id, None))),
            Type::Records(parts) => match name {
                "scalars" => self.first_part(parts, receiver, false),
                _ if name.starts_with("scalar") => self.first_part(parts, receiver, true),
                _ if SINGLE.contains(&name) => Some(receiver.with(Type::Record(parts.clone()))),
                "join" | "outerjoin" | "select_from" | "join_from" | "paginate" | "subquery" | "tuples" => {
                    Some(receiver.clone())
                }
                _ if CHAIN.contains(&name) => Some(receiver.clone()),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a call of a function of the application evaluates to.
    fn function_result(&self, function: usize, name: &str) -> Binding {
        let how = format!("through what {name}() returns");
        match (self.models.returns(function), self.models.learned(function)) {
            (Some(annotation), _) => self.annotated(annotation, &how),
            (None, Some(learned)) => Binding { ty: learned.ty.clone(), sure: learned.sure, how },
            (None, None) => Binding::unknown(),
        }
    }

    /// The parts of the records that a query for these arguments yields; `None` for a query for one class, or when
    /// nothing is known.
    fn parts(&self, given: &[Node<'_>], depth: usize) -> Option<Arc<[Part]>> {
        let part = |node: &Node<'_>| {
            let node = bare(*node);
            if let Type::Class(id) = self.infer_within(node, depth + 1).ty {
                return Part::Entity(id);
            }
            let object = field(node, "object").filter(|_| node.kind() == "attribute");
            match (object.map(|object| self.infer_within(object, depth + 1).ty), last_name(node, self.source)) {
                (Some(Type::Class(id) | Type::Columns(id)), Some(name)) => Part::Attribute(id, name.to_owned()),
                _ => Part::Other,
            }
        };
        let parts: Vec<Part> = given.iter().map(part).collect();
        let known = parts.iter().any(|part| *part != Part::Other);
        (known && !matches!(parts.as_slice(), [Part::Entity(_)])).then(|| parts.into())
    }

    fn first_part(&self, parts: &[Part], record: &Binding, one: bool) -> Option<Binding> {
        Some(match parts.first()? {
            Part::Entity(id) if one => record.with(Type::One(*id)),
            Part::Entity(id) => record.with(Type::Rows(*id, None)),
            Part::Attribute(..) => Binding::other(),
            Part::Other => Binding::unknown(),
        })
    }

    pub(super) fn is_table(&self, id: usize) -> bool {
        self.models.classes[id].is_table
    }
}
