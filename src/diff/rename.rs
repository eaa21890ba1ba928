//! Which objects are the same under another name.

use serde::Serialize;

use crate::schema::ObjectName;

/// Why two objects are held to be the same one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "evidence", rename_all = "snake_case")]
pub enum RenameEvidence {
    /// A statement of the rehearsed migration renamed it.
    Observed {
        /// The statement.
        statement: String,
    },
    /// The repository's configuration says so.
    Answered,
    /// Nobody saw it: the two look alike.
    Inferred {
        /// 0 to 100.
        score: u8,
        /// What the score rests on.
        reasons: Vec<String>,
    },
}

/// What is known of renames before two schemas are compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RenameHints {
    /// Tables: old name, new name, evidence.
    pub tables: Vec<(ObjectName, ObjectName, RenameEvidence)>,
    /// Columns: the table under its new name, old column, new column, evidence.
    pub columns: Vec<(ObjectName, String, String, RenameEvidence)>,
}
