//! Puts the rows of the catalog together.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use super::columns::{ColumnRow, DefaultRow};
use super::keys::{Columns, ConstraintRow, IndexRow};
use super::relations::Relation;
use super::rows::{Catalog, Dependency, Id, StandIn, object_name};
use super::types;
use crate::migration::render::postgres::names;
use crate::schema::{
    CheckConstraint, Column, Dependencies, Dialect, ForeignKey, Generated, GeneratedStorage, Index, IndexPart,
    ObjectName, Other, PrimaryKey, ReferentialAction, Schema, Table, Trigger, UniqueConstraint, View, address,
};

/// The option of a table that is a partition.
const PARTITION_BOUND: &str = "partition bound";

pub(super) fn schema(mut catalog: Catalog) -> Schema {
    let mut schema = Schema::empty(Dialect::Postgres);
    let mut addresses = Addresses { classes: catalog.classes, ..Addresses::default() };
    addresses.relations = addresses.class("pg_class");
    let columns = Columns::new(&catalog.columns);
    let mut tables: BTreeMap<i64, Table> = BTreeMap::new();
    let mut views: HashMap<i64, ObjectName> = HashMap::new();
    for relation in catalog.relations {
        let name = object_name(&relation.namespace, &relation.name);
        if relation.is_view() {
            let definition = catalog.views.remove(&relation.oid).unwrap_or_default();
            addresses.put("pg_class", relation.oid, 0, address::view(&name));
            views.insert(relation.oid, name.clone());
            schema.views.push(View { name, materialized: relation.kind == "m", definition });
        } else {
            addresses.put("pg_class", relation.oid, 0, address::table(&name));
            let comment = catalog.comments.remove(&(relation.oid, 0));
            tables.insert(relation.oid, Table { comment, ..table(relation, name) });
        }
    }
    for rows in catalog.columns.chunk_by(|one, other| one.relation == other.relation) {
        let Some(table) = rows.first().and_then(|row| tables.get_mut(&row.relation)) else { continue };
        table.columns.reserve_exact(rows.len());
        for row in rows {
            let place = (row.relation, i64::from(row.number));
            let text = Texts {
                comment: catalog.comments.remove(&place),
                default: catalog.defaults.remove(&place),
                sequence: catalog.sequences.remove(&place),
            };
            column(row, text, table, &mut addresses);
        }
    }
    for row in catalog.constraints {
        if let Some(table) = tables.get_mut(&row.relation) {
            constraint(row, &columns, table, &mut addresses);
        }
    }
    for row in catalog.indexes {
        let owner = tables.get(&row.relation).map(|table| &table.name).or_else(|| views.get(&row.relation));
        let Some(owner) = owner.cloned() else { continue };
        addresses.put("pg_class", row.oid, 0, address::index(&owner, &row.name));
        match tables.get_mut(&row.relation) {
            Some(table) => index(row, &columns, table),
            None => {
                let name = ObjectName { namespace: owner.namespace.clone(), name: row.name };
                let removal = format!("DROP INDEX {}", quoted_path(&name));
                let (kind, removal) = ("index".to_owned(), Some(removal));
                let definition = row.definition.unwrap_or_default();
                schema.others.push(Other { kind, name, definition, removal });
            }
        }
    }
    for row in catalog.triggers {
        let table = tables.get(&row.relation).map(|table| &table.name).or_else(|| views.get(&row.relation));
        let Some(table) = table.cloned() else { continue };
        addresses.put("pg_trigger", row.oid, 0, address::member("trigger", &table, &row.name));
        schema.triggers.push(Trigger { name: row.name, table, definition: row.definition });
    }
    let mut belongs: Vec<(String, Id)> = Vec::new();
    for row in catalog.others {
        let name = row.namespace.map_or_else(|| ObjectName::new(&row.name), |space| object_name(&space, &row.name));
        let other = Other { kind: row.kind, name, definition: row.definition, removal: Some(row.removal) };
        let key = address::other(&other);
        let target = match row.class.as_str() {
            "domain default" | "domain not null" => Some("pg_type"),
            "sequence owner" | "view options" => Some("pg_class"),
            class => class.split_once(" on ").map(|(_, class)| class),
        };
        match target {
            Some(class) => belongs.push((key, addresses.id(class, row.oid, row.part))),
            None => addresses.put(&row.class, row.oid, row.part, key),
        }
        schema.others.push(other);
    }
    addresses.stand_in(catalog.stand_ins);
    let places = Places { tables: &tables, columns: &columns };
    schema.dependencies = addresses.edges(catalog.dependencies, belongs, &places);
    own_sequences(&mut schema);
    for needs in schema.dependencies.values_mut() {
        needs.sort_unstable();
        needs.dedup();
        needs.shrink_to_fit();
    }
    tables.values_mut().for_each(Table::shrink);
    schema.tables = tables.into_values().collect();
    schema.sort();
    schema
}

/// What says which column owns a sequence needs that column, which its text names and the catalog turns round.
fn own_sequences(schema: &mut Schema) {
    for other in schema.others.iter().filter(|other| other.kind == "sequence owner") {
        schema.dependencies.entry(address::other(other)).or_default().push(address::of_kind("sequence", &other.name));
    }
}

/// Where columns are, of which there are too many to keep an address for each.
struct Places<'a> {
    tables: &'a BTreeMap<i64, Table>,
    columns: &'a Columns<'a>,
}

impl Places<'_> {
    fn column(&self, relation: u32, number: i32) -> Option<String> {
        let relation = i64::from(relation);
        let column = self.columns.get(relation, i16::try_from(number).ok()?)?;
        Some(address::member("column", &self.tables.get(&relation)?.name, &column.name))
    }
}

