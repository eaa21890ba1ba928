//! Column types: the server's own words, and what they mean to a program.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A family of database servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Dialect {
    /// PostgreSQL 12 and later.
    Postgres,
    /// MySQL 8 and later, MariaDB 10.6 and later.
    Mysql,
    /// SQLite 3.
    Sqlite,
}

impl Dialect {
    /// The name used in files and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
        }
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Dialect {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "postgres" | "postgresql" => Ok(Self::Postgres),
            "mysql" | "mariadb" => Ok(Self::Mysql),
            "sqlite" => Ok(Self::Sqlite),
            other => Err(format!("unknown dialect `{other}`: use postgres, mysql or sqlite")),
        }
    }
}

/// The type of a column.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct DataType {
    /// The type with its modifiers in the server's canonical words (`numeric(12,4)`). What is compared and
    /// rendered into SQL.
    pub sql: String,
    /// What the type means. What generators and rules look at.
    pub kind: TypeKind,
}

/// What a type means, whatever a server calls it.
///
/// Lengths are in characters for text and in bytes for binary; precision and scale are in decimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum TypeKind {
    /// A signed integer of this width in bits (SQLite's INTEGER is 64).
    Integer {
        /// 8, 16, 24, 32 or 64.
        bits: u8,
    },
    /// An exact decimal number.
    Numeric {
        /// Total number of digits, when limited.
        precision: Option<u32>,
        /// Digits after the point, when limited.
        scale: Option<u32>,
    },
    /// A binary floating-point number.
    Float {
        /// 32 or 64.
        bits: u8,
    },
    /// True or false.
    Boolean,
    /// Character data.
    Text {
        /// Maximum length in characters, when limited.
        length: Option<u32>,
    },
    /// Bytes.
    Binary {
        /// Maximum length in bytes, when limited.
        length: Option<u32>,
    },
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A date and a time.
    DateTime {
        /// Whether the value carries or implies a time zone.
        with_time_zone: bool,
    },
    /// A span of time.
    Interval,
    /// One of a closed list of strings, enforced by the type itself (PostgreSQL and MySQL enums).
    Enum {
        /// The enum type's own name (PostgreSQL).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<Box<str>>,
        /// The values in their declared order.
        values: Box<[String]>,
    },
    /// JSON or JSONB.
    Json,
    /// A UUID.
    Uuid,
    /// An array of another type.
    Array {
        /// The type of the elements.
        element: Box<DataType>,
    },
    /// Any type that Fabwright has no meaning for. It is compared and rendered by `sql`.
    Other,
}
