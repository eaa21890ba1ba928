//! One rule a file.

use super::Rule;

pub mod add_check;
pub mod add_exclusion;
pub mod add_foreign_key;
pub mod add_primary_key;
pub mod add_serial_column;
pub mod add_unique;
pub mod alter_domain_add_constraint;
pub mod change_column_type;
pub mod char_type;
pub mod concurrently_in_transaction;
pub mod create_domain_with_constraint;
pub mod detach_without_concurrently;
pub mod drop_cascade;
pub mod drop_column;
pub mod drop_constraint;
pub mod drop_database;
pub mod drop_index_without_concurrently;
pub mod drop_not_null;
pub mod drop_table;
pub mod duplicate_column;
pub mod enum_value_order;
pub mod float_type;
pub mod foreign_key_without_index;
pub mod identifier_too_long;
pub mod index_without_concurrently;
pub mod invalid_index_left;
pub mod json_type;
pub mod narrow_type;
pub mod no_lock_timeout;
pub mod no_statement_timeout;
pub mod not_idempotent;
pub mod not_null_without_default;
pub mod prefer_bigint_over_int;
pub mod prefer_bigint_over_smallint;
pub mod prefer_identity;
pub mod prefer_repack;
pub mod prefer_text;
pub mod prefer_timestamptz;
pub mod refresh_without_concurrently;
pub mod reindex_without_concurrently;
pub mod rename_column;
pub mod rename_enum_value;
pub mod rename_schema;
pub mod rename_table;
pub mod set_not_null;
pub mod sqlite_table_rebuild;
pub mod stored_generated_column;
pub mod transaction_nesting;
pub mod truncate_cascade;
pub mod truncate_table;
pub mod uncommitted_transaction;
pub mod unqualified_table;
pub mod vacuum_full;
pub mod validate_in_same_transaction;
pub mod volatile_default;

/// Every rule, by id.
pub const RULES: [Rule; 55] = [
    add_check::RULE,
    add_exclusion::RULE,
    add_foreign_key::RULE,
    add_primary_key::RULE,
    add_serial_column::RULE,
    add_unique::RULE,
    alter_domain_add_constraint::RULE,
    change_column_type::RULE,
    char_type::RULE,
    concurrently_in_transaction::RULE,
    create_domain_with_constraint::RULE,
    detach_without_concurrently::RULE,
    drop_cascade::RULE,
    drop_column::RULE,
    drop_constraint::RULE,
    drop_database::RULE,
    drop_index_without_concurrently::RULE,
    drop_not_null::RULE,
    drop_table::RULE,
    duplicate_column::RULE,
    enum_value_order::RULE,
    float_type::RULE,
    foreign_key_without_index::RULE,
    identifier_too_long::RULE,
    index_without_concurrently::RULE,
    invalid_index_left::RULE,
    json_type::RULE,
    narrow_type::RULE,
    no_lock_timeout::RULE,
    no_statement_timeout::RULE,
    not_idempotent::RULE,
    not_null_without_default::RULE,
    prefer_bigint_over_int::RULE,
    prefer_bigint_over_smallint::RULE,
    prefer_identity::RULE,
    prefer_repack::RULE,
    prefer_text::RULE,
    prefer_timestamptz::RULE,
    refresh_without_concurrently::RULE,
    reindex_without_concurrently::RULE,
    rename_column::RULE,
    rename_enum_value::RULE,
    rename_schema::RULE,
    rename_table::RULE,
    set_not_null::RULE,
    sqlite_table_rebuild::RULE,
    stored_generated_column::RULE,
    transaction_nesting::RULE,
    truncate_cascade::RULE,
    truncate_table::RULE,
    uncommitted_transaction::RULE,
    unqualified_table::RULE,
    vacuum_full::RULE,
    validate_in_same_transaction::RULE,
    volatile_default::RULE,
];
