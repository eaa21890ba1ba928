//! Values that a column takes: what a factory puts in, what a test changes it to, and how forms and APIs spell it.
//!
//! 1. the rules of all CHECK constraints narrow down the [`Range`] of each column;
//! 2. rules between two columns rank them, so that `shipped_on >= ordered_on` holds in every row;
//! 3. the kind of the column picks values inside its range.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::native;
use super::range::{Range, ranks};
use super::text::{self, Words};
use crate::generate::entity::{Attribute, AttributeKind, DefaultValue, ElementKind, Entity, EnumClass, EnumMember};
use crate::generate::python::string;
use crate::schema::Dialect;

/// A value in the spellings that tests need.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    /// As a Python expression.
    pub python: String,
    /// As the Python expression of what a form sends; nothing for an unticked box.
    pub form: Option<String>,
    /// As the Python expression of what a JSON body holds.
    pub json: String,
}

/// The values of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sample {
    /// What the factory puts in: a Python expression that may use `n`, the number of the row.
    pub factory: String,
    /// A valid value that no factory makes; nothing when a change of this column alone can't be known to be valid.
    pub change: Option<Value>,
    /// A valid value that is the same in every row, for forms and APIs.
    pub fixed: Value,
    /// Whether it was chosen to keep the rules that the row's other columns have a part in.
    pub settled: bool,
}

impl Sample {
    /// The changed value, or else one that is valid.
    pub(super) fn value(&self) -> &Value {
        self.change.as_ref().unwrap_or(&self.fixed)
    }
}

/// How values are to look.
#[derive(Debug, Clone, Copy)]
pub(super) struct Style {
    /// Emails look like emails.
    pub realistic: bool,
    /// Text holds letters beyond ASCII.
    pub beyond_ascii: bool,
    /// Whose words values are in.
    pub dialect: Dialect,
}

/// The sample of every attribute that a row can be given, by attribute name.
pub(super) fn of_entity(entity: &Entity, style: Style) -> BTreeMap<String, Sample> {
    let ranks = ranks(entity);
    entity
        .attributes
        .iter()
        .filter(|attribute| attribute.generated.is_none())
        .map(|attribute| {
            let rank = ranks.get(&attribute.column).copied().unwrap_or_default();
            let range = Range::of(attribute, entity);
            let picker = Picker { entity, attribute, range, rank, style };
            (attribute.name.clone(), picker.sample())
        })
        .collect()
}

/// Where a column stands among those that it is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Rank {
    /// Steps above the lowest.
    pub steps: i32,
    /// Another column must stay below it.
    pub above: bool,
    /// Another column must stay above it.
    pub below: bool,
}

struct Picker<'a> {
    entity: &'a Entity,
    attribute: &'a Attribute,
    range: Range,
    rank: Rank,
    style: Style,
}

