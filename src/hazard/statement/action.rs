//! What a statement does, in one vocabulary for every dialect.
//!
//! A statement becomes a list of actions: an ALTER TABLE of three parts is three. What no rule asks about is
//! [`Action::Other`].

use crate::schema::{ObjectName, ReferentialAction};

/// One thing that a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Action {
    CreateTable(NewTable),
    Alter {
        table: ObjectName,
        change: TableChange,
    },
    DropTable {
        table: ObjectName,
        cascade: bool,
        if_exists: bool,
    },
    Truncate {
        table: ObjectName,
        cascade: bool,
    },
    CreateIndex(NewIndex),
    DropIndex {
        index: ObjectName,
        table: Option<ObjectName>,
        concurrently: bool,
        cascade: bool,
        if_exists: bool,
    },
    RenameIndex {
        index: ObjectName,
        to: String,
    },
    Reindex {
        target: ReindexTarget,
        concurrently: bool,
    },
    CreateEnum {
        name: ObjectName,
        values: Vec<String>,
    },
    AddEnumValue {
        name: ObjectName,
        value: String,
        placed: bool,
    },
    RenameEnumValue {
        name: ObjectName,
        from: String,
        to: String,
    },
    CreateDomain {
        name: ObjectName,
        constraint: Option<String>,
    },
    AddDomainConstraint {
        name: ObjectName,
        constraint: String,
        not_valid: bool,
    },
    CreateView {
        name: ObjectName,
        replace: bool,
        materialized: bool,
        columns: Vec<String>,
    },
    DropView {
        name: ObjectName,
        materialized: bool,
        cascade: bool,
    },
    RefreshView {
        name: ObjectName,
        concurrently: bool,
    },
    CreateRoutine {
        name: ObjectName,
        replace: bool,
    },
    DropRoutine {
        cascade: bool,
    },
    CreateTrigger {
        table: ObjectName,
    },
    DropDatabase {
        name: String,
    },
    DropSchema {
        name: String,
        cascade: bool,
    },
    RenameSchema {
        name: String,
        to: String,
    },
    Grant {
        objects: String,
        to: String,
    },
    Revoke {
        objects: String,
        from: String,
    },
    Policy {
        table: ObjectName,
        verb: &'static str,
    },
    UpdateExtension {
        name: String,
        version: Option<String>,
    },
    DropExtension {
        name: String,
        cascade: bool,
    },
    AlterSequence {
        name: ObjectName,
        restart: bool,
        cycle: bool,
    },
    DropSequence {
        name: ObjectName,
    },
    DropType {
        name: ObjectName,
        cascade: bool,
    },
    /// UPDATE, DELETE or an INSERT from a query.
    Write(Write),
    Vacuum {
        table: Option<ObjectName>,
        full: bool,
    },
    Cluster {
        table: Option<ObjectName>,
    },
    LockTable {
        tables: Vec<ObjectName>,
        mode: String,
    },
    Set {
        name: String,
    },
    Begin,
    Commit,
    Rollback,
    Comment {
        on: String,
    },
    /// A block of code that was not read.
    Block,
    /// A definition that no rule asks about.
    OtherDefinition {
        creates: bool,
        guarded: bool,
    },
    /// Anything else: a query, an INSERT of values.
    Other,
}

/// A table as CREATE TABLE makes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewTable {
    pub name: ObjectName,
    pub columns: Vec<NewColumn>,
    pub constraints: Vec<NewConstraint>,
    pub temporary: bool,
    pub dropped_on_commit: bool,
    pub if_not_exists: bool,
    /// Its columns come from elsewhere too: a query, LIKE, a parent, a partitioned table.
    pub derived: bool,
    pub options: Vec<TableOption>,
}

/// A column as CREATE TABLE, ADD COLUMN or MODIFY COLUMN writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewColumn {
    pub name: String,
    pub data_type: Option<TypeName>,
    pub not_null: bool,
    pub default: Option<Expression>,
    pub generated: Option<Computed>,
    /// Identity or AUTO_INCREMENT.
    pub counted: bool,
    pub primary_key: bool,
    pub unique: bool,
    pub references: Option<Reference>,
    pub check: Option<String>,
    /// FIRST or AFTER another column (MySQL).
    pub placed: bool,
    /// The definition after the name, as it is written.
    pub definition: String,
}

/// When a generated column is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Computed {
    Stored,
    OnRead,
}

/// A type as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeName {
    /// All of it, on one line.
    pub sql: String,
    /// Its name in small letters, without a schema, arguments and array bounds: `varchar`, `timestamp`.
    pub base: String,
    /// What stands in its parentheses.
    pub arguments: Vec<String>,
    /// Whether it carries WITH TIME ZONE.
    pub with_time_zone: bool,
    /// Whether it is an array.
    pub array: bool,
}

impl TypeName {
    /// Whether the base is one of these.
    pub fn is(&self, names: &[&str]) -> bool {
        names.contains(&self.base.as_str())
    }

