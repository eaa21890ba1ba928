//! The steps on MySQL and MariaDB.
//!
//! No statement can be taken back with others there, so each leaves something sensible behind, and what belongs to one
//! table is one statement as far as the servers allow:
//!
//! 1. Triggers, views, routines and events that go or change go, since nothing may run on half of a change.
//! 2. Foreign keys go ([`keys`]) that change, or that stand on what changes.
//! 3. Tables go; tables and columns get their new names ([`renames`]).
//! 4. Tables change ([`alter`]), and new ones come, each after those that it refers to.
//! 5. The missing foreign keys come, then routines, views in the order of their needs, triggers and events.

mod alter;
mod column;
mod index;
mod keys;
mod partition;
mod renames;

use std::collections::{BTreeMap, BTreeSet};

use self::keys::Keys;
use crate::diff::{Change, Renames, aligned};
use crate::migration::Save;
use crate::migration::plan::{Plan, Reverse, Step};
use crate::migration::render::mysql::{create_table, foreign_key, path, quoted};
use crate::schema::lexer::mysql::program_mode;
use crate::schema::{Dialect, ForeignKey, ObjectName, Other, Schema, Table, Trigger, View, address, canonical};

pub(crate) fn plan(from: &Schema, to: &Schema, changes: &[Change]) -> Plan {
    if changes.is_empty() {
        return Plan::default();
    }
    let renames = Renames::of(changes);
    let past = aligned(from, &renames);
    let keys = Keys::between(&past, to, &renames);
    let mut steps = Vec::new();
    steps.extend(programs_going(from, &past, to));
    steps.extend(keys.going(from, &renames));
    steps.extend(tables_going(from, to, &renames));
    steps.extend(renames::steps(from, &past, &renames));
    steps.extend(sequences(from, to));
    for (old, new) in pairs(&past, to) {
        steps.extend(alter::steps(old, new));
    }
    steps.extend(tables_coming(&past, to, &keys));
    steps.extend(keys.coming(&past, to));
    steps.extend(sequences_going(from, to));
    steps.extend(programs_coming(from, &past, to));
    let (opening, closing) = surroundings(&past, to, &steps);
    Plan { opening, steps, closing, dialect: Some(Dialect::Mysql), ..Plan::default() }
}

/// Tables that are there before and after.
fn pairs<'a>(past: &'a Schema, to: &'a Schema) -> impl Iterator<Item = (&'a Table, &'a Table)> {
    let old: BTreeMap<&ObjectName, &Table> = past.tables.iter().map(|table| (&table.name, table)).collect();
    to.tables.iter().filter_map(move |new| Some((*old.get(&new.name)?, new)))
}

fn step(purpose: String, statements: Vec<String>, reverse: Vec<String>) -> Step {
    Step { purpose, notes: Vec::new(), outside: false, statements, reverse: Reverse::Statements(reverse) }
}

/// Settings of the session that the statements need, and the statements that undo them.
fn surroundings(past: &Schema, to: &Schema, steps: &[Step]) -> (Vec<String>, Vec<String>) {
    let (mut opening, mut closing) = (Vec::new(), Vec::new());
    if steps.iter().flat_map(|step| &step.statements).any(|statement| statement.contains('\\')) {
        opening.push("SET @sql_mode_before = @@SESSION.sql_mode;".to_owned());
        opening.push(
            "SET SESSION sql_mode = REPLACE(@@SESSION.sql_mode, 'NO_BACKSLASH_ESCAPES', 'NO_ENGINE_SUBSTITUTION');"
                .to_owned(),
        );
        closing.push("SET SESSION sql_mode = @sql_mode_before;".to_owned());
    }
    let versioned = |table: &Table| table.options.contains_key("system versioning");
    if pairs(past, to).any(|(old, new)| versioned(old) || versioned(new)) {
        opening.push("SET SESSION system_versioning_alter_history = KEEP;".to_owned());
        closing.push("SET SESSION system_versioning_alter_history = DEFAULT;".to_owned());
    }
    (opening, closing)
}

/// The statements that make a program, under the mode that it was written under.
fn create_program(definition: &str) -> Vec<String> {
    let (mode, text) = program_mode::split(definition);
    let create = terminated(text);
    match mode {
        None => vec![create],
        Some(mode) => vec![
            "SET @sql_mode_outside = @@SESSION.sql_mode;".to_owned(),
            format!("SET SESSION sql_mode = '{mode}';"),
            create,
            "SET SESSION sql_mode = @sql_mode_outside;".to_owned(),
        ],
    }
}

fn terminated(text: &str) -> String {
    format!("{};", text.trim().trim_end_matches(';').trim_end())
}

