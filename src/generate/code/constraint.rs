//! `__table_args__`: what a table demands beyond its columns.

use crate::generate::entity::{Application, Association, Attribute, Entity, FabVersion, ReferenceKey, UniqueKey};
use crate::generate::python::{Code, Imports};
use crate::schema::{Dialect, Index, ObjectName, ReferentialAction, quote};

/// How names are written: an attribute called `text` hides the function of that name, and SQL has quotes of its
/// dialect.
pub(super) struct Names {
    hides_text: bool,
    dialect: Dialect,
    fab: FabVersion,
}

impl Names {
    pub(super) fn of<'a>(application: &Application, mut attributes: impl Iterator<Item = &'a Attribute>) -> Self {
        let hides_text = attributes.any(|attribute| attribute.name == "text");
        Self { hides_text, dialect: application.dialect, fab: application.fab }
    }

    /// Whether SQLAlchemy has to ask for a key that the server makes before it inserts the row, because it can't see it
    /// afterwards.
    pub(super) fn asks_for_keys(&self) -> bool {
        self.fab == FabVersion::V4 && self.dialect != Dialect::Postgres
    }

    /// How `sqlalchemy.text` is called.
    pub(super) fn text(&self) -> &'static str {
        if self.hides_text { "sql_text" } else { "text" }
    }

    /// How it is imported.
    pub(super) fn text_import(&self) -> &'static str {
        if self.hides_text { "text as sql_text" } else { "text" }
    }
}

/// The `__table_args__` statement of a class, if it needs one.
pub(super) fn of_entity(entity: &Entity, names: &Names, imports: &mut Imports) -> Option<String> {
    let column =
        |name: &String| entity.attribute(name).map_or_else(|| name.clone(), |attribute| attribute.column.clone());
    let mut items = Vec::new();
    items.extend(key_constraint(entity, imports));
    for unique in entity.uniques.iter().filter(|unique| !unique.index && !is_short_unique(unique)) {
        items.push(unique_constraint(unique, &unique.attributes.iter().map(column).collect::<Vec<_>>(), imports));
    }
    for check in &entity.checks {
        items.push(check_constraint(check.name.as_deref(), &check.expression, imports));
    }
    for key in entity.foreign_keys.iter().filter(|key| key.columns.len() > 1) {
        items.push(foreign_key_constraint(key, imports));
    }
    for index in entity.indexes.iter().filter(|index| !is_short_index(&entity.table, index)) {
        items.push(index_code(index, names, imports));
    }
    let namespace = entity.table.namespace.as_ref().map(|name| ("schema".to_owned(), Code::text(name.clone())));
    let comment = entity.comment.as_ref().map(|text| ("comment".to_owned(), Code::text(text.clone())));
    let options: Vec<(String, Code)> = comment.into_iter().chain(namespace).collect();
    if !options.is_empty() {
        items.push(Code::Dict(options));
    }
    (!items.is_empty()).then(|| Code::Tuple(items).statement(4, "__table_args__ = "))
}

/// The primary key, where its columns come in another order than those of the table.
fn key_constraint(entity: &Entity, imports: &mut Imports) -> Option<Code> {
    let key = entity.key.attributes();
    let in_table = entity.attributes.iter().filter(|attribute| attribute.primary_key);
    if in_table.map(|attribute| attribute.name.as_str()).eq(key.iter().copied()) {
        return None;
    }
    imports.from("sqlalchemy", "PrimaryKeyConstraint");
    let columns = key.iter().filter_map(|name| entity.attribute(name));
    Some(Code::call("PrimaryKeyConstraint", columns.map(|one| Code::text(one.column.clone())).collect()))
}

/// The arguments after the columns of a `Table`.
pub(super) fn of_association(association: &Association, names: &Names, imports: &mut Imports) -> Vec<Code> {
    let column = |name: &String| {
        let attribute = association.attributes.iter().find(|attribute| &attribute.name == name);
        attribute.map_or_else(|| name.clone(), |attribute| attribute.column.clone())
    };
    let mut items = Vec::new();
    for unique in association.uniques.iter().filter(|unique| !unique.index) {
        items.push(unique_constraint(unique, &unique.attributes.iter().map(column).collect::<Vec<_>>(), imports));
    }
    for check in &association.checks {
        items.push(check_constraint(check.name.as_deref(), &check.expression, imports));
    }
    for key in association.foreign_keys.iter().filter(|key| key.columns.len() > 1) {
        items.push(foreign_key_constraint(key, imports));
    }
    for index in &association.indexes {
        items.push(index_code(index, names, imports));
    }
    items
}

/// Whether the column says `unique=True`: for a constraint of this one column without a name.
pub(super) fn is_unique_on_column(entity: &Entity, attribute: &Attribute) -> bool {
    entity
        .uniques
        .iter()
        .any(|unique| !unique.index && is_short_unique(unique) && unique.attributes == [attribute.name.clone()])
}

/// Whether the column says `index=True`: for an index that has the name which SQLAlchemy would give it.
pub(super) fn is_indexed_on_column(entity: &Entity, attribute: &Attribute) -> bool {
    entity.indexes.iter().any(|index| {
        is_short_index(&entity.table, index)
            && index.parts.first().is_some_and(|part| part.column.as_ref() == Some(&attribute.column))
    })
}

fn is_short_unique(unique: &UniqueKey) -> bool {
    unique.name.is_none() && unique.attributes.len() == 1
}

