//! Model classes and association tables.

use serde::Serialize;

use super::Error;
use super::constraint::{self, Names};
use super::declaration;
use super::template::Templates;
use crate::generate::entity::{
    Application, Association, Attribute, AttributeKind, DefaultValue, Display, Entity, FabVersion, Relation,
};
use crate::generate::file::{FileKind, GeneratedFile};
use crate::generate::python::{self, Code, Import, Imports};
use crate::schema::{ColumnDefault, GeneratedStorage, ReferentialAction};

#[derive(Serialize)]
struct ModelFile {
    /// Whether attributes have types.
    annotations: bool,
    imports: String,
    type_imports: Option<String>,
    enums: Vec<EnumText>,
    class_name: String,
    docstring: Option<String>,
    table_name: String,
    table_args: Option<String>,
    columns: Vec<String>,
    relationships: Vec<String>,
    display: String,
}

#[derive(Serialize)]
struct EnumText {
    name: String,
    members: Vec<String>,
}

#[derive(Serialize)]
struct AssociationFile {
    imports: String,
    table: String,
}

/// The model of an entity.
pub(super) fn entity(
    application: &Application,
    entity: &Entity,
    templates: &Templates,
) -> Result<GeneratedFile, Error> {
    let names = Names::of(application, entity.attributes.iter());
    let mut imports = Imports::new();
    imports.from("flask_appbuilder", "Model");
    let table_args = constraint::of_entity(entity, &names, &mut imports);
    let columns = entity
        .attributes
        .iter()
        .map(|attribute| {
            let mut arguments = Vec::new();
            if attribute.column != attribute.name {
                arguments.push(Code::text(attribute.column.clone()));
            }
            arguments.extend(column(attribute, Values::Members, &names, &mut imports));
            if constraint::is_unique_on_column(entity, attribute) {
                arguments.push(Code::keyword("unique", Code::plain("True")));
            }
            if constraint::is_indexed_on_column(entity, attribute) {
                arguments.push(Code::keyword("index", Code::plain("True")));
            }
            declaration::attribute(application.fab, attribute, arguments, &mut imports)
        })
        .collect();
    let mut type_imports = Imports::new();
    let relationships = entity
        .relations
        .iter()
        .map(|relation| relationship(application, entity, relation, &mut imports, &mut type_imports))
        .collect();
    if !type_imports.is_empty() {
        imports.from("typing", "TYPE_CHECKING");
    }
    let enums: Vec<EnumText> = entity
        .attributes
        .iter()
        .filter_map(Attribute::enum_class)
        .map(|class| EnumText {
            name: class.name.clone(),
            members: class
                .members
                .iter()
                .map(|member| format!("{} = {}", member.name, python::string(&member.value)))
                .collect(),
        })
        .collect();
    if !enums.is_empty() {
        imports.add(Import::module("enum"));
    }
    let text = templates.render(
        "model.py",
        &ModelFile {
            annotations: application.fab == FabVersion::V5,
            imports: imports.render(0),
            type_imports: (!type_imports.is_empty()).then(|| type_imports.render(4)),
            enums,
            class_name: entity.class_name.clone(),
            docstring: entity.comment.as_deref().and_then(docstring),
            table_name: format!("__tablename__ = {}", python::string(&entity.table.name)),
            table_args,
            columns,
            relationships,
            display: display(entity),
        },
    )?;
    Ok(GeneratedFile {
        path: format!("{}/models/{}.py", application.package, entity.module),
        text,
        table: Some(entity.table.clone()),
        kind: FileKind::Model,
    })
}

/// A table without a class.
pub(super) fn association(
    application: &Application,
    association: &Association,
    templates: &Templates,
) -> Result<GeneratedFile, Error> {
    let names = Names::of(application, association.attributes.iter());
    let mut imports = Imports::new();
    imports.from("flask_appbuilder", "Model");
    imports.from("sqlalchemy", "Table");
    let mut arguments = vec![Code::text(association.table.name.clone()), Code::plain("Model.metadata")];
    for attribute in &association.attributes {
        imports.from("sqlalchemy", "Column");
        let mut inner = vec![Code::text(attribute.column.clone())];
        inner.extend(column(attribute, Values::Texts, &names, &mut imports));
        if !attribute.primary_key && !attribute.nullable {
            inner.push(Code::keyword("nullable", Code::plain("False")));
        }
        arguments.push(Code::call("Column", inner));
    }
    arguments.extend(constraint::of_association(association, &names, &mut imports));
    if let Some(comment) = &association.comment {
        arguments.push(Code::keyword("comment", Code::text(comment.clone())));
    }
    if let Some(namespace) = &association.table.namespace {
        arguments.push(Code::keyword("schema", Code::text(namespace.clone())));
    }
    let table = Code::call("Table", arguments).statement(0, &format!("{} = ", association.variable));
    let text = templates.render("association.py", &AssociationFile { imports: imports.render(0), table })?;
    Ok(GeneratedFile {
        path: format!("{}/models/{}.py", application.package, association.module),
        text,
        table: Some(association.table.clone()),
        kind: FileKind::Model,
    })
}

