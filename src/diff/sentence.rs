//! One plain English sentence for each change. Names are in backticks; what they contain is the report's to escape.

use super::change::{Change, ColumnDifference, Constraint};
use super::describe::relationship;
use super::object::Event;
use super::severity::{TypeChange, needs_value, type_change};
use crate::schema::{Column, ColumnDefault, ForeignKey, GeneratedStorage, Index, ReferentialAction, canonical};

/// What the change does.
pub fn sentence(change: &Change) -> String {
    match change {
        Change::TableAdded { table } => {
            format!("Table `{}` is new, with {}.", table.name, counted(table.columns.len(), "column"))
        }
        Change::TableRemoved { table } => format!("Table `{}` is gone, with every row in it.", table.name),
        Change::TableRenamed { from, to, .. } => format!("Table `{from}` is now called `{to}`."),
        Change::TableModified { from, to } if canonical::options(from) == canonical::options(to) => {
            format!("Table `{}` has another comment.", to.name)
        }
        Change::TableModified { from, to } => {
            let (old, new) = (canonical::options(from), canonical::options(to));
            let mut names: Vec<&str> = old.keys().chain(new.keys()).map(String::as_str).collect();
            names.retain(|name| old.get(*name) != new.get(*name));
            names.sort_unstable();
            names.dedup();
            format!("Table `{}` differs in its options: {}.", to.name, names.join(", "))
        }
        Change::ColumnAdded { table, column } => {
            let remark =
                if needs_value(column) { ", and every row must have a value although there is no default" } else { "" };
            format!("Column `{table}.{}` is new: {}{remark}.", column.name, column_words(column))
        }
        Change::ColumnRemoved { table, column } => {
            format!("Column `{table}.{}` ({}) is gone, with its values.", column.name, column_words(column))
        }
        Change::ColumnRenamed { table, from, to, .. } => {
            format!("Column `{table}.{}` is now called `{}`.", from.name, to.name)
        }
        Change::ColumnModified { table, from, to, differences } => {
            let parts: Vec<String> = differences.iter().map(|difference| differs(from, to, *difference)).collect();
            format!("Column `{table}.{}` {}.", to.name, parts.join(" and "))
        }
        Change::ConstraintAdded { table, constraint } => match constraint {
            Constraint::PrimaryKey(key) => {
                format!("Table `{table}` gets the primary key ({}).", key.columns.join(", "))
            }
            Constraint::Unique(unique) => {
                format!("Rows of `{table}` must be unique by ({}) from now on.", unique.columns.join(", "))
            }
            Constraint::Check(check) => format!("Rows of `{table}` must satisfy `{}` from now on.", check.expression),
        },
        Change::ConstraintRemoved { table, constraint } => match constraint {
            Constraint::PrimaryKey(key) => {
                format!("Table `{table}` loses its primary key ({}).", key.columns.join(", "))
            }
            Constraint::Unique(unique) => {
                format!("Rows of `{table}` need no longer be unique by ({}).", unique.columns.join(", "))
            }
            Constraint::Check(check) => format!("Rows of `{table}` need no longer satisfy `{}`.", check.expression),
        },
        Change::IndexAdded { table, index } => {
            let remark = if index.unique { ", which forbids duplicates" } else { "" };
            format!("Index `{}` on `{table}` ({}) is new{remark}.", index.name, index_keys(index))
        }
        Change::IndexRemoved { table, index } => {
            let remark = if index.unique { "; duplicates are no longer forbidden" } else { "" };
            format!("Index `{}` on `{table}` ({}) is gone{remark}.", index.name, index_keys(index))
        }
        Change::RelationshipAdded { table, foreign_key } => {
            format!("Foreign key `{}` is new{}.", relationship(table, foreign_key), actions(foreign_key))
        }
        Change::RelationshipRemoved { table, foreign_key } => {
            format!("Foreign key `{}` is gone.", relationship(table, foreign_key))
        }
        Change::RelationshipModified { table, from, to } if from.asks_the_same(to) => {
            let name = |key: &ForeignKey| key.name.clone().unwrap_or_default();
            format!("Foreign key `{}` is named `{}`, before `{}`.", relationship(table, to), name(to), name(from))
        }
        Change::RelationshipModified { table, from, to } => format!(
            "Foreign key `{}`{} is now `{}`{}.",
            relationship(table, from),
            actions(from),
            relationship(table, to),
            actions(to)
        ),
        Change::ViewAdded { view } => format!("View `{}` is new.", view.name),
        Change::ViewRemoved { view } => format!("View `{}` is gone.", view.name),
        Change::ViewModified { to, .. } => format!("View `{}` has another definition.", to.name),
        Change::TriggerAdded { trigger } => format!("Trigger `{}` on `{}` is new.", trigger.name, trigger.table),
        Change::TriggerRemoved { trigger } => format!("Trigger `{}` on `{}` is gone.", trigger.name, trigger.table),
        Change::TriggerModified { to, .. } => {
            format!("Trigger `{}` on `{}` has another definition.", to.name, to.table)
        }
        Change::ObjectAdded { object } => Event::Added(object).sentence(),
        Change::ObjectRemoved { object } => Event::Removed(object).sentence(),
        Change::ObjectModified { from, to } => Event::Modified(from, to).sentence(),
    }
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

fn type_words(column: &Column) -> &str {
    if column.data_type.sql.is_empty() { "no declared type" } else { &column.data_type.sql }
}

fn column_words(column: &Column) -> String {
    let mut words = type_words(column).to_owned();
    if !column.nullable {
        words.push_str(" NOT NULL");
    }
    if let Some(default) = &column.default {
        words.push_str(&format!(", default {}", default_words(default)));
    }
    if let Some(generated) = &column.generated {
        words.push_str(&format!(", computed as `{}`", generated.expression));
    }
    words
}

fn default_words(default: &ColumnDefault) -> String {
    match default {
        ColumnDefault::Literal(text) if text.is_empty() => "the empty string".to_owned(),
        ColumnDefault::Literal(text) | ColumnDefault::Expression(text) => format!("`{text}`"),
    }
}

fn differs(from: &Column, to: &Column, difference: ColumnDifference) -> String {
    match difference {
        ColumnDifference::Type => {
            let verb = match type_change(&from.data_type.kind, &to.data_type.kind) {
                TypeChange::Reworded => "changes its type",
                TypeChange::Widened => "widens",
                TypeChange::Narrowed => "narrows",
                TypeChange::Replaced => "changes its kind of value",
            };
            format!("{verb} from {} to {}", type_words(from), type_words(to))
        }
        ColumnDifference::Nullability if to.nullable => "may be NULL from now on".to_owned(),
        ColumnDifference::Nullability => "must not be NULL from now on".to_owned(),
        ColumnDifference::Default => match (&from.default, &to.default) {
            (Some(old), Some(new)) => {
                format!("changes its default from {} to {}", default_words(old), default_words(new))
            }
            (None, Some(new)) => format!("gets the default {}", default_words(new)),
            (Some(old), None) => format!("loses its default {}", default_words(old)),
            (None, None) => "keeps its default".to_owned(),
        },
        ColumnDifference::Generated => match (&from.generated, &to.generated) {
            (None, Some(new)) => format!("is computed as `{}` from now on", new.expression),
            (Some(_), None) => "is no longer computed".to_owned(),
            (Some(old), Some(new)) if old.storage != new.storage => match new.storage {
                GeneratedStorage::Stored => "is stored instead of computed on reading".to_owned(),
                GeneratedStorage::Virtual => "is computed on reading instead of stored".to_owned(),
            },
            (_, Some(new)) => format!("is computed as `{}` instead", new.expression),
            (None, None) => "is computed as before".to_owned(),
        },
        ColumnDifference::AutoIncrement if to.auto_increment => "gets its values from the server".to_owned(),
        ColumnDifference::AutoIncrement => "no longer gets its values from the server".to_owned(),
        ColumnDifference::Collation => {
            let name = |column: &Column| column.collation.clone().unwrap_or_else(|| "the default".to_owned());
            format!("changes its collation from {} to {}", name(from), name(to))
        }
        ColumnDifference::Comment => "has another comment".to_owned(),
        ColumnDifference::Options => {
            let (old, new) = (canonical::counting(&from.options), canonical::counting(&to.options));
            let names: std::collections::BTreeSet<&String> = old.keys().chain(new.keys()).collect();
            let differing = names.into_iter().filter(|name| from.options.get(*name) != to.options.get(*name));
            let settings = differing.map(|name| match to.options.get(name) {
                Some(value) => format!("`{name}` is `{value}` now"),
                None => format!("`{name}` is gone"),
            });
            format!("has other settings: {}", settings.collect::<Vec<_>>().join(", "))
        }
    }
}

fn index_keys(index: &Index) -> String {
    let keys: Vec<&str> =
        index.parts.iter().filter_map(|part| part.column.as_deref().or(part.expression.as_deref())).collect();
    keys.join(", ")
}

fn actions(key: &ForeignKey) -> String {
    let words = |action: ReferentialAction| match action {
        ReferentialAction::NoAction => "does nothing",
        ReferentialAction::Restrict => "is refused",
        ReferentialAction::Cascade => "cascades",
        ReferentialAction::SetNull => "sets NULL",
        ReferentialAction::SetDefault => "sets the default",
    };
    let mut text = String::new();
    if key.on_delete != ReferentialAction::NoAction {
        text.push_str(&format!(", deleting {}", words(key.on_delete)));
    }
    if key.on_update != ReferentialAction::NoAction {
        text.push_str(&format!(", updating {}", words(key.on_update)));
    }
    text
}
