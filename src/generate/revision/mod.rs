//! Writes a migration as an Alembic revision, for teams whose migrations are Alembic's.
//!
//! 1. [`operations`] says which statements of a plan are exactly what an operation of Alembic does;
//! 2. everything else is handed to the server as the plan has it, by `op.execute`;
//! 3. what the plan wants of the connection (its own transaction, keys off while SQLite makes tables anew) is said in
//!    Alembic's terms.

mod batches;
mod column;
mod operations;

use std::collections::HashMap;

use jiff::Timestamp;

pub use self::batches::{in_batches, of_statements};
use super::python::Code;
use crate::diff::{Change, Renames, differences};
use crate::migration::{Plan, Reverse};
use crate::schema::{Dialect, Schema, snapshot};

/// What stands at the head of a revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// The revision's own id; made from the two schemas when not given.
    pub revision: Option<String>,
    /// The revision that it follows; none for the first one.
    pub down_revision: Option<String>,
    /// What it is for, in one line.
    pub message: Option<String>,
    /// When it was written (UTC).
    pub created: Timestamp,
}

/// The text of a revision file whose `upgrade()` runs `plan` and whose `downgrade()` runs its way back. `changes` are
/// those between the two schemas that the plan was made for.
pub fn revision(plan: &Plan, changes: &[Change], from: &Schema, to: &Schema, heading: &Heading) -> String {
    let id = heading.revision.clone().unwrap_or_else(|| {
        let both = format!("{} {}", snapshot::fingerprint(from), snapshot::fingerprint(to));
        snapshot::sha256(&both).chars().take(12).collect()
    });
    let reversed = differences(to, from, &Renames::of(changes).reversed());
    let upgrade = function("upgrade", plan, &operations::known(changes, from, to), to.dialect);
    let back = plan.back.as_deref().cloned().unwrap_or_default();
    let downgrade = function("downgrade", &back, &operations::known(&reversed, to, from), to.dialect);
    file(&id, heading, &upgrade, &downgrade)
}

/// The text of a revision file with these two functions.
fn file(id: &str, heading: &Heading, upgrade: &str, downgrade: &str) -> String {
    let text = |value: Option<&str>| value.map_or_else(|| "None".to_owned(), |value| Code::text(value).flat());
    let message = heading.message.as_deref().map(in_docstring).filter(|message| !message.is_empty());
    let imports = if upgrade.contains("sa.") || downgrade.contains("sa.") {
        "import sqlalchemy as sa\nfrom alembic import op\n"
    } else {
        "from alembic import op\n"
    };
    format!(
        "\"\"\"{}\n\nRevision ID: {}\nRevises: {}\nCreate Date: {}\n\"\"\"\n\n{imports}\nrevision = {}\ndown_revision = {}\n\
         branch_labels = None\ndepends_on = None\n\n\n{upgrade}\n\n{downgrade}",
        message.as_deref().unwrap_or("Schema changes"),
        in_docstring(id),
        heading.down_revision.as_deref().map(in_docstring).unwrap_or_default(),
        heading.created.strftime("%Y-%m-%d %H:%M:%S"),
        text(Some(id)),
        text(heading.down_revision.as_deref()),
    )
    .replace("Revises: \n", "Revises:\n")
}

/// A text on one line that can neither end the docstring nor escape from it.
fn in_docstring(text: &str) -> String {
    one_line(text).replace('\\', "/").replace('"', "'")
}

