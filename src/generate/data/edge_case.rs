//! Values at the borders of what a column takes.

use super::value::Value;
use crate::schema::{Column, TypeKind};

/// Text that is often mishandled: accents, right-to-left, joined emoji, quotes and markup, formulas, white space.
const TEXTS: [&str; 8] = [
    "Ünïcødé – 漢字かな",
    "مرحبا بالعالم",
    "👩‍👩‍👧 🎉",
    "O'Brien \"quoted\" <b>&amp;</b> \\ %_",
    "=1+1",
    "  leading and trailing  ",
    "two\nlines\tand a tab",
    "null",
];
/// Where there is no limit, this is long.
const LONG: usize = 5_000;

/// No server takes more digits than this.
const DIGITS: u32 = 1_000;

/// The edge cases of `column`, NULL among them where it is accepted.
pub(super) fn values(column: &Column) -> Vec<Value> {
    let mut values = match &column.data_type.kind {
        TypeKind::Integer { bits } => {
            let most = i64::MAX >> 64_u32.saturating_sub(u32::from((*bits).clamp(8, 64)));
            [0, -1, 1, most, -most - 1].map(Value::Integer).to_vec()
        }
        TypeKind::Numeric { precision, scale } => decimals(*precision, *scale),
        TypeKind::Float { bits: 32 } => [0.0, -1.5, 1e-6, 3.0e38].map(Value::Float).to_vec(),
        TypeKind::Float { .. } => [0.0, -1.5, 1e-9, 1e300].map(Value::Float).to_vec(),
        TypeKind::Boolean => [true, false].map(Value::Boolean).to_vec(),
        TypeKind::Text { length } => texts(*length),
        TypeKind::Binary { length } => {
            let most = length.map_or(1024, |length| length.min(1024)) as usize;
            vec![Value::Binary(Vec::new()), Value::Binary(vec![0; most]), Value::Binary(vec![255; most.min(4)])]
        }
        TypeKind::Date => texts_of(&["1970-01-01", "0001-01-01", "9999-12-31", "2024-02-29"]),
        TypeKind::Time => texts_of(&["00:00:00.000000", "23:59:59.999999"]),
        // The TIMESTAMP of MySQL counts seconds in 32 bits.
        TypeKind::DateTime { with_time_zone: true } if is_counted(&column.data_type.sql) => {
            texts_of(&["1970-01-02 00:00:00.000000", "2038-01-18 03:14:07.999999", "2024-02-29 12:00:00.000001"])
        }
        TypeKind::DateTime { .. } => texts_of(&[
            "1970-01-01 00:00:00.000000",
            "0001-01-01 00:00:00.000000",
            "9999-12-31 23:59:59.999999",
            "2024-02-29 12:00:00.000001",
        ]),
        TypeKind::Interval => texts_of(&["00:00:00", "23:59:59"]),
        TypeKind::Enum { values, .. } => values.iter().map(Value::text).collect(),
        TypeKind::Json => texts_of(&["{}", "[]", "null", "\"\"", r#"{"a": {"b": [1, null, "é 🎉 \"x\""]}}"#, "0"]),
        TypeKind::Uuid => texts_of(&["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]),
        TypeKind::Array { .. } => texts_of(&["{}"]),
        TypeKind::Other => Vec::new(),
    };
    if column.data_type.sql.contains("unsigned") {
        values.retain(|value| value.number().is_none_or(|number| number >= 0.0));
    }
    if column.nullable {
        values.insert(0, Value::Null);
    }
    values
}

/// Whether the server calls a type `timestamp` or `timestamp(3)` although it means a time zone.
fn is_counted(sql: &str) -> bool {
    sql.strip_prefix("timestamp").is_some_and(|rest| rest.is_empty() || (rest.starts_with('(') && rest.ends_with(')')))
}

fn texts_of(values: &[&str]) -> Vec<Value> {
    values.iter().map(|value| Value::text(*value)).collect()
}

fn texts(length: Option<u32>) -> Vec<Value> {
    let most = length.map_or(LONG, |length| (length as usize).min(LONG));
    let mut values = vec![Value::text(""), Value::text("x".repeat(most)), Value::text("é".repeat(most))];
    values.extend(TEXTS.iter().filter(|text| text.chars().count() <= most).map(|text| Value::text(*text)));
    values
}

fn decimals(precision: Option<u32>, scale: Option<u32>) -> Vec<Value> {
    let scale = scale.unwrap_or(if precision.is_some() { 0 } else { 2 }).min(DIGITS) as usize;
    let whole = precision.map_or(9, |precision| (precision.min(DIGITS) as usize).saturating_sub(scale));
    let point = |whole: String, digits: String| if scale == 0 { whole } else { format!("{whole}.{digits}") };
    let largest = point(if whole == 0 { "0".to_owned() } else { "9".repeat(whole) }, "9".repeat(scale));
    let smallest = if scale == 0 { "1".to_owned() } else { format!("0.{}1", "0".repeat(scale - 1)) };
    [point("0".to_owned(), "0".repeat(scale)), smallest, format!("-{largest}"), largest].map(Value::Decimal).to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::DataType;

    fn column(kind: TypeKind, nullable: bool) -> Column {
        Column { nullable, ..Column::new("c", DataType { sql: String::new(), kind }) }
    }

    #[test]
    fn integers_reach_the_borders_of_their_width() {
        let values = values(&column(TypeKind::Integer { bits: 16 }, false));
        assert!(values.contains(&Value::Integer(32_767)) && values.contains(&Value::Integer(-32_768)));
        assert!(super::values(&column(TypeKind::Integer { bits: 64 }, false)).contains(&Value::Integer(i64::MIN)));
    }

    #[test]
    fn mysql_takes_no_negative_unsigned_numbers_and_no_far_timestamps() {
        let of = |sql: &str, kind| {
            values(&Column { nullable: false, ..Column::new("c", DataType { sql: sql.to_owned(), kind }) })
        };
        let numbers = of("smallint unsigned", TypeKind::Integer { bits: 16 });
        assert_eq!(numbers, [0, 1, 32_767].map(Value::Integer));
        let far = Value::text("9999-12-31 23:59:59.999999");
        assert!(!of("timestamp(3)", TypeKind::DateTime { with_time_zone: true }).contains(&far));
        assert!(of("datetime(3)", TypeKind::DateTime { with_time_zone: false }).contains(&far));
        assert!(of("timestamptz", TypeKind::DateTime { with_time_zone: true }).contains(&far));
    }

    #[test]
    fn decimals_fill_precision_and_scale() {
        let values = values(&column(TypeKind::Numeric { precision: Some(6), scale: Some(2) }, true));
        let expected = ["0.00", "0.01", "-9999.99", "9999.99"].map(|text| Value::Decimal(text.into()));
        assert_eq!(values[0], Value::Null);
        assert_eq!(values[1..], expected);
    }

    #[test]
    fn texts_keep_to_the_length() {
        for value in values(&column(TypeKind::Text { length: Some(5) }, false)) {
            assert!(matches!(value, Value::Text(text) if text.chars().count() <= 5));
        }
    }
}