/// A comment of the database as a docstring, when it is one plain line.
fn docstring(comment: &str) -> Option<String> {
    let line = comment.trim();
    let is_plain = !line.is_empty()
        && line.chars().count() <= python::LINE_LENGTH - 10
        && !line.contains(['\\', '"'])
        && line.chars().all(|character| !character.is_control());
    is_plain.then(|| format!("\"\"\"{line}\"\"\""))
}

/// What `mapped_column` and `Column` both take: type, foreign key, key, defaults.
fn column(attribute: &Attribute, values: Values, names: &Names, imports: &mut Imports) -> Vec<Code> {
    let mut arguments = vec![type_code(attribute, values, imports)];
    if let Some(key) = &attribute.foreign_key {
        imports.from("sqlalchemy", "ForeignKey");
        let target = constraint::target(&key.table, key.referenced.first().map_or("id", String::as_str));
        let mut inner = vec![target];
        inner.extend(constraint::key_options(key));
        arguments.push(Code::call("ForeignKey", inner));
    }
    if let Some(generated) = &attribute.generated {
        imports.from("sqlalchemy", "Computed");
        let persisted = if generated.storage == GeneratedStorage::Stored { "True" } else { "False" };
        let expression = Code::text(constraint::escape_binds(&generated.expression));
        let arguments_of = vec![expression, Code::keyword("persisted", Code::plain(persisted))];
        arguments.push(Code::call("Computed", arguments_of));
    }
    if let Some(always) = attribute.identity {
        imports.from("sqlalchemy", "Identity");
        let always = always.then(|| Code::keyword("always", Code::plain("True")));
        arguments.push(Code::call("Identity", always.into_iter().collect()));
    }
    if attribute.primary_key {
        arguments.push(Code::keyword("primary_key", Code::plain("True")));
    }
    let is_plain_key = attribute.auto_increment || attribute.foreign_key.is_some();
    if attribute.primary_key && matches!(attribute.kind, AttributeKind::Integer { .. }) && !is_plain_key {
        arguments.push(Code::keyword("autoincrement", Code::plain("False")));
    }
    if let Some(default) = &attribute.default {
        let default = match (default, attribute.enum_class(), values) {
            (DefaultValue::Member(name), Some(class), Values::Texts) => {
                class.members.iter().find(|member| member.name == *name).map(|member| Code::text(member.value.clone()))
            }
            _ => python_default(attribute, default, imports),
        };
        arguments.extend(default.map(|code| Code::keyword("default", code)));
    }
    if let Some(default) = &attribute.server_default {
        let code = server_default(attribute, default, names, imports);
        if names.asks_for_keys() && attribute.primary_key && matches!(default, ColumnDefault::Expression(_)) {
            arguments.push(Code::keyword("default", code.clone()));
        }
        arguments.push(Code::keyword("server_default", code));
    }
    if let Some(comment) = &attribute.comment {
        arguments.push(Code::keyword("comment", Code::text(comment.clone())));
    }
    arguments
}

/// What the values of an enum are in Python: a table without a class has no enums beside it.
#[derive(Clone, Copy)]
enum Values {
    Members,
    Texts,
}

fn type_code(attribute: &Attribute, values: Values, imports: &mut Imports) -> Code {
    attribute.sqlalchemy.need(imports);
    match &attribute.kind {
        AttributeKind::Enum(class) => {
            let mut arguments = match values {
                Values::Members => vec![Code::plain(class.name.clone())],
                Values::Texts => class.members.iter().map(|member| Code::text(member.value.clone())).collect(),
            };
            if class.by_check {
                arguments.push(Code::keyword("native_enum", Code::plain("False")));
                arguments.push(Code::keyword("create_constraint", Code::plain("False")));
            } else if let Some(name) = &class.database_name {
                arguments.push(Code::keyword("name", Code::text(name.clone())));
            }
            if let Some(length) = class.length {
                arguments.push(Code::keyword("length", Code::plain(length.to_string())));
            }
            arguments.push(Code::keyword("validate_strings", Code::plain("True")));
            let is_renamed = class.members.iter().any(|member| member.name != member.value);
            if is_renamed && matches!(values, Values::Members) {
                let values = "lambda members: [member.value for member in members]";
                arguments.push(Code::keyword("values_callable", Code::plain(values)));
            }
            Code::call(class.storage.class(), arguments)
        }
        _ => attribute.sqlalchemy.code.clone(),
    }
}