    /// Whether the server hands out its values from a sequence of the column's own.
    pub fn is_serial(&self) -> bool {
        self.is(&["serial", "serial2", "serial4", "serial8", "smallserial", "bigserial"])
    }

    /// The width of an integer type in bits.
    pub fn integer_bits(&self) -> Option<u8> {
        match self.base.as_str() {
            "tinyint" => Some(8),
            "smallint" | "int2" | "smallserial" | "serial2" => Some(16),
            "mediumint" => Some(24),
            "int" | "integer" | "int4" | "serial" | "serial4" => Some(32),
            "bigint" | "int8" | "bigserial" | "serial8" => Some(64),
            _ => None,
        }
    }
}

/// An expression as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    /// All of it, on one line.
    pub sql: String,
    /// The functions that it calls, in small letters and without a schema, with the number of arguments.
    pub calls: Vec<(String, usize)>,
    /// Whether it is a constant: a literal, or a cast of one.
    pub constant: bool,
}

/// What a foreign key points at.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Reference {
    pub table: ObjectName,
    pub columns: Vec<String>,
    pub on_delete: ReferentialAction,
}

/// A constraint as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewConstraint {
    pub name: Option<String>,
    pub kind: ConstraintKind,
    pub not_valid: bool,
    /// All of it after its name, on one line.
    pub sql: String,
}

/// What a constraint asks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ConstraintKind {
    PrimaryKey { columns: Vec<String>, using_index: Option<String> },
    Unique { columns: Vec<String>, using_index: Option<String> },
    ForeignKey { columns: Vec<String>, reference: Reference },
    Check { expression: String },
    Exclude,
    NotNull { column: String },
}

/// An index as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NewIndex {
    pub name: Option<String>,
    pub table: ObjectName,
    pub unique: bool,
    pub concurrently: bool,
    pub if_not_exists: bool,
    /// Each key as it is written.
    pub keys: Vec<String>,
    pub partial: bool,
    /// FULLTEXT or SPATIAL (MySQL).
    pub kind: Option<String>,
}

/// What REINDEX works on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ReindexTarget {
    Index(ObjectName),
    Table(ObjectName),
    Schema(String),
    Database(String),
    System,
}

/// One part of ALTER TABLE.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TableChange {
    AddColumn {
        column: NewColumn,
        if_not_exists: bool,
    },
    DropColumn {
        column: String,
        cascade: bool,
        if_exists: bool,
    },
    RenameColumn {
        from: String,
        to: String,
    },
    RenameTable {
        to: ObjectName,
    },
    SetSchema {
        to: String,
    },
    /// MODIFY or CHANGE COLUMN (MySQL): the whole definition anew.
    Redefine {
        from: String,
        column: NewColumn,
    },
    SetType {
        column: String,
        to: TypeName,
        using: Option<String>,
    },
    SetNotNull {
        column: String,
    },
    DropNotNull {
        column: String,
    },
    SetDefault {
        column: String,
        default: Expression,
    },
    DropDefault {
        column: String,
    },
    AddIdentity {
        column: String,
    },
    OtherOfColumn {
        column: String,
    },
    AddConstraint(NewConstraint),
    DropConstraint {
        name: String,
        what: Option<&'static str>,
        cascade: bool,
        if_exists: bool,
    },
    RenameConstraint {
        from: String,
        to: String,
    },
    ValidateConstraint {
        name: String,
    },
    AttachPartition {
        partition: ObjectName,
    },
    DetachPartition {
        partition: ObjectName,
        concurrently: bool,
    },
    DropPartition {
        partition: String,
    },
    SetTablespace {
        tablespace: String,
    },
    SetLogged {
        logged: bool,
    },
    SetAccessMethod,
    SetRowSecurity {
        on: bool,
    },
    Trigger {
        enabled: bool,
    },
    Owner {
        to: String,
    },
    Option(TableOption),
    /// ALGORITHM=… or LOCK=… (MySQL).
    Assertion {
        name: &'static str,
        value: String,
    },
    Other {
        sql: String,
    },
}

/// An option of a table (MySQL).
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TableOption {
    Engine(String),
    RowFormat(String),
    /// For the columns that are there already too.
    ConvertCharset(String),
    Charset(String),
    Collation(String),
    AutoIncrement(String),
    Comment,
}

/// A statement that writes rows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Write {
    pub verb: WriteVerb,
    pub table: ObjectName,
    /// The condition, as it is written.
    pub condition: Option<String>,
    /// The columns that are set, as they are written.
    pub columns: Vec<String>,
    /// Those of the columns that a copy of rows gives the same constant everywhere, where that was read.
    pub constants: Vec<String>,
    /// The table whose rows are copied, when it is a plain copy of one.
    pub source: Option<ObjectName>,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum WriteVerb {
    Update,
    Delete,
    InsertSelect,
    InsertValues,
    Merge,
    /// The SET of ON CONFLICT or WHEN MATCHED.
    Upsert,
}
