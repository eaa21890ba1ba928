//! What tells whether rows are the same.

use std::collections::BTreeMap;

use sqlx::{Connection, MySqlConnection};

use super::super::super::mysql_session::{connect, rows as ask, tell};
use super::super::super::{DatabaseUrl, Error, Result};
use super::super::{Checksum, Followed, Sums, TableSum};
use super::{BOOKKEEPING, Sql, is_spatial, quoted};
use crate::schema::{Column, ObjectName, TypeKind};

/// Makes equal values print equally, whatever the server's settings are.
const SESSION: &str = "SET SESSION sql_mode = '', SESSION time_zone = '+00:00'";

pub(in super::super) async fn sums(url: &DatabaseUrl) -> Result<Sums> {
    let mut connection = connect(url).await?;
    let failed = || Error::server(format!("cannot read the rows of {url}"));
    tell(&mut connection, SESSION).await.map_err(failed())?;
    let columns = "SELECT t.table_name, c.column_name, c.data_type
                     FROM information_schema.tables t
                     JOIN information_schema.columns c USING (table_schema, table_name)
                    WHERE t.table_schema = DATABASE() AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
                    ORDER BY t.table_name, c.ordinal_position";
    let columns = ask(&mut connection, columns).await.map_err(failed())?;
    let mut sums = Sums::new();
    for table in columns.chunk_by(|one, other| one.text(0) == other.text(0)) {
        let name = table.first().map_or("", |row| row.text(0));
        if name != BOOKKEEPING {
            let columns: Vec<(&str, &str)> = table.iter().map(|row| (row.text(1), row.text(2))).collect();
            sums.insert(ObjectName::new(name), sum(&mut connection, name, &columns).await.map_err(failed())?);
        }
    }
    connection.close().await.map_err(failed())?;
    Ok(sums)
}

async fn sum(connection: &mut MySqlConnection, table: &str, columns: &[(&str, &str)]) -> Sql<TableSum> {
    // Half of a hash is a number that the server can add up without an overflow.
    let checksum = |hash: &str| format!("COALESCE(SUM(CAST(CONV(LEFT({hash}, 16), 16, 10) AS UNSIGNED)), 0)");
    let hashes: Vec<String> =
        columns.iter().map(|(name, data_type)| format!("MD5({})", printed(&quoted(name), data_type))).collect();
    // A hash has 32 digits, so that it cannot be taken for a NULL or for another column's.
    let all: Vec<String> = hashes.iter().map(|hash| format!("COALESCE({hash}, '-')")).collect();
    let mut items = vec!["COUNT(*)".to_owned(), checksum(&format!("MD5(CONCAT({}))", all.join(", ")))];
    for ((name, _), hash) in columns.iter().zip(&hashes) {
        items.extend([format!("COUNT({})", quoted(name)), checksum(hash)]);
    }
    let answer = ask(connection, &format!("SELECT {} FROM {}", items.join(", "), quoted(table))).await?;
    let number = |place| answer.first().map_or("", |row| row.text(place)).parse::<u128>().unwrap_or_default();
    let count = |place| u64::try_from(number(place)).unwrap_or_default();
    let mut sum =
        TableSum { rows: count(0), checksum: Checksum(number(1)), columns: BTreeMap::new(), values: BTreeMap::new() };
    for (index, (name, _)) in columns.iter().enumerate() {
        sum.values.insert((*name).to_owned(), count(2 + 2 * index));
        sum.columns.insert((*name).to_owned(), Checksum(number(3 + 2 * index)));
    }
    Ok(sum)
}

/// A value as a text that tells it from every other one of its type.
fn printed(value: &str, data_type: &str) -> String {
    let data_type = data_type.to_lowercase();
    match data_type.as_str() {
        "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" | "bit" => format!("HEX({value})"),
        spatial if is_spatial(spatial) => format!("HEX({value})"),
        // A float prints fewer digits than it has.
        "float" => format!("CONVERT({value} + 0e0 USING utf8mb4)"),
        _ => format!("CONVERT({value} USING utf8mb4)"),
    }
}

/// Both databases are on one server, as scratch databases of one place are.
pub(in super::super) async fn altered(
    before: &DatabaseUrl,
    after: &DatabaseUrl,
    followed: &Followed<'_>,
) -> Result<u64> {
    let failed = || Error::server(format!("cannot compare the rows of {before} and {after}"));
    let mut connection = connect(after).await?;
    tell(&mut connection, SESSION).await.map_err(failed())?;
    let (from, to) = followed.column;
    // A key may have got another collation meanwhile.
    let plain = |value: String| format!("IF(CHARSET({value}) = 'binary', HEX({value}), {})", printed(&value, ""));
    let same_key: Vec<String> = (followed.key.iter())
        .map(|(old, new)| {
            let (old, new) = (plain(format!("old.{}", quoted(old))), plain(format!("new.{}", quoted(new))));
            format!("BINARY {old} = BINARY {new}")
        })
        .collect();
    let (old, new) = (format!("old.{}", quoted(&from.name)), format!("new.{}", quoted(&to.name)));
    let same = if is_compared(from, to) {
        format!("{old} <=> {new}")
    } else {
        format!("BINARY {} <=> BINARY {}", printed(&old, word(from)), printed(&new, word(to)))
    };
    let count = format!(
        "SELECT COUNT(*) FROM {}.{} AS old JOIN {} AS new ON {} WHERE NOT ({same})",
        quoted(&before.database().unwrap_or_default()),
        quoted(&followed.table.0.name),
        quoted(&followed.table.1.name),
        same_key.join(" AND ")
    );
    let rows = ask(&mut connection, &count).await.map_err(failed())?;
    connection.close().await.map_err(failed())?;
    Ok(rows.first().and_then(|row| row.text(0).parse().ok()).unwrap_or_default())
}

/// Whether the server compares values of the two types by what they are: 1.50 that became 1.5 is the same number, and
/// a date that became its midnight the same moment. Texts are compared letter by letter instead, whatever a collation
/// takes for the same.
fn is_compared(from: &Column, to: &Column) -> bool {
    let is_number = |column: &Column| {
        matches!(
            column.data_type.kind,
            TypeKind::Integer { .. } | TypeKind::Numeric { .. } | TypeKind::Float { .. } | TypeKind::Boolean
        )
    };
    let is_moment = |column: &Column| ["date", "datetime", "timestamp"].contains(&word(column));
    let same_kind = |is: &dyn Fn(&Column) -> bool| is(from) && is(to);
    same_kind(&is_number) || same_kind(&is_moment)
}

/// The first word of a column's type.
fn word(column: &Column) -> &str {
    column.data_type.sql.split(|letter: char| !letter.is_ascii_alphanumeric()).next().unwrap_or_default()
}
