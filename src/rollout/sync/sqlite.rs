//! Triggers of SQLite, which see a row only once it is written. One of them does not wake itself.

use crate::migration::render::sqlite::{default_value, quoted};
use crate::rollout::name::beside;
use crate::rollout::widen::{Alias, Copy, Widened};
use crate::schema::{ObjectName, Table};

pub(super) fn triggers(widened: &Widened, table: &ObjectName, copies: &[&Copy]) -> (Vec<String>, Vec<String>) {
    let this_row = widened.expanded.table(table).map(this_row).unwrap_or_default();
    let on = quoted(&table.name);
    let (mut make, mut remove) = (Vec::new(), Vec::new());
    let mut trigger = |suffix: &str, text: String| {
        let name = quoted(&beside(&table.name, suffix));
        make.push(format!("CREATE TRIGGER {name} {text}"));
        remove.push(format!("DROP TRIGGER {name};"));
    };
    for copy in copies {
        let (old, new) = (quoted(&copy.from.name), quoted(&copy.to.name));
        trigger(
            &format!("_{}_insert", copy.to.name),
            format!(
                "AFTER INSERT ON {on} WHEN NEW.{new} IS NOT NEW.{old} BEGIN\n  UPDATE {on} SET {new} = \
                 coalesce(NEW.{new}, NEW.{old}), {old} = coalesce(NEW.{new}, NEW.{old}) WHERE {this_row};\nEND;"
            ),
        );
        for (one, other) in [(&copy.to.name, &copy.from.name), (&copy.from.name, &copy.to.name)] {
            let (written, follows) = (quoted(one), quoted(other));
            trigger(
                &format!("_{one}_update"),
                format!(
                    "AFTER UPDATE OF {written} ON {on} WHEN NEW.{written} IS NOT OLD.{written} AND NEW.{follows} IS \
                     OLD.{follows} BEGIN\n  UPDATE {on} SET {follows} = NEW.{written} WHERE {this_row};\nEND;"
                ),
            );
        }
    }
    (make, remove)
}

/// The condition that finds the row that a trigger is about.
fn this_row(table: &Table) -> String {
    match &table.primary_key {
        Some(key) if table.options.contains_key("without_rowid") || table.column("rowid").is_some() => {
            let equal = key.columns.iter().map(|name| format!("{0} = NEW.{0}", quoted(name)));
            equal.collect::<Vec<_>>().join(" AND ")
        }
        _ => "rowid = NEW.rowid".to_owned(),
    }
}

/// A view that is written through triggers. An INSERT through it tells the key of the new row to nobody.
pub(super) fn view(widened: &Widened, alias: &Alias) -> (Vec<String>, Vec<String>) {
    let Some(table) = widened.expanded.table(&alias.new) else { return (Vec::new(), Vec::new()) };
    let (old, new) = (quoted(&alias.old.name), quoted(&alias.new.name));
    let names: Vec<String> = table.columns.iter().map(|column| quoted(&column.name)).collect();
    let written: Vec<_> = table.columns.iter().filter(|column| column.generated.is_none()).collect();
    let values = written.iter().map(|column| {
        let name = quoted(&column.name);
        match &column.default {
            Some(default) => format!("coalesce(NEW.{name}, {})", default_value(default, &column.data_type)),
            None => format!("NEW.{name}"),
        }
    });
    let values = values.collect::<Vec<_>>().join(", ");
    let targets = written.iter().map(|column| quoted(&column.name)).collect::<Vec<_>>().join(", ");
    let sets =
        written.iter().map(|column| format!("{0} = NEW.{0}", quoted(&column.name))).collect::<Vec<_>>().join(", ");
    let key: Vec<&String> = match &table.primary_key {
        Some(key) => key.columns.iter().collect(),
        None => table.columns.iter().map(|column| &column.name).collect(),
    };
    let row = key.iter().map(|name| format!("{0} IS OLD.{0}", quoted(name))).collect::<Vec<_>>().join(" AND ");
    let trigger = |event: &str| quoted(&beside(&alias.old.name, &format!("_{event}")));
    let make = vec![
        format!("CREATE VIEW {old} AS SELECT {} FROM {new};", names.join(", ")),
        format!(
            "CREATE TRIGGER {} INSTEAD OF INSERT ON {old} BEGIN\n  INSERT INTO {new} ({targets}) VALUES ({values});\nEND;",
            trigger("insert")
        ),
        format!(
            "CREATE TRIGGER {} INSTEAD OF UPDATE ON {old} BEGIN\n  UPDATE {new} SET {sets} WHERE {row};\nEND;",
            trigger("update")
        ),
        format!(
            "CREATE TRIGGER {} INSTEAD OF DELETE ON {old} BEGIN\n  DELETE FROM {new} WHERE {row};\nEND;",
            trigger("delete")
        ),
    ];
    (make, vec![format!("DROP VIEW {old};")])
}
