//! `primary-key-using-index`: making an index the primary key may look for NULL in every row.

use crate::diff::Severity;
use crate::hazard::made;
use crate::hazard::rule::{Look, POSTGRES};
use crate::hazard::statement::{Action, ConstraintKind, TableChange};
use crate::hazard::{Confidence, Context, Rule, Step, Warning};

/// ADD PRIMARY KEY USING INDEX.
pub const RULE: Rule = Rule {
    id: "primary-key-using-index",
    aliases: &[("eugene", "W14")],
    needs_rows: true,
    looks: &[Look::Act(by_act)],
    ..POSTGRES
};

fn by_act(context: &Context<'_>, step: &Step<'_>) -> Option<Warning> {
    let Action::Alter { table, change: TableChange::AddConstraint(added) } = &step.act.action else { return None };
    let ConstraintKind::PrimaryKey { using_index: Some(index), .. } = &added.kind else { return None };
    if context.is_new_at(table, step.at) {
        return None;
    }
    // Columns that are NOT NULL already need no look.
    let known = context.from.table(table);
    let parts = known.and_then(|known| known.indexes.iter().find(|it| &it.name == index)).map(|it| &it.parts);
    let required = |column: &Option<String>| {
        let column = column.as_ref().and_then(|name| known.and_then(|known| known.column(name)));
        column.is_some_and(|column| !column.nullable)
    };
    if parts.is_some_and(|parts| parts.iter().all(|part| required(&part.column))) {
        return None;
    }
    let earlier = || context.statements.iter().take(step.at).flat_map(|statement| &statement.acts);
    let made_required = |column: &String| {
        earlier().any(|act| {
            matches!(&act.action, Action::Alter { table: of, change: TableChange::SetNotNull { column: set } }
                if of == table && set == column)
        })
    };
    let keys = earlier().find_map(|act| match &act.action {
        Action::CreateIndex(made) if made.name.as_ref() == Some(index) => made::plain(&made.keys),
        _ => None,
    });
    if keys.is_some_and(|keys| keys.iter().all(made_required)) {
        return None;
    }
    let text = format!(
        "A primary key has no NULL: where a column of {index} is not NOT NULL yet, {} are read while nobody can \
         use the table.",
        context.rows_of(table)
    );
    let advice =
        "First make every column of the index NOT NULL, as `set-not-null` says; then this statement takes a moment.";
    Some(Warning::new(Severity::Low, Confidence::Low, text).advise(advice).on(table).about(index))
}
