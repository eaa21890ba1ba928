//! One change in words.

use super::sentence::Sentence;
use crate::diff::{Change, ColumnDifference, Constraint, RenameEvidence};
use crate::schema::{Column, ColumnDefault, ForeignKey, Index, ObjectName};

/// What changes, as a clause: the kind, the name, and what of it differs.
pub fn what(change: &Change) -> Sentence {
    match change {
        Change::TableAdded { table } => named("table", &table.name).text(" added"),
        Change::TableRemoved { table } => named("table", &table.name).text(" removed"),
        Change::TableRenamed { from, to, evidence } => renamed("table", from.to_string(), to.to_string(), evidence),
        Change::TableModified { to, .. } => named("options of table", &to.name).text(" changed"),
        Change::ColumnAdded { table, column } => {
            let sentence = Sentence::words("column ").code(format!("{table}.{}", column.name));
            let nullable = if column.nullable { "" } else { " NOT NULL" };
            let sentence = sentence.text(" ").code(format!("{}{nullable}", column.data_type.sql)).text(" added");
            match &column.default {
                Some(default) => sentence.text(", default ").code(default_words(default)),
                None if !column.nullable => sentence.text(", without a default"),
                None => sentence,
            }
        }
        Change::ColumnRemoved { table, column } => {
            Sentence::words("column ").code(format!("{table}.{}", column.name)).text(" removed")
        }
        Change::ColumnModified { table, from, to, differences } => {
            let mut sentence = Sentence::words("column ").code(format!("{table}.{}", to.name)).text(": ");
            for (at, difference) in differences.iter().enumerate() {
                if at > 0 {
                    sentence = sentence.text(", ");
                }
                sentence = sentence.then(column_difference(from, to, *difference));
            }
            sentence
        }
        Change::ColumnRenamed { table, from, to, evidence } => {
            renamed("column", format!("{table}.{}", from.name), format!("{table}.{}", to.name), evidence)
        }
        Change::ConstraintAdded { table, constraint } => constraint_words(table, constraint).text(" added"),
        Change::ConstraintRemoved { table, constraint } => constraint_words(table, constraint).text(" removed"),
        Change::IndexAdded { table, index } => index_words(table, index).text(" added"),
        Change::IndexRemoved { table, index } => index_words(table, index).text(" removed"),
        Change::RelationshipAdded { table, foreign_key } => key_words(table, foreign_key).text(" added"),
        Change::RelationshipRemoved { table, foreign_key } => key_words(table, foreign_key).text(" removed"),
        Change::RelationshipModified { table, from, to } if from.asks_the_same(to) => {
            let name = |key: &ForeignKey| key.name.clone().unwrap_or_else(|| "no name".to_owned());
            key_words(table, to).text(" is named otherwise: ").code(name(from)).text(" → ").code(name(to))
        }
        Change::RelationshipModified { table, from, to } if from.referenced_table == to.referenced_table => {
            key_words(table, to).text(" acts otherwise on delete or update")
        }
        Change::RelationshipModified { table, from, to } => {
            key_words(table, to).text(", before to ").code(from.referenced_table.to_string())
        }
        Change::ViewAdded { view } => named("view", &view.name).text(" added"),
        Change::ViewRemoved { view } => named("view", &view.name).text(" removed"),
        Change::ViewModified { to, .. } => named("view", &to.name).text(" redefined"),
        Change::TriggerAdded { trigger } => trigger_words(&trigger.name, &trigger.table).text(" added"),
        Change::TriggerRemoved { trigger } => trigger_words(&trigger.name, &trigger.table).text(" removed"),
        Change::TriggerModified { to, .. } => trigger_words(&to.name, &to.table).text(" redefined"),
        Change::ObjectAdded { object } => named(&object.kind, &object.name).text(" added"),
        Change::ObjectRemoved { object } => named(&object.kind, &object.name).text(" removed"),
        Change::ObjectModified { to, .. } => named(&to.kind, &to.name).text(" redefined"),
    }
}

