//! Revisions that only write rows.

use super::column::text;
use super::{Body, Heading, file};

const DOWN: &str = "def downgrade() -> None:\n    pass\n";

/// The text of a revision file whose `upgrade()` repeats each of these statements until it writes no row. Before each
/// stands what it is for. The way back leaves the rows as they are.
pub fn in_batches<'a>(statements: impl IntoIterator<Item = (&'a str, &'a str)>, heading: &Heading) -> String {
    let mut body = Body { text: "def upgrade() -> None:\n".to_owned(), indent: 4 };
    body.comment("Each statement is a transaction of its own, so that nobody waits for long.");
    body.line("with op.get_context().autocommit_block():");
    body.indent += 4;
    body.line("bind = op.get_bind()");
    for (what, statement) in statements {
        body.comment(what);
        body.text.push_str(&text(statement).statement(body.indent, "statement = "));
        body.text.push('\n');
        body.line("while bind.execute(statement).rowcount > 0:");
        body.line("    pass");
    }
    let id = heading.revision.clone().unwrap_or_default();
    file(&id, heading, &body.text, DOWN)
}

/// The text of a revision file whose `upgrade()` sends these statements. The way back leaves the rows as they are.
pub fn of_statements<'a>(statements: impl IntoIterator<Item = &'a str>, heading: &Heading) -> String {
    let mut body = Body { text: "def upgrade() -> None:\n".to_owned(), indent: 4 };
    statements.into_iter().for_each(|statement| body.execute(statement));
    let id = heading.revision.clone().unwrap_or_default();
    file(&id, heading, &body.text, DOWN)
}
