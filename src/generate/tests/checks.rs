//! The values on and just beyond what CHECK constraints, widths and lists of values allow.

use serde::Serialize;

use super::range::Range;
use super::sample::{Value, number_value, text_value};
use super::text;
use crate::generate::entity::{Attribute, AttributeKind, Check, CheckRule, Comparison, Entity};

/// A value of one column, next to a boundary.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Boundary {
    /// The end of a test's name: `price_of_minus_0_01`.
    pub name: String,
    /// The attribute.
    pub attribute: String,
    /// The value as a Python expression.
    pub python: String,
    /// As a form sends it.
    pub form: String,
    /// As a JSON body holds it.
    pub json: String,
    /// The condition, as the database has it.
    pub rule: String,
    /// Whether the value keeps the rule.
    pub accepted: bool,
    /// Whether forms and APIs check it themselves, and not only the database.
    pub has_validator: bool,
}

/// Two columns that are compared with each other.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Pair {
    /// The attribute that is set.
    pub left: String,
    /// The attribute that it is compared with.
    pub right: String,
    /// The operator in Python.
    pub operator: String,
    /// What is added to the right value to break the rule, as a Python expression with its operator.
    pub broken: String,
    /// The same to just keep it.
    pub kept: String,
    /// The condition.
    pub rule: String,
}

/// The boundaries of every rule about one column.
pub(super) fn boundaries(entity: &Entity) -> Vec<Boundary> {
    let mut found: Vec<Boundary> = Vec::new();
    for check in &entity.checks {
        for rule in &check.rules {
            let Some(attribute) = rule.columns().first().and_then(|column| entity.attribute_of(column)) else {
                continue;
            };
            if attribute.generated.is_some()
                || entity.refers(attribute)
                || attribute.primary_key
                || attribute.in_trigger
            {
                continue;
            }
            let range = Range::of(attribute, entity);
            for boundary in of_rule(attribute, &range, check, rule, entity) {
                if !found.iter().any(|known| known.name == boundary.name && known.accepted == boundary.accepted) {
                    found.push(boundary);
                }
            }
        }
    }
    found
}

fn of_rule(attribute: &Attribute, range: &Range, check: &Check, rule: &CheckRule, entity: &Entity) -> Vec<Boundary> {
    let boundary = |name: &str, value: Value, accepted| Boundary {
        name: format!("{}_{name}", attribute.name),
        attribute: attribute.name.clone(),
        python: value.python,
        form: value.form.unwrap_or_else(|| "\"\"".to_owned()),
        json: value.json,
        rule: check.expression.clone(),
        accepted,
        has_validator: has_validator(attribute, range, rule),
    };
    let compared = entity.checks.iter().flat_map(|check| &check.rules).any(|rule| match rule {
        CheckRule::Columns { left, right, .. } => *left == attribute.column || *right == attribute.column,
        _ => false,
    });
    match rule {
        CheckRule::Bound { operator, value, .. } if is_number(&attribute.kind) => {
            let number = |scaled: i128, accepted| {
                let written = text::decimal(scaled, range.scale);
                let name = format!("of_{}", written.replace('-', "minus_").replace('.', "_"));
                boundary(&name, number_value(&attribute.kind, scaled, range.scale), accepted)
            };
            let mut pure = Range { low: None, high: None, holes: Vec::new(), only: Vec::new(), ..range.clone() };
            pure.apply(*operator, value);
            let (kept, broken) = match (pure.low, pure.high, pure.only.first(), pure.holes.first()) {
                (Some(low), ..) => (low, low - 1),
                (_, Some(high), ..) => (high, high + 1),
                (_, _, Some(only), _) => (*only, only + 1),
                (_, _, _, Some(hole)) => (hole + 1, *hole),
                _ => return Vec::new(),
            };
            let mut all = vec![number(broken, false)];
            if range.near(kept) == kept && !range.opaque && !compared {
                all.push(number(kept, true));
            }
            all
        }
        CheckRule::Length { .. } if matches!(attribute.kind, AttributeKind::Text { .. }) => {
            let of_length = |length: u32, accepted| {
                boundary(&format!("of_length_{length}"), text_value(&"x".repeat(length as usize)), accepted)
            };
            let mut all = Vec::new();
            if range.shortest > 0 {
                all.push(of_length(range.shortest - 1, false));
                if !range.opaque {
                    all.push(of_length(range.shortest, true));
                }
            }
            let limited = matches!(rule, CheckRule::Length { operator, .. }
                if !matches!(operator, Comparison::Greater | Comparison::GreaterOrEqual | Comparison::NotEqual));
            if let Some(longest) = range.longest.filter(|longest| limited && *longest < 2000) {
                all.push(of_length(longest + 1, false));
                if !range.opaque {
                    all.push(of_length(longest, true));
                }
            }
            all
        }
        CheckRule::OneOf { values, text: false, .. } if is_number(&attribute.kind) && !values.is_empty() => {
            let beyond = range.only.iter().max().map_or(0, |most| most + 1);
            let name = format!("of_{}", text::decimal(beyond, range.scale).replace('-', "minus_").replace('.', "_"));
            vec![boundary(&name, number_value(&attribute.kind, beyond, range.scale), false)]
        }
        _ => Vec::new(),
    }
}

