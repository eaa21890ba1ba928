//! The rows of tables that are made anew: kept in a temporary table, and brought back as far as the columns are there.

use std::collections::BTreeSet;

use super::Planner;
use super::alter::cast;
use super::atom::{Atom, Body};
use super::step;
use crate::migration::plan::{Reverse, Step};
use crate::migration::render::postgres::{list, path, quoted, string};
use crate::schema::{Table, address};

impl<'a> Planner<'a> {
    /// The old and the new shape of every table that is made anew and holds rows of its own.
    fn anew(&self) -> Vec<(&'a Table, &'a Table)> {
        let tables = self.going.iter().filter(|key| self.coming.contains(*key));
        let pairs = tables.filter_map(|key| match (self.old.get(key)?.body, self.new.get(key)?.body) {
            (Body::Table(old), Body::Table(new)) => Some((old, new)),
            _ => None,
        });
        // The rows of a divided table are in its partitions, which keep them.
        let divided = |table: &Table| table.options.contains_key("partition by");
        pairs.filter(|(old, new)| !(divided(old) && divided(new))).collect()
    }

    /// The tables whose rows come back.
    pub(super) fn kept(&self) -> BTreeSet<String> {
        self.anew().iter().map(|(_, new)| address::table(&new.name)).collect()
    }

    /// Whether the type of the old column goes, if only to be made anew.
    fn outlives_its_type(&self, table: &Table, column: &str) -> bool {
        let atom = self.old.get(&address::member("column", &table.name, column));
        let mut needs = atom.into_iter().flat_map(|atom| &atom.needs).filter(|need| self.going.contains(*need));
        needs.any(|need| self.is_type(need))
    }

    /// The new names of the columns that the table had, in its order.
    fn past_columns(&self, new: &Table) -> Vec<String> {
        match self.past.get(&address::table(&new.name)).map(|atom| atom.body) {
            Some(Body::Table(past)) => past.columns.iter().map(|column| column.name.clone()).collect(),
            _ => Vec::new(),
        }
    }

    pub(super) fn keep_rows(&self) -> Vec<Step> {
        let keep = |(old, new): &(&Table, &Table)| {
            let only = if old.options.contains_key("partition by") { "" } else { "ONLY " };
            let from = format!("{only}{}", path(&old.name));
            // Columns are called here what they are called afterwards.
            let names = self.past_columns(new);
            // A type could not go while this holds values of it.
            let as_text = names.iter().any(|name| self.outlives_its_type(new, name));
            let renamed = old.columns.iter().zip(&names).any(|(column, name)| column.name != *name);
            let values = old.columns.iter().zip(&names).map(|(column, name)| {
                let (own, name_then) = (quoted(&column.name), quoted(name));
                match self.outlives_its_type(new, name) {
                    true => format!("{own}::text AS {name_then}"),
                    false if own == name_then => own,
                    false => format!("{own} AS {name_then}"),
                }
            });
            let values = if as_text || renamed { values.collect::<Vec<_>>().join(", ") } else { "*".to_owned() };
            let statement =
                format!("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {values} FROM {from};", aside(new));
            let reverse = Reverse::Statements(Vec::new());
            step(format!("Keep the rows of {}", old.name), vec![statement], reverse)
        };
        self.anew().iter().map(keep).collect()
    }

    pub(super) fn bring_rows_back(&mut self) {
        for (_, new) in self.anew() {
            let key = address::table(&new.name);
            let Some(Body::Table(past)) = self.past.get(&key).map(|atom| atom.body) else { continue };
            let shared: Vec<_> = new
                .columns
                .iter()
                .filter(|column| column.generated.is_none())
                .filter_map(|column| Some((column, past.column(&column.name)?)))
                .collect();
            if shared.is_empty() {
                continue;
            }
            let names: Vec<String> = shared.iter().map(|(column, _)| column.name.clone()).collect();
            let values: Vec<String> = shared
                .iter()
                .map(|(column, past)| match past.data_type == column.data_type {
                    _ if self.outlives_its_type(new, &column.name) => {
                        format!("{}::{}", quoted(&column.name), column.data_type.sql)
                    }
                    true => quoted(&column.name),
                    false => cast(&quoted(&column.name), past, column),
                })
                .collect();
            let (at, from) = (path(&new.name), aside(new));
            let mut create = vec![format!(
                "INSERT INTO {at} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM pg_temp.{from};",
                list(&names),
                values.join(", ")
            )];
            for (column, _) in shared.iter().filter(|(column, _)| column.auto_increment) {
                let own = quoted(&column.name);
                create.push(format!(
                    "SELECT pg_catalog.setval(pg_catalog.pg_get_serial_sequence({}, {}), max({own})) FROM {at};",
                    string(&at),
                    string(&column.name)
                ));
            }
            let mut atom = Atom::new(Body::Rows, 11, String::new(), String::new());
            atom.create = create;
            atom.needs.insert(key.clone());
            let parts = self.new.iter().filter(|(_, part)| match part.body {
                Body::Column(..) => part.owner.as_ref() == Some(&key),
                Body::Link => part.needs.contains(&key),
                Body::Other(other) => other.kind == "sequence owner",
                _ => false,
            });
            atom.after.extend(parts.map(|(key, _)| key.clone()));
            let key = format!("the rows of {}", new.name);
            self.coming.insert(key.clone());
            self.new.insert(key, atom);
        }
    }
}

fn aside(table: &Table) -> String {
    quoted(&format!("rows of {}", table.name).chars().take(40).collect::<String>())
}
