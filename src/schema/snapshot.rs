//! The canonical text of a schema, one file a table, and its fingerprint.
//!
//! The same schema always has the same bytes: lists are sorted, keys stand in a fixed order, every file ends with a
//! line end. Files are named after tables, but nothing is read out of a file's name.

mod document;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use rayon::prelude::*;
use serde::de::DeserializeSeed as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::document::{Reader, Whole};
use super::{Dependencies, Dialect, ObjectName, Other, Schema, Table, Tables, Trigger, View};

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

#[derive(Deserialize)]
struct Database {
    format: u64,
    dialect: Dialect,
    #[serde(default)]
    views: Vec<View>,
    #[serde(default)]
    triggers: Vec<Trigger>,
    #[serde(default)]
    others: Vec<Other>,
    #[serde(default)]
    dependencies: Dependencies,
}

#[derive(Serialize)]
struct DatabaseRef<'a> {
    format: u32,
    dialect: Dialect,
    #[serde(skip_serializing_if = "<[View]>::is_empty")]
    views: &'a [View],
    #[serde(skip_serializing_if = "<[Trigger]>::is_empty")]
    triggers: &'a [Trigger],
    #[serde(skip_serializing_if = "<[Other]>::is_empty")]
    others: &'a [Other],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    dependencies: &'a Dependencies,
}

impl<'a> DatabaseRef<'a> {
    fn of(schema: &'a Schema) -> Self {
        let Schema { dialect, views, triggers, others, dependencies, .. } = schema;
        Self { format: FORMAT, dialect: *dialect, views, triggers, others, dependencies }
    }
}

/// The files of a snapshot folder: name to text.
pub fn to_files(schema: &Schema) -> BTreeMap<String, String> {
    let schema = schema.sorted();
    let mut files: BTreeMap<String, String> =
        schema.tables.shared().par_iter().map(|table| (file_name(&table.name), pretty(&**table))).collect();
    files.insert(DATABASE_FILE.to_owned(), pretty(&DatabaseRef::of(&schema)));
    files
}

/// The schema in a snapshot folder. Files that are not JSON by their name are left alone.
///
/// # Errors
///
/// When [`DATABASE_FILE`] is missing, when a file is malformed or of a newer format, or when two describe one table.
pub fn from_files(files: &BTreeMap<String, String>) -> Result<Schema, Error> {
    let names: Vec<String> = files.keys().cloned().collect();
    let read = |name: &str| Ok(Cow::Borrowed(files.get(name).map_or("", String::as_str)));
    from_each(&names, &Tables::new(), read, |error| error)
}

/// The schema in the files of these names, each of which is read when its turn comes and given up again, so that no
/// more than a few texts are held at once. Tables that are equal to those of `like` are shared with it, which costs no
/// memory twice.
///
/// # Errors
///
/// Those of [`from_files`], as `failed` tells them, and those of `read`.
pub fn from_each<'a, E: Send>(
    names: &[String],
    like: &Tables,
    read: impl Fn(&str) -> Result<Cow<'a, str>, E> + Sync,
    failed: impl Fn(Error) -> E + Sync,
) -> Result<Schema, E> {
    if !names.iter().any(|name| name == DATABASE_FILE) {
        return Err(failed(Error::NoDatabaseFile));
    }
    let text = read(DATABASE_FILE)?;
    let database = |text: &str| serde_json::from_str::<Database>(text);
    let Database { dialect, views, triggers, others, dependencies, .. } =
        parse(DATABASE_FILE, &text, database, |database| database.format).map_err(&failed)?;
    drop(text);
    let is_table = |file: &&String| *file != DATABASE_FILE && file.ends_with(".json");
    let files: Vec<&String> = names.iter().filter(is_table).collect();
    let malformed = |file: &str, source| failed(Error::Malformed { file: file.to_owned(), source });
    let tables: Vec<Arc<Table>> = files
        .par_iter()
        .map(|file| match serde_json::from_str(&read(file)?) {
            Ok(table) => Ok(like.share(table)),
            Err(source) => Err(malformed(file, source)),
        })
        .collect::<Result<_, E>>()?;
    let mut origin: BTreeMap<&ObjectName, &String> = BTreeMap::new();
    for (table, file) in tables.iter().zip(&files) {
        if let Some(first) = origin.insert(&table.name, file) {
            let (first, second) = (first.clone(), (*file).clone());
            return Err(failed(Error::Twice { table: table.name.clone(), first, second }));
        }
    }
    let tables = tables.into_iter().collect();
    let mut schema = Schema { dialect, tables, views, triggers, others, dependencies, origin: None };
    schema.sort();
    Ok(schema)
}

