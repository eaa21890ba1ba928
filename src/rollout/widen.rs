//! A schema between two others, on which the code of both runs.
//!
//! Starting from the old one, what only adds is added at once. What takes away or requires waits for the end; until
//! then:
//!
//! * a renamed column is there twice, and so is one whose values become of another kind;
//! * a renamed table is there under its new name, with a view under the old one;
//! * a column that goes may be left empty, and so may one that is to be required.

mod apply;

use super::Conversion;
use super::name::{beside, default, plainest, quoted};
use crate::diff::{Change, ColumnDifference, Renames, SchemaChange, TypeChange, aligned, type_change};
use crate::schema::lexer::{self, mentions};
use crate::schema::{Column, Dialect, Index, ObjectName, ReferentialAction, Schema, Table};

/// A value that is in two columns of one table for a while.
#[derive(Debug, Clone)]
pub(super) struct Copy {
    /// The table, under its new name.
    pub(super) table: ObjectName,
    /// Where the old code has it.
    pub(super) from: Column,
    /// Where the new code has it, as it is in the end.
    pub(super) to: Column,
    /// How the migration itself makes the one of the other.
    pub(super) conversion: Option<String>,
}

/// A table that goes by two names for a while.
#[derive(Debug, Clone)]
pub(super) struct Alias {
    pub(super) old: ObjectName,
    pub(super) new: ObjectName,
}

/// A column that is to be required, and is still empty in some rows.
#[derive(Debug, Clone)]
pub(super) struct Gap {
    pub(super) table: ObjectName,
    pub(super) column: String,
    /// What rows without a value get, as SQL. `None`: only people can tell.
    pub(super) value: Option<String>,
}

/// The schemas between, and what has to be done besides.
#[derive(Debug)]
pub(super) struct Widened {
    /// Renames of tables, which come first.
    pub(super) renames: Renames,
    /// What the first migration makes.
    pub(super) expanded: Schema,
    /// The same, with all that holds of the values once they are filled in.
    pub(super) checked: Schema,
    /// What the last migration makes.
    pub(super) end: Schema,
    pub(super) copies: Vec<Copy>,
    pub(super) aliases: Vec<Alias>,
    pub(super) gaps: Vec<Gap>,
    /// What the new code has to do, or no longer to do.
    pub(super) tasks: Vec<String>,
    pub(super) by_hand: Vec<String>,
}

impl Widened {
    pub(super) fn dialect(&self) -> Dialect {
        self.expanded.dialect
    }
}

/// Whether a trigger gives a row its values before anything asks for them. MySQL asks some statements first, and SQLite
/// all of them.
fn sets_before(dialect: Dialect) -> bool {
    dialect == Dialect::Postgres
}

pub(super) fn widen(from: &Schema, to: &Schema, changes: &[SchemaChange], conversions: &[Conversion]) -> Widened {
    let all: Vec<Change> = changes.iter().map(|change| change.change.clone()).collect();
    let renames = Renames { columns: Vec::new(), ..Renames::of(&all) };
    let expanded = aligned(from, &renames).into_owned();
    let mut widened = Widened {
        renames,
        checked: expanded.clone(),
        expanded,
        end: to.clone(),
        copies: Vec::new(),
        aliases: Vec::new(),
        gaps: Vec::new(),
        tasks: Vec::new(),
        by_hand: Vec::new(),
    };
    // What needs two places comes first, since other changes of the same column must know.
    for change in &all {
        widened.double(change, from);
    }
    for copy in &mut widened.copies {
        let old = widened.renames.old_table(&copy.table);
        let is_of = |one: &&Conversion| one.column == copy.from.name && (one.table == copy.table || one.table == *old);
        copy.conversion = conversions.iter().find(is_of).map(|one| one.expression.clone());
    }
    for change in changes {
        widened.add(change);
    }
    for (address, needs) in &to.dependencies {
        let known = widened.expanded.dependencies.entry(address.clone()).or_default();
        known.extend(needs.iter().cloned());
        known.sort_unstable();
        known.dedup();
    }
    widened.expanded.sort();
    widened.check(to);
    widened
}

