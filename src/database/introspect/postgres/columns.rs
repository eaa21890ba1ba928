//! Columns, whose catalogs have the most rows: fetched as they are and put together here, since calls of the server's
//! formatting functions for each of them would take longer than all the rest.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;
use sqlx::{AssertSqlSafe, PgConnection, Row};

/// What an older server, which does not have this column, is asked for in its place: before, after.
const BEFORE_14: (&str, &str) = ("a.attcompression", "''::\"char\"");

const COLUMNS: &str = "SELECT a.attrelid, a.attnum, a.attname, a.atttypid, a.atttypmod, a.attnotnull, a.attgenerated,
        a.attidentity, a.attcollation, a.attstorage, a.attcompression, coalesce(a.attstattarget, -1)::int4,
        CASE WHEN a.attoptions IS NOT NULL THEN array_to_string(a.attoptions, ', ') END,
        c.reloftype <> 0 OR (a.attinhcount > 0 AND (c.relispartition OR NOT a.attislocal)), a.attacl IS NOT NULL
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
    WHERE c.relkind IN ('r', 'p', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND c.oid >= 16384";

/// What a type is called is asked once for each type, not for each column.
const TYPES: &str = "SELECT coalesce(json_agg(x), '[]')::text FROM (
    SELECT u.oid::int8, u.modifier::int8, format_type(u.oid, u.modifier) AS sql, t.typcollation::int8 AS collation,
        t.typstorage::text AS storage, n.nspname AS namespace, t.typname AS name, coalesce(e.typname, '') AS element,
        format_type(e.oid, u.modifier) AS element_sql,
        (SELECT json_agg(v.enumlabel ORDER BY v.enumsortorder) FROM pg_enum v WHERE v.enumtypid = t.oid) AS labels
    FROM unnest($1::oid[], $2::int4[]) u(oid, modifier) JOIN pg_type t ON t.oid = u.oid
    JOIN pg_namespace n ON n.oid = t.typnamespace
    LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typcategory = 'A') x";

const COLLATIONS: &str = "SELECT c.oid, format('%I.%I', n.nspname, c.collname) FROM pg_collation c
    JOIN pg_namespace n ON n.oid = c.collnamespace WHERE c.oid = ANY ($1)";

const SEQUENCES: &str = "SELECT i.refobjid, i.refobjsubid,
        format('SEQUENCE NAME %I.%I START WITH %s INCREMENT BY %s MINVALUE %s MAXVALUE %s CACHE %s%s%s', n.nspname,
            c.relname, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache,
            CASE WHEN s.seqcycle THEN ' CYCLE' ELSE ' NO CYCLE' END,
            CASE WHEN s.seqtypid <> a.atttypid THEN ' AS ' || format_type(s.seqtypid, NULL) END)
    FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN pg_depend i ON i.objid = s.seqrelid
    JOIN pg_attribute a ON a.attrelid = i.refobjid AND a.attnum = i.refobjsubid
    WHERE i.classid = 'pg_class'::regclass AND i.refclassid = 'pg_class'::regclass AND i.deptype = 'i'";

const COMMENTS: &str = "SELECT objoid, objsubid, description FROM pg_description
    WHERE classoid = 'pg_class'::regclass AND objoid >= 16384";

/// An expression without columns needs no table to be put into words, which the server would read column by column.
const DEFAULTS: &str = "SELECT adrelid, adnum, oid,
        CASE WHEN adbin::text LIKE '%{VAR %' THEN pg_get_expr(adbin, adrelid) ELSE pg_get_expr(adbin, 0) END
    FROM pg_attrdef WHERE adrelid >= 16384";

/// A column by the number of its relation and its own.
pub(super) type Place = (i64, i64);

/// One column of a table, a partitioned table or a materialized view.
pub(super) struct ColumnRow {
    pub relation: u32,
    pub number: i16,
    pub name: Box<str>,
    pub kind: Arc<TypeRow>,
    pub not_null: bool,
    pub inherited: bool,
    /// How it is generated and how it is an identity, as in the catalog: the zero byte where it is not.
    pub generated: u8,
    pub identity: u8,
    /// The number of its collation.
    pub collation_oid: u32,
    /// What hardly any column has: there are very many of them, and each is kept small.
    pub rare: Option<Box<Rare>>,
}

/// What is said of a column that is not as its type would have it.
#[derive(PartialEq, Eq, Default)]
pub(super) struct Rare {
    pub storage: Option<u8>,
    pub compression: Option<u8>,
    pub statistics: Option<i32>,
    /// The path of its collation.
    pub collation: Option<Arc<str>>,
    pub options: Option<Box<str>>,
}

/// A type with a modifier.
#[derive(Deserialize)]
pub(super) struct TypeRow {
    pub oid: i64,
    pub modifier: i64,
    pub sql: String,
    collation: i64,
    storage: String,
    pub namespace: String,
    pub name: String,
    pub element: String,
    pub element_sql: Option<String>,
    pub labels: Option<Vec<String>>,
}

/// The text of a DEFAULT or of what a column is generated from.
pub(super) struct DefaultRow {
    pub oid: i64,
    pub expression: String,
}

