//! The canonical text of a schema, one file a table, and its fingerprint.
//!
//! The same schema always has the same bytes: lists are sorted, keys stand in a fixed order, every file ends with a
//! line end. Files are named after tables, but nothing is read out of a file's name.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Dialect, ObjectName, Other, Schema, Table, Trigger, View};

/// The version of the format that this build writes, and the newest that it reads.
pub const FORMAT: u32 = 1;

/// The file that holds everything but the tables.
pub const DATABASE_FILE: &str = "database.json";

/// Why a snapshot cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder has no [`DATABASE_FILE`].
    #[error("the snapshot has no {DATABASE_FILE}")]
    NoDatabaseFile,
    /// A newer Fabwright wrote it.
    #[error("{file} has snapshot format {found}; this version of Fabwright reads formats up to {FORMAT}: update it")]
    Format {
        /// The file.
        file: String,
        /// The format that it names.
        found: u64,
    },
    /// The file is no snapshot.
    #[error("{file} is not a snapshot: {source}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong and where.
        source: serde_json::Error,
    },
    /// Two files describe one table.
    #[error("{first} and {second} both describe table `{table}`: remove one of them")]
    Twice {
        /// The table.
        table: ObjectName,
        /// One file.
        first: String,
        /// The other.
        second: String,
    },
}

#[derive(Serialize, Deserialize)]
struct Database {
    format: u32,
    dialect: Dialect,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    views: Vec<View>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    triggers: Vec<Trigger>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    others: Vec<Other>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    dependencies: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Serialize, Deserialize)]
struct Whole {
    format: u32,
    #[serde(flatten)]
    schema: Schema,
}

/// The files of a snapshot folder: name to text.
pub fn to_files(schema: &Schema) -> BTreeMap<String, String> {
    let mut schema = schema.clone();
    schema.sort();
    let mut files: BTreeMap<String, String> =
        schema.tables.iter().map(|table| (file_name(&table.name), pretty(table))).collect();
    let Schema { dialect, views, triggers, others, dependencies, .. } = schema;
    files.insert(
        DATABASE_FILE.to_owned(),
        pretty(&Database { format: FORMAT, dialect, views, triggers, others, dependencies }),
    );
    files
}

/// The schema in a snapshot folder. Files that are not JSON by their name are left alone.
///
/// # Errors
///
/// When [`DATABASE_FILE`] is missing, when a file is malformed or of a newer format, or when two describe one table.
pub fn from_files(files: &BTreeMap<String, String>) -> Result<Schema, Error> {
    let text = files.get(DATABASE_FILE).ok_or(Error::NoDatabaseFile)?;
    check_format(DATABASE_FILE, text)?;
    let Database { dialect, views, triggers, others, dependencies, .. } = parse(DATABASE_FILE, text)?;
    let mut origin: BTreeMap<ObjectName, &String> = BTreeMap::new();
    let mut tables = Vec::new();
    for (file, text) in files {
        if file == DATABASE_FILE || !file.ends_with(".json") {
            continue;
        }
        let table: Table = parse(file, text)?;
        if let Some(first) = origin.insert(table.name.clone(), file) {
            return Err(Error::Twice { table: table.name, first: first.clone(), second: file.clone() });
        }
        tables.push(table);
    }
    let mut schema = Schema { dialect, tables, views, triggers, others, dependencies, origin: None };
    schema.sort();
    Ok(schema)
}

/// The whole schema as one document.
pub fn to_text(schema: &Schema) -> String {
    let mut schema = schema.clone();
    schema.sort();
    pretty(&Whole { format: FORMAT, schema })
}

/// The schema in one document.
///
/// # Errors
///
/// When the text is malformed or of a newer format.
pub fn from_text(text: &str) -> Result<Schema, Error> {
    const FILE: &str = "the text";
    check_format(FILE, text)?;
    let Whole { mut schema, .. } = parse(FILE, text)?;
    schema.sort();
    Ok(schema)
}

/// The fingerprint of a schema: hexadecimal SHA-256 of its canonical form. Equal for two schemas exactly when there
/// is no difference between them to report.
pub fn fingerprint(schema: &Schema) -> String {
    sha256(&compact(&schema.canonical()))
}

/// The file of a table.
///
/// A plain lower-case name stands for itself. Any other gets a readable part and the start of its own hash, so that
/// no two names meet in one file, not even on a file system that does not tell `A` from `a`.
pub fn file_name(table: &ObjectName) -> String {
    let plain = |text: &str| {
        !text.is_empty()
            && text.len() <= 100
            && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    // Windows keeps these for devices, and one name is taken by the file of the database itself.
    const RESERVED: [&str; 5] = ["database", "con", "prn", "aux", "nul"];
    let reserved = |text: &str| {
        RESERVED.contains(&text) || (text.len() == 4 && (text.starts_with("com") || text.starts_with("lpt")))
    };
    match &table.namespace {
        None if plain(&table.name) && !reserved(&table.name) => format!("{}.json", table.name),
        Some(namespace) if plain(namespace) && plain(&table.name) && !reserved(namespace) => {
            format!("{namespace}.{}.json", table.name)
        }
        _ => {
            let whole = table.to_string();
            let readable: String = whole
                .chars()
                .take(60)
                .map(|c| if c.is_ascii_alphanumeric() || c == '_' { c.to_ascii_lowercase() } else { '-' })
                .collect();
            let hash = sha256(&format!("{:?}", (&table.namespace, &table.name)));
            format!("{readable}~{}.json", hash.get(..12).unwrap_or(&hash))
        }
    }
}

/// Hexadecimal SHA-256 of a text.
pub fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn check_format(file: &str, text: &str) -> Result<(), Error> {
    #[derive(Deserialize)]
    struct Format {
        format: u64,
    }
    let Format { format } = parse(file, text)?;
    if format == 0 || format > u64::from(FORMAT) {
        return Err(Error::Format { file: file.to_owned(), found: format });
    }
    Ok(())
}

fn parse<T: for<'a> Deserialize<'a>>(file: &str, text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|source| Error::Malformed { file: file.to_owned(), source })
}

/// Writing plain data with string keys into a string cannot fail.
fn pretty(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

fn compact(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

#[cfg(test)]
mod tests;
