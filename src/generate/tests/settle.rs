//! Values for the columns of CHECK constraints that no single [`Range`] can tell: regular expressions, rules over several
//! columns, functions of text.
//!
//! The rules are decided by the same reader that makes rows for rehearsals. What it can't read is left to the database.

use std::collections::BTreeMap;

use super::range::Range;
use super::sample::{Sample, number_value, text_value};
use crate::generate::data::Value;
use crate::generate::data::check::{Candidate, Check};
use crate::generate::entity::{Attribute, AttributeKind, Entity};
use crate::generate::python::string;

/// How many rows are tried at most.
const ATTEMPTS: usize = 20_000;
/// Numbers of rows with which a text must keep its rules.
const NUMBERS: [u32; 4] = [1, 12, 4321, 98_765];
/// The number of a row that no factory makes.
const BEYOND: u32 = 99_999;

/// A value that a column may be given.
#[derive(Debug, Clone)]
struct Choice {
    value: Value,
    /// What it is in Python; nothing for what the column has anyway.
    sample: Option<Sample>,
}

/// Changes samples until all rules that can be decided hold. `false`: no such values were found.
pub(super) fn settle(entity: &Entity, samples: &mut BTreeMap<String, Sample>) -> bool {
    let is_computed = |column: &str| {
        entity.attribute_of(column).is_none_or(|one| one.generated.is_some() || entity.refers(one) || one.is_served())
    };
    let checks: Vec<Check> = entity
        .checks
        .iter()
        .filter_map(|check| Check::parse(&check.expression).ok())
        .filter(|check| !check.columns().into_iter().any(is_computed))
        .collect();
    let mut row: BTreeMap<&str, Value> = BTreeMap::new();
    let mut free: Vec<(&Attribute, Vec<Choice>)> = Vec::new();
    for attribute in &entity.attributes {
        let Some(sample) = samples.get(&attribute.name) else { continue };
        let is_opaque = Range::of(attribute, entity).opaque;
        let value = if is_opaque && attribute.nullable { Value::Null } else { approximate(attribute, sample, 1) };
        if is_opaque && checks.iter().any(|check| check.columns().contains(&attribute.column.as_str())) {
            free.push((attribute, choices(entity, attribute, sample, &value, &checks)));
        }
        row.insert(&attribute.column, value);
    }
    if keeps(&checks, &row) {
        free.iter().for_each(|(attribute, _)| mend_fixed(attribute, samples, &checks));
        return true;
    }
    let mut left = ATTEMPTS;
    let mut chosen = Vec::new();
    if !search(&free, &checks, &mut row, &mut chosen, &mut left) {
        return false;
    }
    for ((attribute, _), choice) in free.iter().zip(chosen) {
        if let Some(sample) = choice.sample {
            samples.insert(attribute.name.clone(), sample);
        }
        mend_fixed(attribute, samples, &checks);
    }
    true
}

/// Gives forms a text that factories could make, where their own breaks a rule.
fn mend_fixed(attribute: &Attribute, samples: &mut BTreeMap<String, Sample>, checks: &[Check]) {
    let Some(sample) = samples.get_mut(&attribute.name) else { return };
    let (AttributeKind::Text { .. }, Some(text)) = (&attribute.kind, spelled(&sample.factory, BEYOND)) else { return };
    let fixed = Value::Text(sample.fixed.json.trim_matches('"').to_owned());
    let mut alone = checks.iter().filter(|check| check.columns() == [attribute.column.as_str()]);
    if !alone.all(|check| check.holds(&|_| fixed.clone())) {
        sample.fixed = text_value(&text);
    }
}

fn keeps(checks: &[Check], row: &BTreeMap<&str, Value>) -> bool {
    checks.iter().all(|check| check.holds(&|name| row.get(name).cloned().unwrap_or(Value::Null)))
}

/// Tries every choice of the first column with every one of the next.
fn search<'a>(
    free: &'a [(&'a Attribute, Vec<Choice>)],
    checks: &[Check],
    row: &mut BTreeMap<&'a str, Value>,
    chosen: &mut Vec<Choice>,
    left: &mut usize,
) -> bool {
    let Some(((attribute, choices), rest)) = free.split_first() else {
        *left = left.saturating_sub(1);
        return keeps(checks, row);
    };
    for choice in choices {
        row.insert(&attribute.column, choice.value.clone());
        chosen.push(choice.clone());
        if search(rest, checks, row, chosen, left) {
            return true;
        }
        chosen.pop();
        if *left == 0 {
            return false;
        }
    }
    false
}

