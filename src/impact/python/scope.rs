//! What a name stands for at a place in the code.

use std::collections::HashMap;
use std::sync::Arc;

use crate::impact::UsageConfidence;

/// The type of an expression, as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::impact) enum Type {
    /// Nothing is known.
    Unknown,
    /// Known to be no model and to hold none by itself.
    Other,
    /// A class, or a `Table(…)` object.
    Class(usize),
    /// An instance of a class.
    One(usize),
    /// Something that yields instances, or a query for them; with the class joined last.
    Rows(usize, Option<usize>),
    /// What a relationship holds: one instance or several.
    Related(usize),
    /// A query or result that yields records of several parts.
    Records(Arc<[Part]>),
    /// One such record.
    Record(Arc<[Part]>),
    /// Instances by a key.
    Map(usize),
    /// The columns of a class's table, by the names of the database (`Customer.__table__.c`).
    Columns(usize),
    /// A module of the application.
    Module(Vec<String>),
    /// A function of the application.
    Function(usize),
    /// A `SQLAInterface` of Flask-AppBuilder.
    Interface(usize),
}

/// One part of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::impact) enum Part {
    /// An instance of a class.
    Entity(usize),
    /// An attribute of a class.
    Attribute(usize, String),
    /// Anything else.
    Other,
}

/// A type, how sure it is, and what tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::impact) struct Binding {
    pub(in crate::impact) ty: Type,
    pub(in crate::impact) sure: UsageConfidence,
    /// A clause such as `through the parameter annotation`.
    pub(in crate::impact) how: String,
}

impl Binding {
    pub(super) fn certain(ty: Type, how: impl Into<String>) -> Self {
        Self { ty, sure: UsageConfidence::Certain, how: how.into() }
    }

    pub(super) fn likely(ty: Type, how: impl Into<String>) -> Self {
        Self { ty, sure: UsageConfidence::Likely, how: how.into() }
    }

    pub(super) fn unknown() -> Self {
        Self::certain(Type::Unknown, "")
    }

    pub(super) fn other() -> Self {
        Self::certain(Type::Other, "")
    }

    /// The same evidence for another type.
    pub(super) fn with(&self, ty: Type) -> Self {
        Self { ty, sure: self.sure, how: self.how.clone() }
    }

    pub(super) fn is_unknown(&self) -> bool {
        self.ty == Type::Unknown
    }
}

/// Names in scope, innermost last.
#[derive(Debug, Default)]
pub(super) struct Scopes(Vec<HashMap<String, Binding>>);

impl Scopes {
    pub(super) fn push(&mut self) {
        self.0.push(HashMap::new());
    }

    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    pub(super) fn bind(&mut self, name: &str, binding: Binding) {
        if let Some(scope) = self.0.last_mut() {
            scope.insert(name.to_owned(), binding);
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&Binding> {
        self.0.iter().rev().find_map(|scope| scope.get(name))
    }
}
