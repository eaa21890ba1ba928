//! Other forms of statements, for tables that must stay in use while their rows are read.
//!
//! | plain | short locks |
//! | --- | --- |
//! | `CREATE INDEX`, `DROP INDEX` | `CONCURRENTLY`, outside of the transaction |
//! | `ADD CONSTRAINT` of a foreign key or a check | the same `NOT VALID`, then `VALIDATE CONSTRAINT` in a transaction of its own |
//! | `ADD CONSTRAINT` of a key | `CREATE UNIQUE INDEX CONCURRENTLY`, then `ADD CONSTRAINT … USING INDEX` |
//! | `SET NOT NULL` | after such a check, which goes again |
//! | `DETACH PARTITION` | `CONCURRENTLY`, outside of the transaction |
//!
//! These come last of what comes and first of what goes, so that the transaction is cut as seldom as possible. It is
//! never cut between the statement that keeps rows aside and that which brings them back.

use super::atom::{Atom, Body, constraint};
use super::{Planner, step};
use crate::migration::Locks;
use crate::migration::plan::{Reverse, Step};
use crate::migration::render::postgres::{path, quoted, string};
use crate::schema::lexer::tokens;
use crate::schema::{ObjectName, Table, address};

/// A statement that waits for a lock keeps all those waiting that come after it, so it must give up soon. What stands
/// outside of the transaction waits as long as it has to: it is in nobody's way.
pub(super) const PATIENCE: &str = "SET LOCAL lock_timeout = '5s';";

/// Behind everything else.
const LAST: u8 = 31;
/// Behind what may be read while rows are filled in.
const REQUIRED: u8 = 30;

/// A statement in its place.
struct Piece {
    outside: bool,
    statement: String,
}

impl Piece {
    fn inside(statement: String) -> Self {
        Self { outside: false, statement }
    }

    fn outside(statement: String) -> Self {
        Self { outside: true, statement }
    }
}

/// What becomes of a statement.
enum Form {
    /// It stays as it is, since its locks are short anyway.
    Plain,
    /// It stays as it is although it keeps others waiting, for this reason.
    Blocking(&'static str),
    Pieces(Vec<Piece>),
}

impl<'a> Planner<'a> {
    /// The place in the order: that of the atom, or a later one for what cuts the transaction.
    pub(super) fn late(&self, key: &str, atom: &Atom<'a>) -> u8 {
        if self.locks == Locks::Plain || self.in_use(atom).is_none() {
            return atom.rank;
        }
        match atom.body {
            Body::Index | Body::Constraint | Body::ForeignKey => LAST,
            Body::Other(other) if other.kind == "index" => LAST,
            Body::Column(..) if self.becomes_required(key) => REQUIRED,
            _ => atom.rank,
        }
    }

    /// The name of the table or the materialized view that the atom is a part of, when that is there all the time.
    fn in_use(&self, atom: &Atom<'a>) -> Option<&'a ObjectName> {
        let there = |key: &String| {
            self.past.contains_key(key)
                && self.new.contains_key(key)
                && !self.going.contains(key)
                && !self.coming.contains(key)
        };
        match (atom.body, atom.owner.as_ref()) {
            (Body::Column(table, _), _) => there(&address::table(&table.name)).then_some(&table.name),
            (Body::Other(other), _) if other.kind == "index" => {
                let views = atom.needs.iter().filter(|need| need.starts_with("view "));
                (views.clone().count() == 1 && views.clone().all(there)).then_some(&other.name)
            }
            (Body::Index | Body::Constraint | Body::ForeignKey | Body::Link | Body::Setting, Some(owner)) => {
                let owner = Some(owner).filter(|owner| there(owner))?;
                self.table(owner).map(|table| &table.name)
            }
            _ => None,
        }
    }

    /// The table at this address, or that of the column there.
    fn table(&self, key: &str) -> Option<&'a Table> {
        match self.new.get(key).or_else(|| self.past.get(key))?.body {
            Body::Table(table) | Body::Column(table, _) => Some(table),
            _ => None,
        }
    }