impl Widened {
    fn double(&mut self, change: &Change, from: &Schema) {
        match change {
            Change::TableRenamed { from: old, to: new, .. } => {
                if self.end.table(old).is_some() {
                    self.by_hand.push(format!(
                        "Another table takes the name `{old}` at once: give that one a name of its own, and the old name \
                         can stay with `{new}` for a while."
                    ));
                    return;
                }
                self.tasks.push(format!("Use `{new}` in place of `{old}`."));
                self.aliases.push(Alias { old: old.clone(), new: new.clone() });
            }
            Change::ColumnRenamed { table, from: old, to: new, .. } => {
                let Some(there) = self.expanded.table(table) else { return };
                if let Some(reason) = alone(&self.expanded, there, &old.name) {
                    self.by_hand.push(format!(
                        "`{table}.{}` is {reason}, and cannot be there twice: leave its name as it is in the database, \
                         and give the new one to the attribute alone.",
                        old.name
                    ));
                    return;
                }
                if there.column(&new.name).is_some() {
                    self.by_hand.push(format!(
                        "`{table}.{}` takes a name that another column has until then: rename one, release, then the other.",
                        old.name
                    ));
                    return;
                }
                self.tasks.push(format!("Use `{table}.{}` in place of `{table}.{}`.", new.name, old.name));
                self.copy(table, old, new.clone());
            }
            Change::ColumnModified { table, from: old, to: new, differences }
                if differences.contains(&ColumnDifference::Type)
                    && type_change(&old.data_type.kind, &new.data_type.kind) == TypeChange::Replaced
                    && from.dialect != Dialect::Sqlite =>
            {
                let renamed = self.copies.iter().any(|copy| copy.table == *table && copy.to.name == new.name);
                if !renamed {
                    self.retyped(table, old, new);
                }
            }
            _ => {}
        }
    }

    /// A column whose values become of another kind gets a new name, since one name cannot have two types.
    fn retyped(&mut self, table: &ObjectName, old: &Column, new: &Column) {
        let (Some(there), Some(end)) = (self.expanded.table(table), self.end.table(table)) else { return };
        let is_used = [there, end].iter().any(|table| is_mentioned(table, &new.name));
        if alone(&self.expanded, there, &old.name).is_some() || is_used {
            self.by_hand.push(format!(
                "`{table}.{}` becomes `{}` where it stands, and keys or indexes stand on it: between the old code and the \
                 new the application has to be stopped, or the new type gets a column of another name.",
                new.name, new.data_type.sql
            ));
            return;
        }
        let name = beside(&new.name, "_new");
        if there.column(&name).is_some() || end.column(&name).is_some() {
            return;
        }
        self.tasks.push(format!(
            "Map the attribute `{}` to the new column: `{} = Column(\"{name}\", …)`. It keeps that name.",
            new.name, new.name
        ));
        let copy = Column { name: name.clone(), identity: None, ..new.clone() };
        if let Some(column) = table_mut(&mut self.end, table)
            .and_then(|table| table.columns.iter_mut().find(|column| column.name == new.name))
        {
            column.name = name;
        }
        self.copy(table, old, copy);
    }

    fn copy(&mut self, table: &ObjectName, from: &Column, to: Column) {
        let relaxes = !sets_before(self.dialect());
        if let Some(there) = table_mut(&mut self.expanded, table) {
            // Without a value of its own, the trigger knows that the old code wrote the row.
            there.columns.push(Column { nullable: true, default: None, identity: None, ..to.clone() });
            if relaxes && let Some(old) = there.columns.iter_mut().find(|column| column.name == from.name) {
                old.nullable = true;
            }
        }
        self.copies.push(Copy { table: table.clone(), from: from.clone(), to, conversion: None });
    }

