//! Triggers of PostgreSQL.

use std::fmt::Write as _;

use crate::migration::render::postgres::{path, quoted};
use crate::rollout::name::beside;
use crate::rollout::widen::Copy;
use crate::schema::lexer::{self, TokenKind};
use crate::schema::{Column, ObjectName, TypeKind};

/// An expression over the columns of a table, as one over the row that a trigger is given.
fn of_row(expression: &str, columns: &[Column]) -> String {
    let (mut text, mut end) = (String::new(), 0);
    let mut before = "";
    for token in lexer::tokens(expression) {
        let start = token.start;
        let name = token.text.trim_matches('"');
        let is_column = columns.iter().any(|column| column.name == name);
        text.push_str(expression.get(end..start).unwrap_or_default());
        if is_column && before != "." && token.kind != TokenKind::Text {
            text.push_str("NEW.");
        }
        text.push_str(token.text);
        (end, before) = (start + token.text.len(), token.text);
    }
    text.push_str(expression.get(end..).unwrap_or_default());
    text
}

pub(super) fn triggers(table: &ObjectName, columns: &[Column], copies: &[&Copy]) -> (Vec<String>, Vec<String>) {
    let name = beside(&table.name, "_in_step");
    let function = path(&ObjectName { namespace: table.namespace.clone(), name: name.clone() });
    let mut body = String::from("BEGIN\n");
    for copy in copies {
        let (old, new) = (quoted(&copy.from.name), quoted(&copy.to.name));
        // What has no equality is compared as text.
        let as_text = |kind: &TypeKind| matches!(kind, TypeKind::Json | TypeKind::Other);
        let cast = |kind: &TypeKind| if as_text(kind) { "::text" } else { "" };
        let (of_old, of_new) = (cast(&copy.from.data_type.kind), cast(&copy.to.data_type.kind));
        // Values of one kind into the other as the migration makes them.
        let made = copy.conversion.as_ref().map_or_else(|| format!("NEW.{old}"), |by| of_row(by, columns));
        // Writing into a text cannot fail.
        let _ = write!(
            body,
            "  IF TG_OP = 'INSERT' THEN\n    \
               IF NEW.{new} IS NULL THEN NEW.{new} := {made}; ELSE NEW.{old} := NEW.{new}; END IF;\n  \
             ELSIF NEW.{new}{of_new} IS DISTINCT FROM OLD.{new}{of_new} THEN NEW.{old} := NEW.{new};\n  \
             ELSIF NEW.{old}{of_old} IS DISTINCT FROM OLD.{old}{of_old} THEN NEW.{new} := {made};\n  \
             END IF;\n"
        );
    }
    body.push_str("  RETURN NEW;\nEND");
    let mut tag = "$$".to_owned();
    while body.contains(&tag) {
        tag.insert(1, 'x');
    }
    let (on, trigger) = (path(table), quoted(&name));
    let make = vec![
        format!("CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS {tag}\n{body}\n{tag};"),
        format!("CREATE TRIGGER {trigger} BEFORE INSERT OR UPDATE ON {on} FOR EACH ROW EXECUTE FUNCTION {function}();"),
    ];
    (make, vec![format!("DROP TRIGGER {trigger} ON {on};"), format!("DROP FUNCTION {function}();")])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::DataType;

    #[test]
    fn an_expression_over_columns_becomes_one_over_the_row() {
        let column =
            |name: &str| Column::new(name, DataType { sql: "text".to_owned(), kind: TypeKind::Text { length: None } });
        let columns = [column("note"), column("No te")];
        let expression = "CASE WHEN note ~ 'note' THEN to_int(note, t.note) ELSE length(\"No te\") END";
        assert_eq!(
            of_row(expression, &columns),
            "CASE WHEN NEW.note ~ 'note' THEN to_int(NEW.note, t.note) ELSE length(NEW.\"No te\") END"
        );
    }
}