/// From the server's numbers to addresses.
#[derive(Default)]
struct Addresses {
    /// The numbers of the catalogs by their names.
    classes: HashMap<String, u32>,
    /// The number of `pg_class`.
    relations: u32,
    known: HashMap<Id, String>,
    stand_ins: HashMap<(u32, u32), (u32, u32)>,
}

impl Addresses {
    /// The number of a class, which is zero for what has no catalog.
    fn class(&self, name: &str) -> u32 {
        self.classes.get(name).copied().unwrap_or_default()
    }

    fn id(&self, class: &str, oid: i64, part: i64) -> Id {
        (self.class(class), u32::try_from(oid).unwrap_or_default(), i32::try_from(part).unwrap_or_default())
    }

    fn put(&mut self, class: &str, oid: i64, part: i64, address: String) {
        self.known.insert(self.id(class, oid, part), address);
    }

    fn stand_in(&mut self, rows: Vec<StandIn>) {
        self.stand_ins.extend(rows);
    }

    /// An unknown part is its whole; an unknown whole may stand for something else.
    fn find(&self, (class, oid, part): Id, places: &Places<'_>) -> Option<Cow<'_, str>> {
        let mut at = (class, oid);
        for _ in 0..4 {
            let column = || places.column(at.1, part).filter(|_| at.0 == self.relations).map(Cow::Owned);
            let known = |part| self.known.get(&(at.0, at.1, part)).map(|address| Cow::Borrowed(address.as_str()));
            let found = known(part).or_else(column).or_else(|| known(0));
            if found.is_some() {
                return found;
            }
            at = *self.stand_ins.get(&at)?;
        }
        None
    }

    fn edges(&self, rows: Vec<Dependency>, belongs: Vec<(String, Id)>, places: &Places<'_>) -> Dependencies {
        let mut edges = Dependencies::new();
        let mut add = |one: &str, other: &str| {
            if one != other {
                edges.entry(one.to_owned()).or_default().push(other.to_owned());
            }
        };
        for (one, other) in rows {
            if let (Some(one), Some(other)) = (self.find(one, places), self.find(other, places)) {
                add(&one, &other);
            }
        }
        for (one, whole) in belongs {
            if let Some(other) = self.find(whole, places) {
                add(&one, &other);
            }
        }
        edges
    }
}

fn quoted_path(name: &ObjectName) -> String {
    crate::migration::render::postgres::path(name)
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
struct Texts {
    comment: Option<String>,
    default: Option<DefaultRow>,
    sequence: Option<String>,
}

fn column(row: &ColumnRow, texts: Texts, table: &mut Table, addresses: &mut Addresses) {
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
        set("identity", Some(format!("{when} {}", texts.sequence.unwrap_or_default())));
    }
    let mut default = None;
    let mut generated = None;
    if let Some(DefaultRow { oid, expression }) = texts.default {
        let mut kind = "default";
        if row.generated == 0 {
            default = types::default(&expression, &data_type);
        } else {
            kind = "column";
            let storage = if row.generated == b'v' { GeneratedStorage::Virtual } else { GeneratedStorage::Stored };
            generated = Some(Box::new(Generated { expression, storage }));
        }
        addresses.put("pg_attrdef", oid, 0, address::member(kind, &table.name, &row.name));
    }
    let next = matches!(&default, Some(crate::schema::ColumnDefault::Expression(text)) if text.starts_with("nextval("));
    table.columns.push(Column {
        nullable: !row.not_null,
        default,
        generated,
        auto_increment: row.identity != 0 || next,
        collation: rare.and_then(|rare| rare.collation.as_deref()).map(str::to_owned),
        comment: texts.comment,
        identity: u16::try_from(row.number).ok(),
        ..Column::new(&*row.name, data_type)
    });
}

/// Most tables have one or two of a kind, and room for four would be the half of what a large schema takes.
fn append<T>(list: &mut Vec<T>, item: T) {
    list.reserve_exact(1);
    list.push(item);
}

fn constraint(row: ConstraintRow, all: &Columns, table: &mut Table, addresses: &mut Addresses) {
    let key = address::member("constraint", &table.name, &row.name);
    let columns = all.names(row.relation, &row.columns);
    if let Some(leader) = row.attached {
        let usual = match row.kind.as_str() {
            "p" => names::primary_key(&table.name.name),
            _ => {
                let included = names::included(table, row.definition.as_deref().unwrap_or_default());
                names::unique(&table.name.name, &[columns.clone(), included].concat())
            }
        };
        // A key may be attached to an index that is no key, and is not implied by that.
        if usual == row.name && row.has_parent {
            return;
        }
        table.options.insert(format!("attached constraint {}", row.name), leader);
    } else if row.is_part || row.has_parent && (row.only_inherited || table.options.contains_key(PARTITION_BOUND)) {
        return;
    }
    addresses.put("pg_constraint", row.oid, 0, key.clone());
    if row.index != 0 && row.kind != "f" {
        addresses.put("pg_class", row.index, 0, key);
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
                referenced_columns: all.names(row.target, &row.target_columns),
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

fn index(row: IndexRow, columns: &Columns, table: &mut Table) {
    if row.clustered {
        table.options.insert("clustered on".to_owned(), row.name.clone());
    }
    if row.replica_identity {
        let name = crate::migration::render::postgres::quoted(&row.name);
        table.options.insert("replica identity".to_owned(), format!("USING INDEX {name}"));
    }
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