/// What a column may be given, what it has anyway first.
fn choices(entity: &Entity, attribute: &Attribute, sample: &Sample, value: &Value, checks: &[Check]) -> Vec<Choice> {
    let mut found = vec![Choice { value: value.clone(), sample: None }];
    let about: Vec<&Check> =
        checks.iter().filter(|check| check.columns().contains(&attribute.column.as_str())).collect();
    if value.is_null() {
        let sample = Sample { settled: true, change: None, ..sample.clone() };
        found.push(Choice { value: approximate(attribute, &sample, 1), sample: Some(sample) });
    }
    if let AttributeKind::Text { .. } = attribute.kind {
        found.extend(texts(entity, attribute, &about));
    }
    let mut values: Vec<Value> = match &attribute.kind {
        AttributeKind::Boolean => vec![Value::Boolean(true), Value::Boolean(false)],
        AttributeKind::Enum(class) => class.members.iter().map(|one| Value::Text(one.value.clone())).collect(),
        _ => Vec::new(),
    };
    let is_shared = entity.uniques.iter().any(|unique| unique.attributes.contains(&attribute.name));
    if !is_shared && !attribute.primary_key {
        values.extend(about.iter().flat_map(|check| check.candidates(&attribute.column)).filter_map(|one| match one {
            Candidate::Value(value) => Some(value),
            Candidate::Near(..) => None,
        }));
    }
    for value in values {
        if let Some(sample) = literal(entity, attribute, &value)
            && !found.iter().any(|known| known.value == value)
        {
            found.push(Choice { value, sample: Some(sample) });
        }
    }
    found
}

/// A value as a sample that is the same in each row.
fn literal(entity: &Entity, attribute: &Attribute, value: &Value) -> Option<Sample> {
    let range = Range::of(attribute, entity);
    let python = match (&attribute.kind, value) {
        (AttributeKind::Boolean, Value::Boolean(value)) => super::sample::truth_value(*value, attribute.nullable),
        (AttributeKind::Integer { .. }, Value::Integer(number)) => number_value(&attribute.kind, (*number).into(), 0),
        (AttributeKind::Numeric { .. } | AttributeKind::Float, Value::Integer(number)) => {
            let scaled = i128::from(*number).checked_mul(10_i128.checked_pow(range.scale)?)?;
            number_value(&attribute.kind, scaled, range.scale)
        }
        (AttributeKind::Text { .. }, Value::Text(text)) => {
            let length = u32::try_from(text.chars().count()).ok()?;
            if range.longest.is_some_and(|longest| length > longest) || length < range.shortest {
                return None;
            }
            text_value(text)
        }
        (AttributeKind::Enum(class), Value::Text(text)) => {
            let member = class.members.iter().find(|member| &member.value == text)?;
            super::sample::member_value(class, member)
        }
        _ => return None,
    };
    Some(Sample { factory: python.python.clone(), change: None, fixed: python, settled: true })
}

