//! Reads an SQLite database in five catalog queries, whatever its size.
//!
//! SQLite's own tables (`sqlite_%`), the shadow tables of virtual tables and Alembic's bookkeeping are left out. The
//! catalog is the truth; the text of a CREATE statement only adds what the catalog does not hold.

mod assemble;
mod ddl;
mod types;

use std::collections::BTreeMap;
use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{ConnectOptions, Connection, Row, SqliteConnection};

use super::super::{Error, Result};
use crate::schema::{ObjectName, Other, Schema, Trigger, View};

const OBJECTS: &str = "
    SELECT type, name, tbl_name, coalesce(sql, '') AS sql FROM sqlite_schema
    WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND tbl_name <> 'alembic_version' ORDER BY name";

/// Asked for alone, since SQLite would make this list anew for every row that it is joined to.
const TABLE_LIST: &str = "SELECT name AS table_name, type, wr, strict FROM pragma_table_list WHERE schema = 'main'";

const COLUMNS: &str = "
    SELECT m.name AS table_name, x.name, x.type, x.\"notnull\" AS not_null, x.dflt_value, x.pk, x.hidden
    FROM sqlite_schema AS m JOIN pragma_table_xinfo(m.name) AS x
    WHERE m.type = 'table' AND m.rootpage <> 0 ORDER BY m.name, x.cid";

const FOREIGN_KEYS: &str = "
    SELECT m.name AS table_name, k.id, k.\"table\" AS referenced, k.\"from\" AS source, k.\"to\" AS target,
           k.on_update, k.on_delete
    FROM sqlite_schema AS m JOIN pragma_foreign_key_list(m.name) AS k
    WHERE m.type = 'table' AND m.rootpage <> 0 ORDER BY m.name, k.id DESC, k.seq";

const INDEXES: &str = "
    SELECT m.name AS table_name, i.name AS index_name, i.\"unique\" AS is_unique, i.origin,
           x.name AS column_name, x.cid, x.\"desc\" AS descending, x.coll AS collation
    FROM sqlite_schema AS m JOIN pragma_index_list(m.name) AS i JOIN pragma_index_xinfo(i.name) AS x
    WHERE m.type = 'table' AND m.rootpage <> 0 AND x.key = 1 ORDER BY m.name, i.seq DESC, x.seqno";

struct ObjectRow {
    r#type: String,
    name: String,
    tbl_name: String,
    sql: String,
    table_type: String,
    without_rowid: bool,
    strict: bool,
}

impl ObjectRow {
    fn read(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            r#type: row.try_get("type")?,
            name: row.try_get("name")?,
            tbl_name: row.try_get("tbl_name")?,
            sql: row.try_get("sql")?,
            table_type: String::new(),
            without_rowid: false,
            strict: false,
        })
    }
}

struct ColumnRow {
    name: String,
    r#type: String,
    not_null: bool,
    dflt_value: Option<String>,
    pk: i64,
    hidden: i64,
}

impl ColumnRow {
    fn read(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            name: row.try_get("name")?,
            r#type: row.try_get("type")?,
            not_null: row.try_get("not_null")?,
            dflt_value: row.try_get("dflt_value")?,
            pk: row.try_get("pk")?,
            hidden: row.try_get("hidden")?,
        })
    }
}

struct ForeignKeyRow {
    id: i64,
    referenced: String,
    source: String,
    target: Option<String>,
    on_update: String,
    on_delete: String,
}

impl ForeignKeyRow {
    fn read(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            referenced: row.try_get("referenced")?,
            source: row.try_get("source")?,
            target: row.try_get("target")?,
            on_update: row.try_get("on_update")?,
            on_delete: row.try_get("on_delete")?,
        })
    }
}

struct IndexRow {
    index_name: String,
    is_unique: bool,
    origin: String,
    column_name: Option<String>,
    cid: i64,
    descending: bool,
    collation: Option<String>,
}

impl IndexRow {
    fn read(row: &SqliteRow) -> sqlx::Result<Self> {
        Ok(Self {
            index_name: row.try_get("index_name")?,
            is_unique: row.try_get("is_unique")?,
            origin: row.try_get("origin")?,
            column_name: row.try_get("column_name")?,
            cid: row.try_get("cid")?,
            descending: row.try_get("descending")?,
            collation: row.try_get("collation")?,
        })
    }
}

