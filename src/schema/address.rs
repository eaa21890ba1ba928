//! One text for each object of a schema: what a list of dependencies names.

use super::{ObjectName, Other};

/// A table.
pub fn table(name: &ObjectName) -> String {
    format!("table {}", path(name))
}

/// A view, materialized or not.
pub fn view(name: &ObjectName) -> String {
    format!("view {}", path(name))
}

/// What belongs to a table and is named in it: `column`, `default`, `identity`, `constraint`, `trigger`.
pub fn member(kind: &str, table: &ObjectName, name: &str) -> String {
    format!("{kind} {}.{}", path(table), part(name))
}

/// An index, whose name is its own in the namespace of its table.
pub fn index(table: &ObjectName, name: &str) -> String {
    let name = ObjectName { namespace: table.namespace.clone(), name: name.to_owned() };
    format!("index {}", path(&name))
}

/// Any other object.
pub fn other(object: &Other) -> String {
    of_kind(&object.kind, &object.name)
}

/// An object of the kind that its server calls so.
pub fn of_kind(kind: &str, name: &ObjectName) -> String {
    format!("{kind} {}", path(name))
}

fn path(name: &ObjectName) -> String {
    match &name.namespace {
        Some(namespace) => format!("{}.{}", part(namespace), part(&name.name)),
        None => part(&name.name),
    }
}

/// In quotes where a dot or a space would be taken for the end of the name.
fn part(name: &str) -> String {
    if name.contains(['.', ' ', '"']) { format!("\"{}\"", name.replace('"', "\"\"")) } else { name.to_owned() }
}
