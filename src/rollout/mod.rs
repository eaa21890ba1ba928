//! The stages in which a change reaches production while code that is deployed keeps working: expand and contract.
//!
//! 1. [`widen`] finds a schema between the two on which both the old and the new code run;
//! 2. [`sync`] keeps the old and the new place of a value in step as long as both are there;
//! 3. [`fill`] writes the statements that give old rows their new values, in batches;
//! 4. [`question`] writes the queries that must find nothing before the last stage;
//! 5. [`stage`] holds the result, and says it as SQL and as revisions for Alembic.
//!
//! The last stage ends at exactly the schema that was wanted, unless a value of another kind keeps a new name.

mod fill;
mod name;
mod question;
mod stage;
mod sync;
mod widen;

pub use self::stage::{Batch, Query, Stage, Work};
use self::widen::Widened;
use crate::diff::{Renames, SchemaChange, differences};
use crate::migration::{self, Plan, Reverse, Step};
use crate::schema::{Dialect, ObjectName, Schema};

/// A series of stages, each of which leaves both the deployed code and the code that comes next at work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rollout {
    /// The stages in their order.
    pub stages: Vec<Stage>,
    /// What the series cannot make safe, one sentence each.
    pub by_hand: Vec<String>,
    /// The schema that the last stage leaves.
    pub end: Schema,
}

/// What the migration itself does to values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Own {
    /// The statements by which it changes rows.
    pub rows: Vec<String>,
    /// How it makes values of another type.
    pub conversions: Vec<Conversion>,
}

/// `ALTER COLUMN … TYPE … USING …`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// The table, under the name that it had in the statement.
    pub table: ObjectName,
    /// The column.
    pub column: String,
    /// The expression over the columns of the row.
    pub expression: String,
}

/// The stages for these changes between two schemas. `None` when deployed code survives all of them at once, or when no
/// migration can be written.
pub fn rollout(from: &Schema, to: &Schema, changes: &[SchemaChange], own: &Own) -> Option<Rollout> {
    if from.dialect != to.dialect || changes.iter().all(|change| change.backward_compatible) {
        return None;
    }
    let widened = widen::widen(from, to, changes, &own.conversions);
    let mut stages = Vec::new();
    stages.extend(expand(from, &widened));
    let copied = fill::copies(&widened);
    if !copied.is_empty() {
        let why = "Rows that were there before get their new values, a few at a time, so that nobody waits for long.";
        stages.push(Stage::new("Fill what was added", why, Work::Fill(copied)));
    }
    stages.extend(checked(&widened));
    if !own.rows.is_empty() {
        let why = "Its own statements, so that the new code finds the rows as it expects them. What the old code writes \
                   after that needs them once more.";
        stages.push(Stage::new("Change rows as the migration does", why, Work::Rows(own.rows.clone())));
    }
    let why = "It runs beside the old code. The next stage waits until the old code runs nowhere any more, and until \
               nobody wants it back.";
    stages.push(Stage::new("Release the new code", why, Work::Release(widened.tasks.clone())));
    let left = fill::gaps(&widened);
    if !left.is_empty() {
        let why = "The old code has left these empty, up to its last day.";
        stages.push(Stage::new("Fill what the old code left empty", why, Work::Fill(left)));
    }
    let queries = question::questions(&widened);
    if !queries.is_empty() {
        let why = "Each of these must find nothing: a row that it finds makes the last stage fail.";
        stages.push(Stage::new("Look for rows that do not fit", why, Work::Check(queries)));
    }
    stages.extend(contract(&widened));
    Some(Rollout { stages, by_hand: widened.by_hand, end: widened.end })
}

/// The plan between two of the schemas, in the form that lets others work meanwhile where there is one.
fn between(from: &Schema, to: &Schema, renames: &Renames) -> Plan {
    let changes = differences(from, to, renames);
    if to.dialect == Dialect::Postgres {
        migration::online_plan(from, to, &changes)
    } else {
        migration::plan(from, to, &changes)
    }
}

fn checked(widened: &Widened) -> Option<Stage> {
    let (from, to) = (&widened.expanded, &widened.checked);
    let plan = between(from, to, &Renames::default());
    if plan.is_empty() {
        return None;
    }
    let work =
        Work::Migrate { plan: named(plan, widened.dialect()), from: Box::new(from.clone()), to: Box::new(to.clone()) };
    Some(Stage::new("Check and index what was filled", "The new code finds what it relies on.", work))
}

fn expand(from: &Schema, widened: &Widened) -> Option<Stage> {
    let mut plan = between(from, &widened.expanded, &widened.renames);
    let steps = sync::steps(widened);
    if plan.is_empty() && steps.is_empty() {
        return None;
    }
    if let Some(back) = &mut plan.back {
        for step in &steps {
            if let Reverse::Statements(statements) = &step.reverse {
                let undo = Step { statements: statements.clone(), ..no_longer(step) };
                back.steps.insert(0, undo);
            }
        }
        around(back, &widened.expanded);
    }
    plan.steps.extend(steps);
    around(&mut plan, &widened.expanded);
    let why = "Nothing that deployed code uses goes away.";
    let work = Work::Migrate {
        plan: named(plan, widened.dialect()),
        from: Box::new(from.clone()),
        to: Box::new(widened.expanded.clone()),
    };
    Some(Stage::new("Expand: add what the new code needs", why, work))
}

fn contract(widened: &Widened) -> Option<Stage> {
    let mut plan = between(&widened.checked, &widened.end, &Renames::default());
    let steps = sync::steps(widened);
    if plan.is_empty() && steps.is_empty() {
        return None;
    }
    for step in &steps {
        if let Reverse::Statements(statements) = &step.reverse {
            let reverse = Reverse::Statements(step.statements.clone());
            plan.steps.insert(0, Step { statements: statements.clone(), reverse, ..no_longer(step) });
        }
    }
    around(&mut plan, &widened.end);
    if let Some(back) = &mut plan.back {
        back.steps.extend(steps);
        around(back, &widened.end);
    }
    let why = "From here on the old code would not run any more.";
    let work = Work::Migrate {
        plan: named(plan, widened.dialect()),
        from: Box::new(widened.checked.clone()),
        to: Box::new(widened.end.clone()),
    };
    Some(Stage::new("Contract: take away what only the old code needed", why, work))
}

/// The step that takes back another, without its statements.
fn no_longer(step: &Step) -> Step {
    Step {
        purpose: format!("No longer: {}", step.purpose.to_ascii_lowercase()),
        notes: Vec::new(),
        outside: false,
        statements: Vec::new(),
        reverse: Reverse::Statements(Vec::new()),
    }
}

/// A plan that had nothing to do opens no transaction; one that has now opens it as any other does.
fn around(plan: &mut Plan, like: &Schema) {
    if !plan.opening.is_empty() || plan.steps.is_empty() || like.dialect == Dialect::Mysql {
        return;
    }
    plan.opening.push("BEGIN;".to_owned());
    plan.closing.push("COMMIT;".to_owned());
}

fn named(mut plan: Plan, dialect: Dialect) -> Plan {
    plan.dialect = Some(dialect);
    if let Some(back) = &mut plan.back {
        back.dialect = Some(dialect);
    }
    plan
}
