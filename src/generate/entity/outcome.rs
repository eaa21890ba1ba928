//! Where each attribute and relation appears, decided by type in one table.

use std::fmt;

use super::{AttributeKind, RelationKind};

/// Yes, or no with its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// It appears.
    Included,
    /// It does not, for this reason.
    Excluded(Refusal),
}

impl Decision {
    /// Whether it appears.
    pub fn is_included(self) -> bool {
        self == Self::Included
    }

    /// Why it does not appear.
    pub fn refusal(self) -> Option<Refusal> {
        match self {
            Self::Included => None,
            Self::Excluded(refusal) => Some(refusal),
        }
    }
}

/// Why something is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// The relation shows instead of its key column.
    ShownByRelation,
    /// The server hands out the key.
    ServerKey,
    /// The server computes the value.
    Computed,
    /// Filled in by the server on insert (`CURRENT_TIMESTAMP`).
    ServerTime,
    /// The key of a row does not change.
    KeyIsFixed,
    /// Too long for a list.
    TooLong,
    /// FAB has no search filter for the type.
    NoFilter,
    /// Too much for a form, and the server does without.
    NoField,
    /// FAB cannot serialise the type.
    NoSerialiser,
    /// The related rows have their own pages.
    RelatedView,
    /// FAB would make the reverse of a one-to-one relation required.
    ReverseOfOne,
    /// FAB's select boxes set one key column.
    CompositeKey,
    /// The key holds what no address can.
    KeyWithoutText,
    /// Nothing but a key: FAB's list needs a column.
    OnlyKey,
    /// A select box would load every row; search by the key instead.
    TooManyRows,
}

impl Refusal {
    /// Whether it is left out of lists only because pages have no use for a key.
    pub fn is_key(self) -> bool {
        self == Self::ServerKey
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ShownByRelation => "shown by its relation",
            Self::ServerKey => "the database hands out the key",
            Self::Computed => "the database computes it",
            Self::ServerTime => "the database fills it in",
            Self::KeyIsFixed => "the key of a row does not change",
            Self::TooLong => "too long for a list",
            Self::NoFilter => "Flask-AppBuilder has no search filter for this type",
            Self::NoField => "a form is no place for bytes",
            Self::NoSerialiser => "Flask-AppBuilder cannot serialise this type",
            Self::RelatedView => "listed below the row",
            Self::ReverseOfOne => "edited from the other side",
            Self::CompositeKey => "its columns are set instead",
            Self::KeyWithoutText => "its key cannot stand in an address",
            Self::OnlyKey => "there is nothing to show but the key",
            Self::TooManyRows => "the search form would load every row",
        })
    }
}

/// The form field that an attribute needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormField {
    /// What FAB chooses is right.
    Automatic,
    /// A check box that may be left empty.
    Boolean,
    /// Decimals with the column's scale.
    Decimal,
    /// A select of the enum's members.
    Enum,
    /// A text area that reads and writes JSON.
    Json,
    /// A time of day.
    Time,
    /// A UUID.
    Uuid,
    /// A date and a time, fractions of a second included.
    DateTime,
    /// A span of time.
    Interval,
    /// Bytes, as Base64.
    Bytes,
    /// A whole number whose type is none for FAB.
    Integer,
    /// Text in the server's words.
    Words,
    /// Text whose blank is NULL.
    BlankIsNull,
    /// No field.
    None,
}

/// Where an attribute or relation appears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// In the list.
    pub list: Decision,
    /// On the show page.
    pub show: Decision,
    /// On the add form.
    pub add: Decision,
    /// On the edit form.
    pub edit: Decision,
    /// In the search form of the list.
    pub search: Decision,
    /// Among the API's filters.
    pub api_search: Decision,
    /// In what the API answers.
    pub api_read: Decision,
    /// In what the API takes for a new row.
    pub api_write: Decision,
    /// The form field.
    pub field: FormField,
}

impl Outcome {
    /// Nowhere, for one reason.
    pub(super) fn nowhere(refusal: Refusal) -> Self {
        let no = Decision::Excluded(refusal);
        Self {
            list: no,
            show: no,
            add: no,
            edit: no,
            search: no,
            api_search: no,
            api_read: no,
            api_write: no,
            field: FormField::None,
        }
    }

    /// Takes it out of the search form and the API's filters.
    pub(super) fn without_filter(mut self) -> Self {
        self.search = Decision::Excluded(Refusal::NoFilter);
        self.api_search = Decision::Excluded(Refusal::NoFilter);
        self
    }