    /// The step in its other form. `kept` says that rows are aside, which an end of the transaction would lose.
    pub(super) fn in_short(&self, key: &str, atom: &Atom<'a>, whole: Step, kept: bool) -> Vec<Step> {
        if self.locks == Locks::Plain || self.in_use(atom).is_none() {
            return vec![whole];
        }
        let forms: Vec<Form> = whole.statements.iter().map(|text| self.form(key, atom, text)).collect();
        let why = forms.iter().find_map(|form| match form {
            Form::Blocking(why) => Some(*why),
            Form::Pieces(_) if kept => Some("rows are kept aside until the end of the transaction"),
            Form::Plain | Form::Pieces(_) => None,
        });
        if let Some(why) = why {
            let note = format!("This keeps others from the table until it is done: {why}.");
            return vec![Step { notes: whole.notes.into_iter().chain([note]).collect(), ..whole }];
        }
        let pieces = whole.statements.iter().zip(forms).flat_map(|(text, form)| match form {
            Form::Pieces(pieces) => pieces,
            Form::Plain | Form::Blocking(_) => vec![Piece::inside(text.clone())],
        });
        let mut steps: Vec<Step> = Vec::new();
        for piece in pieces {
            match steps.last_mut() {
                Some(last) if last.outside == piece.outside => last.statements.push(piece.statement),
                _ => {
                    let next = step(whole.purpose.clone(), vec![piece.statement], Reverse::Statements(Vec::new()));
                    steps.push(Step { outside: piece.outside, ..next });
                }
            }
        }
        if let Some(last) = steps.last_mut() {
            last.reverse = whole.reverse;
            last.notes = whole.notes;
        }
        steps
    }

    fn form(&self, key: &str, atom: &Atom<'a>, text: &str) -> Form {
        let divided = |table: Option<&Table>| table.is_some_and(|table| table.options.contains_key("partition by"));
        let owner = atom.owner.as_deref().and_then(|owner| self.table(owner));
        match atom.body {
            Body::Index | Body::Other(_) if text.contains(" INDEX ") && !text.starts_with("ALTER ") => {
                if text.contains(" ON ONLY ") {
                    return Form::Plain;
                }
                if divided(owner) {
                    return Form::Blocking("PostgreSQL has no other form for a partitioned table");
                }
                Form::Pieces(vec![Piece::outside(text.replacen(" INDEX ", " INDEX CONCURRENTLY ", 1))])
            }
            Body::Constraint | Body::ForeignKey => {
                let (Some(table), Some((alter, name, definition))) = (owner, constraint(text)) else {
                    return Form::Plain;
                };
                if definition.ends_with(" NOT VALID") {
                    return Form::Plain;
                }
                let refers = atom.needs.iter().filter_map(|need| self.table(need));
                if definition.starts_with("FOREIGN KEY")
                    && (divided(owner) || refers.into_iter().any(|to| divided(Some(to))))
                {
                    return Form::Blocking("PostgreSQL has no other form for a foreign key of partitioned tables");
                }
                if definition.starts_with("FOREIGN KEY") || definition.starts_with("CHECK") {
                    return Form::Pieces(vec![
                        Piece::inside(format!("{alter} ADD CONSTRAINT {} {definition} NOT VALID;", name)),
                        Piece::outside(format!("{alter} VALIDATE CONSTRAINT {};", name)),
                    ]);
                }
                if divided(owner) {
                    return Form::Blocking("PostgreSQL has no other form for a partitioned table");
                }
                by_index(table, name, definition).map_or(
                    Form::Blocking("PostgreSQL has no other form for such a constraint"),
                    |(index, using)| {
                        let using = format!("{alter} ADD CONSTRAINT {} {using};", name);
                        Form::Pieces(vec![Piece::outside(index), Piece::inside(using)])
                    },
                )
            }
            // Comes with the check.
            Body::Column(..) if fills(text) && self.becomes_required(key) => Form::Pieces(Vec::new()),
            Body::Column(table, column) if required(text) => self.by_check(key, table, &column.name, text),
            Body::Setting if key.starts_with("not null ") && required(text) => {
                let column = owner.and_then(|table| {
                    let named = |name: &str| address::member("not null", &table.name, name) == key;
                    Some((table, table.columns.iter().find(|column| named(&column.name))?))
                });
                column.map_or(Form::Plain, |(table, column)| self.by_check(key, table, &column.name, text))
            }
            Body::Link if text.contains(" DETACH PARTITION ") => self.detached(atom, text),
            _ => Form::Plain,
        }
    }

    fn becomes_required(&self, key: &str) -> bool {
        self.changing.get(key).is_some_and(|all| all.iter().any(|text| required(text)))
    }

    /// `SET NOT NULL` reads no rows where a valid check says the same.
    fn by_check(&self, key: &str, table: &Table, column: &str, text: &str) -> Form {
        let alter = format!("ALTER TABLE {}", path(&table.name));
        let own = quoted(column);
        let taken = |name: &str| {
            let at = address::member("constraint", &table.name, name);
            self.old.contains_key(&at) || self.past.contains_key(&at) || self.new.contains_key(&at)
        };
        let mut name: String = format!("{column} is there");
        let mut number = 1;
        while taken(&name) || name.len() > 60 {
            name = format!("is there {number}");
            number += 1;
        }
        let name = quoted(&name);
        let fill = self.changing.get(key).into_iter().flatten().filter(|text| fills(text)).cloned();
        let mut pieces =
            vec![Piece::inside(format!("{alter} ADD CONSTRAINT {name} CHECK ({own} IS NOT NULL) NOT VALID;"))];
        pieces.extend(fill.map(Piece::outside));
        pieces.push(Piece::outside(format!("{alter} VALIDATE CONSTRAINT {name};")));
        pieces.push(Piece::inside(text.to_owned()));
        pieces.push(Piece::inside(format!("{alter} DROP CONSTRAINT {name};")));
        Form::Pieces(pieces)
    }

