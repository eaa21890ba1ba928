//! What the CHECK constraints, the type and the width of a column leave of its values.

use std::collections::BTreeMap;

use super::sample::Rank;
use crate::generate::entity::{Attribute, AttributeKind, CheckRule, Comparison, Entity};

/// The values of a column, numbers in units of their last decimal place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Range {
    /// Decimal places.
    pub scale: u32,
    /// The least number.
    pub low: Option<i128>,
    /// The greatest number.
    pub high: Option<i128>,
    /// Numbers inside the range that are not allowed.
    pub holes: Vec<i128>,
    /// The only numbers that are allowed, when it is a list.
    pub only: Vec<i128>,
    /// The least number of characters.
    pub shortest: u32,
    /// The greatest number of characters.
    pub longest: Option<u32>,
    /// A CHECK that was not understood may speak of this column, or a trigger.
    pub opaque: bool,
}

impl Range {
    /// The range of one attribute.
    pub(super) fn of(attribute: &Attribute, entity: &Entity) -> Self {
        let mut range = Self::of_type(&attribute.kind);
        range.opaque = attribute.in_trigger;
        for check in &entity.checks {
            for rule in &check.rules {
                match rule {
                    CheckRule::Bound { column, operator, value } if *column == attribute.column => {
                        range.apply(*operator, value);
                    }
                    CheckRule::Length { column, operator, value } if *column == attribute.column => {
                        range.length(*operator, *value);
                    }
                    CheckRule::OneOf { column, values, text: false } if *column == attribute.column => {
                        range.only = values.iter().filter_map(|value| scaled(value, range.scale).exact()).collect();
                    }
                    CheckRule::Opaque => range.opaque |= mentions(&check.expression, &attribute.column),
                    _ => {}
                }
            }
        }
        range
    }

    fn of_type(kind: &AttributeKind) -> Self {
        let (scale, limit) = match kind {
            AttributeKind::Integer { most, .. } => (0, Some(*most)),
            AttributeKind::Numeric { precision, scale } => {
                let scale = scale.unwrap_or(2).min(18);
                (scale, precision.filter(|digits| *digits <= 36).map(|digits| 10_i128.pow(digits) - 1))
            }
            AttributeKind::Float => (2, None),
            _ => (0, None),
        };
        let longest = if let AttributeKind::Text { length } = kind { *length } else { None };
        Self {
            scale,
            low: if let AttributeKind::Integer { least, .. } = kind { Some(*least) } else { limit.map(|limit| -limit) },
            high: limit,
            holes: Vec::new(),
            only: Vec::new(),
            shortest: 0,
            longest,
            opaque: false,
        }
    }

    /// Narrows the range down to what one comparison with a number leaves.
    pub(super) fn apply(&mut self, operator: Comparison, value: &str) {
        let bound = scaled(value, self.scale);
        let low = |this: &mut Self, low: i128| this.low = Some(this.low.map_or(low, |old| old.max(low)));
        let high = |this: &mut Self, high: i128| this.high = Some(this.high.map_or(high, |old| old.min(high)));
        match operator {
            Comparison::GreaterOrEqual => low(self, bound.ceiling),
            Comparison::Greater => low(self, bound.floor + 1),
            Comparison::LessOrEqual => high(self, bound.floor),
            Comparison::Less => high(self, bound.ceiling - 1),
            Comparison::Equal => self.only = bound.exact().into_iter().collect(),
            Comparison::NotEqual => self.holes.extend(bound.exact()),
        }
    }

    fn length(&mut self, operator: Comparison, value: u32) {
        let longest =
            |this: &mut Self, value: u32| this.longest = Some(this.longest.map_or(value, |old| old.min(value)));
        match operator {
            Comparison::GreaterOrEqual => self.shortest = self.shortest.max(value),
            Comparison::Greater => self.shortest = self.shortest.max(value.saturating_add(1)),
            Comparison::LessOrEqual => longest(self, value),
            Comparison::Less => longest(self, value.saturating_sub(1)),
            Comparison::Equal => {
                self.shortest = value;
                longest(self, value);
            }
            Comparison::NotEqual if value == 0 => self.shortest = self.shortest.max(1),
            Comparison::NotEqual => self.opaque = true,
        }
    }

    /// The allowed number next to `wanted`.
    pub(super) fn near(&self, wanted: i128) -> i128 {
        if let Some(found) = self.only.iter().min_by_key(|value| (*value - wanted).abs()) {
            return *found;
        }
        let mut found = wanted;
        if let Some(high) = self.high {
            found = found.min(high);
        }
        if let Some(low) = self.low {
            found = found.max(low);
        }
        while self.holes.contains(&found) {
            found += if self.high == Some(found) { -1 } else { 1 };
        }
        found
    }