/// A view, trigger, routine or event: what is made anew when anything about it changes.
struct Program<'a> {
    address: String,
    /// What it is called in comments.
    title: String,
    create: Vec<String>,
    remove: String,
    definition: &'a str,
}

impl<'a> Program<'a> {
    fn of_view(view: &'a View) -> Self {
        Self {
            address: address::view(&view.name),
            title: format!("view {}", view.name),
            create: create_program(&view.definition),
            remove: format!("DROP VIEW {};", path(&view.name)),
            definition: &view.definition,
        }
    }

    fn of_trigger(trigger: &'a Trigger) -> Self {
        Self {
            // Its name is its own in the whole database.
            address: format!("trigger {}", trigger.name),
            title: format!("trigger {}", trigger.name),
            create: create_program(&trigger.definition),
            remove: format!("DROP TRIGGER {};", quoted(&trigger.name)),
            definition: &trigger.definition,
        }
    }

    fn of_other(other: &'a Other) -> Self {
        Self {
            address: address::other(other),
            title: format!("{} {}", other.kind, other.name),
            create: create_program(&other.definition),
            remove: other.removal.as_deref().map(terminated).unwrap_or_default(),
            definition: &other.definition,
        }
    }

    fn same(&self, other: &Self) -> bool {
        let definition = |text| canonical::definition(text, Dialect::Mysql);
        definition(self.definition) == definition(other.definition)
    }
}

/// In the order in which they may come.
fn programs(schema: &Schema) -> Vec<Program<'_>> {
    let rank = |other: &Other| match other.kind.as_str() {
        "sequence" => None,
        "event" => Some(1),
        _ => Some(0),
    };
    let of_rank = |wanted| schema.others.iter().filter(move |other| rank(other) == Some(wanted)).map(Program::of_other);
    let views: BTreeMap<String, &View> = schema.views.iter().map(|view| (address::view(&view.name), view)).collect();
    let needs = |key: &str| schema.dependencies.get(key).into_iter().flatten().cloned().collect();
    let views = after_needs(&views, needs).into_iter().map(Program::of_view);
    let triggers = in_turn(&schema.triggers).into_iter().map(Program::of_trigger);
    of_rank(0).chain(views).chain(triggers).chain(of_rank(1)).collect()
}

/// Each trigger after the one that it follows.
fn in_turn(triggers: &[Trigger]) -> Vec<&Trigger> {
    let all: BTreeMap<String, &Trigger> = triggers.iter().map(|trigger| (trigger.name.clone(), trigger)).collect();
    let follows = |name: &str| {
        let text = all.get(name).map_or("", |trigger| trigger.definition.as_str());
        let order = text.split_once(" FOR EACH ROW FOLLOWS ").map_or("", |(_, rest)| rest);
        let first = crate::schema::lexer::mysql::tokens(order).first().map(crate::schema::lexer::mysql::unquoted);
        first.into_iter().collect()
    };
    after_needs(&all, follows)
}

/// Everything, each after what it needs. What needs itself round a circle comes by its name.
fn after_needs<'a, T>(all: &BTreeMap<String, &'a T>, needs: impl Fn(&str) -> Vec<String>) -> Vec<&'a T> {
    let mut sorted = Vec::with_capacity(all.len());
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for start in all.keys() {
        let mut open: Vec<(String, bool)> = vec![(start.clone(), false)];
        while let Some((key, ready)) = open.pop() {
            let Some(&one) = all.get(&key) else { continue };
            if ready {
                sorted.push(one);
            } else if seen.insert(key.clone()) {
                open.push((key.clone(), true));
                open.extend(needs(&key).into_iter().rev().map(|need| (need, false)));
            }
        }
    }
    sorted
}

fn by_address<'a, 'b>(programs: &'a [Program<'b>]) -> BTreeMap<&'a str, &'a Program<'b>> {
    programs.iter().map(|program| (program.address.as_str(), program)).collect()
}

fn programs_going(from: &Schema, past: &Schema, to: &Schema) -> Vec<Step> {
    let wanted = programs(to);
    let wanted = by_address(&wanted);
    let stays = |old: &Program<'_>| wanted.get(old.address.as_str()).is_some_and(|new| new.same(old));
    // A trigger goes along with the name of its table.
    let moved = programs(past);
    let moved = by_address(&moved);
    let going = programs(from)
        .into_iter()
        .rev()
        .filter(|old| !stays(old) && !moved.get(old.address.as_str()).is_some_and(|one| stays(one)));
    going.map(|old| step(format!("Drop {}", old.title), vec![old.remove], old.create)).collect()
}

