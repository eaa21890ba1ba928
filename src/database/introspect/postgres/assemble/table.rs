//! One table out of the rows about it.

use std::collections::{BTreeMap, HashMap};

use super::super::columns::{ColumnRow, DefaultRow, Place};
use super::super::keys::{Columns, ConstraintRow, IndexRow};
use super::super::relations::Relation;
use super::super::rows::object_name;
use super::super::types;
use super::addresses::{Classes, Numbered};
use super::quoted_path;
use crate::migration::render::postgres::names;
use crate::schema::{
    CheckConstraint, Column, ForeignKey, Generated, GeneratedStorage, Index, IndexPart, ObjectName, PrimaryKey,
    ReferentialAction, Table, UniqueConstraint, address,
};

/// The option of a table that is a partition.
const PARTITION_BOUND: &str = "partition bound";

/// A table, and the rows about it that are not looked up.
pub(super) struct TableRows {
    pub(super) oid: i64,
    pub(super) table: Table,
    constraints: Vec<ConstraintRow>,
    indexes: Vec<IndexRow>,
}

/// What is looked up: rows about all tables.
pub(super) struct About<'a> {
    pub(super) columns: &'a Columns<'a>,
    pub(super) comments: &'a HashMap<Place, String>,
    pub(super) defaults: &'a HashMap<Place, DefaultRow>,
    pub(super) sequences: &'a HashMap<Place, String>,
    pub(super) classes: &'a Classes,
}

impl TableRows {
    /// The rows of a table about which nothing is known yet but what stands in the catalog of relations.
    pub(super) fn new(row: Relation, name: ObjectName, comment: Option<String>) -> Self {
        let oid = row.oid;
        let table = Table { comment, ..table(row, name) };
        Self { oid, table, constraints: Vec::new(), indexes: Vec::new() }
    }

    pub(super) fn add_constraint(&mut self, row: ConstraintRow) {
        append(&mut self.constraints, row);
    }

    pub(super) fn add_index(&mut self, row: IndexRow) {
        append(&mut self.indexes, row);
    }

    /// The table, and the addresses of what it has by the server's numbers.
    pub(super) fn assemble(self, about: &About<'_>) -> (i64, Table, Vec<Numbered>) {
        let Self { oid, mut table, constraints, indexes } = self;
        let mut numbered = Vec::new();
        let rows = about.columns.of(oid);
        table.columns.reserve_exact(rows.len());
        for row in rows {
            let place = (oid, i64::from(row.number));
            let texts = Texts {
                comment: about.comments.get(&place),
                default: about.defaults.get(&place),
                sequence: about.sequences.get(&place),
            };
            column(row, &texts, &mut table, about.classes, &mut numbered);
        }
        for row in constraints {
            constraint(row, about, &mut table, &mut numbered);
        }
        for row in indexes {
            numbered.push((about.classes.id("pg_class", row.oid, 0), address::index(&table.name, &row.name)));
            index(row, about.columns, &mut table);
        }
        table.shrink();
        (oid, table, numbered)
    }
}

fn table(row: Relation, name: ObjectName) -> Table {
    let mut options = BTreeMap::new();
    let mut set = |option: &str, value: Option<String>| {
        if let Some(value) = value {
            options.insert(option.to_owned(), value);
        }
    };
    let parents: Vec<String> =
        row.parents.iter().map(|parent| quoted_path(&object_name(&parent.namespace, &parent.name))).collect();
    let parents = (!parents.is_empty()).then(|| parents.join(", "));
    match row.bound {
        Some(bound) => {
            set(PARTITION_BOUND, Some(bound));
            set("partition of", parents);
        }
        None => set("inherits", parents),
    }
    set("partition by", row.partition_key);
    set("unlogged", (row.persistence == "u").then(|| "true".to_owned()));
    set("row security", row.row_security.then(|| "true".to_owned()));
    set("force row security", row.force_row_security.then(|| "true".to_owned()));
    set("storage parameters", row.storage);
    set("of type", row.of_type);
    set("access method", row.method);
    set("tablespace", row.tablespace);
    let identity = match row.replica_identity.as_str() {
        "f" => Some("FULL".to_owned()),
        "n" => Some("NOTHING".to_owned()),
        _ => None,
    };
    set("replica identity", identity);
    Table { options, identity: u64::try_from(row.oid).ok(), ..Table::new(name) }
}

