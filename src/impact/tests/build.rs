//! Builds schemas and changes from little.

use jiff::Timestamp;

use crate::diff::{Change, ChangeId, ColumnDifference, RenameEvidence, SchemaChange, SchemaChangeType, Severity};
use crate::schema::{Column, DataType, Dialect, ObjectName, Schema, Table, TypeKind};

pub(super) fn column(name: &str) -> Column {
    Column::new(name.to_owned(), DataType { sql: "text".to_owned(), kind: TypeKind::Text { length: None } })
}

pub(super) fn table(name: &str, columns: &[&str]) -> Table {
    Table { columns: columns.iter().map(|name| column(name)).collect(), ..Table::new(ObjectName::new(name)) }
}

/// `fax` is a column of customer alone, `phone` of customer and supplier.
pub(super) fn base() -> Schema {
    Schema {
        tables: vec![
            table("customer", &["id", "name", "fax", "phone", "mail"]),
            table("orders", &["id", "customer_id", "number"]),
            table("supplier", &["id", "phone"]),
        ]
        .into(),
        ..Schema::empty(Dialect::Sqlite)
    }
}

pub(super) fn change(id: &str, change_type: SchemaChangeType, change: Change) -> SchemaChange {
    SchemaChange {
        change_id: ChangeId(id.to_owned()),
        change_type,
        timestamp: Timestamp::UNIX_EPOCH,
        table_name: String::new(),
        column_name: None,
        old_definition: None,
        new_definition: None,
        impact_severity: Severity::Breaking,
        backward_compatible: false,
        requires_approval: true,
        rollback_plan: None,
        affected_tables: Vec::new(),
        affected_relationships: Vec::new(),
        detected_by: "auto",
        source_system: "database",
        change_description: String::new(),
        migration_script: None,
        change,
    }
}

pub(super) fn dropped(table: &str, name: &str) -> SchemaChange {
    let removed = Change::ColumnRemoved { table: ObjectName::new(table), column: column(name) };
    change(&format!("drop {table}.{name}"), SchemaChangeType::ColumnRemoved, removed)
}

pub(super) fn dropped_table(name: &str, columns: &[&str]) -> SchemaChange {
    let removed = Change::TableRemoved { table: table(name, columns) };
    change(&format!("drop {name}"), SchemaChangeType::TableRemoved, removed)
}

pub(super) fn renamed(table: &str, from: &str, to: &str) -> SchemaChange {
    let renamed = Change::ColumnRenamed {
        table: ObjectName::new(table),
        from: column(from),
        to: column(to),
        evidence: RenameEvidence::Answered,
    };
    change(&format!("rename {table}.{from}"), SchemaChangeType::ColumnRenamed, renamed)
}

pub(super) fn narrowed(table: &str, name: &str) -> SchemaChange {
    let modified = Change::ColumnModified {
        table: ObjectName::new(table),
        from: column(name),
        to: column(name),
        differences: vec![ColumnDifference::Type],
    };
    change(&format!("narrow {table}.{name}"), SchemaChangeType::ColumnModified, modified)
}
