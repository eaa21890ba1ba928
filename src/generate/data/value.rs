//! The value of one cell.

use std::cmp::Ordering;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime};
use serde::Serialize;

/// A value as a database takes it. Dates, times, UUIDs and JSON are text in the form that SQL writes them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "type", content = "value", rename_all = "snake_case")]
pub enum Value {
    /// NULL.
    Null,
    /// True or false.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// An exact decimal number.
    Decimal(String),
    /// A binary floating-point number.
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Binary(Vec<u8>),
}

impl Value {
    /// Whether it is NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub(super) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// The number that it is, or that its text says.
    pub(super) fn number(&self) -> Option<f64> {
        match self {
            Self::Null | Self::Binary(_) => None,
            Self::Boolean(value) => Some(f64::from(u8::from(*value))),
            Self::Integer(value) => Some(*value as f64),
            Self::Float(value) => Some(*value),
            Self::Decimal(text) | Self::Text(text) => {
                text.trim().parse().ok().filter(|number: &f64| number.is_finite())
            }
        }
    }

    /// Its order, as a comparison in SQL sees it; `None` when NULL or not comparable.
    pub(super) fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Null, _) | (_, Self::Null) => None,
            (Self::Integer(left), Self::Integer(right)) => Some(left.cmp(right)),
            (Self::Text(left), Self::Text(right)) => Some(left.cmp(right)),
            (Self::Binary(left), Self::Binary(right)) => Some(left.cmp(right)),
            _ => self.number()?.partial_cmp(&other.number()?),
        }
    }

    /// The value `steps` further on: a number, a day or an hour.
    pub(super) fn shifted(&self, steps: i64) -> Self {
        match self {
            Self::Integer(value) => Self::Integer(value.saturating_add(steps)),
            Self::Float(value) => Self::Float(value + steps as f64),
            Self::Decimal(text) => {
                let scale = text.split_once('.').map_or(0, |(_, digits)| digits.len());
                match text.parse::<f64>() {
                    Ok(value) => Self::Decimal(format!("{:.scale$}", value + steps as f64)),
                    Err(_) => self.clone(),
                }
            }
            Self::Text(text) => {
                // A date and time also reads as a date, which would lose the time.
                if text.len() == 10
                    && let Ok(date) = text.parse::<Date>()
                {
                    return Self::Text(date.saturating_add(steps.days()).to_string());
                }
                match text.replacen(' ', "T", 1).parse::<DateTime>() {
                    Ok(time) => Self::Text(date_time(time.saturating_add(steps.hours()))),
                    Err(_) => self.clone(),
                }
            }
            Self::Null | Self::Boolean(_) | Self::Binary(_) => self.clone(),
        }
    }

    /// A key under which equal values meet, for uniqueness.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Null => "n".to_owned(),
            Self::Boolean(value) => format!("d{}", u8::from(*value)),
            Self::Integer(value) => format!("d{value}"),
            Self::Decimal(text) => match text.split_once('.') {
                Some((whole, digits)) if digits.trim_end_matches('0').is_empty() => format!("d{whole}"),
                Some((whole, digits)) => format!("d{whole}.{}", digits.trim_end_matches('0')),
                None => format!("d{text}"),
            },
            Self::Float(value) => format!("d{value}"),
            // Many collations ignore case.
            Self::Text(text) => format!("t{}", text.to_lowercase()),
            Self::Binary(bytes) => format!("b{bytes:?}"),
        }
    }
}

/// A date and time as SQL writes it, with microseconds.
pub(super) fn date_time(time: DateTime) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S.%6f").to_string()
}
