//! How much a change can hurt, and whether deployed code survives it, as far as the definitions alone can tell.

use std::collections::{BTreeSet, HashMap};

use super::change::{Change, ColumnDifference, Constraint, Severity};
use super::object::Event;
use crate::schema::{Column, ForeignKey, ObjectName, TypeKind, canonical};

/// What the definitions alone say about a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Judgement {
    pub severity: Severity,
    pub backward_compatible: bool,
}

pub(super) const fn judged(severity: Severity, backward_compatible: bool) -> Judgement {
    Judgement { severity, backward_compatible }
}

/// What a change of type does to the values that a column can hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TypeChange {
    /// Other words for the same thing.
    Reworded,
    /// Every old value fits.
    Widened,
    /// Some old values may not fit.
    Narrowed,
    /// The values are of another kind.
    Replaced,
}

/// Columns of one table that are new, may be NULL and have no default: deployed code leaves them NULL, and NULL
/// satisfies every constraint that is on them alone.
pub(super) type Untouched = BTreeSet<String>;

/// The untouched columns of every table that has some.
pub(super) fn untouched(changes: &[Change]) -> HashMap<ObjectName, Untouched> {
    let mut untouched: HashMap<ObjectName, Untouched> = HashMap::new();
    for change in changes {
        if let Change::ColumnAdded { table, column } = change
            && column.nullable
            && column.default.is_none()
            && column.generated.is_none()
        {
            untouched.entry(table.clone()).or_default().insert(column.name.clone());
        }
    }
    untouched
}

/// Judges a change of a table whose columns `untouched` no deployed code writes.
pub(super) fn judge(change: &Change, untouched: &Untouched) -> Judgement {
    let all_untouched = |columns: &[String]| columns.iter().all(|column| untouched.contains(column));
    match change {
        Change::ConstraintAdded { constraint: Constraint::Unique(unique), .. } if all_untouched(&unique.columns) => {
            judged(Severity::Low, true)
        }
        Change::RelationshipAdded { foreign_key, .. } if all_untouched(&foreign_key.columns) => {
            judged(Severity::Low, true)
        }
        Change::IndexAdded { index, .. }
            if index.parts.iter().all(|part| part.column.as_ref().is_some_and(|name| untouched.contains(name))) =>
        {
            judged(Severity::Low, true)
        }
        Change::TableAdded { .. } | Change::ViewAdded { .. } => judged(Severity::Low, true),
        Change::TableRemoved { .. }
        | Change::TableRenamed { .. }
        | Change::ColumnRemoved { .. }
        | Change::ColumnRenamed { .. }
        | Change::ViewRemoved { .. } => judged(Severity::Breaking, false),
        Change::TableModified { from, to } => {
            let same = canonical::options(from) == canonical::options(to);
            let severity = if same { Severity::Low } else { Severity::Medium };
            // A strict table refuses values that it took before.
            let stricter = to.options.contains_key("strict") && !from.options.contains_key("strict");
            if stricter { judged(Severity::High, false) } else { judged(severity, true) }
        }
        Change::ColumnAdded { column, .. } => {
            // An INSERT of deployed code does not name the column.
            if needs_value(column) { judged(Severity::Breaking, false) } else { judged(Severity::Low, true) }
        }
        Change::ColumnModified { from, to, differences, .. } => differences
            .iter()
            .map(|difference| column_difference(from, to, *difference))
            .reduce(|one, other| {
                judged(one.severity.max(other.severity), one.backward_compatible && other.backward_compatible)
            })
            .unwrap_or(judged(Severity::Low, true)),
        Change::ConstraintAdded { .. } => judged(Severity::High, false),
        Change::ConstraintRemoved { constraint, .. } => match constraint {
            Constraint::PrimaryKey(_) => judged(Severity::High, false),
            // An upsert names the constraint's columns and fails without it.
            Constraint::Unique(_) => judged(Severity::Medium, false),
            Constraint::Check(_) => judged(Severity::Medium, true),
        },
        Change::IndexAdded { index, .. } => {
            if index.unique {
                judged(Severity::High, false)
            } else {
                judged(Severity::Low, true)
            }
        }
        Change::IndexRemoved { index, .. } => judged(Severity::Medium, !index.unique),
        Change::RelationshipAdded { .. } => judged(Severity::High, false),
        Change::RelationshipRemoved { .. } => judged(Severity::Medium, true),
        Change::RelationshipModified { from, to, .. } => relationship(from, to),
        // Whether the new text gives the same columns cannot be told from the text.
        Change::ViewModified { .. } => judged(Severity::Medium, false),
        Change::TriggerAdded { .. } | Change::TriggerRemoved { .. } | Change::TriggerModified { .. } => {
            judged(Severity::Medium, true)
        }
        Change::ObjectAdded { object } => Event::Added(object).judge(),
        Change::ObjectRemoved { object } => Event::Removed(object).judge(),
        Change::ObjectModified { from, to } => Event::Modified(from, to).judge(),
    }
}

/// Whether a row that does not name the column is refused.
pub(super) fn needs_value(column: &Column) -> bool {
    !column.nullable && column.default.is_none() && column.generated.is_none() && !column.auto_increment
}

