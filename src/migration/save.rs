//! Copies of what a plan loses, to be made before it runs.

use std::collections::HashSet;
use std::fmt;

use super::plan::{Plan, Reverse};
use crate::schema::quote::identifier_in;
use crate::schema::{Dialect, Schema};

/// A statement that keeps in a new table what a step loses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Save {
    /// Where it runs.
    pub dialect: Dialect,
    /// The table that it makes. The copies of one plan have names of their own, which nothing else has.
    pub table: String,
    /// The query for what is kept.
    pub query: String,
}

impl Save {
    /// A copy of what `query` finds, named after the `table` and, where only one is lost, the column.
    pub(super) fn new(dialect: Dialect, table: &str, columns: &[String], query: String) -> Self {
        let name = match columns {
            [column] => format!("{table}_{column}_saved"),
            _ => format!("{table}_saved"),
        };
        Self { dialect, table: name, query }
    }
}

impl fmt::Display for Save {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CREATE TABLE {} AS {};", identifier_in(self.dialect, &self.table), self.query)
    }
}

/// Gives every copy of the plan a name that no object of either schema has, so that all of them can be made together.
pub(super) fn name_apart(plan: &mut Plan, from: &Schema, to: &Schema) {
    let mut taken = TakenNames::of(from, to);
    for step in &mut plan.steps {
        if let Reverse::Irreversible { save_first, .. } = &mut step.reverse {
            save_first.table = taken.take(&save_first.table, save_first.dialect);
        }
    }
}

/// The names that objects of two schemas have.
pub(super) struct TakenNames(HashSet<String>);

impl TakenNames {
    pub(super) fn of(from: &Schema, to: &Schema) -> Self {
        let mut taken = HashSet::new();
        for schema in [from, to] {
            let tables = schema.tables.iter().map(|table| &table.name.name);
            let indexes = schema.tables.iter().flat_map(|table| &table.indexes).map(|index| &index.name);
            let views = schema.views.iter().map(|view| &view.name.name);
            let others = schema.others.iter().map(|other| &other.name.name);
            let all = tables.chain(indexes).chain(views).chain(others);
            taken.extend(all.map(|name| name.to_lowercase()));
        }
        Self(taken)
    }

    /// A name that no object of either schema has.
    pub(super) fn free(&self, wish: &str) -> String {
        free(wish, |candidate| self.0.contains(&candidate.to_lowercase()))
    }

    /// Such a name, which is taken from now on, and is no longer than the server keeps.
    fn take(&mut self, wish: &str, dialect: Dialect) -> String {
        let fits = |name: &str| match dialect {
            Dialect::Postgres => name.len() <= 63,
            Dialect::Mysql => name.chars().count() <= 64,
            Dialect::Sqlite => true,
        };
        let (mut stem, ending) = wish.strip_suffix("_saved").map_or((wish, ""), |stem| (stem, "_saved"));
        let name = loop {
            let name = self.free(&format!("{stem}{ending}"));
            match stem.char_indices().next_back() {
                Some((end, _)) if !fits(&name) => stem = stem.get(..end).unwrap_or_default(),
                _ => break name,
            }
        };
        self.0.insert(name.to_lowercase());
        name
    }
}

/// `wish`, or the first of `wish_2`, `wish_3` … that is not taken.
pub(super) fn free(wish: &str, taken: impl Fn(&str) -> bool) -> String {
    if !taken(wish) {
        return wish.to_owned();
    }
    (2_u32..).map(|count| format!("{wish}_{count}")).find(|candidate| !taken(candidate)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_apart_and_fit() {
        let none = Schema::empty(Dialect::Postgres);
        let mut taken = TakenNames::of(&none, &none);
        assert_eq!(taken.take("a_saved", Dialect::Postgres), "a_saved");
        assert_eq!(taken.take("A_saved", Dialect::Postgres), "A_saved_2");
        let long = format!("{}_saved", "é".repeat(40));
        assert_eq!(taken.take(&long, Dialect::Postgres), format!("{}_saved", "é".repeat(28)));
        assert_eq!(taken.take(&long, Dialect::Postgres), format!("{}_saved", "é".repeat(27)));
        assert_eq!(taken.take(&long, Dialect::Mysql), long);
    }
}
