//! The values of one column.

use super::{Outcome, SqlType};
use crate::generate::python::Expression;
use crate::schema::{ColumnDefault, Generated, ObjectName, ReferentialAction};

/// A column of a table, as an attribute of its class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute {
    /// The Python name: the column's name wherever that is a usable one.
    pub name: String,
    /// The column.
    pub column: String,
    /// For people, as in `Credit Limit`.
    pub label: String,
    /// The type in the server's words, as in `numeric(12,4)`.
    pub declared: String,
    /// The collation, when it is not the default of its table or type.
    pub collation: Option<String>,
    /// Whether text may hold every letter there is: MySQL has character sets that do not.
    pub any_letter: bool,
    /// What kind of value it holds.
    pub kind: AttributeKind,
    /// The Python type without `| None`, as in `datetime.date`.
    pub python: Expression,
    /// The SQLAlchemy type, as in `Numeric(12, 4)`.
    pub sqlalchemy: SqlType,
    /// Whether NULL is accepted.
    pub nullable: bool,
    /// Whether it is part of the primary key.
    pub primary_key: bool,
    /// The value that the model, its forms and its API put in when none is given: the server default as a value,
    /// where it is a constant.
    pub default: Option<DefaultValue>,
    /// The server's default.
    pub server_default: Option<ColumnDefault>,
    /// Set for a column that the server computes.
    pub generated: Option<Generated>,
    /// Whether the server hands out the value.
    pub auto_increment: bool,
    /// Set for an identity column: whether the server hands out the value even where one is given.
    pub identity: Option<bool>,
    /// Whether no two rows share a value of this column alone.
    pub unique: bool,
    /// The foreign key of this one column.
    pub foreign_key: Option<ReferenceKey>,
    /// Whether a trigger may refuse its value, or store another one.
    pub in_trigger: bool,
    /// Where it appears, and why not where it does not.
    pub outcome: Outcome,
    /// The comment on the column.
    pub comment: Option<String>,
}

impl Attribute {
    /// The enum class, when the values are a closed list.
    pub fn enum_class(&self) -> Option<&EnumClass> {
        match &self.kind {
            AttributeKind::Enum(class) => Some(class),
            _ => None,
        }
    }

    /// Whether it is a key that the server hands out.
    pub fn is_served(&self) -> bool {
        self.primary_key && (self.auto_increment || matches!(self.server_default, Some(ColumnDefault::Expression(_))))
    }

    /// Whether an insert has to name a value.
    pub fn is_required(&self) -> bool {
        !self.nullable
            && self.server_default.is_none()
            && self.generated.is_none()
            && !self.auto_increment
            && self.default.is_none()
    }
}

/// What kind of value an attribute holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeKind {
    /// A whole number.
    Integer {
        /// The least that the type holds.
        least: i128,
        /// The greatest.
        most: i128,
    },
    /// An exact decimal.
    Numeric {
        /// All digits, when limited.
        precision: Option<u32>,
        /// Digits after the point, when limited.
        scale: Option<u32>,
    },
    /// A floating-point number.
    Float,
    /// True or false.
    Boolean,
    /// Characters.
    Text {
        /// The greatest number of characters, when limited.
        length: Option<u32>,
    },
    /// One of a closed list.
    Enum(EnumClass),
    /// Bytes.
    Binary {
        /// The greatest number of bytes, when limited.
        length: Option<u32>,
    },
    /// A date.
    Date,
    /// A time of day.
    Time,
    /// A date and a time.
    DateTime {
        /// Whether it has a time zone.
        with_time_zone: bool,
    },
    /// A span of time.
    Interval,
    /// A JSON document.
    Json,
    /// A UUID.
    Uuid,
    /// A list of plain values.
    Array(ElementKind),
    /// A type that only its server has, whose values are text in the server's words.
    Native {
        /// The type, in the server's words.
        sql: String,
        /// How many columns a composite type has, and none for every other.
        columns: usize,
    },
}

impl AttributeKind {
    /// Whether a value can stand in an address and be found again.
    pub fn has_text(&self) -> bool {
        !matches!(self, Self::Binary { .. } | Self::Float | Self::Json | Self::Array(_) | Self::Interval)
    }

    /// Whether rows can be ordered by it on every server.
    pub fn is_ordered(&self) -> bool {
        !matches!(self, Self::Json | Self::Array(_) | Self::Native { .. })
    }
}

/// What an array holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ElementKind {
    /// Whole numbers.
    Integer,
    /// Floating-point numbers.
    Float,
    /// True or false.
    Boolean,
    /// Characters.
    Text,
}

impl ElementKind {
    /// The Python type.
    pub fn python(self) -> &'static str {
        match self {
            Self::Integer => "int",
            Self::Float => "float",
            Self::Boolean => "bool",
            Self::Text => "str",
        }
    }
}

/// A Python enum made for one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumClass {
    /// The class, as in `OrderState`.
    pub name: String,
    /// The name of the type or of the CHECK in the database, when it has one.
    pub database_name: Option<String>,
    /// The members, in declared order.
    pub members: Vec<EnumMember>,
    /// The greatest number of characters that the column takes, when that is not the longest value's.
    pub length: Option<u32>,
    /// Whether a CHECK constraint enforces the list (rather than a type).
    pub by_check: bool,
    /// How a column declares it whose list is a CHECK.
    pub storage: EnumStorage,
}

/// The type of text that a column of an enum is declared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumStorage {
    /// VARCHAR, as SQLAlchemy has it.
    Varchar,
    /// TEXT.
    Text,
    /// CHAR of exactly the length of its values.
    Char,
}

impl EnumStorage {
    /// The type in Python, of SQLAlchemy's or of `fabkit`'s.
    pub fn class(self) -> &'static str {
        match self {
            Self::Varchar => "Enum",
            Self::Text => "TextEnum",
            Self::Char => "CharEnum",
        }
    }
}

/// A member of an enum.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnumMember {
    /// The Python name.
    pub name: String,
    /// The value as the database holds it; what REST and forms send.
    pub value: String,
}

/// A constant default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DefaultValue {
    /// A string.
    Text(String),
    /// A whole number, as written.
    Integer(String),
    /// A decimal number, as written.
    Decimal(String),
    /// True or false.
    Boolean(bool),
    /// A member of the attribute's enum, by its Python name.
    Member(String),
    /// A JSON document, as text.
    Json(String),
}

/// A foreign key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReferenceKey {
    /// The constraint's name, where one was given.
    pub name: Option<String>,
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The table that is referenced.
    pub table: ObjectName,
    /// The columns that are referenced.
    pub referenced: Vec<String>,
    /// What happens to this row when the referenced row goes.
    pub on_delete: ReferentialAction,
    /// What happens to this row when the referenced key changes.
    pub on_update: ReferentialAction,
    /// Whether the check waits for the end of the transaction.
    pub deferred: bool,
}
