//! Copies a database beside itself: the server's own statements make everything again, and rows go from one to the
//! other without leaving the server.

use sqlx::{Connection, MySqlConnection};

use super::super::super::introspect::local;
use super::super::super::mysql_session::{Texts, connect, rows, tell, text};
use super::super::super::{DatabaseUrl, Error, Result};
use super::quoted;
use crate::schema::quote::string;

/// Rows are taken as they are: those of circles of keys, zeros in counters, and dates that are none.
const SESSION: &str = "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO', SESSION sql_quote_show_create = 1, \
    SESSION foreign_key_checks = 0, SESSION time_zone = '+00:00', SESSION lock_wait_timeout = 30, \
    SESSION innodb_lock_wait_timeout = 30";

/// Fills `to`, which is empty and on the same server, with what `from` holds.
pub(in super::super) async fn copy(from: &DatabaseUrl, to: &DatabaseUrl) -> Result<()> {
    let names = (from.database().unwrap_or_default(), to.database().unwrap_or_default());
    let mut copy = Copy { connection: connect(from).await?, from: names.0, to: names.1 };
    copy.tell(SESSION).await?;
    copy.all().await?;
    let _ = copy.connection.close().await;
    Ok(())
}

struct Copy {
    connection: MySqlConnection,
    from: String,
    to: String,
}

/// Something that is made by a statement of the server's own.
struct Made {
    kind: &'static str,
    name: String,
    /// The mode that it was made in, where that is part of it.
    mode: Option<String>,
    statement: String,
}

impl Copy {
    async fn all(&mut self) -> Result<()> {
        let mut tables: Vec<String> = Vec::new();
        let mut views: Vec<String> = Vec::new();
        for row in self.ask("SHOW FULL TABLES").await? {
            let name = row.text(0).to_owned();
            match row.text(1) {
                "SEQUENCE" => self.sequence(&name).await?,
                "VIEW" => views.push(name),
                _ => tables.push(name),
            }
        }
        // A trigger would act on the rows, and an event on the clock: they come last.
        for name in tables {
            self.table(&name).await?;
        }
        let schema = text(&self.from);
        let routines = format!(
            "SELECT routine_type, routine_name FROM information_schema.routines WHERE routine_schema = {schema}"
        );
        for row in self.ask(&routines).await? {
            let kind = if row.text(0) == "FUNCTION" { "FUNCTION" } else { "PROCEDURE" };
            if matches!(row.text(0), "FUNCTION" | "PROCEDURE") {
                self.again(kind, row.text(1)).await?;
            }
        }
        self.views(views).await?;
        let triggers = format!(
            "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = {schema}
              ORDER BY event_object_table, action_timing, event_manipulation, action_order"
        );
        for row in self.ask(&triggers).await? {
            self.again("TRIGGER", row.text(0)).await?;
        }
        let events = format!("SELECT event_name FROM information_schema.events WHERE event_schema = {schema}");
        for row in self.ask(&events).await? {
            self.again("EVENT", row.text(0)).await?;
        }
        Ok(())
    }

    async fn table(&mut self, name: &str) -> Result<()> {
        self.again("TABLE", name).await?;
        let columns = format!(
            "SELECT column_name FROM information_schema.columns
              WHERE table_schema = {} AND table_name = {} AND extra NOT LIKE '%VIRTUAL GENERATED%'
                AND extra NOT LIKE '%STORED GENERATED%' ORDER BY ordinal_position",
            text(&self.from),
            text(name)
        );
        let columns: Vec<String> = self.ask(&columns).await?.iter().map(|row| quoted(row.text(0))).collect();
        if columns.is_empty() {
            return Ok(());
        }
        let columns = columns.join(", ");
        let (from, to) = (quoted(&self.from), quoted(&self.to));
        let table = quoted(name);
        self.tell(&format!("INSERT INTO {to}.{table} ({columns}) SELECT {columns} FROM {from}.{table}")).await.map(drop)
    }

    async fn sequence(&mut self, name: &str) -> Result<()> {
        self.again("SEQUENCE", name).await?;
        let sequence = quoted(name);
        let next = format!("SELECT next_not_cached_value FROM {}.{sequence}", quoted(&self.from));
        for row in self.ask(&next).await? {
            self.tell(&format!("DO SETVAL({}.{sequence}, {}, 0)", quoted(&self.to), row.text(0))).await?;
        }
        Ok(())
    }

    /// A view may stand on others: those that can be made are made, until all are there.
    async fn views(&mut self, mut waiting: Vec<String>) -> Result<()> {
        loop {
            let mut refused: Vec<String> = Vec::new();
            let mut reason = None;
            let before = waiting.len();
            for name in std::mem::take(&mut waiting) {
                let made = self.made("VIEW", &name).await?;
                if let Err(error) = self.make(&made).await {
                    reason = Some((name.clone(), error));
                    refused.push(name);
                }
            }
            match reason {
                None => return Ok(()),
                Some((name, source)) if refused.len() == before => {
                    return Err(Error::NotCopied { kind: "view", name, source });
                }
                Some(_) => waiting = refused,
            }
        }
    }

    async fn again(&mut self, kind: &'static str, name: &str) -> Result<()> {
        let made = self.made(kind, name).await?;
        self.make(&made).await.map_err(|source| Error::NotCopied { kind: made.kind, name: made.name.clone(), source })
    }

    async fn made(&mut self, kind: &'static str, name: &str) -> Result<Made> {
        let answer = self.ask(&format!("SHOW CREATE {kind} {}.{}", quoted(&self.from), quoted(name))).await?;
        let row = answer.into_iter().next().unwrap_or_default();
        let (mode, statement) = match kind {
            "TABLE" | "VIEW" | "SEQUENCE" => (None, row.text(1)),
            "EVENT" => (Some(row.text(1).to_owned()), row.text(3)),
            _ => (Some(row.text(1).to_owned()), row.text(2)),
        };
        Ok(Made { kind, name: name.to_owned(), mode, statement: local(&self.from, statement) })
    }

    async fn make(&mut self, made: &Made) -> sqlx::Result<()> {
        let outcome = self.try_to_make(made).await;
        tell(&mut self.connection, SESSION).await?;
        tell(&mut self.connection, &format!("USE {}", quoted(&self.from))).await?;
        outcome
    }

    async fn try_to_make(&mut self, made: &Made) -> sqlx::Result<()> {
        tell(&mut self.connection, &format!("USE {}", quoted(&self.to))).await?;
        if let Some(mode) = &made.mode {
            tell(&mut self.connection, &format!("SET SESSION sql_mode = {}", string(mode))).await?;
        }
        tell(&mut self.connection, &made.statement).await.map(drop)
    }

    async fn ask(&mut self, statement: &str) -> Result<Vec<Texts>> {
        let answer = rows(&mut self.connection, statement).await;
        answer.map_err(Error::server(format!("cannot copy {}", self.from)))
    }

    async fn tell(&mut self, statement: &str) -> Result<u64> {
        tell(&mut self.connection, statement).await.map_err(Error::server(format!("cannot copy {}", self.from)))
    }
}