    /// Takes it off both forms and out of what the API takes.
    pub(super) fn read_only(mut self, refusal: Refusal) -> Self {
        let no = Decision::Excluded(refusal);
        self.add = no;
        self.edit = no;
        self.api_write = no;
        self.field = FormField::None;
        self
    }
}

/// What the type of an attribute decides, before keys, defaults and relations have their say.
///
/// | type               | list | search | form field          | API |
/// |--------------------|------|--------|---------------------|-----|
/// | integer, float     | yes  | yes    | FAB's               | yes |
/// | numeric            | yes  | yes    | decimals by scale   | yes |
/// | boolean            | yes  | yes    | check box           | yes |
/// | short text         | yes  | yes    | FAB's               | yes |
/// | long text          | no   | yes    | FAB's               | yes |
/// | enum               | yes  | yes    | select              | yes |
/// | date               | yes  | yes    | FAB's               | yes |
/// | date-time          | yes  | yes    | own                 | yes |
/// | time, UUID         | yes  | no     | own                 | yes |
/// | interval           | yes  | no     | own                 | yes |
/// | UUID array, range, address, geometry, … | yes | no | own, in the server's words | yes |
/// | JSON, plain array  | no   | no     | own, as JSON        | yes |
/// | bytes              | no   | no     | own, as Base64, to add a row that needs it | to add |
pub(super) fn of_kind(kind: &AttributeKind) -> Outcome {
    use Decision::{Excluded, Included};
    let yes = |field| Outcome {
        list: Included,
        show: Included,
        add: Included,
        edit: Included,
        search: Included,
        api_search: Included,
        api_read: Included,
        api_write: Included,
        field,
    };
    match kind {
        AttributeKind::Integer { .. } | AttributeKind::Float | AttributeKind::Date => yes(FormField::Automatic),
        AttributeKind::DateTime { .. } => yes(FormField::DateTime),
        AttributeKind::Numeric { .. } => yes(FormField::Decimal),
        AttributeKind::Boolean => yes(FormField::Boolean),
        AttributeKind::Enum(_) => yes(FormField::Enum),
        AttributeKind::Text { length: Some(length) } if *length <= 255 => yes(FormField::Automatic),
        AttributeKind::Text { .. } => Outcome { list: Excluded(Refusal::TooLong), ..yes(FormField::Automatic) },
        AttributeKind::Time => yes(FormField::Time).without_filter(),
        AttributeKind::Uuid => yes(FormField::Uuid).without_filter(),
        AttributeKind::Interval => yes(FormField::Interval).without_filter(),
        AttributeKind::Native { .. } => yes(FormField::Words).without_filter(),
        AttributeKind::Json | AttributeKind::Array(_) => {
            Outcome { list: Excluded(Refusal::TooLong), ..yes(FormField::Json) }.without_filter()
        }
        AttributeKind::Binary { .. } => Outcome {
            add: Included,
            api_write: Included,
            field: FormField::Bytes,
            ..Outcome::nowhere(Refusal::NoSerialiser)
        },
    }
}

/// What the kind of a relation decides. `owns_key` tells the two sides of a one-to-one relation apart.
pub(super) fn of_relation(kind: RelationKind, owns_key: bool) -> Outcome {
    use Decision::{Excluded, Included};
    let all = Outcome {
        list: Included,
        show: Included,
        add: Included,
        edit: Included,
        search: Included,
        api_search: Included,
        api_read: Included,
        api_write: Included,
        field: FormField::Automatic,
    };
    match kind {
        RelationKind::ManyToOne => Outcome { search: Excluded(Refusal::TooManyRows), ..all },
        RelationKind::OneToOne if owns_key => Outcome { search: Excluded(Refusal::TooManyRows), ..all },
        RelationKind::OneToOne => Outcome {
            list: Excluded(Refusal::ReverseOfOne),
            search: Excluded(Refusal::ReverseOfOne),
            api_search: Excluded(Refusal::ReverseOfOne),
            ..all.read_only(Refusal::ReverseOfOne)
        },
        RelationKind::OneToMany => Outcome::nowhere(Refusal::RelatedView),
        RelationKind::ManyToMany => Outcome {
            list: Excluded(Refusal::TooLong),
            search: Excluded(Refusal::TooManyRows),
            api_search: Excluded(Refusal::TooManyRows),
            ..all
        },
    }
}
