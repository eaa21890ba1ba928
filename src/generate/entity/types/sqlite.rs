//! SQLite takes any word for a type; those that SQLAlchemy has a class for are written again by that class.

use super::{SqlType, portable, word};
use crate::generate::entity::AttributeKind;
use crate::schema::DataType;

pub(super) fn sqlalchemy(data_type: &DataType, kind: &AttributeKind) -> SqlType {
    portable(kind, &word(&data_type.sql))
}