    /// What of a change can come at once.
    fn add(&mut self, change: &SchemaChange) {
        match &change.change {
            Change::TableRenamed { .. } | Change::ColumnRenamed { .. } => {}
            Change::ColumnModified { table, from, to, differences } => {
                self.modify(table, from, to, differences, change.backward_compatible);
            }
            Change::ColumnAdded { table, column } if !change.backward_compatible => {
                self.tasks.push(format!("Give `{table}.{}` a value in each new row.", column.name));
                self.gap(table, column);
                if let Some(there) = table_mut(&mut self.expanded, table) {
                    there.columns.push(Column { nullable: true, identity: None, ..column.clone() });
                }
            }
            Change::ColumnRemoved { table, column } => {
                self.tasks.push(format!(
                    "Read and write `{table}.{}` no longer: a column that a model maps is in each of its queries.",
                    column.name
                ));
                let Some(there) = table_mut(&mut self.expanded, table) else { return };
                let is_key = there.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
                if is_key {
                    self.by_hand.push(format!(
                        "`{table}.{}` is part of the primary key: until it goes, new rows need a value for it.",
                        column.name
                    ));
                } else if let Some(there) = there.columns.iter_mut().find(|there| there.name == column.name)
                    && there.default.is_none()
                    && there.generated.is_none()
                {
                    there.nullable = true;
                }
            }
            Change::TableRemoved { table } => {
                self.tasks.push(format!("Read and write `{}` no longer.", table.name));
                // Rows that nobody removes any more must not keep others from being removed.
                let cleans = |action| {
                    !matches!(action, ReferentialAction::NoAction | ReferentialAction::Restrict)
                };
                if let Some(there) = table_mut(&mut self.expanded, &table.name) {
                    there.foreign_keys.retain(|key| cleans(key.on_delete));
                }
            }
            Change::RelationshipModified { table, from, .. } if !change.backward_compatible => {
                if let Some(there) = table_mut(&mut self.expanded, table) {
                    there.foreign_keys.retain(|key| key != from);
                }
            }
            Change::ViewRemoved { view } => self.tasks.push(format!("Read `{}` no longer.", view.name)),
            Change::ViewModified { to, .. } => self.by_hand.push(format!(
                "View `{}` changes in the last stage: where the new code needs its new columns, give the new view another \
                 name.",
                to.name
            )),
            Change::ConstraintAdded { .. } | Change::RelationshipAdded { .. } if !change.backward_compatible => {
                self.tasks.push(change.change_description.clone());
            }
            Change::ObjectModified { from, .. } | Change::ObjectRemoved { object: from }
                if !change.backward_compatible =>
            {
                self.by_hand.push(format!("{} `{}` changes in the last stage.", from.kind, from.name));
            }
            other if change.backward_compatible => apply::apply(&mut self.expanded, other),
            _ => {}
        }
    }

    fn modify(
        &mut self,
        table: &ObjectName,
        from: &Column,
        to: &Column,
        differences: &[ColumnDifference],
        compatible: bool,
    ) {
        if self.copies.iter().any(|copy| copy.table == *table && [&copy.to.name, &copy.from.name].contains(&&to.name)) {
            return;
        }
        let widens =
            matches!(type_change(&from.data_type.kind, &to.data_type.kind), TypeChange::Widened | TypeChange::Reworded);
        if differences.contains(&ColumnDifference::Nullability) && !to.nullable {
            self.tasks.push(format!("Give `{table}.{}` a value in each row.", to.name));
            self.gap(table, to);
        } else if !compatible && differences.contains(&ColumnDifference::Type) && !widens {
            self.tasks.push(format!("Write only values to `{table}.{}` that `{}` holds.", to.name, to.data_type.sql));
        } else if !compatible && differences.contains(&ColumnDifference::Default) && to.default.is_none() {
            self.tasks.push(format!("Give `{table}.{}` a value in each new row.", to.name));
        }
        let there = table_mut(&mut self.expanded, table)
            .and_then(|table| table.columns.iter_mut().find(|column| column.name == from.name));
        let Some(there) = there else { return };
        if compatible {
            *there = Column { identity: there.identity, ..to.clone() };
            return;
        }
        if widens && to.generated == from.generated {
            there.data_type = to.data_type.clone();
        }
        there.nullable |= to.nullable;
        if there.default.is_none() && to.data_type == there.data_type {
            there.default.clone_from(&to.default);
        }
    }

    fn gap(&mut self, table: &ObjectName, column: &Column) {
        let dialect = self.dialect();
        let end = self.end.table(table);
        let key = end.and_then(|end| end.foreign_keys.iter().find(|key| key.columns.contains(&column.name)));
        let is_unique = end.is_some_and(|end| end.is_unique_by(std::slice::from_ref(&column.name)));
        let value = match &column.default {
            Some(value) => Some(default(dialect, column, value)),
            None if key.is_some() || is_unique => None,
            None => plainest(dialect, column),
        };
        self.gaps.push(Gap { table: table.clone(), column: column.name.clone(), value });
    }

