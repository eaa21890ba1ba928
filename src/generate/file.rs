//! The files that generators write.

use std::collections::BTreeSet;

use crate::schema::ObjectName;

/// One generated file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GeneratedFile {
    /// Where it goes, relative to the repository, with `/` between folders.
    pub path: String,
    /// The whole text.
    pub text: String,
    /// The table that it is about; `None` for a file that covers the whole application.
    pub table: Option<ObjectName>,
    /// What kind of file it is.
    pub kind: FileKind,
}

/// What a generated file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FileKind {
    /// A model or the package of all models.
    Model,
    /// A view or the package of all views.
    View,
    /// A REST API or the package of all APIs.
    Api,
    /// The runtime layer under views and APIs.
    Runtime,
    /// Something that only tests use: fixtures, factories, settings.
    TestSupport,
    /// A test.
    Test,
}

/// Which tables are to be written. Files about the whole application are always written.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Selection {
    /// Every table.
    #[default]
    Everything,
    /// Only these tables.
    Tables(BTreeSet<ObjectName>),
}

impl Selection {
    /// Whether files about `table` are to be written.
    pub fn includes(&self, table: &ObjectName) -> bool {
        match self {
            Self::Everything => true,
            Self::Tables(tables) => tables.contains(table),
        }
    }
}