/// The whole schema as one document.
pub fn to_text(schema: &Schema) -> String {
    let mut bytes = Vec::new();
    // Memory takes whatever is written to it.
    let _ = write(schema, &mut bytes);
    String::from_utf8(bytes).unwrap_or_default()
}

/// Writes what [`to_text`] gives: the file of the database with the tables in it, of which some at a time are put into
/// words on all processors.
///
/// # Errors
///
/// When the writer fails.
pub fn write(schema: &Schema, mut writer: impl io::Write) -> io::Result<()> {
    const AT_ONCE: usize = 512;
    let schema = schema.sorted();
    let nothing = Dependencies::new();
    let empty =
        DatabaseRef { views: &[], triggers: &[], others: &[], dependencies: &nothing, ..DatabaseRef::of(&schema) };
    let empty = pretty(&empty);
    let head = empty.trim_end_matches("\n}\n");
    write!(writer, "{head},\n  \"tables\": [")?;
    let mut before = "\n    ";
    for tables in schema.tables.shared().chunks(AT_ONCE) {
        let texts: Vec<String> =
            tables.par_iter().map(|table| pretty(&**table).trim_end().replace('\n', "\n    ")).collect();
        for text in texts {
            write!(writer, "{before}{text}")?;
            before = ",\n    ";
        }
    }
    writer.write_all(if schema.tables.is_empty() { b"]" } else { b"\n  ]" })?;
    let mut rest = Behind { left: head.len(), writer: &mut writer };
    serde_json::to_writer_pretty(&mut rest, &DatabaseRef::of(&schema))?;
    writer.write_all(b"\n")
}

/// Takes a text, and passes on what comes behind its first bytes.
struct Behind<W> {
    left: usize,
    writer: W,
}

impl<W: io::Write> io::Write for Behind<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let skipped = piece.len().min(self.left);
        self.left -= skipped;
        self.writer.write_all(piece.get(skipped..).unwrap_or_default())?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// The schema in one document.
///
/// # Errors
///
/// When the text is malformed, of a newer format, or describes a table twice.
pub fn from_text(text: &str) -> Result<Schema, Error> {
    from_text_like(text, &Tables::new())
}

/// The same; tables that are equal to those of `like` are shared with it, which costs no memory twice.
///
/// # Errors
///
/// Those of [`from_text`].
pub fn from_text_like(text: &str, like: &Tables) -> Result<Schema, Error> {
    let read = |text: &str| {
        let mut reader = serde_json::Deserializer::from_str(text);
        let whole = Reader { like }.deserialize(&mut reader)?;
        reader.end()?;
        Ok(whole)
    };
    whole(parse(DOCUMENT, text, read, |whole: &Whole| whole.format)?)
}

/// The same out of a text that is too large to be held, which takes longer.
///
/// # Errors
///
/// Those of [`from_text`]; a document of a newer format is told by what it has that this one has not.
pub fn from_reader_like(reader: impl io::Read, like: &Tables) -> Result<Schema, Error> {
    let malformed = |source| Error::Malformed { file: DOCUMENT.to_owned(), source };
    let mut reader = serde_json::Deserializer::from_reader(reader);
    let read = Reader { like }.deserialize(&mut reader).map_err(malformed)?;
    reader.end().map_err(malformed)?;
    if !is_known(read.format) {
        return Err(Error::Format { file: DOCUMENT.to_owned(), found: read.format });
    }
    whole(read)
}

/// What a document is called that has no name here.
const DOCUMENT: &str = "the text";

fn whole(Whole { mut schema, .. }: Whole) -> Result<Schema, Error> {
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
    let mut hashed = Hashed(Sha256::new());
    // Neither plain data nor a hash can fail.
    let _ = serde_json::to_writer(&mut hashed, &schema.canonical());
    hexadecimal(&hashed.0.finalize())
}

/// Takes a text in pieces, of which only the hash is wanted.
struct Hashed(Sha256);

impl io::Write for Hashed {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        self.0.update(piece);
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_known(format: u64) -> bool {
    (1..=u64::from(FORMAT)).contains(&format)
}

/// Reads a document whose format is known. That a newer one cannot be read is no fault of the document, so it is told
/// apart.
fn parse<T>(
    file: &str,
    text: &str,
    read: impl Fn(&str) -> serde_json::Result<T>,
    format: impl Fn(&T) -> u64,
) -> Result<T, Error> {
    #[derive(Deserialize)]
    struct Format {
        format: u64,
    }
    let newer = |found| Error::Format { file: file.to_owned(), found };
    match read(text) {
        Ok(document) if is_known(format(&document)) => Ok(document),
        Ok(document) => Err(newer(format(&document))),
        Err(source) => match serde_json::from_str::<Format>(text) {
            Ok(Format { format }) if !is_known(format) => Err(newer(format)),
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

#[cfg(test)]
mod tests;
