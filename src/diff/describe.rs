//! Turns a change into the record that people and programs read.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::change::Severity;
use super::change::{Change, ChangeId, Constraint, SchemaChange, SchemaChangeType};
use super::differ::differences;
use super::object::Event;
use super::rename::{RenameHints, RenameQuestion, resolve};
use super::sentence::sentence;
use super::severity::{Judgement, Untouched, judge, judged, untouched};
use crate::schema::{ForeignKey, Lookup, ObjectName, Schema, snapshot};

/// What differs between two schemas, and what only a person can answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Every difference, in the differ's order.
    pub changes: Vec<SchemaChange>,
    /// Pairs that look like renames, but not enough to be taken for one.
    pub questions: Vec<RenameQuestion>,
}

/// Compares two schemas and describes every change. `at` is when they were compared.
///
/// `requires_approval`, `rollback_plan` and `migration_script` are left for those who know the policy and the plan.
pub fn compare(from: &Schema, to: &Schema, hints: &RenameHints, at: Timestamp) -> Comparison {
    let (renames, questions) = resolve(from, to, hints);
    let changes = differences(from, to, &renames);
    let untouched = untouched(&changes);
    let nothing = Untouched::default();
    let judgements: Vec<Judgement> = changes
        .iter()
        .map(|change| match is_renamed(change, &changes) {
            true => judged(Severity::Low, true),
            false => judge(change, change.table().and_then(|table| untouched.get(table)).unwrap_or(&nothing)),
        })
        .collect();
    let (from, to) = (Lookup::new(from), Lookup::new(to));
    let described =
        changes.into_iter().zip(judgements).map(|(change, judgement)| describe(change, judgement, &from, &to, at));
    Comparison { changes: described.collect(), questions }
}

/// Whether a constraint comes or goes while one of another name asks the same.
fn is_renamed(change: &Change, all: &[Change]) -> bool {
    let (table, one, comes) = match change {
        Change::ConstraintAdded { table, constraint } => (table, constraint, true),
        Change::ConstraintRemoved { table, constraint } => (table, constraint, false),
        _ => return false,
    };
    all.iter().any(|other| match other {
        Change::ConstraintAdded { table: of, constraint } if !comes => of == table && constraint.asks_the_same(one),
        Change::ConstraintRemoved { table: of, constraint } if comes => of == table && constraint.asks_the_same(one),
        _ => false,
    })
}

fn describe(change: Change, judgement: Judgement, from: &Lookup<'_>, to: &Lookup<'_>, at: Timestamp) -> SchemaChange {
    let facts = Facts::of(&change);
    let keys = affected_keys(&change, from, to);
    let mut tables: BTreeSet<String> = facts.tables.iter().map(ToString::to_string).collect();
    for (table, key) in &keys {
        tables.insert(table.to_string());
        tables.insert(key.referenced_table.to_string());
    }
    let relationships: BTreeSet<String> = keys.iter().map(|(table, key)| relationship(table, key)).collect();
    SchemaChange {
        change_id: facts.id(),
        change_type: facts.kind,
        timestamp: at,
        table_name: facts.subject.clone(),
        column_name: facts.column.clone(),
        old_definition: facts.old.clone(),
        new_definition: facts.new.clone(),
        impact_severity: judgement.severity,
        backward_compatible: judgement.backward_compatible,
        requires_approval: false,
        rollback_plan: None,
        affected_tables: tables.into_iter().collect(),
        affected_relationships: relationships.into_iter().collect(),
        detected_by: "auto",
        source_system: "database",
        change_description: sentence(&change),
        migration_script: None,
        change,
    }
}

/// `table(column) -> table(column)`.
pub fn relationship(table: &ObjectName, key: &ForeignKey) -> String {
    let target = &key.referenced_table;
    format!("{table}({}) -> {target}({})", key.columns.join(", "), key.referenced_columns.join(", "))
}

/// What the record says of a change, apart from judgements.
struct Facts {
    kind: SchemaChangeType,
    subject: String,
    column: Option<String>,
    old: Option<Value>,
    new: Option<Value>,
    tables: Vec<ObjectName>,
}

impl Facts {
    fn new(kind: SchemaChangeType, table: &ObjectName, old: Option<Value>, new: Option<Value>) -> Self {
        Self { kind, subject: table.to_string(), column: None, old, new, tables: vec![table.clone()] }
    }

    fn column(mut self, name: &str) -> Self {
        self.column = Some(name.to_owned());
        self
    }

    /// For an object that is no table.
    fn object(kind: SchemaChangeType, name: String, old: Option<Value>, new: Option<Value>) -> Self {
        Self { kind, subject: name, column: None, old, new, tables: Vec::new() }
    }

    fn id(&self) -> ChangeId {
        let parts = json!([self.kind, self.subject, self.column, self.old, self.new]);
        ChangeId(snapshot::sha256(&parts.to_string()))
    }

