//! Reads the whole schema out of one document.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};

use crate::schema::tables::Like;
use crate::schema::{Schema, Tables};

/// A document and the format that it names.
pub(super) struct Whole {
    pub format: u64,
    pub schema: Schema,
}

/// Reads a document whose tables are shared with these where they are equal.
pub(super) struct Reader<'a> {
    pub like: &'a Tables,
}

#[derive(Deserialize)]
#[serde(field_identifier, rename_all = "snake_case")]
enum Field {
    Format,
    Dialect,
    Tables,
    Views,
    Triggers,
    Others,
    Dependencies,
    #[serde(other)]
    Unknown,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Whole;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Whole, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Whole;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a schema")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Whole, A::Error> {
        let (mut format, mut dialect, mut tables) = (None, None, None);
        let (mut views, mut triggers, mut others, mut dependencies) = (None, None, None, None);
        while let Some(field) = map.next_key()? {
            match field {
                Field::Format => format = Some(map.next_value()?),
                Field::Dialect => dialect = Some(map.next_value()?),
                Field::Tables => tables = Some(map.next_value_seed(Like(self.like))?),
                Field::Views => views = Some(map.next_value()?),
                Field::Triggers => triggers = Some(map.next_value()?),
                Field::Others => others = Some(map.next_value()?),
                Field::Dependencies => dependencies = Some(map.next_value()?),
                Field::Unknown => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        let missing = A::Error::missing_field;
        Ok(Whole {
            format: format.ok_or_else(|| missing("format"))?,
            schema: Schema {
                dialect: dialect.ok_or_else(|| missing("dialect"))?,
                tables: tables.ok_or_else(|| missing("tables"))?,
                views: views.unwrap_or_default(),
                triggers: triggers.unwrap_or_default(),
                others: others.unwrap_or_default(),
                dependencies: dependencies.unwrap_or_default(),
                origin: None,
            },
        })
    }
}
