//! Triggers of MySQL and MariaDB.

use std::fmt::Write as _;

use crate::migration::render::mysql::{path, quoted};
use crate::rollout::name::beside;
use crate::rollout::widen::Copy;
use crate::schema::ObjectName;

pub(super) fn triggers(table: &ObjectName, copies: &[&Copy]) -> (Vec<String>, Vec<String>) {
    let (mut on_insert, mut on_update) = (String::new(), String::new());
    for copy in copies {
        let (old, new) = (quoted(&copy.from.name), quoted(&copy.to.name));
        // Writing into a text cannot fail.
        let _ = writeln!(
            on_insert,
            "  IF NEW.{new} IS NULL THEN SET NEW.{new} = NEW.{old}; ELSE SET NEW.{old} = NEW.{new}; END IF;"
        );
        let _ = writeln!(
            on_update,
            "  IF NOT (NEW.{new} <=> OLD.{new}) THEN SET NEW.{old} = NEW.{new};\n  \
             ELSEIF NOT (NEW.{old} <=> OLD.{old}) THEN SET NEW.{new} = NEW.{old}; END IF;"
        );
    }
    let (mut make, mut remove) = (Vec::new(), Vec::new());
    for (event, body) in [("INSERT", on_insert), ("UPDATE", on_update)] {
        let name = beside(&table.name, &format!("_in_step_{}", event.to_ascii_lowercase()));
        let name = path(&ObjectName { namespace: table.namespace.clone(), name });
        let on = path(table);
        make.push(format!("CREATE TRIGGER {name} BEFORE {event} ON {on} FOR EACH ROW BEGIN\n{body}END;"));
        remove.push(format!("DROP TRIGGER {name};"));
    }
    (make, remove)
}