/// The name of what changes: a table, a column with its table, or another object.
pub fn subject(change: &Change) -> String {
    match change {
        Change::TableAdded { table } | Change::TableRemoved { table } => table.name.to_string(),
        Change::TableRenamed { to, .. } => to.to_string(),
        Change::TableModified { to, .. } => to.name.to_string(),
        Change::ColumnAdded { table, column } | Change::ColumnRemoved { table, column } => {
            format!("{table}.{}", column.name)
        }
        Change::ColumnModified { table, to, .. } | Change::ColumnRenamed { table, to, .. } => {
            format!("{table}.{}", to.name)
        }
        Change::ConstraintAdded { table, .. }
        | Change::ConstraintRemoved { table, .. }
        | Change::RelationshipAdded { table, .. }
        | Change::RelationshipRemoved { table, .. }
        | Change::RelationshipModified { table, .. } => table.to_string(),
        Change::IndexAdded { index, .. } | Change::IndexRemoved { index, .. } => index.name.clone(),
        Change::ViewAdded { view } | Change::ViewRemoved { view } => view.name.to_string(),
        Change::ViewModified { to, .. } => to.name.to_string(),
        Change::TriggerAdded { trigger } | Change::TriggerRemoved { trigger } => trigger.name.clone(),
        Change::TriggerModified { to, .. } => to.name.clone(),
        Change::ObjectAdded { object } | Change::ObjectRemoved { object } => object.name.to_string(),
        Change::ObjectModified { to, .. } => to.name.to_string(),
    }
}

fn named(kind: &str, name: &ObjectName) -> Sentence {
    Sentence::words(format!("{kind} ")).code(name.to_string())
}

fn trigger_words(name: &str, table: &ObjectName) -> Sentence {
    Sentence::words("trigger ").code(name).text(" on ").code(table.to_string())
}

fn renamed(kind: &str, from: String, to: String, evidence: &RenameEvidence) -> Sentence {
    let how = match evidence {
        RenameEvidence::Observed { .. } | RenameEvidence::Identified { .. } => "observed rename".to_owned(),
        RenameEvidence::Answered => "rename by configuration".to_owned(),
        RenameEvidence::Inferred { score, .. } => format!("guessed rename, {score} of 100"),
    };
    Sentence::words(format!("{kind} ")).code(from).text(" → ").code(to).text(" ").aside(how)
}

fn column_difference(from: &Column, to: &Column, difference: ColumnDifference) -> Sentence {
    match difference {
        ColumnDifference::Type => {
            Sentence::new().code(from.data_type.sql.as_str()).text(" → ").code(to.data_type.sql.as_str())
        }
        ColumnDifference::Nullability => {
            Sentence::words(if to.nullable { "NULL accepted" } else { "NULL no longer accepted" })
        }
        ColumnDifference::Default => match (&from.default, &to.default) {
            (Some(from), Some(to)) => {
                Sentence::words("default ").code(default_words(from)).text(" → ").code(default_words(to))
            }
            (None, Some(to)) => Sentence::words("default ").code(default_words(to)).text(" added"),
            (Some(from), None) => Sentence::words("default ").code(default_words(from)).text(" removed"),
            (None, None) => Sentence::words("default changed"),
        },
        ColumnDifference::Generated => Sentence::words("generation expression changed"),
        ColumnDifference::AutoIncrement => Sentence::words(if to.auto_increment {
            "values handed out by the server"
        } else {
            "values no longer handed out by the server"
        }),
        ColumnDifference::Collation => Sentence::words("collation changed"),
        ColumnDifference::Comment => Sentence::words("comment changed"),
        ColumnDifference::Options => Sentence::words("settings changed"),
    }
}

fn default_words(default: &ColumnDefault) -> String {
    match default {
        ColumnDefault::Literal(text) | ColumnDefault::Expression(text) => text.clone(),
    }
}

fn constraint_words(table: &ObjectName, constraint: &Constraint) -> Sentence {
    match constraint {
        Constraint::PrimaryKey(key) => {
            Sentence::words("primary key ").code(format!("{table}({})", key.columns.join(", ")))
        }
        Constraint::Unique(unique) => {
            Sentence::words("unique constraint ").code(format!("{table}({})", unique.columns.join(", ")))
        }
        Constraint::Check(check) => {
            Sentence::words("check on ").code(table.to_string()).text(" ").code(check.expression.as_str())
        }
    }
}

fn index_words(table: &ObjectName, index: &Index) -> Sentence {
    let parts: Vec<&str> =
        index.parts.iter().filter_map(|part| part.column.as_deref().or(part.expression.as_deref())).collect();
    let kind = if index.unique { "unique index " } else { "index " };
    Sentence::words(kind).code(index.name.as_str()).text(" on ").code(format!("{table}({})", parts.join(", ")))
}

fn key_words(table: &ObjectName, key: &ForeignKey) -> Sentence {
    Sentence::words("foreign key ").code(format!("{table}({})", key.columns.join(", "))).text(" → ").code(format!(
        "{}({})",
        key.referenced_table,
        key.referenced_columns.join(", ")
    ))
}