fn programs_coming(from: &Schema, past: &Schema, to: &Schema) -> Vec<Step> {
    let (old, moved) = (programs(from), programs(past));
    let (old, moved) = (by_address(&old), by_address(&moved));
    let here = |new: &Program<'_>| {
        let as_before = |programs: &BTreeMap<&str, &Program<'_>>| {
            programs.get(new.address.as_str()).is_some_and(|old| new.same(old))
        };
        as_before(&old) || as_before(&moved)
    };
    let coming = programs(to).into_iter().filter(|new| !here(new));
    coming.map(|new| step(format!("Create {}", new.title), new.create, vec![new.remove])).collect()
}

/// New sequences and changed ones, which keep their value.
fn sequences(from: &Schema, to: &Schema) -> Vec<Step> {
    let mut steps = Vec::new();
    for new in to.others.iter().filter(|other| other.kind == "sequence") {
        let program = Program::of_other(new);
        match from.others.iter().find(|old| old.kind == new.kind && old.name == new.name) {
            None => {
                steps.push(step(format!("Create {}", program.title), program.create, vec![program.remove]));
            }
            Some(old) if !program.same(&Program::of_other(old)) => {
                let change = |text: &str| terminated(&text.replacen("CREATE SEQUENCE", "ALTER SEQUENCE", 1));
                let without_engine = |text: &str| text.split(" ENGINE=").next().unwrap_or(text).to_owned();
                let (forth, back) = (without_engine(&new.definition), without_engine(&old.definition));
                steps.push(step(format!("Change {}", program.title), vec![change(&forth)], vec![change(&back)]));
            }
            Some(_) => {}
        }
    }
    steps
}

/// Sequences go after the defaults that use them.
fn sequences_going(from: &Schema, to: &Schema) -> Vec<Step> {
    let stays = |old: &Other| to.others.iter().any(|new| new.kind == old.kind && new.name == old.name);
    let going = from.others.iter().filter(|old| old.kind == "sequence" && !stays(old)).map(Program::of_other);
    going.map(|old| step(format!("Drop {}", old.title), vec![old.remove], old.create)).collect()
}

/// Tables that go, each before those that it refers to.
fn tables_going(from: &Schema, to: &Schema, renames: &Renames) -> Vec<Step> {
    let kept: BTreeSet<&ObjectName> = to.tables.iter().map(|table| &table.name).collect();
    let stays = |table: &Table| kept.contains(renames.new_table(&table.name));
    let going: BTreeMap<String, &Table> =
        from.tables.iter().filter(|table| !stays(table)).map(|table| (address::table(&table.name), table)).collect();
    let sorted = after_needs(&going, |key| going.get(key).map(|table| targets(table)).unwrap_or_default());
    let drop = |table: &&Table| {
        let name = path(&table.name);
        let save_first = Save::new(Dialect::Mysql, &table.name.name, &[], format!("SELECT * FROM {name}"));
        Step {
            purpose: format!("Drop table {}", table.name),
            notes: Vec::new(),
            outside: false,
            statements: vec![format!("DROP TABLE {name};")],
            reverse: Reverse::Irreversible { why: format!("the rows of `{}`", table.name), save_first },
        }
    };
    sorted.iter().rev().map(drop).collect()
}

fn targets(table: &Table) -> Vec<String> {
    table.foreign_keys.iter().map(|key| address::table(&key.referenced_table)).collect()
}

/// Tables that come, each after those that it refers to, with the foreign keys that can be there at once.
fn tables_coming(past: &Schema, to: &Schema, keys: &Keys) -> Vec<Step> {
    let before: BTreeSet<&ObjectName> = past.tables.iter().map(|table| &table.name).collect();
    let was = |table: &Table| before.contains(&table.name);
    let new: BTreeMap<String, &Table> =
        to.tables.iter().filter(|table| !was(table)).map(|table| (address::table(&table.name), table)).collect();
    let sorted = after_needs(&new, |key| new.get(key).map(|table| targets(table)).unwrap_or_default());
    let create = |table: &&Table| {
        let at_once: Vec<&ForeignKey> = table.foreign_keys.iter().filter(|key| keys.at_once(table, key)).collect();
        let statement = create_table(table, &at_once);
        let undo = format!("DROP TABLE {};", path(&table.name));
        step(format!("Create table {}", table.name), vec![statement], vec![undo])
    };
    sorted.iter().map(create).collect()
}

/// ADD CONSTRAINT for a foreign key.
fn add_key(table: &Table, key: &ForeignKey) -> String {
    format!("ADD {}", foreign_key(table, key))
}
