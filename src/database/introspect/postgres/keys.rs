//! Constraints and indexes. Those that are as plain as most are put into words here, the others by the server.

use std::collections::{HashMap, HashSet};

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;
use sqlx::{AssertSqlSafe, PgConnection, Row};

use super::columns::{ColumnRow, letter};
use super::queries;
use super::relations::Names;
use super::rows::object_name;
use crate::migration::render::postgres::{path, quoted};
use crate::schema::ObjectName;

/// The column of one number in a relation.
pub(super) struct Columns<'a>(HashMap<i64, &'a [ColumnRow]>);

impl<'a> Columns<'a> {
    /// Of rows that are sorted by relation and number.
    pub fn new(rows: &'a [ColumnRow]) -> Self {
        let relations = rows.chunk_by(|one, other| one.relation == other.relation);
        Self(relations.filter_map(|rows| Some((i64::from(rows.first()?.relation), rows))).collect())
    }

    /// The columns of a relation.
    pub fn of(&self, relation: i64) -> &'a [ColumnRow] {
        self.0.get(&relation).copied().unwrap_or_default()
    }

    pub fn get(&self, relation: i64, number: i16) -> Option<&'a ColumnRow> {
        let rows = self.of(relation);
        let place = rows.binary_search_by_key(&number, |row| row.number).ok()?;
        rows.get(place)
    }

    /// The names of these columns.
    pub fn names(&self, relation: i64, numbers: &[i16]) -> Vec<String> {
        numbers.iter().filter_map(|number| self.get(relation, *number)).map(|row| row.name.to_string()).collect()
    }
}

pub(super) struct ConstraintRow {
    pub oid: i64,
    pub relation: i64,
    pub name: String,
    pub kind: String,
    /// What the server prints, where that says more than the other fields.
    pub definition: Option<String>,
    pub options: Option<String>,
    pub columns: Vec<i16>,
    pub target_columns: Vec<i16>,
    /// The number of the table that it refers to.
    pub target: i64,
    /// Its name, once [`name_targets`] has told it.
    pub target_name: Option<ObjectName>,
    pub on_update: String,
    pub on_delete: String,
    pub deferred: bool,
    pub index: i64,
    /// It is the part of a constraint of a partitioned table.
    pub is_part: bool,
    /// A parent of the table has it as well.
    pub has_parent: bool,
    /// The table itself never asked for it.
    pub only_inherited: bool,
    /// The path of the index of the parent's constraint.
    pub attached: Option<String>,
    /// Not every partition has it.
    pub is_invalid: bool,
    /// Whether that does not have an index on every partition.
    pub of_invalid: bool,
    pub clustered: bool,
    pub replica_identity: bool,
    /// It holds for all rows, though that of a parent may not.
    pub holds_alone: bool,
}

pub(super) async fn constraints(connection: &mut PgConnection, version: i32) -> sqlx::Result<Vec<ConstraintRow>> {
    let query = queries::since(queries::CONSTRAINTS, version);
    let number = |row: &PgRow, place: usize| Ok::<_, sqlx::Error>(i64::from(row.try_get::<Oid, _>(place)?.0));
    let read = |row: PgRow| {
        Ok(ConstraintRow {
            oid: number(&row, 0)?,
            relation: number(&row, 1)?,
            name: row.try_get(2)?,
            kind: letter(row.try_get(3)?),
            definition: row.try_get(4)?,
            options: row.try_get(5)?,
            columns: row.try_get::<Option<_>, _>(6)?.unwrap_or_default(),
            target_columns: row.try_get::<Option<_>, _>(7)?.unwrap_or_default(),
            target: number(&row, 8)?,
            target_name: None,
            on_update: letter(row.try_get(9)?),
            on_delete: letter(row.try_get(10)?),
            deferred: row.try_get(11)?,
            index: number(&row, 12)?,
            is_part: row.try_get(13)?,
            has_parent: row.try_get(14)?,
            only_inherited: row.try_get(15)?,
            attached: row.try_get(16)?,
            is_invalid: row.try_get(17)?,
            of_invalid: row.try_get(18)?,
            clustered: row.try_get(19)?,
            replica_identity: row.try_get(20)?,
            holds_alone: row.try_get(21)?,
        })
    };
    sqlx::query(AssertSqlSafe(query)).try_map(read).fetch_all(connection).await
}

/// Names the tables that foreign keys refer to.
pub(super) fn name_targets(constraints: &mut [ConstraintRow], names: &Names<'_>) {
    for row in constraints.iter_mut().filter(|row| row.target != 0) {
        row.target_name = names.get(row.target).map(|(namespace, name)| object_name(namespace, name));
    }
}

pub(super) struct IndexRow {
    pub oid: i64,
    pub relation: i64,
    pub name: String,
    pub is_unique: bool,
    pub predicate: Option<String>,
    pub method: String,
    method_oid: u32,
    /// The numbers of its columns, zero for an expression; those behind the first `key_count` are only included.
    columns: Vec<i16>,
    key_count: usize,
    classes: Vec<Oid>,
    collations: Vec<Oid>,
    options: Vec<i16>,
    /// One for each part, where any part is an expression.
    expressions: Option<Vec<Option<String>>>,
    /// What the server prints, where that says more than the other fields.
    pub definition: Option<String>,
    /// The path of the parent's index.
    pub attached: Option<String>,
    /// Whether that does not have an index on every partition.
    pub of_invalid: bool,
    pub clustered: bool,
    pub replica_identity: bool,
    pub statistics: Option<String>,
}