impl Picker<'_> {
    fn sample(&self) -> Sample {
        if self.attribute.foreign_key.is_some() && self.entity.relation_of(&self.attribute.name).is_none() {
            return self.first_row();
        }
        match &self.attribute.kind {
            AttributeKind::Integer { .. } | AttributeKind::Numeric { .. } | AttributeKind::Float => self.number(),
            AttributeKind::Boolean => {
                let start = !matches!(self.attribute.default, Some(DefaultValue::Boolean(true)));
                let value = |value| truth_value(value, self.attribute.nullable);
                Sample {
                    factory: truth(start).to_owned(),
                    change: Some(value(!start)),
                    fixed: value(start),
                    settled: false,
                }
            }
            AttributeKind::Text { .. } => self.text(),
            AttributeKind::Enum(class) => {
                let member = |index: usize| class.members.get(index).map(|member| member_value(class, member));
                let fixed = member(0).unwrap_or_else(|| text_value(""));
                let change = member(1).filter(|_| !self.range.opaque);
                Sample { factory: fixed.python.clone(), change, fixed, settled: false }
            }
            AttributeKind::Date => self.day(),
            AttributeKind::DateTime { .. } => self.moment(),
            AttributeKind::Time => {
                plain("datetime.time(9, 30)", "datetime.time(17, 45)", "\"17:45:00\"", "\"17:45:00\"")
            }
            AttributeKind::Interval => {
                plain("datetime.timedelta(hours=1)", "datetime.timedelta(hours=36)", "\"1 day, 12:00:00\"", "129600")
            }
            AttributeKind::Json => {
                let change = "{\"changed\": [1, \"two\", None]}";
                let form = "'{\"changed\": [1, \"two\", null]}'";
                plain("{\"number\": n}", change, form, change)
            }
            AttributeKind::Uuid => {
                let changed = "\"7d444840-9dc0-11d1-b245-5ffdce74fad2\"";
                // A letter first: SQLite turns text that reads as a number into one where the type's name suggests it.
                let numbered = "uuid.UUID(f\"fab00000-0000-4000-8000-{n:012x}\")";
                plain(numbered, &format!("uuid.UUID({changed})"), changed, changed)
            }
            AttributeKind::Binary { length } => self.bytes(*length),
            AttributeKind::Array(element) => {
                let (one, other, form) = match element {
                    ElementKind::Integer => ("[1]", "[2, 3]", "\"[2, 3]\""),
                    ElementKind::Float => ("[1.5]", "[2.5, 3.5]", "\"[2.5, 3.5]\""),
                    ElementKind::Boolean => ("[True]", "[False, True]", "\"[false, true]\""),
                    ElementKind::Text => ("[\"a\"]", "[\"b\", \"c\"]", "'[\"b\", \"c\"]'"),
                };
                plain(one, other, form, other)
            }
            // Every column of a composite may be NULL.
            AttributeKind::Native { columns, .. } if *columns > 0 => {
                let empty = string(&format!("({})", ",".repeat(columns - 1)));
                Sample { change: None, ..plain(&empty, &empty, &empty, &empty) }
            }
            AttributeKind::Native { sql, .. } => match native::values(sql, self.style.dialect) {
                Some((one, other)) => {
                    let change = other.as_deref().map(text_value);
                    let fixed = change.clone().unwrap_or_else(|| text_value(&one));
                    Sample { factory: string(&one), fixed, change, settled: false }
                }
                None if self.attribute.nullable => Sample { change: None, ..plain("None", "None", "\"\"", "None") },
                None => Sample { change: None, ..plain("f\"{n}\"", "\"1\"", "\"1\"", "\"1\"") },
            },
        }
    }

    /// The first row of a table without a class: of users, it is the administrator.
    fn first_row(&self) -> Sample {
        let factory = if self.attribute.nullable { "None" } else { "1" };
        let fixed = Value { python: "1".to_owned(), form: Some("\"1\"".to_owned()), json: "1".to_owned() };
        Sample { factory: factory.to_owned(), change: None, fixed, settled: false }
    }

    /// As many bytes as the column takes, since some servers fill up what is missing.
    fn bytes(&self, length: Option<u32>) -> Sample {
        let length = length.unwrap_or(8).min(255);
        let must_differ = self.attribute.unique || self.attribute.primary_key;
        let factory =
            if must_differ { format!("n.to_bytes({length}, \"big\")") } else { format!("b\"\\x01\" * {length}") };
        let encoded = string(&STANDARD.encode(vec![0xff; length as usize]));
        let value = Value { python: format!("b\"\\xff\" * {length}"), form: Some(encoded.clone()), json: encoded };
        Sample { factory, fixed: value.clone(), change: Some(value), settled: false }
    }

    fn number(&self) -> Sample {
        let scale = self.range.scale;
        let spread = self.attribute.unique || self.attribute.primary_key || self.shared_unique();
        let shift = i128::from(self.rank.steps) * 10_i128.pow(scale);
        let compared = self.rank.above || self.rank.below;
        let first = self.range.near(self.preferred("12345678") + shift);
        let factory = if spread && !compared {
            let start = self.range.near(self.preferred("12345678"));
            let whole = 10_i128.pow(scale);
            // A column of two digits can't hold many rows: count in its smallest step.
            let room = self.range.high.is_none_or(|high| high - start >= whole * 1000);
            let (base, step) = if room { (start, whole) } else { (self.range.low.unwrap_or(0), 1) };
            match (scale, step) {
                (0, _) => format!("{base} + n"),
                (_, 1) => format!("{} + n * {}", self.decimal(base), self.decimal(1)),
                _ => format!("{} + n", self.decimal(base)),
            }
        } else {
            self.decimal(first)
        };
        let away = 10_i128.pow(scale) * 30;
        let wanted = match (self.rank.above, self.rank.below) {
            (true, true) => None,
            (true, false) => Some(first + away),
            (false, true) => Some(first - away),
            (false, false) if spread => Some(self.range.near(self.preferred("87654321") + away * 1000)),
            (false, false) => Some(self.preferred("87654321") + away),
        };
        let change = wanted
            .filter(|_| !self.range.opaque)
            .map(|wanted| self.range.near(wanted))
            .map(|found| if found == first { self.range.other_than(first) } else { found })
            .filter(|found| *found != first)
            .map(|found| self.number_value(found));
        Sample { factory, change, fixed: self.number_value(first), settled: false }
    }

    /// Digits in every decimal place, so that a lost one shows.
    fn preferred(&self, digits: &str) -> i128 {
        let scale = self.range.scale as usize;
        let fraction: String = digits.chars().cycle().take(scale).collect();
        let whole = if matches!(self.attribute.kind, AttributeKind::Integer { .. }) { "5" } else { "9" };
        format!("{whole}{fraction}").parse().unwrap_or(1)
    }

    fn decimal(&self, scaled: i128) -> String {
        self.number_value(scaled).python
    }

    fn number_value(&self, scaled: i128) -> Value {
        number_value(&self.attribute.kind, scaled, self.range.scale)
    }

    /// Whether it must differ from row to row because no other column of a unique key does.
    fn shared_unique(&self) -> bool {
        self.entity.uniques.iter().any(|unique| {
            unique.attributes.len() > 1
                && unique.attributes.contains(&self.attribute.name)
                && unique.attributes.iter().all(|name| {
                    self.entity.attribute(name).is_some_and(|other| {
                        other.foreign_key.is_none() && !matches!(other.kind, AttributeKind::Text { .. })
                    })
                })
        })
    }

    fn text(&self) -> Sample {
        let words = Words {
            table: &self.entity.table.name,
            column: &self.attribute.name,
            shortest: self.range.shortest,
            longest: self.range.longest,
            realistic: self.style.realistic,
            beyond_ascii: self.style.beyond_ascii && !self.range.opaque && self.attribute.any_letter,
        };
        let fixed = text_value(&words.changed());
        let free = !self.range.opaque && !self.rank.above && !self.rank.below;
        Sample { factory: words.numbered(), change: free.then(|| fixed.clone()), fixed, settled: false }
    }

    fn day(&self) -> Sample {
        let shift = self.rank.steps;
        let base = if shift == 0 {
            "datetime.date(2026, 1, 2)".to_owned()
        } else {
            format!("datetime.date(2026, 1, {})", 2 + shift.clamp(0, 26))
        };
        let spread = (self.attribute.unique || self.shared_unique()) && !self.rank.above && !self.rank.below;
        let factory = if spread { format!("{base} + datetime.timedelta(days=n)") } else { base };
        let change = match (self.rank.above, self.rank.below) {
            (true, true) => None,
            (false, true) => Some((2020, 2, 29)),
            _ => Some((2028, 2, 29)),
        };
        let value = |(year, month, day)| {
            let iso = string(&format!("{year}-{month:02}-{day:02}"));
            Value { python: format!("datetime.date({year}, {month}, {day})"), form: Some(iso.clone()), json: iso }
        };
        let change = change.filter(|_| !self.range.opaque).map(value);
        Sample { factory, change, fixed: value((2026, 1, 2 + shift.clamp(0, 26))), settled: false }
    }

    fn moment(&self) -> Sample {
        let zoned = matches!(self.attribute.kind, AttributeKind::DateTime { with_time_zone: true });
        let (zone, offset) = if zoned { (", tzinfo=datetime.UTC", "+00:00") } else { ("", "") };
        let base = format!("datetime.datetime(2026, 1, {}, 3, 4, 5{zone})", 2 + self.rank.steps.clamp(0, 26));
        let spread = (self.attribute.unique || self.shared_unique()) && !self.rank.above && !self.rank.below;
        let factory = if spread { format!("{base} + datetime.timedelta(minutes=n)") } else { base };
        let year = match (self.rank.above, self.rank.below) {
            (true, true) => None,
            (false, true) => Some(2020),
            _ => Some(2028),
        };
        let value = |(year, month, day)| Value {
            python: format!("datetime.datetime({year}, {month}, {day}, 23, 59, 58{zone})"),
            form: Some(string(&format!("{year}-{month:02}-{day:02} 23:59:58"))),
            json: string(&format!("{year}-{month:02}-{day:02}T23:59:58{offset}")),
        };
        let change = year.filter(|_| !self.range.opaque).map(|year| value((year, 2, 29)));
        Sample { factory, change, fixed: value((2026, 1, 2 + self.rank.steps.clamp(0, 26))), settled: false }
    }
}