/// What is said of a column elsewhere.
struct Texts<'a> {
    comment: Option<&'a String>,
    default: Option<&'a DefaultRow>,
    sequence: Option<&'a String>,
}

fn column(row: &ColumnRow, texts: &Texts<'_>, table: &mut Table, classes: &Classes, numbered: &mut Vec<Numbered>) {
    let data_type = types::data_type(&row.kind);
    let mut set = |option: &str, value: Option<String>| {
        if let Some(value) = value {
            table.options.insert(format!("{option} {}", row.name), value);
        }
    };
    let storage = |letter: u8| match letter {
        b'p' => "PLAIN",
        b'e' => "EXTERNAL",
        b'm' => "MAIN",
        _ => "EXTENDED",
    };
    let rare = row.rare.as_deref();
    if let Some(rare) = rare {
        set("storage", rare.storage.map(|letter| storage(letter).to_owned()));
        set("compression", rare.compression.map(|letter| if letter == b'l' { "lz4" } else { "pglz" }.to_owned()));
        set("statistics", rare.statistics.map(|target| target.to_string()));
        set("options", rare.options.as_deref().map(str::to_owned));
    }
    set("inherited", row.inherited.then(|| "true".to_owned()));
    if row.identity != 0 {
        let when = if row.identity == b'a' { "ALWAYS" } else { "BY DEFAULT" };
        set("identity", Some(format!("{when} {}", texts.sequence.map_or("", String::as_str))));
    }
    let mut default = None;
    let mut generated = None;
    if let Some(DefaultRow { oid, expression }) = texts.default {
        let mut kind = "default";
        if row.generated == 0 {
            default = types::default(expression, &data_type);
        } else {
            kind = "column";
            let storage = if row.generated == b'v' { GeneratedStorage::Virtual } else { GeneratedStorage::Stored };
            generated = Some(Box::new(Generated { expression: expression.clone(), storage }));
        }
        numbered.push((classes.id("pg_attrdef", *oid, 0), address::member(kind, &table.name, &row.name)));
    }
    let next = matches!(&default, Some(crate::schema::ColumnDefault::Expression(text)) if text.starts_with("nextval("));
    table.columns.push(Column {
        nullable: !row.not_null,
        default,
        generated,
        auto_increment: row.identity != 0 || next,
        collation: rare.and_then(|rare| rare.collation.as_deref()).map(str::to_owned),
        comment: texts.comment.cloned(),
        identity: u16::try_from(row.number).ok(),
        ..Column::new(&*row.name, data_type)
    });
}

/// Most tables have one or two of a kind, and room for four would be the half of what a large schema takes.
fn append<T>(list: &mut Vec<T>, item: T) {
    list.reserve_exact(1);
    list.push(item);
}