fn python_default(attribute: &Attribute, default: &DefaultValue, imports: &mut Imports) -> Option<Code> {
    Some(match default {
        DefaultValue::Text(text) => Code::text(text.clone()),
        DefaultValue::Integer(number) => Code::plain(number.clone()),
        DefaultValue::Decimal(number) if matches!(attribute.kind, AttributeKind::Float) => {
            Code::plain(number.parse::<f64>().map_or_else(|_| "0.0".to_owned(), |value| format!("{value:?}")))
        }
        DefaultValue::Decimal(number) => {
            imports.from("decimal", "Decimal");
            Code::call("Decimal", vec![Code::text(number.clone())])
        }
        DefaultValue::Boolean(true) => Code::plain("True"),
        DefaultValue::Boolean(false) => Code::plain("False"),
        DefaultValue::Member(member) => {
            Code::plain(format!("{}.{member}", attribute.enum_class().map_or("", |class| class.name.as_str())))
        }
        DefaultValue::Json(text) => match text.as_str() {
            "{}" => Code::plain("dict"),
            "[]" => Code::plain("list"),
            _ => return None,
        },
    })
}

fn server_default(attribute: &Attribute, default: &ColumnDefault, names: &Names, imports: &mut Imports) -> Code {
    let sql = |text: String, imports: &mut Imports| {
        imports.add(Import::from("sqlalchemy", names.text_import()));
        Code::call(names.text(), vec![Code::text(constraint::escape_binds(&text))])
    };
    match default {
        ColumnDefault::Literal(text) => match attribute.kind {
            AttributeKind::Integer { .. }
            | AttributeKind::Numeric { .. }
            | AttributeKind::Float
            | AttributeKind::Boolean
                if attribute.default.is_some() =>
            {
                sql(text.clone(), imports)
            }
            _ => Code::text(text.clone()),
        },
        ColumnDefault::Expression(text) => {
            let text = text.trim();
            let is_word = text.chars().all(|character| character.is_ascii_alphanumeric() || "_.-+".contains(character));
            let is_wrapped = text.starts_with('(') && text.ends_with(')');
            if is_word || is_wrapped { sql(text.to_owned(), imports) } else { sql(format!("({text})"), imports) }
        }
    }
}

fn relationship(
    application: &Application,
    entity: &Entity,
    relation: &Relation,
    imports: &mut Imports,
    type_imports: &mut Imports,
) -> String {
    let target = &relation.target_class;
    let mut arguments = Vec::new();
    if let Some(association) = &relation.association {
        let found = application.associations.iter().find(|one| &one.table == association);
        if let Some(found) = found {
            imports.from(&format!(".{}", found.module), &found.variable);
            arguments.push(Code::keyword("secondary", Code::plain(found.variable.clone())));
        }
        if relation.is_to(&entity.table) {
            arguments.extend(self_joins(entity, relation, found));
        }
    }
    if relation.owns_key && relation.is_to(&entity.table) {
        let columns = relation.remote.iter().map(|name| Code::plain(name.clone())).collect();
        arguments.push(Code::keyword("remote_side", Code::List(columns)));
    }
    if relation.ambiguous && relation.association.is_none() {
        let columns = if relation.owns_key {
            Code::List(relation.local.iter().map(|name| Code::plain(name.clone())).collect())
        } else {
            let columns: Vec<String> = relation.remote.iter().map(|name| format!("{target}.{name}")).collect();
            Code::text(format!("[{}]", columns.join(", ")))
        };
        arguments.push(Code::keyword("foreign_keys", columns));
    }
    if let Some(other) = &relation.back_populates {
        arguments.push(Code::keyword("back_populates", Code::text(other.clone())));
    }
    if !relation.owns_key && relation.association.is_none() {
        let is_part = application.entity(&relation.target).is_some_and(|other| {
            relation.remote.iter().all(|name| other.attribute(name).is_some_and(|one| !one.nullable))
        });
        if relation.on_delete == ReferentialAction::Cascade {
            let cascade = if is_part { "all, delete-orphan" } else { "all" };
            arguments.push(Code::keyword("cascade", Code::text(cascade)));
            arguments.push(Code::keyword("passive_deletes", Code::plain("True")));
        } else {
            arguments.push(Code::keyword("passive_deletes", Code::text("all")));
        }
    }
    let is_own = relation.is_to(&entity.table);
    declaration::relationship(application.fab, relation, is_own, arguments, imports, type_imports)
}

/// The joins of a many-to-many relation of a table with itself, which nothing else could tell apart.
fn self_joins(entity: &Entity, relation: &Relation, association: Option<&Association>) -> Vec<Code> {
    let (Some(association), Some(near), Some(far), Some(key)) = (
        association,
        &relation.association_column,
        &relation.association_target_column,
        entity.key.attributes().first().copied(),
    ) else {
        return Vec::new();
    };
    let join = |column: &str| {
        Code::plain(format!(
            "lambda: {}.{key} == {}.c[{}]",
            entity.class_name,
            association.variable,
            python::string(column)
        ))
    };
    vec![Code::keyword("primaryjoin", join(near)), Code::keyword("secondaryjoin", join(far))]
}

fn display(entity: &Entity) -> String {
    match &entity.display {
        Display::Attribute(name) => format!("self.{name} or \"\""),
        Display::Key => {
            let keys: Vec<String> = entity.key.attributes().iter().map(|name| format!("{{self.{name}}}")).collect();
            format!("f\"{} {}\"", entity.label, keys.join(", "))
        }
    }
}