fn one_line(text: &str) -> String {
    let shown = |c: char| {
        !(c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    };
    let text: String = text.chars().map(|c| if shown(c) { c } else { ' ' }).collect();
    text.trim().to_owned()
}

/// The lines of a function's body.
struct Body {
    text: String,
    indent: usize,
}

impl Body {
    fn line(&mut self, text: &str) {
        self.text.push_str(&" ".repeat(self.indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn comment(&mut self, text: &str) {
        let text = one_line(text);
        self.line(if text.is_empty() { "#".to_owned() } else { format!("# {text}") }.as_str());
    }

    fn code(&mut self, code: &Code) {
        self.text.push_str(&code.statement(self.indent, ""));
        self.text.push('\n');
    }

    fn execute(&mut self, statement: &str) {
        self.code(&Code::call("op.execute", vec![Code::text(sql_text(statement))]));
    }

    /// What PostgreSQL does in no transaction gets a block of its own.
    fn outside(&mut self, statements: &[&str]) {
        self.line("with op.get_context().autocommit_block():");
        self.indent += 4;
        statements.iter().for_each(|statement| self.execute(statement));
        self.indent -= 4;
    }
}

fn function(name: &str, plan: &Plan, known: &HashMap<String, Code>, dialect: Dialect) -> String {
    let mut body = Body { text: format!("def {name}() -> None:\n"), indent: 4 };
    if !plan.lost.is_empty() {
        body.comment("This restores the structure. It cannot bring back:");
        plan.lost.iter().for_each(|lost| body.comment(&format!("  {lost}")));
    }
    if plan.is_empty() {
        body.line("pass");
        return body.text;
    }
    let keys_off = dialect == Dialect::Sqlite && plan.opening.iter().any(|statement| statement.starts_with("PRAGMA"));
    let begin = plan.opening.iter().position(|statement| statement == "BEGIN;");
    let (before, inside) = plan.opening.split_at(begin.unwrap_or(0));
    if keys_off {
        body.comment("SQLite takes the rows that refer to a table along when the table is made anew, unless keys are");
        body.comment("off meanwhile; and only outside a transaction can they be turned off.");
        body.line("enforced = op.get_bind().exec_driver_sql(\"PRAGMA foreign_keys\").scalar()");
        body.line("with op.get_context().autocommit_block():");
        body.indent += 4;
        body.line("op.execute(\"PRAGMA foreign_keys=OFF\")");
        body.line("op.execute(\"BEGIN\")");
    } else if !before.is_empty() {
        body.outside(&before.iter().map(String::as_str).collect::<Vec<_>>());
    }
    // The transaction is Alembic's.
    let mut open = false;
    for step in &plan.steps {
        if !step.outside && !open {
            inside.iter().filter(|statement| *statement != "BEGIN;").for_each(|statement| body.execute(statement));
        }
        open = !step.outside;
        body.comment(&step.purpose);
        step.notes.iter().for_each(|note| body.comment(note));
        if let Reverse::Irreversible { why, save_first } = &step.reverse {
            body.comment(&format!("Not to be undone: {why}. To save it first:"));
            body.comment(&format!("  {save_first}"));
        }
        if step.outside {
            body.outside(&step.statements.iter().map(String::as_str).collect::<Vec<_>>());
            continue;
        }
        for statement in &step.statements {
            match known.get(statement) {
                Some(operation) => body.code(operation),
                None => body.execute(statement),
            }
        }
    }
    if keys_off {
        body.line("op.execute(\"COMMIT\")");
        body.line("op.execute(f\"PRAGMA foreign_keys={enforced}\")");
    }
    body.text
}

/// A statement as SQLAlchemy's `text()` reads it: a colon before a name would be a parameter, and a backslash before
/// one would be taken away. The semicolon at the end is the driver's business.
pub(super) fn sql_text(statement: &str) -> String {
    let statement = statement.trim_end();
    let statement = statement.strip_suffix(';').unwrap_or(statement);
    let is_word = |c: &char| c.is_alphanumeric() || *c == '_' || *c == '$';
    let mut text = String::with_capacity(statement.len());
    let mut rest = statement.chars();
    while let Some(c) = rest.next() {
        if c == ':' && rest.clone().find(|next| !is_word(next)) != Some(':') {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colons_are_no_parameters() {
        assert_eq!(sql_text("SELECT 'a:b', c::text, '\\:x', 12:30;"), "SELECT 'a\\:b', c:\\:text, '\\\\:x', 12\\:30");
    }

    #[test]
    fn a_message_cannot_leave_its_docstring() {
        assert_eq!(in_docstring(" x\"\"\" \\\nimport os\u{202e} "), "x''' / import os");
    }
}