    /// Another allowed number than `taken`, or `taken` when there is no other.
    pub(super) fn other_than(&self, taken: i128) -> i128 {
        if let Some(found) = self.only.iter().find(|value| **value != taken) {
            return *found;
        }
        let above = self.near(taken + 1);
        if above == taken { self.near(taken - 1) } else { above }
    }
}

struct Scaled {
    floor: i128,
    ceiling: i128,
}

impl Scaled {
    fn exact(&self) -> Option<i128> {
        (self.floor == self.ceiling).then_some(self.floor)
    }
}

/// A number as written, in units of the last of `scale` decimal places.
fn scaled(written: &str, scale: u32) -> Scaled {
    let (negative, digits) = match written.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, written),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let kept: String = fraction.chars().chain(std::iter::repeat('0')).take(scale as usize).collect();
    let rest = fraction.get(scale as usize..).unwrap_or("");
    let inexact = rest.chars().any(|digit| digit != '0');
    let magnitude: i128 = format!("{whole}{kept}").parse().unwrap_or(0);
    match (negative, inexact) {
        (false, false) => Scaled { floor: magnitude, ceiling: magnitude },
        (false, true) => Scaled { floor: magnitude, ceiling: magnitude + 1 },
        (true, false) => Scaled { floor: -magnitude, ceiling: -magnitude },
        (true, true) => Scaled { floor: -magnitude - 1, ceiling: -magnitude },
    }
}

/// Whether an expression may speak of a column.
pub(super) fn mentions(expression: &str, column: &str) -> bool {
    let (expression, column) = (expression.to_lowercase(), column.to_lowercase());
    expression.match_indices(&column).any(|(at, _)| {
        let part = |c: char| c.is_alphanumeric() || c == '_';
        !expression[..at].chars().next_back().is_some_and(part)
            && !expression[at + column.len()..].chars().next().is_some_and(part)
    })
}

/// Where the columns stand that are compared with each other, by column.
pub(super) fn ranks(entity: &Entity) -> BTreeMap<String, Rank> {
    let mut ranks: BTreeMap<String, Rank> = BTreeMap::new();
    let pairs: Vec<(&str, &str, bool, bool)> = entity
        .checks
        .iter()
        .flat_map(|check| &check.rules)
        .filter_map(|rule| match rule {
            CheckRule::Columns { left, operator, right } => {
                let (left, right) = (left.as_str(), right.as_str());
                Some(match operator {
                    Comparison::Greater | Comparison::NotEqual => (right, left, true, false),
                    Comparison::GreaterOrEqual => (right, left, false, false),
                    Comparison::Less => (left, right, true, false),
                    Comparison::LessOrEqual => (left, right, false, false),
                    Comparison::Equal => (left, right, false, true),
                })
            }
            _ => None,
        })
        .collect();
    // As many rounds as there are rules settle any chain; a circle of strict rules can't be kept by any row.
    for _ in 0..=pairs.len() {
        for (low, high, strict, equal) in &pairs {
            let below = ranks.entry((*low).to_owned()).or_default();
            below.below = true;
            below.above |= equal;
            let steps = below.steps + i32::from(*strict);
            let above = ranks.entry((*high).to_owned()).or_default();
            above.above = true;
            above.below |= equal;
            above.steps = above.steps.max(steps);
        }
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(kind: AttributeKind) -> Range {
        Range::of_type(&kind)
    }

    #[test]
    fn a_strict_bound_is_one_step_inside() {
        let mut range = range(AttributeKind::Numeric { precision: Some(10), scale: Some(2) });
        range.apply(Comparison::Greater, "0");
        range.apply(Comparison::Less, "100.005");
        assert_eq!((range.low, range.high), (Some(1), Some(10000)));
        assert_eq!(range.near(-5), 1);
    }

    #[test]
    fn holes_are_stepped_over() {
        let mut range = range(AttributeKind::Integer { least: -2_147_483_648, most: 2_147_483_647 });
        range.apply(Comparison::NotEqual, "5");
        assert_eq!(range.near(5), 6);
        assert_eq!(range.other_than(4), 6);
    }

    #[test]
    fn lengths_become_limits() {
        let mut range = range(AttributeKind::Text { length: Some(80) });
        range.length(Comparison::GreaterOrEqual, 2);
        range.length(Comparison::Less, 50);
        assert_eq!((range.shortest, range.longest), (2, Some(49)));
    }

    #[test]
    fn a_column_is_found_by_its_whole_name() {
        assert!(mentions("(\"Price\" > 0)", "price"));
        assert!(!mentions("list_price > 0", "price"));
    }
}