/// A part of an index: a column or an expression, and whether it descends.
pub(super) struct IndexPartRow {
    pub column: Option<String>,
    pub expression: Option<String>,
    pub descending: bool,
}

impl IndexRow {
    pub fn parts(&self, columns: &Columns) -> Vec<IndexPartRow> {
        let part = |(place, number): (usize, &i16)| {
            let expression = self.expressions.as_ref().and_then(|all| all.get(place).cloned().flatten());
            IndexPartRow {
                column: columns.get(self.relation, *number).map(|column| column.name.to_string()),
                expression,
                descending: self.options.get(place).is_some_and(|options| options & 1 == 1),
            }
        };
        self.columns.iter().take(self.key_count).enumerate().map(part).collect()
    }

    /// What the server would print, unless that takes more than is known here.
    fn plain(&self, columns: &Columns, usual: &HashMap<(u32, i64), Oid>, table: (&str, &str)) -> Option<String> {
        let mut parts = Vec::new();
        for (place, number) in self.columns.iter().enumerate() {
            let column = columns.get(self.relation, *number)?;
            let mut part = quoted(&column.name);
            if place < self.key_count {
                let class = usual_class(usual, self.method_oid, column.kind.oid)?;
                let collation = self.collations.get(place)?.0;
                if *self.classes.get(place)? != class || (collation != 0 && collation != column.collation_oid) {
                    return None;
                }
                // Other methods have no order.
                part.push_str(match self.options.get(place)? {
                    _ if self.method != "btree" => "",
                    0 => "",
                    1 => " DESC NULLS LAST",
                    2 => " NULLS FIRST",
                    _ => " DESC",
                });
            }
            parts.push(part);
        }
        let (keys, included) = parts.split_at_checked(self.key_count)?;
        let mut text = format!(
            "CREATE {}INDEX {} ON {} USING {} ({})",
            if self.is_unique { "UNIQUE " } else { "" },
            quoted(&self.name),
            path(&object_name(table.0, table.1)),
            quoted(&self.method),
            keys.join(", ")
        );
        if !included.is_empty() {
            text.push_str(&format!(" INCLUDE ({})", included.join(", ")));
        }
        if let Some(predicate) = &self.predicate {
            text.push_str(&format!(" WHERE {predicate}"));
        }
        Some(text)
    }
}

/// The operator class that goes without saying. That of `text` serves `varchar`; what serves domains, arrays, enums
/// and other types that share one is left to the server.
fn usual_class(usual: &HashMap<(u32, i64), Oid>, method: u32, data_type: i64) -> Option<Oid> {
    const TEXT: i64 = 25;
    const VARCHAR: i64 = 1043;
    let exact = usual.get(&(method, data_type));
    exact.or_else(|| usual.get(&(method, TEXT)).filter(|_| data_type == VARCHAR)).copied()
}

pub(super) async fn indexes(connection: &mut PgConnection, version: i32) -> sqlx::Result<Vec<IndexRow>> {
    let query = queries::since(queries::INDEXES, version);
    let read = |row: PgRow| {
        Ok(IndexRow {
            oid: oid(&row, "indexrelid")?,
            relation: oid(&row, "indrelid")?,
            name: row.try_get("name")?,
            is_unique: row.try_get("indisunique")?,
            predicate: row.try_get("predicate")?,
            method: row.try_get("method")?,
            method_oid: row.try_get::<Oid, _>("relam")?.0,
            columns: row.try_get("columns")?,
            key_count: usize::try_from(row.try_get::<i16, _>("indnkeyatts")?).unwrap_or_default(),
            classes: row.try_get("classes")?,
            collations: row.try_get("collations")?,
            options: row.try_get("options")?,
            expressions: row.try_get("expressions")?,
            definition: row.try_get("definition")?,
            attached: row.try_get("attached")?,
            of_invalid: row.try_get("of_invalid")?,
            clustered: row.try_get("indisclustered")?,
            replica_identity: row.try_get("indisreplident")?,
            statistics: row.try_get("statistics")?,
        })
    };
    sqlx::query(AssertSqlSafe(query)).try_map(read).fetch_all(connection).await
}

/// Gives every index of these relations its definition.
pub(super) async fn define(
    connection: &mut PgConnection,
    indexes: &mut [IndexRow],
    columns: &Columns<'_>,
    tables: &Names<'_>,
) -> sqlx::Result<()> {
    let usual: Vec<(Oid, Oid, Oid)> = sqlx::query_as(queries::USUAL_CLASSES).fetch_all(&mut *connection).await?;
    let usual =
        usual.into_iter().map(|(method, data_type, class)| ((method.0, i64::from(data_type.0)), class)).collect();
    let mut asked = HashSet::new();
    for index in indexes.iter_mut().filter(|index| index.definition.is_none()) {
        let Some(table) = tables.get(index.relation) else { continue };
        index.definition = index.plain(columns, &usual, table);
        if index.definition.is_none() {
            asked.insert(index.oid);
        }
    }
    if asked.is_empty() {
        return Ok(());
    }
    let oids: Vec<i64> = asked.into_iter().collect();
    let texts: Vec<(i64, String)> = sqlx::query_as(queries::DEFINITIONS).bind(oids).fetch_all(connection).await?;
    let mut texts: HashMap<i64, String> = texts.into_iter().collect();
    for index in indexes.iter_mut().filter(|index| index.definition.is_none()) {
        index.definition = texts.remove(&index.oid);
    }
    Ok(())
}

fn oid(row: &PgRow, name: &str) -> sqlx::Result<i64> {
    Ok(i64::from(row.try_get::<Oid, _>(name)?.0))
}
