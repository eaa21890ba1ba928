//! Reads a MySQL or MariaDB database in a few round trips, whatever its size.
//!
//! The first one lists what there is. The others ask for the server's own CREATE statements of all of it, many in
//! one text, and these are taken apart. The catalog would not do: it leaves out what a statement says (periods,
//! parsers, how an index was asked for), spells defaults differently on every server, and reading its views of columns
//! and indexes takes either server several times as long.

mod collation;
mod column;
mod cursor;
mod objects;
mod table;
mod types;

use std::collections::{BTreeMap, HashMap};

use sqlx::{Connection, MySqlConnection};

use self::collation::Collations;
use self::objects::{Home, TriggerRow};
use super::super::mysql_session::{self, Texts};
use super::super::{DatabaseUrl, Error, Result};
use crate::schema::quote::identifier_in;
use crate::schema::{BOOKKEEPING, Dependencies, Dialect, ObjectName, Schema, address};

/// What makes equal objects print equally, whatever the settings of the server are.
const SESSION: &str = "SET SESSION sql_mode = '', SESSION sql_quote_show_create = 1";

/// Everything that there is, by name.
const LISTS: [&str; 6] = [
    "SELECT DATABASE(), CURRENT_USER()",
    "SHOW FULL TABLES",
    "SELECT character_set_name, default_collate_name FROM information_schema.character_sets",
    "SELECT trigger_name, event_object_table, action_timing, event_manipulation, action_statement, definer, sql_mode
       FROM information_schema.triggers WHERE trigger_schema = DATABASE()
      ORDER BY event_object_table, action_timing, event_manipulation, action_order",
    "SELECT routine_type, routine_name FROM information_schema.routines WHERE routine_schema = DATABASE()",
    // The moment at which an event was made or changed is its start where none was given.
    "SELECT event_name, coalesce(abs(timestampdiff(SECOND, starts, created)) <= 1
                                 OR abs(timestampdiff(SECOND, starts, last_altered)) <= 1, 0)
       FROM information_schema.events WHERE event_schema = DATABASE()",
];

/// How many CREATE statements are asked for in one round trip.
const BATCH: usize = 500;

pub(super) async fn introspect(url: &DatabaseUrl) -> Result<Schema> {
    let mut reader = Reader { connection: mysql_session::connect(url).await?, url };
    reader.ask(&[SESSION.to_owned()]).await?;
    let mut lists = reader.ask(&LISTS.map(str::to_owned)).await?.into_iter();
    let mut list = || lists.next().unwrap_or_default();
    let account = list().pop().unwrap_or_default();
    let (Some(database), Some(account)) = (account.get(0), account.get(1)) else {
        return Err(Error::Url { text: url.to_string(), reason: "it names no database".to_owned() });
    };
    let user = account.rsplit_once('@').map_or(account.as_str(), |(user, _)| user);
    let home = Home { database: database.clone(), account: user.to_owned() };
    let (tables, charsets, triggers, routines, events) = (list(), list(), list(), list(), list());
    let collations = Collations::new(
        charsets.iter().filter_map(|row| Some((row.get(0)?.clone(), row.get(1)?.clone()))).collect::<HashMap<_, _>>(),
    );
    let mut schema = Schema::empty(Dialect::Mysql);
    let mut wanted: Vec<Wanted> = Vec::new();
    for row in &tables {
        if let (Some(name), Some(kind)) = (row.get(0), row.get(1))
            && name != BOOKKEEPING
        {
            wanted.push(Wanted::new(kind, name));
        }
    }
    for row in &routines {
        if let (Some(kind), Some(name)) = (row.get(0), row.get(1)) {
            wanted.push(Wanted::new(kind, name));
        }
    }
    for row in &events {
        if let Some(name) = row.get(0) {
            let made = row.get(1).is_some_and(|flag| flag == "1");
            wanted.push(Wanted { started_when_made: made, ..Wanted::new("EVENT", name) });
        }
    }
    let mut views: Vec<(ObjectName, Vec<String>)> = Vec::new();
    for batch in wanted.chunks(BATCH) {
        let questions: Vec<String> = batch.iter().map(Wanted::question).collect();
        let answers = reader.ask(&questions).await?;
        for (one, rows) in batch.iter().zip(answers) {
            let statement = rows.first().and_then(|row| row.get(one.column())).ok_or_else(|| reader.hidden(one))?;
            let mode = rows.first().and_then(|row| row.get(1)).map_or("", String::as_str);
            match one.kind {
                "VIEW" => {
                    let (view, uses) = objects::view(one.name, statement, &home);
                    views.push((view.name.clone(), uses));
                    schema.views.push(view);
                }
                "SEQUENCE" => schema.others.push(objects::sequence(one.name, statement, &home)),
                "EVENT" => {
                    schema.others.push(objects::event(one.name, (mode, statement), one.started_when_made, &home));
                }
                "TABLE" => {
                    let local = home.local(statement);
                    schema.tables.push(table::table(&local, &collations).ok_or_else(|| reader.hidden(one))?);
                }
                kind => schema.others.push(objects::routine(&kind.to_lowercase(), one.name, (mode, statement), &home)),
            }
        }
    }
    let mut previous: Option<TriggerRow> = None;
    for row in &triggers {
        let [name, table, timing, event, body, definer, mode] =
            [0, 1, 2, 3, 4, 5, 6].map(|place| row.get(place).cloned().unwrap_or_default());
        let same = previous.as_ref().filter(|one| (&one.table, &one.timing, &one.event) == (&table, &timing, &event));
        let before = same.map(|one| one.name.clone());
        let row = TriggerRow { name, table, timing, event, body, definer, mode, previous: before };
        schema.triggers.push(objects::trigger(&row, &home));
        previous = Some(row);
    }
    needs(&mut schema, views);
    schema.sort();
    // Everything was read: how the connection ends is no news.
    let _ = reader.connection.close().await;
    Ok(schema)
}

