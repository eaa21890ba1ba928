//! How a class declares its columns and relationships: with types for SQLAlchemy 2, without for 1.4.

use crate::generate::entity::{Attribute, FabVersion, Relation, RelationKind};
use crate::generate::python::{Code, Imports};

/// The statement of a column, from what `Column` and `mapped_column` both take.
pub(super) fn attribute(
    fab: FabVersion,
    attribute: &Attribute,
    mut arguments: Vec<Code>,
    imports: &mut Imports,
) -> String {
    let name = &attribute.name;
    match fab {
        FabVersion::V4 => {
            imports.from("sqlalchemy", "Column");
            if !attribute.nullable && !attribute.primary_key {
                arguments.push(Code::keyword("nullable", Code::plain("False")));
            }
            Code::call("Column", arguments).statement(4, &format!("{name} = "))
        }
        FabVersion::V5 => {
            imports.from("sqlalchemy.orm", "Mapped");
            imports.from("sqlalchemy.orm", "mapped_column");
            imports.need(&attribute.python);
            let optional = if attribute.nullable { " | None" } else { "" };
            let annotation = format!("{name}: Mapped[{}{optional}] = ", attribute.python.text);
            Code::call("mapped_column", arguments).statement(4, &annotation)
        }
    }
}

/// The statement of a relationship. `classes` are the imports that only types need.
pub(super) fn relationship(
    fab: FabVersion,
    relation: &Relation,
    is_own: bool,
    mut arguments: Vec<Code>,
    imports: &mut Imports,
    classes: &mut Imports,
) -> String {
    imports.from("sqlalchemy.orm", "relationship");
    let (name, target) = (&relation.name, &relation.target_class);
    let is_list = matches!(relation.kind, RelationKind::OneToMany | RelationKind::ManyToMany);
    match fab {
        FabVersion::V4 => {
            arguments.insert(0, Code::text(target.clone()));
            if !is_list && !relation.owns_key {
                arguments.push(Code::keyword("uselist", Code::plain("False")));
            }
            Code::call("relationship", arguments).statement(4, &format!("{name} = "))
        }
        FabVersion::V5 => {
            imports.from("sqlalchemy.orm", "Mapped");
            if !is_own {
                classes.from(&format!(".{}", relation.target_module), target);
            }
            let annotation = match () {
                () if is_list => format!("list[{target}]"),
                () if relation.nullable => format!("{target} | None"),
                () => target.clone(),
            };
            Code::call("relationship", arguments).statement(4, &format!("{name}: Mapped[{annotation}] = "))
        }
    }
}
