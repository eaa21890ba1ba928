//! What constraints say to forms and APIs.
//!
//! | constraint              | form                          | API               |
//! |-------------------------|-------------------------------|-------------------|
//! | `column >= number`      | `NumberRange`                 | `Range`           |
//! | `length(column) >= n`   | `Length`                      | `Length`          |
//! | `column IN (1, 2)`      | `AnyOf`                       | `OneOf`           |
//! | `column >= column`      | `Compare`                     | the database's    |
//! | UNIQUE                  | `Unique`                      | the database's    |
//! | anything else           | the database's                | the database's    |

use crate::generate::entity::{Attribute, AttributeKind, CheckRule, Comparison, Entity, FormField};
use crate::generate::python::{Code, Imports};

/// The `validators_columns` of a view.
pub(super) fn validators(entity: &Entity, imports: &mut Imports) -> Vec<(String, Code)> {
    entity
        .attributes
        .iter()
        .filter(|attribute| attribute.outcome.add.is_included() || attribute.outcome.edit.is_included())
        .filter(|attribute| matches!(attribute.outcome.field, FormField::Automatic | FormField::BlankIsNull))
        .filter_map(|attribute| {
            let validators = of_attribute(entity, attribute, imports);
            (!validators.is_empty()).then(|| (attribute.name.clone(), Code::List(validators)))
        })
        .collect()
}

/// WTForms validators for the CHECK constraints of one attribute.
pub(super) fn of_attribute(entity: &Entity, attribute: &Attribute, imports: &mut Imports) -> Vec<Code> {
    let limits = Limits::of(entity, attribute);
    let mut validators = Vec::new();
    if limits.has_range() {
        imports.from("wtforms.validators", "NumberRange");
        validators.push(Code::call("NumberRange", limits.range(attribute, imports)));
    }
    if limits.has_length() {
        imports.from("wtforms.validators", "Length");
        validators.push(Code::call("Length", limits.length()));
    }
    if let Some(values) = limits.any_of {
        imports.from("wtforms.validators", "AnyOf");
        validators.push(Code::call("AnyOf", vec![Code::List(values.into_iter().map(Code::plain).collect())]));
    }
    validators
}

/// The `validators_columns` of an API: one marshmallow validator for each column.
pub(super) fn api_validators(entity: &Entity, imports: &mut Imports) -> Vec<(String, Code)> {
    entity
        .attributes
        .iter()
        .filter(|attribute| attribute.outcome.api_write.is_included())
        .filter_map(|attribute| {
            let limits = Limits::of(entity, attribute);
            let mut validators = Vec::new();
            if limits.has_range() {
                imports.from("marshmallow.validate", "Range");
                validators.push(Code::call("Range", limits.range(attribute, imports)));
            }
            if limits.has_length() {
                imports.from("marshmallow.validate", "Length");
                validators.push(Code::call("Length", limits.length()));
            }
            if let Some(values) = limits.any_of {
                imports.from("marshmallow.validate", "OneOf");
                validators.push(Code::call("OneOf", vec![Code::List(values.into_iter().map(Code::plain).collect())]));
            }
            if validators.len() > 1 {
                imports.from("marshmallow.validate", "And");
                validators = vec![Code::call("And", validators)];
            }
            validators.pop().map(|validator| (attribute.name.clone(), validator))
        })
        .collect()
}