fn constraint(row: ConstraintRow, about: &About<'_>, table: &mut Table, numbered: &mut Vec<Numbered>) {
    let key = address::member("constraint", &table.name, &row.name);
    let columns = about.columns.names(row.relation, &row.columns);
    served_by(table, &row.name, row.clustered, row.replica_identity);
    if let Some(leader) = row.attached {
        let usual = match row.kind.as_str() {
            "p" => names::primary_key(&table.name.name),
            _ => {
                let included = names::included(table, row.definition.as_deref().unwrap_or_default());
                names::unique(&table.name.name, &[columns.clone(), included].concat())
            }
        };
        // A key may be attached to an index that is no key, and is not implied by that.
        if usual == row.name && row.has_parent && !row.of_invalid {
            return;
        }
        table.options.insert(format!("attached constraint {}", row.name), leader);
    } else if row.is_part || row.has_parent && (row.only_inherited || table.options.contains_key(PARTITION_BOUND)) {
        if row.holds_alone {
            table.options.insert(format!("validated {}", row.name), "true".to_owned());
        }
        return;
    }
    if row.is_invalid {
        table.options.insert(format!("only {}", row.name), "true".to_owned());
    }
    numbered.push((about.classes.id("pg_constraint", row.oid, 0), key.clone()));
    if row.index != 0 && row.kind != "f" {
        numbered.push((about.classes.id("pg_class", row.index, 0), key));
    }
    let name = Some(row.name.clone());
    let plain = match row.kind.as_str() {
        "p" => {
            let key = PrimaryKey { name, columns };
            let plain = crate::migration::render::postgres::primary_key(&key);
            table.primary_key = Some(key);
            plain
        }
        "u" => {
            let unique = UniqueConstraint { name, columns };
            let plain = crate::migration::render::postgres::unique(&unique);
            append(&mut table.uniques, unique);
            plain
        }
        "c" => {
            let definition = row.definition.as_deref().unwrap_or_default();
            let text = definition.strip_prefix("CHECK (").unwrap_or(definition);
            let end = text.rfind(')').unwrap_or(text.len());
            let check = CheckConstraint {
                column: None,
                name,
                expression: unwrapped(text.get(..end).unwrap_or(text)).to_owned(),
            };
            let plain = crate::migration::render::postgres::check(&check);
            append(&mut table.checks, check);
            plain
        }
        "f" => {
            let key = ForeignKey {
                name,
                columns,
                referenced_table: row.target_name.unwrap_or_else(|| ObjectName::new("")),
                referenced_columns: about.columns.names(row.target, &row.target_columns),
                on_delete: action(&row.on_delete),
                on_update: action(&row.on_update),
                deferred: row.deferred,
            };
            let plain = crate::migration::render::postgres::foreign_key(&key);
            append(&mut table.foreign_keys, key);
            plain
        }
        _ => String::new(),
    };
    let definition = row.definition.unwrap_or_else(|| plain.clone());
    let definition = match row.options {
        Some(options) => with_options(&definition, &options),
        None => definition,
    };
    if plain != definition {
        table.options.insert(format!("constraint {}", row.name), definition);
    }
}

/// The definition with the storage parameters of its index, which stand behind the columns and before the rest.
fn with_options(definition: &str, options: &str) -> String {
    let all = crate::schema::lexer::tokens(definition);
    let word = |text: &str| all.iter().find(|token| token.text == text).map(|token| token.start);
    let place = word("WHERE").or_else(|| word("DEFERRABLE")).unwrap_or(definition.len());
    let (before, after) = definition.split_at(place);
    format!("{} WITH ({options}) {after}", before.trim_end()).trim_end().to_owned()
}

/// The inside of parentheses that stand around the whole.
fn unwrapped(text: &str) -> &str {
    let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else { return text };
    let mut depth = 0_i32;
    for token in crate::schema::lexer::tokens(inner) {
        depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
        if depth < 0 {
            return text;
        }
    }
    inner
}

fn action(letter: &str) -> ReferentialAction {
    match letter {
        "r" => ReferentialAction::Restrict,
        "c" => ReferentialAction::Cascade,
        "n" => ReferentialAction::SetNull,
        "d" => ReferentialAction::SetDefault,
        _ => ReferentialAction::NoAction,
    }
}

/// Notes that the rows lie in the order of this index, or are told apart by it.
fn served_by(table: &mut Table, index: &str, clustered: bool, replica_identity: bool) {
    if clustered {
        table.options.insert("clustered on".to_owned(), index.to_owned());
    }
    if replica_identity {
        let name = crate::migration::render::postgres::quoted(index);
        table.options.insert("replica identity".to_owned(), format!("USING INDEX {name}"));
    }
}

fn index(row: IndexRow, columns: &Columns, table: &mut Table) {
    served_by(table, &row.name, row.clustered, row.replica_identity);
    let parts = row.parts(columns).into_iter().map(|part| IndexPart {
        length: None,
        column: part.column,
        expression: part.expression,
        descending: part.descending,
        collation: None,
    });
    let definition = row.definition.unwrap_or_default();
    let definition = match row.statistics {
        Some(statistics) => format!("{definition};\n{statistics}"),
        None => definition,
    };
    let index = Index {
        options: Default::default(),
        name: row.name,
        unique: row.is_unique,
        parts: parts.collect(),
        predicate: row.predicate,
        method: (row.method != "btree").then_some(row.method),
        definition: Some(definition),
    };
    if let Some(leader) = row.attached {
        let usual = names::index(&table.name.name, &names::columns_of(table, &index)) == index.name;
        if usual && !row.of_invalid {
            return;
        }
        table.options.insert(format!("attached index {}", index.name), leader);
    }
    append(&mut table.indexes, index);
}