/// What the views stand on.
fn needs(schema: &mut Schema, views: Vec<(ObjectName, Vec<String>)>) {
    let mut known: BTreeMap<&str, String> = BTreeMap::new();
    for other in schema.others.iter().filter(|other| other.kind == "function") {
        known.insert(&other.name.name, address::other(other));
    }
    known.extend(schema.tables.iter().map(|table| (table.name.name.as_str(), address::table(&table.name))));
    known.extend(schema.views.iter().map(|view| (view.name.name.as_str(), address::view(&view.name))));
    let mut dependencies = Dependencies::new();
    for (name, uses) in views {
        let found = uses.iter().filter_map(|used| known.get(used.as_str()).cloned());
        let own = address::view(&name);
        let mut found: Vec<String> = found.filter(|used| *used != own).collect();
        found.sort_unstable();
        found.dedup();
        if !found.is_empty() {
            dependencies.insert(own, found);
        }
    }
    schema.dependencies = dependencies;
}

/// An object whose CREATE statement is asked for.
struct Wanted<'a> {
    kind: &'a str,
    name: &'a str,
    started_when_made: bool,
}

impl<'a> Wanted<'a> {
    fn new(kind: &'a str, name: &'a str) -> Self {
        let kind = match kind {
            "BASE TABLE" | "SYSTEM VERSIONED" => "TABLE",
            "SYSTEM VIEW" => "VIEW",
            other => other,
        };
        Self { kind, name, started_when_made: false }
    }

    fn question(&self) -> String {
        format!("SHOW CREATE {} {}", self.kind, identifier_in(Dialect::Mysql, self.name))
    }

    /// Which column of the answer holds the statement.
    fn column(&self) -> usize {
        match self.kind {
            "TABLE" | "VIEW" | "SEQUENCE" => 1,
            "EVENT" => 3,
            _ => 2,
        }
    }
}

struct Reader<'a> {
    connection: MySqlConnection,
    url: &'a DatabaseUrl,
}

impl Reader<'_> {
    /// The rows that each of the statements gives, all in one round trip.
    async fn ask(&mut self, statements: &[String]) -> Result<Vec<Vec<Texts>>> {
        let cannot = Error::server(format!("cannot read {}", self.url));
        mysql_session::ask(&mut self.connection, &statements.join(";\n")).await.map_err(cannot)
    }

    fn hidden(&self, wanted: &Wanted<'_>) -> Error {
        let reason = format!("this account may not see how {} `{}` is made", wanted.kind.to_lowercase(), wanted.name);
        Error::server(format!("cannot read {}", self.url))(sqlx::Error::Protocol(reason))
    }
}

/// `sql` without the name of its own database before other names.
pub(in crate::database) fn local(database: &str, sql: &str) -> String {
    Home { database: database.to_owned(), account: String::new() }.local(sql)
}

pub(super) async fn server(url: &DatabaseUrl) -> Result<String> {
    let cannot = || Error::server(format!("cannot read {url}"));
    let mut connection = mysql_session::connect(url).await?;
    let version: String = sqlx::query_scalar("SELECT VERSION()").fetch_one(&mut connection).await.map_err(cannot())?;
    let _ = connection.close().await;
    let number = version.split('-').next().unwrap_or(&version);
    Ok(format!("{} {number}", if version.contains("MariaDB") { "MariaDB" } else { "MySQL" }))
}