fn relationship(from: &ForeignKey, to: &ForeignKey) -> Judgement {
    let same_target = from.referenced_table == to.referenced_table && from.referenced_columns == to.referenced_columns;
    if same_target { judged(Severity::Medium, true) } else { judged(Severity::High, false) }
}

fn column_difference(from: &Column, to: &Column, difference: ColumnDifference) -> Judgement {
    match difference {
        ColumnDifference::Type => match type_change(&from.data_type.kind, &to.data_type.kind) {
            TypeChange::Reworded => judged(Severity::Low, true),
            TypeChange::Widened => judged(Severity::Medium, true),
            TypeChange::Narrowed | TypeChange::Replaced => judged(Severity::High, false),
        },
        ColumnDifference::Nullability if to.nullable => judged(Severity::Medium, true),
        ColumnDifference::Nullability => judged(Severity::High, false),
        ColumnDifference::Default => match (&from.default, &to.default) {
            (None, Some(_)) => judged(Severity::Low, true),
            (Some(_), None) if needs_value(to) => judged(Severity::High, false),
            _ => judged(Severity::Medium, true),
        },
        // A generated column refuses to be written.
        ColumnDifference::Generated if from.generated.is_none() => judged(Severity::Breaking, false),
        ColumnDifference::Generated => judged(Severity::Medium, true),
        ColumnDifference::AutoIncrement if from.auto_increment => judged(Severity::High, false),
        ColumnDifference::AutoIncrement | ColumnDifference::Comment => judged(Severity::Low, true),
        ColumnDifference::Collation | ColumnDifference::Options => judged(Severity::Medium, true),
    }
}

/// What changing one type into the other does to the values.
pub fn type_change(from: &TypeKind, to: &TypeKind) -> TypeChange {
    use TypeKind as T;
    let by_limit = |from: &Option<u32>, to: &Option<u32>| match (from, to) {
        (one, other) if one == other => TypeChange::Reworded,
        (_, None) => TypeChange::Widened,
        (None, Some(_)) => TypeChange::Narrowed,
        (Some(one), Some(other)) => {
            if other > one {
                TypeChange::Widened
            } else {
                TypeChange::Narrowed
            }
        }
    };
    match (from, to) {
        (one, other) if one == other => TypeChange::Reworded,
        (T::Integer { bits: one }, T::Integer { bits: other }) | (T::Float { bits: one }, T::Float { bits: other }) => {
            if other > one {
                TypeChange::Widened
            } else {
                TypeChange::Narrowed
            }
        }
        (T::Numeric { precision: p, scale: s }, T::Numeric { precision: q, scale: t }) => numeric(*p, *s, *q, *t),
        (T::Text { length: one }, T::Text { length: other }) => by_limit(one, other),
        (T::Binary { length: one }, T::Binary { length: other }) => by_limit(one, other),
        (T::Enum { values: one, .. }, T::Enum { values: other, .. }) => {
            if one.iter().all(|value| other.contains(value)) { TypeChange::Widened } else { TypeChange::Narrowed }
        }
        (T::Boolean, T::Integer { .. })
        | (T::Integer { .. }, T::Numeric { precision: None, .. })
        | (T::Date, T::DateTime { .. })
        | (T::Enum { .. } | T::Uuid, T::Text { length: None }) => TypeChange::Widened,
        (T::Integer { .. } | T::Numeric { .. }, T::Integer { .. } | T::Numeric { .. } | T::Float { .. })
        | (T::Float { .. }, T::Integer { .. } | T::Numeric { .. })
        | (T::DateTime { .. }, T::Date | T::Time | T::DateTime { .. })
        | (T::Text { .. }, T::Enum { .. } | T::Uuid)
        | (T::Enum { .. } | T::Uuid, T::Text { .. }) => TypeChange::Narrowed,
        _ => TypeChange::Replaced,
    }
}

fn numeric(precision: Option<u32>, scale: Option<u32>, to_precision: Option<u32>, to_scale: Option<u32>) -> TypeChange {
    let Some(to_precision) = to_precision else { return TypeChange::Widened };
    let Some(precision) = precision else { return TypeChange::Narrowed };
    let (scale, to_scale) = (scale.unwrap_or(0), to_scale.unwrap_or(0));
    let whole_digits_fit = to_precision.saturating_sub(to_scale) >= precision.saturating_sub(scale);
    if whole_digits_fit && to_scale >= scale { TypeChange::Widened } else { TypeChange::Narrowed }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrowing_is_told_from_widening() {
        let text = |length| TypeKind::Text { length };
        let number = |precision, scale| TypeKind::Numeric { precision: Some(precision), scale: Some(scale) };
        assert_eq!(type_change(&text(Some(80)), &text(None)), TypeChange::Widened);
        assert_eq!(type_change(&text(Some(80)), &text(Some(40))), TypeChange::Narrowed);
        assert_eq!(type_change(&number(12, 4), &number(12, 2)), TypeChange::Narrowed);
        assert_eq!(type_change(&number(12, 4), &number(12, 5)), TypeChange::Narrowed);
        assert_eq!(type_change(&number(12, 4), &number(14, 5)), TypeChange::Widened);
        assert_eq!(type_change(&TypeKind::Date, &TypeKind::Boolean), TypeChange::Replaced);
        assert_eq!(type_change(&TypeKind::Boolean, &TypeKind::Integer { bits: 64 }), TypeChange::Widened);
    }
}
