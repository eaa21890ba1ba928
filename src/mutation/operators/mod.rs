//! The kinds of faults. Each file says for a node of Python which faults of its kind could stand there.

mod constraint;
mod default;
mod field;
mod forgery;
mod key;
mod markup;
mod null;
mod page;
mod permission;
mod scale;
mod validator;
mod width;

use serde::Serialize;
use tree_sitter::Node;

use super::walk::{Scope, Visit};

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operator {
    /// A form or an API takes a value that was refused.
    DropValidator,
    /// A page or an API opens for people who may not see it, or shows rows that it hid.
    DropPermission,
    /// Another site can send requests in a visitor's name.
    DropCsrf,
    /// A text column takes longer text.
    WidenType,
    /// A decimal loses places.
    LoseScale,
    /// A column may be NULL.
    AllowNull,
    /// Two keys point at each other's tables.
    SwapKeys,
    /// A CHECK, UNIQUE or FOREIGN KEY is gone.
    DropConstraint,
    /// A default is gone.
    DropDefault,
    /// What happens to the rows below a deleted row is another.
    DropCascade,
    /// What people enter is written as HTML.
    RawHtml,
    /// A list reads the whole table.
    Unpage,
    /// A column is missing from a page, a form or an API.
    LoseField,
    /// A client can write the primary key.
    ExposeKey,
}

impl Operator {
    /// Every kind, in the order in which reports list them.
    pub const ALL: [Self; 14] = [
        Self::DropValidator,
        Self::DropPermission,
        Self::DropCsrf,
        Self::WidenType,
        Self::LoseScale,
        Self::AllowNull,
        Self::SwapKeys,
        Self::DropConstraint,
        Self::DropDefault,
        Self::DropCascade,
        Self::RawHtml,
        Self::Unpage,
        Self::LoseField,
        Self::ExposeKey,
    ];

    /// Its name on the command line and in reports.
    pub fn id(self) -> &'static str {
        match self {
            Self::DropValidator => "drop-validator",
            Self::DropPermission => "drop-permission",
            Self::DropCsrf => "drop-csrf",
            Self::WidenType => "widen-type",
            Self::LoseScale => "lose-scale",
            Self::AllowNull => "allow-null",
            Self::SwapKeys => "swap-keys",
            Self::DropConstraint => "drop-constraint",
            Self::DropDefault => "drop-default",
            Self::DropCascade => "drop-cascade",
            Self::RawHtml => "raw-html",
            Self::Unpage => "unpage",
            Self::LoseField => "lose-field",
            Self::ExposeKey => "expose-key",
        }
    }
}

impl std::str::FromStr for Operator {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || Self::ALL.map(Self::id).join(", ");
        Self::ALL.into_iter().find(|operator| operator.id() == text).ok_or_else(|| format!("choose among {}", known()))
    }
}

/// Plants every fault that could stand at a node.
pub(super) fn look(visit: &mut Visit<'_, '_>, node: Node<'_>, scope: Scope<'_>) {
    for operator in [
        validator::look,
        permission::look,
        forgery::look,
        width::look,
        scale::look,
        null::look,
        key::look,
        constraint::look,
        default::look,
        markup::look,
        page::look,
        field::look,
    ] {
        operator(visit, node, scope);
    }
}