    /// A partition that leaves while its table is in use keeps its bound as a check, which nobody asked for.
    fn detached(&self, atom: &Atom<'a>, text: &str) -> Form {
        let owner = atom.owner.as_ref().and_then(|owner| self.old.get(owner));
        let Some(Body::Table(table)) = owner.map(|atom| atom.body) else { return Form::Plain };
        let Some(parent) = table.options.get("partition of") else { return Form::Plain };
        let goes = |need: &String| need.starts_with("table ") && self.going.contains(need);
        if atom.needs.iter().any(goes) {
            return Form::Plain;
        }
        let default = |atom: &Atom<'a>| {
            matches!(atom.body, Body::Table(one)
                if one.options.get("partition of") == Some(parent)
                    && one.options.get("partition bound").is_some_and(|bound| bound == "DEFAULT"))
        };
        if self.old.values().any(default) {
            return Form::Blocking("PostgreSQL has no other form beside a default partition");
        }
        let own = self.old.iter().filter_map(|(key, part)| {
            let is_own = part.owner == atom.owner;
            let text = part.create.first().filter(|_| is_own && key.starts_with("constraint "))?;
            let (_, rest) = text.split_once(" ADD CONSTRAINT ")?;
            tokens(rest).first().map(|token| string(&token.name().unwrap_or_default()))
        });
        let own: Vec<String> = own.collect();
        let at = path(&table.name);
        let at_text = string(&at);
        let rest = format!(
            "DO $do$\nDECLARE found name;\nBEGIN\n    FOR found IN SELECT conname FROM pg_catalog.pg_constraint\n        \
             WHERE conrelid = {at_text}::pg_catalog.regclass AND contype = 'c' AND conname <> ALL (ARRAY[{}]::name[])\n    LOOP\n        \
             EXECUTE pg_catalog.format('ALTER TABLE %s DROP CONSTRAINT %I', {at_text}, found);\n    END LOOP;\nEND $do$;",
            own.join(", ")
        );
        if rest.matches("$do$").count() > 2 {
            return Form::Plain;
        }
        let detach = format!("{} CONCURRENTLY;", text.trim_end_matches(';'));
        Form::Pieces(vec![Piece::outside(detach), Piece::inside(rest)])
    }
}

fn required(text: &str) -> bool {
    text.starts_with("ALTER TABLE ") && text.ends_with(" SET NOT NULL;")
}

fn fills(text: &str) -> bool {
    text.starts_with("UPDATE ")
}

/// The index that a key stands on, and the constraint over it. None for what is more than a unique index.
fn by_index(table: &Table, name: &str, definition: &str) -> Option<(String, String)> {
    let (kind, rest) = ["PRIMARY KEY", "UNIQUE"]
        .into_iter()
        .find_map(|kind| Some((kind, definition.strip_prefix(kind)?.trim_start())))?;
    let (nulls, rest) = match rest.strip_prefix("NULLS NOT DISTINCT ") {
        Some(rest) => (" NULLS NOT DISTINCT", rest),
        None => ("", rest),
    };
    let (columns, rest) = group(rest)?;
    if tokens(columns).iter().any(|token| token.is("OVERLAPS")) {
        return None;
    }
    let (include, rest) = match rest.strip_prefix("INCLUDE ") {
        Some(rest) => group(rest).map(|(columns, rest)| (format!(" INCLUDE {columns}"), rest))?,
        None => (String::new(), rest),
    };
    let (rest, when) = rest.split_at_checked(rest.find("DEFERRABLE").unwrap_or(rest.len()))?;
    let parameters = rest.trim().replacen("USING INDEX TABLESPACE", "TABLESPACE", 1);
    let parts = [columns.to_owned() + &include + nulls, parameters];
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let index = format!("CREATE UNIQUE INDEX CONCURRENTLY {name} ON {} {};", path(&table.name), parts.join(" "));
    Some((index, format!("{kind} USING INDEX {name} {when}").trim_end().to_owned()))
}

/// What stands in parentheses at the start of the text, and what follows.
fn group(text: &str) -> Option<(&str, &str)> {
    let mut depth = 0_i32;
    for token in tokens(text) {
        depth += i32::from(token.is_symbol("(")) - i32::from(token.is_symbol(")"));
        if depth == 0 {
            let (inside, rest) = text.split_at_checked(token.end())?;
            return inside.starts_with('(').then_some((inside, rest.trim_start()));
        }
    }
    None
}