/// Texts that differ from row to row and keep every rule about this column alone.
fn texts(entity: &Entity, attribute: &Attribute, about: &[&Check]) -> Vec<Choice> {
    let range = Range::of(attribute, entity);
    let alone: Vec<&&Check> = about.iter().filter(|check| check.columns() == [attribute.column.as_str()]).collect();
    let beginnings = alone.iter().flat_map(|check| check.beginnings()).map(str::to_owned);
    let word: String = attribute.name.chars().filter(char::is_ascii_alphabetic).take(8).collect();
    let words = [word.to_lowercase(), word.to_uppercase(), String::new()].into_iter();
    let mut spellings: Vec<String> = Vec::new();
    for start in beginnings.chain(words) {
        let start = start.replace(['{', '}', '"', '\\'], "");
        spellings.push(format!("f{}", string(&format!("{start}{{n}}"))));
        spellings.extend((5..=20).map(|width| format!("f{}", string(&format!("{start}{{n:0{width}}}")))));
    }
    let common = ["person{n}@example.org", "https://example.org/{n}", "+49 30 {n:05}"];
    spellings.extend(common.map(|text| format!("f\"{text}\"")));
    // Four letters are enough for every row, where the column is as wide.
    for length in [4, 3, 5, 6, 8, 10, 12, 2, 1] {
        spellings.extend(["", ".lower()", ".capitalize()"].map(|change| format!("code(n, {length}){change}")));
    }
    let fits = |text: &str| {
        let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
        range.longest.is_none_or(|longest| length <= longest)
            && length >= range.shortest
            && alone.iter().all(|check| check.holds(&|_| Value::Text(text.to_owned())))
    };
    spellings
        .into_iter()
        .filter(|python| NUMBERS.iter().chain([&BEYOND]).all(|n| spelled(python, *n).is_some_and(|text| fits(&text))))
        .filter_map(|python| {
            let fixed = text_value(&spelled(&python, BEYOND)?);
            let value = Value::Text(spelled(&python, 1)?);
            Some(Choice { value, sample: Some(Sample { factory: python, change: None, fixed, settled: true }) })
        })
        .take(4)
        .collect()
}

/// What the expression of a factory is for the row of this number; nothing where that isn't known.
fn spelled(python: &str, n: u32) -> Option<String> {
    if let Some(rest) = python.strip_prefix("code(n, ") {
        let (length, change) = rest.split_once(')')?;
        let code = code(n, length.parse().ok()?);
        return Some(match change {
            ".lower()" => code.to_lowercase(),
            ".capitalize()" => code.chars().take(1).chain(code.to_lowercase().chars().skip(1)).collect(),
            _ => code,
        });
    }
    let (text, least) = match python.split_once(".ljust(") {
        Some((text, rest)) => (text, rest.split_once(',')?.0.parse::<usize>().ok()?),
        None => (python, 0),
    };
    let text = text.strip_prefix("f\"")?.strip_suffix('"')?;
    let (before, rest) = text.split_once("{n")?;
    let (format, after) = rest.split_once('}')?;
    let number = match format.strip_prefix(":0") {
        Some(width) => format!("{n:0width$}", width = width.parse().ok()?),
        None => n.to_string(),
    };
    let mut text = format!("{before}{number}{after}");
    while text.chars().count() < least {
        text.push('x');
    }
    Some(text)
}

/// What `code` of the tests' support gives.
fn code(n: u32, length: u32) -> String {
    let mut rest = n;
    let mut letters = Vec::new();
    for _ in 0..length {
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.into_iter().rev().collect()
}

/// The value that a factory gives the row of this number, as rules see it.
fn approximate(attribute: &Attribute, sample: &Sample, n: u32) -> Value {
    let written = sample.fixed.json.trim_matches('"');
    match &attribute.kind {
        AttributeKind::Text { .. } => match spelled(&sample.factory, n) {
            Some(text) => Value::Text(text),
            None => Value::Text(sample.factory.trim_matches('"').to_owned()),
        },
        AttributeKind::Enum(class) => {
            let member = class.members.iter().find(|member| sample.factory.ends_with(&format!(".{}", member.name)));
            member.map_or(Value::Null, |member| Value::Text(member.value.clone()))
        }
        AttributeKind::Boolean => Value::Boolean(sample.factory == "True"),
        AttributeKind::Integer { .. } => written.parse().map_or(Value::Null, Value::Integer),
        AttributeKind::Numeric { .. } => Value::Decimal(written.to_owned()),
        AttributeKind::Float => written.parse().map_or(Value::Null, Value::Float),
        AttributeKind::Date => Value::Text(written.to_owned()),
        AttributeKind::DateTime { .. } => Value::Text(written.replace('T', " ").replace("+00:00", "")),
        _ => Value::Text("x".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_factories_write_is_known() {
        assert_eq!(spelled("f\"SKU-{n:05}\"", 12).as_deref(), Some("SKU-00012"));
        assert_eq!(spelled("f\"a{n}\".ljust(4, \"x\")", 1).as_deref(), Some("a1xx"));
        assert_eq!(spelled("code(n, 2)", 28).as_deref(), Some("BC"));
        assert_eq!(spelled("code(n, 3).capitalize()", 28).as_deref(), Some("Abc"));
        assert_eq!(spelled("5 + n", 1), None);
    }
}