fn is_short_index(table: &ObjectName, index: &Index) -> bool {
    let [part] = index.parts.as_slice() else { return false };
    let Some(column) = &part.column else { return false };
    !index.unique
        && !part.descending
        && part.collation.is_none()
        && index.predicate.is_none()
        && index.method.is_none()
        && index.name == format!("ix_{}_{column}", table.name)
}

fn unique_constraint(unique: &UniqueKey, columns: &[String], imports: &mut Imports) -> Code {
    imports.from("sqlalchemy", "UniqueConstraint");
    let mut arguments: Vec<Code> = columns.iter().map(|column| Code::text(column.clone())).collect();
    arguments.extend(unique.name.iter().map(|name| Code::keyword("name", Code::text(name.clone()))));
    Code::call("UniqueConstraint", arguments)
}

fn check_constraint(name: Option<&str>, expression: &str, imports: &mut Imports) -> Code {
    imports.from("sqlalchemy", "CheckConstraint");
    let mut arguments = vec![Code::text(escape_binds(expression))];
    arguments.extend(name.map(|name| Code::keyword("name", Code::text(name))));
    Code::call("CheckConstraint", arguments)
}

fn foreign_key_constraint(key: &ReferenceKey, imports: &mut Imports) -> Code {
    imports.from("sqlalchemy", "ForeignKeyConstraint");
    let referenced = key.referenced.iter().map(|column| target(&key.table, column)).collect();
    let mut arguments = vec![Code::texts(key.columns.iter().map(String::as_str)), Code::List(referenced)];
    arguments.extend(key_options(key));
    Code::call("ForeignKeyConstraint", arguments)
}

/// Where a foreign key points, as SQLAlchemy spells it.
pub(super) fn target(table: &ObjectName, column: &str) -> Code {
    Code::text(format!("{table}.{column}"))
}

/// Name and actions of a foreign key.
pub(super) fn key_options(key: &ReferenceKey) -> Vec<Code> {
    let action = |action| match action {
        ReferentialAction::NoAction => None,
        ReferentialAction::Restrict => Some("RESTRICT"),
        ReferentialAction::Cascade => Some("CASCADE"),
        ReferentialAction::SetNull => Some("SET NULL"),
        ReferentialAction::SetDefault => Some("SET DEFAULT"),
    };
    let mut options = Vec::new();
    options.extend(key.name.iter().map(|name| Code::keyword("name", Code::text(name.clone()))));
    options.extend(action(key.on_update).map(|word| Code::keyword("onupdate", Code::text(word))));
    options.extend(action(key.on_delete).map(|word| Code::keyword("ondelete", Code::text(word))));
    if key.deferred {
        options.push(Code::keyword("deferrable", Code::plain("True")));
        options.push(Code::keyword("initially", Code::text("DEFERRED")));
    }
    options
}

fn index_code(index: &Index, names: &Names, imports: &mut Imports) -> Code {
    imports.from("sqlalchemy", "Index");
    let sql = |text: &str, imports: &mut Imports| {
        imports.from("sqlalchemy", names.text_import());
        Code::call(names.text(), vec![Code::text(escape_binds(text))])
    };
    let mut arguments = vec![Code::text(index.name.clone())];
    for part in &index.parts {
        let direction = if part.descending { " DESC" } else { "" };
        arguments.push(match (&part.column, &part.expression) {
            (Some(column), _) if !part.descending && part.collation.is_none() => Code::text(column.clone()),
            (Some(column), _) => {
                let collation = part.collation.as_ref().map(|name| format!(" COLLATE {name}")).unwrap_or_default();
                sql(&format!("{}{collation}{direction}", quote::identifier_in(names.dialect, column)), imports)
            }
            (None, expression) => sql(&format!("{}{direction}", expression.as_deref().unwrap_or_default()), imports),
        });
    }
    if index.unique {
        arguments.push(Code::keyword("unique", Code::plain("True")));
    }
    if let Some(predicate) = &index.predicate {
        for dialect in ["sqlite", "postgresql"] {
            arguments.push(Code::keyword(format!("{dialect}_where"), sql(predicate, imports)));
        }
    }
    if let Some(method) = index.method.as_ref().filter(|_| names.dialect == Dialect::Postgres) {
        arguments.push(Code::keyword("postgresql_using", Code::text(method.clone())));
    }
    let lengths =
        index.parts.iter().filter_map(|part| Some((part.column.clone()?, Code::plain(part.length?.to_string()))));
    let lengths: Vec<(String, Code)> = lengths.collect();
    if !lengths.is_empty() {
        for dialect in ["mysql", "mariadb"] {
            arguments.push(Code::keyword(format!("{dialect}_length"), Code::Dict(lengths.clone())));
        }
    }
    Code::call("Index", arguments)
}

/// SQL for SQLAlchemy's `text`, which takes `:name` for a parameter.
pub(super) fn escape_binds(sql: &str) -> String {
    let characters: Vec<char> = sql.chars().collect();
    let is_word = |character: char| character.is_alphanumeric() || character == '_';
    let mut out = String::with_capacity(sql.len());
    for (position, &character) in characters.iter().enumerate() {
        let before = position.checked_sub(1).map(|before| characters[before]);
        let starts_name = characters.get(position + 1).copied().is_some_and(is_word);
        if character == ':' && starts_name && !before.is_some_and(|one| one == ':' || is_word(one)) {
            out.push('\\');
        }
        out.push(character);
    }
    out
}
