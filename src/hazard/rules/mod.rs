//! One rule a file.

pub mod add_check;
pub mod add_foreign_key;
pub mod add_unique;
pub mod drop_column;
pub mod drop_constraint;
pub mod drop_table;
pub mod foreign_key_without_index;
pub mod narrow_type;
pub mod not_null_without_default;
pub mod rename_column;
pub mod rename_table;
pub mod set_not_null;
pub mod sqlite_table_rebuild;