/// The rows of the catalog that speak of one table.
#[derive(Default)]
struct TableRows {
    columns: Vec<ColumnRow>,
    foreign_keys: Vec<ForeignKeyRow>,
    indexes: Vec<IndexRow>,
}

async fn open(path: &Path) -> Result<SqliteConnection> {
    if !path.is_file() {
        return Err(Error::Missing(path.to_owned()));
    }
    SqliteConnectOptions::new()
        .filename(path)
        .read_only(true)
        .create_if_missing(false)
        .connect()
        .await
        .map_err(Error::server(format!("cannot open {}", path.display())))
}

pub(super) async fn server(path: &Path) -> Result<String> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()")
        .fetch_one(&mut open(path).await?)
        .await
        .map_err(Error::server(format!("cannot read {}", path.display())))?;
    Ok(format!("SQLite {version}"))
}

pub(super) async fn introspect(path: &Path) -> Result<Schema> {
    let mut connection = open(path).await?;
    let schema = read(&mut connection).await;
    let closed = connection.close().await;
    let schema = schema.map_err(Error::server(format!("cannot read the schema of {}", path.display())))?;
    closed.map_err(Error::server(format!("cannot close {}", path.display())))?;
    Ok(schema)
}

async fn read(connection: &mut SqliteConnection) -> sqlx::Result<Schema> {
    let rows = sqlx::query(OBJECTS).fetch_all(&mut *connection).await?;
    let mut objects = rows.iter().map(ObjectRow::read).collect::<sqlx::Result<Vec<_>>>()?;
    let mut listed: BTreeMap<String, (String, bool, bool)> = BTreeMap::new();
    each(connection, TABLE_LIST, |table, row| {
        listed.insert(table, (row.try_get("type")?, row.try_get("wr")?, row.try_get("strict")?));
        Ok(())
    })
    .await?;
    for object in objects.iter_mut().filter(|object| object.r#type != "index" && object.r#type != "trigger") {
        if let Some((kind, without_rowid, strict)) = listed.remove(&object.name) {
            (object.table_type, object.without_rowid, object.strict) = (kind, without_rowid, strict);
        }
    }
    let mut rows: BTreeMap<String, TableRows> = BTreeMap::new();
    each(connection, COLUMNS, |table, row| {
        rows.entry(table).or_default().columns.push(ColumnRow::read(row)?);
        Ok(())
    })
    .await?;
    each(connection, FOREIGN_KEYS, |table, row| {
        rows.entry(table).or_default().foreign_keys.push(ForeignKeyRow::read(row)?);
        Ok(())
    })
    .await?;
    each(connection, INDEXES, |table, row| {
        rows.entry(table).or_default().indexes.push(IndexRow::read(row)?);
        Ok(())
    })
    .await?;
    Ok(assemble(&objects, &rows))
}

async fn each(
    connection: &mut SqliteConnection,
    query: &'static str,
    mut take: impl FnMut(String, &SqliteRow) -> sqlx::Result<()>,
) -> sqlx::Result<()> {
    for row in sqlx::query(query).fetch_all(connection).await? {
        take(row.try_get("table_name")?, &row)?;
    }
    Ok(())
}

fn assemble(objects: &[ObjectRow], rows: &BTreeMap<String, TableRows>) -> Schema {
    let index_sql: BTreeMap<&str, &str> = objects
        .iter()
        .filter(|object| object.r#type == "index")
        .map(|object| (object.name.as_str(), object.sql.as_str()))
        .collect();
    let mut schema = Schema::empty(crate::schema::Dialect::Sqlite);
    let nothing = TableRows::default();
    for object in objects {
        let name = ObjectName::new(&object.name);
        let definition = object.sql.clone();
        match (object.r#type.as_str(), object.table_type.as_str()) {
            ("table", "shadow") => {}
            ("table", "virtual") => {
                schema.others.push(Other { kind: "virtual table".to_owned(), name, definition, removal: None });
            }
            ("table", _) => {
                let rows = rows.get(&object.name).unwrap_or(&nothing);
                schema.tables.push(assemble::table(object, rows, &index_sql));
            }
            ("view", _) => schema.views.push(View { name, materialized: false, definition }),
            ("trigger", _) => schema.triggers.push(Trigger {
                name: object.name.clone(),
                table: ObjectName::new(&object.tbl_name),
                definition,
            }),
            _ => {}
        }
    }
    assemble::fill_references(&mut schema);
    schema.sort();
    schema
}
