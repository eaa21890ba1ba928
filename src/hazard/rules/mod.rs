//! One rule a file.

use super::Rule;

pub mod access_change;
pub mod add_check;
pub mod add_exclusion;
pub mod add_foreign_key;
pub mod add_primary_key;
pub mod add_serial_column;
pub mod add_unique;
pub mod alter_copies_table;
pub mod alter_domain_add_constraint;
pub mod alter_rebuilds_table;
pub mod attach_partition;
pub mod backfill_with_ddl;
pub mod change_column_type;
pub mod char_type;
pub mod charset_change;
pub mod charset_not_utf8mb4;
pub mod column_padding;
pub mod concurrently_in_transaction;
pub mod create_domain_with_constraint;
pub mod create_enum;
pub mod detach_without_concurrently;
pub mod drop_cascade;
pub mod drop_column;
pub mod drop_column_in_index;
pub mod drop_constraint;
pub mod drop_database;
pub mod drop_index_without_concurrently;
pub mod drop_not_null;
pub mod drop_table;
pub mod drop_type;
pub mod drop_view;
pub mod duplicate_column;
pub mod engine_not_innodb;
pub mod enum_value_in_transaction;
pub mod enum_value_order;
pub mod enum_values_changed;
pub mod extension_update;
pub mod float_type;
pub mod foreign_key_cycle;
pub mod foreign_key_without_index;
pub mod identifier_too_long;
pub mod index_blocks_writes;
pub mod index_without_concurrently;
pub mod inline_references_ignored;
pub mod int32_key;
pub mod invalid_index_left;
pub mod json_type;
pub mod lock_table;
pub mod many_alters;
pub mod narrow_type;
pub mod no_lock_timeout;
pub mod no_statement_timeout;
pub mod not_idempotent;
pub mod not_null_without_default;
pub mod on_delete_cascade;
pub mod opaque_block;
pub mod pragma_in_transaction;
pub mod prefer_bigint_over_int;
pub mod prefer_bigint_over_smallint;
pub mod prefer_identity;
pub mod prefer_repack;
pub mod prefer_text;
pub mod prefer_timestamptz;
pub mod primary_key_using_index;
pub mod redundant_index;
pub mod refresh_without_concurrently;
pub mod reindex_without_concurrently;
pub mod rename_column;
pub mod rename_enum_value;
pub mod rename_schema;
pub mod rename_table;
pub mod reserved_word;
pub mod sequence_change;
pub mod set_not_null;
pub mod several_definitions;
pub mod several_locks;
pub mod sqlite_table_rebuild;
pub mod stored_generated_column;
pub mod table_rewrite;
pub mod table_without_primary_key;
pub mod timestamp_range;
pub mod too_many_enum_values;
pub mod too_many_indexes;
pub mod transaction_nesting;
pub mod truncate_cascade;
pub mod truncate_table;
pub mod unbatched_write;
pub mod uncommitted_transaction;
pub mod unnamed_constraint;
pub mod unqualified_table;
pub mod vacuum_full;
pub mod validate_in_same_transaction;
pub mod volatile_default;
pub mod wide_index;
pub mod work_after_lock;

/// Every rule, by id.
pub const RULES: [Rule; 95] = [
    access_change::RULE,
    add_check::RULE,
    add_exclusion::RULE,
    add_foreign_key::RULE,
    add_primary_key::RULE,
    add_serial_column::RULE,
    add_unique::RULE,
    alter_copies_table::RULE,
    alter_domain_add_constraint::RULE,
    alter_rebuilds_table::RULE,
    attach_partition::RULE,
    backfill_with_ddl::RULE,
    change_column_type::RULE,
    char_type::RULE,
    charset_change::RULE,
    charset_not_utf8mb4::RULE,
    column_padding::RULE,
    concurrently_in_transaction::RULE,
    create_domain_with_constraint::RULE,
    create_enum::RULE,
    detach_without_concurrently::RULE,
    drop_cascade::RULE,
    drop_column::RULE,
    drop_column_in_index::RULE,
    drop_constraint::RULE,
    drop_database::RULE,
    drop_index_without_concurrently::RULE,
    drop_not_null::RULE,
    drop_table::RULE,
    drop_type::RULE,
    drop_view::RULE,
    duplicate_column::RULE,
    engine_not_innodb::RULE,
    enum_value_in_transaction::RULE,
    enum_value_order::RULE,
    enum_values_changed::RULE,
    extension_update::RULE,
    float_type::RULE,
    foreign_key_cycle::RULE,
    foreign_key_without_index::RULE,
    identifier_too_long::RULE,
    index_blocks_writes::RULE,
    index_without_concurrently::RULE,
    inline_references_ignored::RULE,
    int32_key::RULE,
    invalid_index_left::RULE,
    json_type::RULE,
    lock_table::RULE,
    many_alters::RULE,
    narrow_type::RULE,
    no_lock_timeout::RULE,
    no_statement_timeout::RULE,
    not_idempotent::RULE,
    not_null_without_default::RULE,
    on_delete_cascade::RULE,
    opaque_block::RULE,
    pragma_in_transaction::RULE,
    prefer_bigint_over_int::RULE,
    prefer_bigint_over_smallint::RULE,
    prefer_identity::RULE,
    prefer_repack::RULE,
    prefer_text::RULE,
    prefer_timestamptz::RULE,
    primary_key_using_index::RULE,
    redundant_index::RULE,
    refresh_without_concurrently::RULE,
    reindex_without_concurrently::RULE,
    rename_column::RULE,
    rename_enum_value::RULE,
    rename_schema::RULE,
    rename_table::RULE,
    reserved_word::RULE,
    sequence_change::RULE,
    set_not_null::RULE,
    several_definitions::RULE,
    several_locks::RULE,
    sqlite_table_rebuild::RULE,
    stored_generated_column::RULE,
    table_rewrite::RULE,
    table_without_primary_key::RULE,
    timestamp_range::RULE,
    too_many_enum_values::RULE,
    too_many_indexes::RULE,
    transaction_nesting::RULE,
    truncate_cascade::RULE,
    truncate_table::RULE,
    unbatched_write::RULE,
    uncommitted_transaction::RULE,
    unnamed_constraint::RULE,
    unqualified_table::RULE,
    vacuum_full::RULE,
    validate_in_same_transaction::RULE,
    volatile_default::RULE,
    wide_index::RULE,
    work_after_lock::RULE,
];
