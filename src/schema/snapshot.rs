//! The canonical text of a schema, one file a table, and its fingerprint.
//!
//! The same schema always has the same bytes: lists are sorted, keys stand in a fixed order, every file ends with a
//! line end. Files are named after tables, but nothing is read out of a file's name.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
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
    format: u64,
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

/// Written out field by field, since a flattened struct is read by way of a copy of the whole text.
#[derive(Deserialize)]
struct Whole {
    format: u64,
    dialect: Dialect,
    tables: Vec<Table>,
    #[serde(default)]
    views: Vec<View>,
    #[serde(default)]
    triggers: Vec<Trigger>,
    #[serde(default)]
    others: Vec<Other>,
    #[serde(default)]
    dependencies: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Serialize)]
struct WholeRef<'a> {
    format: u32,
    #[serde(flatten)]
    schema: &'a Schema,
}

/// The files of a snapshot folder: name to text.
pub fn to_files(schema: &Schema) -> BTreeMap<String, String> {
    let mut schema = schema.clone();
    schema.sort();
    let mut files: BTreeMap<String, String> =
        schema.tables.par_iter().map(|table| (file_name(&table.name), pretty(table))).collect();
    let Schema { dialect, views, triggers, others, dependencies, .. } = schema;
    files.insert(
        DATABASE_FILE.to_owned(),
        pretty(&Database { format: u64::from(FORMAT), dialect, views, triggers, others, dependencies }),
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
    let Database { dialect, views, triggers, others, dependencies, .. } =
        parse(DATABASE_FILE, text, |database: &Database| database.format)?;
    let is_table = |file: &str| file != DATABASE_FILE && file.ends_with(".json");
    let files: Vec<(&String, &String)> = files.iter().filter(|(file, _)| is_table(file)).collect();
    let malformed = |file: &str, source| Error::Malformed { file: file.to_owned(), source };
    let tables: Vec<Table> = files
        .par_iter()
        .map(|(file, text)| serde_json::from_str(text).map_err(|source| malformed(file, source)))
        .collect::<Result<_, Error>>()?;
    let mut origin: BTreeMap<&ObjectName, &String> = BTreeMap::new();
    for (table, (file, _)) in tables.iter().zip(&files) {
        if let Some(first) = origin.insert(&table.name, file) {
            let (first, second) = (first.clone(), (*file).clone());
            return Err(Error::Twice { table: table.name.clone(), first, second });
        }
    }
    let mut schema = Schema { dialect, tables, views, triggers, others, dependencies, origin: None };
    schema.sort();
    Ok(schema)
}

/// The whole schema as one document.
pub fn to_text(schema: &Schema) -> String {
    let mut schema = schema.clone();
    schema.sort();
    pretty(&WholeRef { format: FORMAT, schema: &schema })
}

/// The schema in one document.
///
/// # Errors
///
/// When the text is malformed, of a newer format, or describes a table twice.
pub fn from_text(text: &str) -> Result<Schema, Error> {
    const FILE: &str = "the text";
    let Whole { dialect, tables, views, triggers, others, dependencies, .. } =
        parse(FILE, text, |whole: &Whole| whole.format)?;
    let mut schema = Schema { dialect, tables, views, triggers, others, dependencies, origin: None };
    schema.sort();
    let mut pairs = schema.tables.iter().zip(schema.tables.iter().skip(1));
    if let Some((table, _)) = pairs.find(|(one, other)| one.name == other.name) {
        let (first, second) = ("one part of the text".to_owned(), "another".to_owned());
        return Err(Error::Twice { table: table.name.clone(), first, second });
    }
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

/// Reads a document whose format is known. That a newer one cannot be read is no fault of the document, so it is told
/// apart.
fn parse<T: for<'a> Deserialize<'a>>(file: &str, text: &str, format: impl Fn(&T) -> u64) -> Result<T, Error> {
    #[derive(Deserialize)]
    struct Format {
        format: u64,
    }
    let known = |format: u64| (1..=u64::from(FORMAT)).contains(&format);
    let newer = |found| Error::Format { file: file.to_owned(), found };
    match serde_json::from_str::<T>(text) {
        Ok(document) if known(format(&document)) => Ok(document),
        Ok(document) => Err(newer(format(&document))),
        Err(source) => match serde_json::from_str::<Format>(text) {
            Ok(Format { format }) if !known(format) => Err(newer(format)),
            _ => Err(Error::Malformed { file: file.to_owned(), source }),
        },
    }
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