fn plain(factory: &str, python: &str, form: &str, json: &str) -> Sample {
    let change = Value { python: python.to_owned(), form: Some(form.to_owned()), json: json.to_owned() };
    Sample { factory: factory.to_owned(), fixed: change.clone(), change: Some(change), settled: false }
}

fn truth(value: bool) -> &'static str {
    if value { "True" } else { "False" }
}

/// A truth value of a column.
pub(super) fn truth_value(value: bool, nullable: bool) -> Value {
    if nullable { choice(value) } else { boolean(value) }
}

/// A member of an enum.
pub(super) fn member_value(class: &EnumClass, member: &EnumMember) -> Value {
    Value {
        python: format!("{}.{}", class.name, member.name),
        form: Some(string(&member.value)),
        json: string(&member.value),
    }
}

/// A value that may be left open is chosen, and not ticked.
fn choice(value: bool) -> Value {
    Value { python: truth(value).to_owned(), form: Some(string(truth(value))), json: truth(value).to_owned() }
}

fn boolean(value: bool) -> Value {
    Value { python: truth(value).to_owned(), form: value.then(|| "\"y\"".to_owned()), json: truth(value).to_owned() }
}

/// Text in every spelling.
pub(super) fn text_value(value: &str) -> Value {
    Value { python: string(value), form: Some(string(value)), json: string(value) }
}

/// A number, given in units of its last decimal place.
pub(super) fn number_value(kind: &AttributeKind, scaled: i128, scale: u32) -> Value {
    let written = text::decimal(scaled, scale);
    match kind {
        AttributeKind::Numeric { .. } => Value {
            python: format!("Decimal({})", string(&written)),
            form: Some(string(&written)),
            json: string(&written),
        },
        _ => Value { python: written.clone(), form: Some(string(&written)), json: written },
    }
}