    /// Once the copies are filled, what is said of them in the end holds of them already.
    fn check(&mut self, to: &Schema) {
        self.checked = self.expanded.clone();
        let dialect = self.dialect();
        for copy in &self.copies {
            let Some(end) = self.end.table(&copy.table).or_else(|| to.table(&copy.table)) else { continue };
            let taken = names(&self.checked);
            let Some(there) = table_mut(&mut self.checked, &copy.table) else { continue };
            let all_there = |columns: &[String]| columns.iter().all(|name| there.column(name).is_some());
            let about = |columns: &[String]| columns.contains(&copy.to.name) && all_there(columns);
            let free =
                |name: &str| if taken.contains(&name.to_owned()) { beside(name, "_new") } else { name.to_owned() };
            let uniques: Vec<_> = end.uniques.iter().filter(|one| about(&one.columns)).cloned().collect();
            let keys: Vec<_> = end.foreign_keys.iter().filter(|one| about(&one.columns)).cloned().collect();
            let indexes: Vec<_> = (end.indexes.iter())
                .filter(|one| one.parts.iter().all(|part| part.column.is_some()) && one.predicate.is_none())
                .filter(|one| about(&one.parts.iter().filter_map(|part| part.column.clone()).collect::<Vec<_>>()))
                .cloned()
                .collect();
            if dialect == Dialect::Sqlite {
                // Each of these would make the table anew: they come with the last migration, which does so anyway.
                there.indexes.extend(indexes.into_iter().map(|index| renamed(&free, index, dialect)));
                continue;
            }
            there.uniques.extend(uniques.into_iter().map(|mut unique| {
                unique.name = unique.name.as_deref().map(free);
                unique
            }));
            there.foreign_keys.extend(keys.into_iter().map(|mut key| {
                key.name = key.name.as_deref().map(free);
                key
            }));
            there.indexes.extend(indexes.into_iter().map(|index| renamed(&free, index, dialect)));
            if sets_before(dialect)
                && let Some(column) = there.columns.iter_mut().find(|column| column.name == copy.to.name)
            {
                column.nullable = copy.to.nullable;
            }
        }
        self.checked.sort();
    }
}

fn renamed(free: &dyn Fn(&str) -> String, mut index: Index, dialect: Dialect) -> Index {
    let name = free(&index.name);
    if name != index.name {
        let (old, new) = (quoted(dialect, &index.name), quoted(dialect, &name));
        // Only PostgreSQL's text is made by the server, which quotes as we do. The others' indexes are told by their parts.
        let text = index.definition.filter(|_| dialect == Dialect::Postgres);
        index.definition = text.map(|text| text.replacen(&old, &new, 1));
        index.name = name;
    }
    index
}

/// The names of all constraints and indexes.
fn names(schema: &Schema) -> Vec<String> {
    let of = |table: &Table| {
        let uniques = table.uniques.iter().filter_map(|one| one.name.clone());
        let keys = table.foreign_keys.iter().filter_map(|one| one.name.clone());
        let indexes = table.indexes.iter().map(|one| one.name.clone());
        uniques.chain(keys).chain(indexes).collect::<Vec<_>>()
    };
    schema.tables.iter().flat_map(of).collect()
}

/// Why a column cannot be in its table twice.
fn alone(schema: &Schema, table: &Table, column: &str) -> Option<&'static str> {
    let is = |name: &String| name == column;
    if table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(is)) {
        return Some("part of the primary key");
    }
    if schema.references_to(&table.name).any(|(_, key)| key.referenced_columns.iter().any(is)) {
        return Some("what a foreign key refers to");
    }
    let it = table.column(column)?;
    if it.generated.is_some() || it.auto_increment {
        return Some("handed out by the server");
    }
    let computed = table.columns.iter().filter_map(|column| column.generated.as_ref());
    computed
        .into_iter()
        .any(|generated| mentions(&generated.expression, column))
        .then_some("used by a generated column")
}

fn is_mentioned(table: &Table, column: &str) -> bool {
    let is = |name: &String| name == column;
    table.uniques.iter().any(|one| one.columns.iter().any(is))
        || table.foreign_keys.iter().any(|one| one.columns.iter().any(is))
        || table.checks.iter().any(|one| lexer::mentions(&one.expression, column))
        || table.indexes.iter().any(|one| {
            one.definition.as_deref().is_some_and(|text| mentions(text, column))
                || one.parts.iter().any(|part| part.column.as_deref() == Some(column) || part.expression.is_some())
        })
}

fn table_mut<'a>(schema: &'a mut Schema, name: &ObjectName) -> Option<&'a mut Table> {
    schema.tables.iter_mut().find(|table| table.name == *name)
}