/// The `form_rules` of a view: what spans columns, and uniqueness that FAB does not see.
pub(super) fn form_rules(entity: &Entity, imports: &mut Imports) -> Vec<Code> {
    let on_form = |name: &str| entity.add_columns().contains(&name) || entity.edit_columns().contains(&name);
    let field = |attribute: &str| {
        let name = entity.relation_of(attribute).map_or(attribute, |relation| relation.name.as_str());
        on_form(name).then(|| name.to_owned())
    };
    let mut rules = Vec::new();
    for unique in entity.uniques.iter().filter(|unique| unique.name.is_some() || unique.attributes.len() > 1) {
        if let Some(names) = unique.attributes.iter().map(|name| field(name)).collect::<Option<Vec<String>>>() {
            imports.from("..fabkit.rules", "Unique");
            let rule = Code::call("Unique", names.into_iter().map(Code::text).collect());
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
    }
    for rule in entity.checks.iter().flat_map(|check| &check.rules) {
        let CheckRule::Columns { left, operator, right } = rule else { continue };
        let name = |column: &str| entity.attribute_of(column).map(|one| one.name.as_str()).filter(|one| on_form(one));
        if let (Some(left), Some(right)) = (name(left), name(right)) {
            imports.from("..fabkit.rules", "Compare");
            rules.push(Code::call(
                "Compare",
                vec![Code::text(left), Code::text(operator.as_python()), Code::text(right)],
            ));
        }
    }
    rules
}

/// The tightest limits that the CHECK constraints set on one attribute.
#[derive(Default)]
struct Limits {
    at_least: Option<String>,
    at_most: Option<String>,
    shortest: Option<u32>,
    longest: Option<u32>,
    any_of: Option<Vec<String>>,
}

impl Limits {
    fn of(entity: &Entity, attribute: &Attribute) -> Self {
        let mut limits = Self::default();
        for rule in entity.checks.iter().flat_map(|check| &check.rules) {
            match rule {
                CheckRule::Bound { column, operator, value } if column == &attribute.column => {
                    limits.bound(attribute, *operator, value);
                }
                CheckRule::Length { column, operator, value } if column == &attribute.column => match operator {
                    Comparison::GreaterOrEqual => limits.shortest = limits.shortest.max(Some(*value)),
                    Comparison::Greater => limits.shortest = limits.shortest.max(Some(value + 1)),
                    Comparison::LessOrEqual => limits.longest = Some(*value),
                    Comparison::Less => limits.longest = value.checked_sub(1),
                    Comparison::Equal => (limits.shortest, limits.longest) = (Some(*value), Some(*value)),
                    Comparison::NotEqual => {}
                },
                CheckRule::OneOf { column, values, text: false }
                    if column == &attribute.column && matches!(attribute.kind, AttributeKind::Integer { .. }) =>
                {
                    limits.any_of = Some(values.clone());
                }
                _ => {}
            }
        }
        limits
    }

    /// A strict bound becomes the next value that the column can hold; where there is no next one, the database
    /// alone refuses it.
    fn bound(&mut self, attribute: &Attribute, operator: Comparison, value: &str) {
        let scale = match attribute.kind {
            AttributeKind::Integer { .. } => Some(0),
            AttributeKind::Numeric { scale, .. } => scale,
            AttributeKind::Float => None,
            _ => return,
        };
        let next = |step: i128| scale.and_then(|scale| shifted(value, scale, step));
        match operator {
            Comparison::GreaterOrEqual => self.at_least = Some(value.to_owned()),
            Comparison::LessOrEqual => self.at_most = Some(value.to_owned()),
            Comparison::Greater => self.at_least = next(1),
            Comparison::Less => self.at_most = next(-1),
            Comparison::Equal | Comparison::NotEqual => {}
        }
    }

    fn has_range(&self) -> bool {
        self.at_least.is_some() || self.at_most.is_some()
    }

    fn has_length(&self) -> bool {
        self.shortest.is_some() || self.longest.is_some()
    }

    fn range(&self, attribute: &Attribute, imports: &mut Imports) -> Vec<Code> {
        let mut number = |value: &String| {
            let is_whole = !value.contains(['.', 'e', 'E']);
            if is_whole || matches!(attribute.kind, AttributeKind::Float) {
                return Code::plain(value.clone());
            }
            imports.from("decimal", "Decimal");
            Code::call("Decimal", vec![Code::text(value.clone())])
        };
        let least = self.at_least.as_ref().map(|value| Code::keyword("min", number(value)));
        let most = self.at_most.as_ref().map(|value| Code::keyword("max", number(value)));
        least.into_iter().chain(most).collect()
    }

    fn length(&self) -> Vec<Code> {
        let keyword = |name: &str, value: u32| Code::keyword(name, Code::plain(value.to_string()));
        let shortest = self.shortest.map(|value| keyword("min", value));
        shortest.into_iter().chain(self.longest.map(|value| keyword("max", value))).collect()
    }
}

/// `value` plus `step` units of its last decimal place of `scale`: (`0`, 2, 1) → `0.01`.
fn shifted(value: &str, scale: u32, step: i128) -> Option<String> {
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    let scale = usize::try_from(scale).ok()?;
    if fraction.len() > scale || scale > 30 {
        return None;
    }
    let digits: i128 = format!("{whole}{fraction:0<scale$}").parse().ok()?;
    let shifted = digits.checked_add(step)?;
    let text = format!("{:0>width$}", shifted.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = text.split_at(text.len() - scale);
    let sign = if shifted < 0 { "-" } else { "" };
    let fraction = fraction.trim_end_matches('0');
    Some(if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") })
}

#[cfg(test)]
mod tests {
    use super::shifted;

    #[test]
    fn steps_to_the_next_value_of_a_scale() {
        assert_eq!(shifted("0", 2, 1).as_deref(), Some("0.01"));
        assert_eq!(shifted("0", 0, 1).as_deref(), Some("1"));
        assert_eq!(shifted("100", 0, -1).as_deref(), Some("99"));
        assert_eq!(shifted("0", 3, -1).as_deref(), Some("-0.001"));
        assert_eq!(shifted("0.99", 2, 1).as_deref(), Some("1"));
        assert_eq!(shifted("0.999", 2, 1), None);
    }
}