    fn of(change: &Change) -> Self {
        use SchemaChangeType as T;
        match change {
            Change::TableAdded { table } => Self::new(T::TableAdded, &table.name, None, value(table)),
            Change::TableRemoved { table } => Self::new(T::TableRemoved, &table.name, value(table), None),
            Change::TableRenamed { from, to, .. } => {
                let name = |name: &ObjectName| Some(json!({ "name": name.to_string() }));
                let mut facts = Self::new(T::TableRenamed, to, name(from), name(to));
                facts.tables.push(from.clone());
                facts
            }
            Change::TableModified { from, to } => {
                let own =
                    |table: &crate::schema::Table| Some(json!({"options": table.options, "comment": table.comment}));
                Self::new(T::TableModified, &to.name, own(from), own(to))
            }
            Change::ColumnAdded { table, column } => {
                Self::new(T::ColumnAdded, table, None, value(column)).column(&column.name)
            }
            Change::ColumnRemoved { table, column } => {
                Self::new(T::ColumnRemoved, table, value(column), None).column(&column.name)
            }
            Change::ColumnModified { table, from, to, .. } => {
                Self::new(T::ColumnModified, table, value(from), value(to)).column(&to.name)
            }
            Change::ColumnRenamed { table, from, to, .. } => {
                Self::new(T::ColumnRenamed, table, value(from), value(to)).column(&to.name)
            }
            Change::ConstraintAdded { table, constraint } => {
                Self::new(T::ConstraintAdded, table, None, value(constraint)).only_column(constraint)
            }
            Change::ConstraintRemoved { table, constraint } => {
                Self::new(T::ConstraintRemoved, table, value(constraint), None).only_column(constraint)
            }
            Change::IndexAdded { table, index } => Self::new(T::IndexAdded, table, None, value(index)),
            Change::IndexRemoved { table, index } => Self::new(T::IndexRemoved, table, value(index), None),
            Change::RelationshipAdded { table, foreign_key } => {
                Self::new(T::RelationshipAdded, table, None, value(foreign_key)).sole(&foreign_key.columns)
            }
            Change::RelationshipRemoved { table, foreign_key } => {
                Self::new(T::RelationshipRemoved, table, value(foreign_key), None).sole(&foreign_key.columns)
            }
            Change::RelationshipModified { table, from, to } => {
                Self::new(T::RelationshipModified, table, value(from), value(to)).sole(&to.columns)
            }
            Change::ViewAdded { view } => Self::object(T::ViewAdded, view.name.to_string(), None, value(view)),
            Change::ViewRemoved { view } => Self::object(T::ViewRemoved, view.name.to_string(), value(view), None),
            Change::ViewModified { from, to } => {
                Self::object(T::ViewModified, to.name.to_string(), value(from), value(to))
            }
            Change::TriggerAdded { trigger } => Self::new(T::TriggerAdded, &trigger.table, None, value(trigger)),
            Change::TriggerRemoved { trigger } => Self::new(T::TriggerRemoved, &trigger.table, value(trigger), None),
            Change::TriggerModified { from, to } => Self::new(T::TriggerModified, &to.table, value(from), value(to)),
            Change::ObjectAdded { object } => {
                Self::object(Event::Added(object).kind(), object.name.to_string(), None, value(object))
            }
            Change::ObjectRemoved { object } => {
                Self::object(Event::Removed(object).kind(), object.name.to_string(), value(object), None)
            }
            Change::ObjectModified { from, to } => {
                Self::object(Event::Modified(from, to).kind(), to.name.to_string(), value(from), value(to))
            }
        }
    }

    fn only_column(self, constraint: &Constraint) -> Self {
        match constraint {
            Constraint::PrimaryKey(key) => self.sole(&key.columns),
            Constraint::Unique(unique) => self.sole(&unique.columns),
            Constraint::Check(_) => self,
        }
    }

    fn sole(self, columns: &[String]) -> Self {
        match columns {
            [only] => self.column(only),
            _ => self,
        }
    }
}

/// Plain data with string keys always serialises.
fn value(object: &impl serde::Serialize) -> Option<Value> {
    serde_json::to_value(object).ok()
}

/// Every foreign key that the change touches, with the table that holds it.
fn affected_keys(change: &Change, from: &Lookup<'_>, to: &Lookup<'_>) -> Vec<(ObjectName, ForeignKey)> {
    let of_table = |schema: &Lookup<'_>, name: &ObjectName| -> Vec<(ObjectName, ForeignKey)> {
        let own =
            schema.table(name).into_iter().flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)));
        own.chain(schema.references_to(name).iter().copied())
            .map(|(table, key)| (table.name.clone(), key.clone()))
            .collect()
    };
    let of_column = |name: &ObjectName, column: &str| -> Vec<(ObjectName, ForeignKey)> {
        [from, to]
            .into_iter()
            .flat_map(|schema| of_table(schema, name))
            .filter(|(table, key)| {
                (table == name && key.columns.iter().any(|own| own == column))
                    || (key.referenced_table == *name && key.referenced_columns.iter().any(|own| own == column))
            })
            .collect()
    };
    match change {
        Change::TableAdded { table } => of_table(to, &table.name),
        Change::TableRemoved { table } => of_table(from, &table.name),
        Change::TableRenamed { from: old, to: new, .. } => [of_table(from, old), of_table(to, new)].concat(),
        Change::ColumnAdded { table, column } | Change::ColumnRemoved { table, column } => {
            of_column(table, &column.name)
        }
        Change::ColumnModified { table, to: column, .. } => of_column(table, &column.name),
        Change::ColumnRenamed { table, from: old, to: new, .. } => {
            [of_column(table, &old.name), of_column(table, &new.name)].concat()
        }
        Change::RelationshipAdded { table, foreign_key } | Change::RelationshipRemoved { table, foreign_key } => {
            vec![(table.clone(), foreign_key.clone())]
        }
        Change::RelationshipModified { table, from, to } => {
            vec![(table.clone(), from.clone()), (table.clone(), to.clone())]
        }
        Change::ConstraintAdded { .. }
        | Change::ConstraintRemoved { .. }
        | Change::TableModified { .. }
        | Change::IndexAdded { .. }
        | Change::IndexRemoved { .. }
        | Change::ViewAdded { .. }
        | Change::ViewRemoved { .. }
        | Change::ViewModified { .. }
        | Change::TriggerAdded { .. }
        | Change::TriggerRemoved { .. }
        | Change::TriggerModified { .. }
        | Change::ObjectAdded { .. }
        | Change::ObjectRemoved { .. }
        | Change::ObjectModified { .. } => Vec::new(),
    }
}
