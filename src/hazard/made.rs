//! Keys and foreign keys of tables as the statements of a migration make them, for where no schema is known.

use super::statement::{Action, ConstraintKind, NewColumn, Reference, Statement, TableChange};
use crate::schema::ObjectName;

/// What statements say of a table.
#[derive(Debug, Default)]
pub(super) struct MadeTable {
    /// Its keys: of the primary key, UNIQUE and indexes, each by plain columns.
    pub keys: Vec<MadeKey>,
    /// Its foreign keys, each with the number of the statement.
    pub foreign_keys: Vec<(usize, Vec<String>, Reference)>,
    /// Whether they make the table, so that it has no other keys.
    pub whole: bool,
}

/// A key of plain columns.
#[derive(Debug)]
pub(super) struct MadeKey {
    /// What it is called in a sentence.
    pub told: String,
    /// Its columns.
    pub columns: Vec<String>,
}

/// What the statements say of `table`.
pub(super) fn table(statements: &[Statement], table: &ObjectName) -> MadeTable {
    let mut made = MadeTable::default();
    for (at, statement) in statements.iter().enumerate() {
        for act in &statement.acts {
            match &act.action {
                Action::CreateTable(new) if &new.name == table => {
                    made.whole = !new.derived && !new.if_not_exists;
                    new.columns.iter().for_each(|column| made.column(at, column));
                    new.constraints.iter().for_each(|constraint| made.constraint(at, &constraint.kind));
                }
                Action::Alter { table: of, change } if of == table => match change {
                    TableChange::AddColumn { column, .. } => made.column(at, column),
                    TableChange::AddConstraint(constraint) => made.constraint(at, &constraint.kind),
                    _ => {}
                },
                Action::CreateIndex(index) if &index.table == table && !index.partial && is_tree(&index.kind) => {
                    if let Some(columns) = plain(&index.keys) {
                        let name = index.name.clone().unwrap_or_else(|| columns.join("_"));
                        made.keys.push(MadeKey { told: format!("index {name}"), columns });
                    }
                }
                _ => {}
            }
        }
    }
    made
}

impl MadeTable {
    fn column(&mut self, at: usize, column: &NewColumn) {
        let own = || vec![column.name.clone()];
        if column.primary_key {
            self.keys.push(MadeKey { told: "the primary key".to_owned(), columns: own() });
        }
        if column.unique {
            self.keys.push(MadeKey { told: format!("UNIQUE ({})", column.name), columns: own() });
        }
        if let Some(reference) = &column.references {
            self.foreign_keys.push((at, own(), reference.clone()));
        }
    }

    fn constraint(&mut self, at: usize, kind: &ConstraintKind) {
        match kind {
            ConstraintKind::PrimaryKey { columns, .. } => {
                self.keys.push(MadeKey { told: "the primary key".to_owned(), columns: columns.clone() });
            }
            ConstraintKind::Unique { columns, .. } => {
                self.keys.push(MadeKey { told: format!("UNIQUE ({})", columns.join(", ")), columns: columns.clone() });
            }
            ConstraintKind::ForeignKey { columns, reference } => {
                self.foreign_keys.push((at, columns.clone(), reference.clone()));
            }
            ConstraintKind::Check { .. } | ConstraintKind::Exclude | ConstraintKind::NotNull { .. } => {}
        }
    }
}

/// Whether an index keeps its keys in their order, as it does where nothing else is said.
pub(super) fn is_tree(kind: &Option<String>) -> bool {
    kind.as_ref().is_none_or(|kind| kind.to_ascii_lowercase().contains("btree"))
}

/// The columns of an index, where all of its keys are nothing else.
pub(super) fn plain(keys: &[String]) -> Option<Vec<String>> {
    keys.iter().map(|key| column(key).filter(|_| !key.contains('('))).collect()
}

/// The column that a key as it is written begins with; nothing for an expression.
pub(super) fn column(key: &str) -> Option<String> {
    let key = key.trim();
    if let Some(quote @ ('"' | '`' | '[')) = key.chars().next() {
        let end = if quote == '[' { ']' } else { quote };
        return key.get(1..)?.split(end).next().map(str::to_owned);
    }
    let word = key.split(|letter: char| letter.is_whitespace() || letter == '(').next()?;
    let calls = key.get(word.len()..).is_some_and(|rest| {
        // A length, `name(10)`, is no call.
        rest.starts_with('(') && !rest.trim_start_matches('(').starts_with(|letter: char| letter.is_ascii_digit())
    });
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '$';
    (!word.is_empty() && !calls && word.chars().all(is_name)).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_a_column_or_an_expression() {
        assert_eq!(column("\"a b\" DESC").as_deref(), Some("a b"));
        assert_eq!(column("`a`(10)").as_deref(), Some("a"));
        assert_eq!(column("name(10)").as_deref(), Some("name"));
        assert_eq!(column("created_at DESC NULLS LAST").as_deref(), Some("created_at"));
        assert_eq!(column("lower(name)"), None);
        assert_eq!(column("(a + b)"), None);
        assert_eq!(plain(&["a".to_owned(), "b DESC".to_owned()]), Some(vec!["a".to_owned(), "b".to_owned()]));
    }
}