/// Whether `code::rule` makes a validator of a rule.
fn has_validator(attribute: &Attribute, range: &Range, rule: &CheckRule) -> bool {
    match rule {
        CheckRule::Bound { operator, .. } => match operator {
            Comparison::GreaterOrEqual | Comparison::LessOrEqual => true,
            Comparison::Greater | Comparison::Less => match attribute.kind {
                AttributeKind::Integer { .. } => true,
                AttributeKind::Numeric { scale, .. } => scale == Some(range.scale),
                _ => false,
            },
            Comparison::Equal | Comparison::NotEqual => false,
        },
        CheckRule::Length { operator, .. } => *operator != Comparison::NotEqual,
        CheckRule::OneOf { text, .. } => !text && matches!(attribute.kind, AttributeKind::Integer { .. }),
        _ => false,
    }
}

/// The rules that compare two columns.
pub(super) fn pairs(entity: &Entity) -> Vec<Pair> {
    let mut found = Vec::new();
    for check in &entity.checks {
        for rule in &check.rules {
            let CheckRule::Columns { left, operator, right } = rule else { continue };
            let (Some(left), Some(right)) = (entity.attribute_of(left), entity.attribute_of(right)) else { continue };
            // Neither a key nor what a row may do without can be counted on from.
            let has_value = |one: &Attribute| {
                !one.primary_key
                    && !one.in_trigger
                    && !entity.refers(one)
                    && (!one.nullable || !Range::of(one, entity).opaque)
            };
            if !has_value(left) || !has_value(right) || left.generated.is_some() {
                continue;
            }
            let Some(step) = step(left) else { continue };
            let (broken, kept) = match operator {
                Comparison::Greater => (String::new(), format!(" + {step}")),
                Comparison::GreaterOrEqual => (format!(" - {step}"), String::new()),
                Comparison::Less => (String::new(), format!(" - {step}")),
                Comparison::LessOrEqual | Comparison::Equal => (format!(" + {step}"), String::new()),
                Comparison::NotEqual => (String::new(), format!(" + {step}")),
            };
            found.push(Pair {
                left: left.name.clone(),
                right: right.name.clone(),
                operator: operator.as_python().to_owned(),
                broken,
                kept,
                rule: check.expression.clone(),
            });
        }
    }
    found
}

/// The least difference between two values of a column.
fn step(attribute: &Attribute) -> Option<String> {
    Some(match &attribute.kind {
        AttributeKind::Integer { .. } => "1".to_owned(),
        AttributeKind::Numeric { scale, .. } => number_value(&attribute.kind, 1, scale.unwrap_or(2)).python,
        AttributeKind::Float => "0.01".to_owned(),
        AttributeKind::Date => "datetime.timedelta(days=1)".to_owned(),
        AttributeKind::DateTime { .. } => "datetime.timedelta(seconds=1)".to_owned(),
        _ => return None,
    })
}

fn is_number(kind: &AttributeKind) -> bool {
    matches!(kind, AttributeKind::Integer { .. } | AttributeKind::Numeric { .. } | AttributeKind::Float)
}
