//! Triggers of PostgreSQL.

use std::fmt::Write as _;

use crate::migration::render::postgres::{path, quoted};
use crate::rollout::name::beside;
use crate::rollout::widen::Copy;
use crate::schema::{ObjectName, TypeKind};

pub(super) fn triggers(table: &ObjectName, copies: &[&Copy]) -> (Vec<String>, Vec<String>) {
    let name = beside(&table.name, "_in_step");
    let function = path(&ObjectName { namespace: table.namespace.clone(), name: name.clone() });
    let mut body = String::from("BEGIN\n");
    for copy in copies {
        let (old, new) = (quoted(&copy.from.name), quoted(&copy.to.name));
        // What has no equality is compared as text.
        let as_text = |kind: &TypeKind| matches!(kind, TypeKind::Json | TypeKind::Other);
        let cast = |kind: &TypeKind| if as_text(kind) { "::text" } else { "" };
        let (of_old, of_new) = (cast(&copy.from.data_type.kind), cast(&copy.to.data_type.kind));
        // Writing into a text cannot fail.
        let _ = write!(
            body,
            "  IF TG_OP = 'INSERT' THEN\n    \
               IF NEW.{new} IS NULL THEN NEW.{new} := NEW.{old}; ELSE NEW.{old} := NEW.{new}; END IF;\n  \
             ELSIF NEW.{new}{of_new} IS DISTINCT FROM OLD.{new}{of_new} THEN NEW.{old} := NEW.{new};\n  \
             ELSIF NEW.{old}{of_old} IS DISTINCT FROM OLD.{old}{of_old} THEN NEW.{new} := NEW.{old};\n  \
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