/// The columns, sorted by relation and number, and whether there are rights on any of them.
pub(super) async fn columns(connection: &mut PgConnection, version: i32) -> sqlx::Result<(Vec<ColumnRow>, bool)> {
    let (since, before) = BEFORE_14;
    let query = if version < 140_000 { COLUMNS.replace(since, before) } else { COLUMNS.to_owned() };
    let mut rows = sqlx::query(AssertSqlSafe(query)).try_map(raw).fetch_all(&mut *connection).await?;
    let granted = rows.iter().any(|row| row.granted);
    rows.sort_unstable_by_key(|row| (row.relation.0, row.number));
    let pairs: BTreeSet<(u32, i32)> = rows.iter().map(|row| (row.data_type.0, row.modifier)).collect();
    let (oids, modifiers): (Vec<Oid>, Vec<i32>) = pairs.into_iter().map(|(oid, modifier)| (Oid(oid), modifier)).unzip();
    let text: String = sqlx::query_scalar(TYPES).bind(oids).bind(modifiers).fetch_one(&mut *connection).await?;
    let types: Vec<TypeRow> = super::rows::of_json(&text)?;
    let usual: HashMap<i64, i64> = types.iter().map(|row| (row.oid, row.collation)).collect();
    let other = |row: &RawColumn| {
        usual.get(&i64::from(row.data_type.0)).is_some_and(|usual| *usual != i64::from(row.collation.0))
    };
    let others: Vec<Oid> = rows
        .iter()
        .filter(|row| other(row))
        .map(|row| row.collation.0)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(Oid)
        .collect();
    let collations: HashMap<u32, Arc<str>> = sqlx::query_as::<_, (Oid, String)>(COLLATIONS)
        .bind(others)
        .fetch_all(connection)
        .await?
        .into_iter()
        .map(|(oid, path)| (oid.0, Arc::from(path)))
        .collect();
    let types: HashMap<(i64, i64), Arc<TypeRow>> =
        types.into_iter().map(|row| ((row.oid, row.modifier), Arc::new(row))).collect();
    let mut joined = Vec::with_capacity(rows.len());
    joined.extend(rows.into_iter().filter_map(|row| {
        let kind = types.get(&(i64::from(row.data_type.0), i64::from(row.modifier)))?;
        let collation =
            if i64::from(row.collation.0) == kind.collation { None } else { collations.get(&row.collation.0).cloned() };
        Some(row.joined(Arc::clone(kind), collation))
    }));
    Ok((joined, granted))
}

/// The SEQUENCE options of identity columns.
pub(super) async fn sequences(connection: &mut PgConnection) -> sqlx::Result<HashMap<Place, String>> {
    texts(connection, SEQUENCES).await
}

/// The comments on relations, whose place ends with zero, and on columns.
pub(super) async fn comments(connection: &mut PgConnection) -> sqlx::Result<HashMap<Place, String>> {
    texts(connection, COMMENTS).await
}

/// The defaults and generation expressions of columns.
pub(super) async fn defaults(connection: &mut PgConnection) -> sqlx::Result<HashMap<Place, DefaultRow>> {
    let rows: Vec<(Oid, i16, Oid, String)> = sqlx::query_as(DEFAULTS).fetch_all(connection).await?;
    let rows = rows.into_iter().map(|(relation, number, oid, expression)| {
        ((i64::from(relation.0), i64::from(number)), DefaultRow { oid: i64::from(oid.0), expression })
    });
    Ok(rows.collect())
}

async fn texts(connection: &mut PgConnection, query: &'static str) -> sqlx::Result<HashMap<Place, String>> {
    let rows: Vec<(Oid, i32, String)> = sqlx::query_as(query).fetch_all(connection).await?;
    Ok(rows.into_iter().map(|(relation, number, text)| ((i64::from(relation.0), i64::from(number)), text)).collect())
}

/// A row of [`COLUMNS`].
struct RawColumn {
    relation: Oid,
    number: i16,
    name: Box<str>,
    data_type: Oid,
    modifier: i32,
    not_null: bool,
    generated: i8,
    identity: i8,
    collation: Oid,
    storage: i8,
    compression: i8,
    statistics: i32,
    options: Option<Box<str>>,
    inherited: bool,
    granted: bool,
}

fn raw(row: PgRow) -> sqlx::Result<RawColumn> {
    Ok(RawColumn {
        relation: row.try_get(0)?,
        number: row.try_get(1)?,
        name: row.try_get::<String, _>(2)?.into(),
        data_type: row.try_get(3)?,
        modifier: row.try_get(4)?,
        not_null: row.try_get(5)?,
        generated: row.try_get(6)?,
        identity: row.try_get(7)?,
        collation: row.try_get(8)?,
        storage: row.try_get(9)?,
        compression: row.try_get(10)?,
        statistics: row.try_get(11)?,
        options: row.try_get::<Option<String>, _>(12)?.map(Into::into),
        inherited: row.try_get(13)?,
        granted: row.try_get(14)?,
    })
}

impl RawColumn {
    fn joined(self, kind: Arc<TypeRow>, collation: Option<Arc<str>>) -> ColumnRow {
        let (storage, compression) = (byte(self.storage), byte(self.compression));
        let rare = Rare {
            storage: (kind.storage.as_bytes().first() != Some(&storage)).then_some(storage),
            compression: (compression != 0).then_some(compression),
            statistics: (self.statistics != -1).then_some(self.statistics),
            collation: collation.filter(|_| self.collation.0 != 0),
            options: self.options,
        };
        ColumnRow {
            relation: self.relation.0,
            number: self.number,
            name: self.name,
            not_null: self.not_null,
            generated: byte(self.generated),
            identity: byte(self.identity),
            collation_oid: self.collation.0,
            inherited: self.inherited,
            rare: (rare != Rare::default()).then(|| Box::new(rare)),
            kind,
        }
    }
}

/// The server's type of one byte, which is signed in its protocol.
fn byte(value: i8) -> u8 {
    u8::from_ne_bytes(value.to_ne_bytes())
}

/// The server's type of one byte, which is empty where that is zero.
pub(super) fn letter(byte: i8) -> String {
    u8::try_from(byte).ok().filter(|byte| *byte != 0).map(|byte| char::from(byte).to_string()).unwrap_or_default()
}
