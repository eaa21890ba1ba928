//! What tests enter into forms and send to APIs, field by field.

use serde::Serialize;

use super::checks::{self, Boundary};
use super::facts::Facts;
use crate::generate::entity::{AttributeKind, CheckRule, Comparison, Entity, Key, Relation, RelationKind};
use crate::generate::python::string;

/// A field of a form or of a JSON body.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Field {
    /// The attribute or relation.
    pub name: String,
    /// What a form sends, as a Python expression; nothing for an unticked box.
    pub form: Option<String>,
    /// What a JSON body holds, as a Python expression.
    pub json: String,
    /// What makes the row that this and other columns refer to together, and gives all of them.
    pub spread: Option<String>,
    /// The attribute that holds the value afterwards.
    pub attribute: String,
    /// What it holds when it came from a form, as a Python expression over `form`; nothing when that can't be told.
    pub from_form: Option<String>,
    /// The same over `body`.
    pub from_body: Option<String>,
    /// Whether the form says so when it is missing.
    pub required: bool,
    /// Whether it is a many-to-many relation.
    pub many: bool,
    /// Whether it is only given to a new row.
    pub fixed: bool,
    /// What is no value of this field, and what makes it so.
    pub wrong: Option<Wrong>,
    /// The greatest number of characters.
    pub longest: Option<u32>,
}

/// A value that no row could hold.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Wrong {
    /// For the test's name: `that_is_no_date`.
    pub name: &'static str,
    /// As a Python expression.
    pub value: &'static str,
}

/// Two values of two fields that are wrong together.
#[derive(Debug, Clone, Serialize)]
pub(super) struct WrongPair {
    pub left: String,
    pub left_value: &'static str,
    pub right: String,
    pub right_value: &'static str,
}

/// What an update by somebody else may change, as further arguments in Python.
pub(super) fn kept_by_triggers(entity: &Entity) -> String {
    let touched = entity.attributes.iter().filter(|attribute| attribute.in_trigger);
    touched.map(|attribute| format!(", {}", string(&attribute.name))).collect()
}

/// The fields of these names.
pub(super) fn fields(facts: &Facts<'_>, entity: &Entity, names: &[&str]) -> Vec<Field> {
    names.iter().filter_map(|name| attribute(facts, entity, name).or_else(|| relation(facts, entity, name))).collect()
}

/// The relation of several columns that a column takes part in, and the row that it refers to.
fn shared_key<'f>(facts: &Facts<'f>, entity: &'f Entity, name: &str) -> Option<(&'f Relation, &'f Entity)> {
    let relation = entity.relations.iter().find(|relation| {
        relation.owns_key && relation.local.len() > 1 && relation.local.iter().any(|local| local == name)
    })?;
    Some((relation, facts.application.entity(&relation.target)?))
}

fn attribute(facts: &Facts<'_>, entity: &Entity, name: &str) -> Option<Field> {
    let attribute = entity.attribute(name)?;
    let range = super::range::Range::of(attribute, entity);
    if facts.stays_empty(entity, attribute) {
        // No value is sure to keep the rule, but NULL keeps every rule.
        return None;
    }
    let sample = facts.sample(entity, name)?;
    let value = sample.value();
    if let Some((relation, target)) = shared_key(facts, entity, name) {
        let integer = matches!(attribute.kind, AttributeKind::Integer { .. });
        let columns = relation.local.iter().zip(&relation.remote);
        let columns: Vec<String> = columns.map(|(local, remote)| format!("{local}={}", string(remote))).collect();
        let first = relation.local.first().is_some_and(|first| first == name);
        let quoted = string(name);
        return Some(Field {
            name: name.to_owned(),
            form: None,
            json: String::new(),
            spread: first.then(|| format!("rows.refer(factories.new_{}, {})", target.module, columns.join(", "))),
            attribute: name.to_owned(),
            from_form: integer.then(|| format!("int(form[{quoted}])")),
            from_body: integer.then(|| format!("body[{quoted}]")),
            required: attribute.is_required(),
            many: false,
            fixed: !attribute.outcome.edit.is_included(),
            wrong: wrong(&attribute.kind),
            longest: None,
        });
    }
    // How the server spells a value may depend on its settings.
    let is_native = matches!(attribute.kind, AttributeKind::Native { .. });
    let is_spelled = !attribute.in_trigger && (!is_native || sample.change.is_some());
    let stored = is_spelled.then(|| value.python.clone());
    let boolean = attribute.kind == AttributeKind::Boolean;
    Some(Field {
        name: name.to_owned(),
        form: value.form.clone(),
        json: value.json.clone(),
        spread: None,
        attribute: name.to_owned(),
        from_form: stored.clone(),
        from_body: stored,
        required: attribute.is_required() && !boolean,
        many: false,
        fixed: !attribute.outcome.edit.is_included(),
        wrong: wrong(&attribute.kind),
        longest: range.longest.filter(|longest| *longest <= 1000),
    })
}

fn wrong(kind: &AttributeKind) -> Option<Wrong> {
    Some(match kind {
        AttributeKind::Integer { .. } | AttributeKind::Numeric { .. } | AttributeKind::Float => {
            Wrong { name: "that_is_no_number", value: "\"many\"" }
        }
        AttributeKind::Date => Wrong { name: "that_is_no_date", value: "\"2026-02-30\"" },
        AttributeKind::DateTime { .. } => Wrong { name: "that_is_no_time", value: "\"2026-02-30 10:00:00\"" },
        AttributeKind::Time => Wrong { name: "that_is_no_time", value: "\"25:61\"" },
        AttributeKind::Enum(_) => Wrong { name: "that_is_none_of_its_values", value: "\"no such value\"" },
        AttributeKind::Uuid => Wrong { name: "that_is_no_uuid", value: "\"no uuid\"" },
        _ => return None,
    })
}

fn relation(facts: &Facts<'_>, entity: &Entity, name: &str) -> Option<Field> {
    let relation = entity.relation(name)?;
    let target = facts.application.entity(&relation.target)?;
    let integer = matches!(target.key, Key::Integer(_));
    let made = format!("rows.add(factories.new_{})", target.module);
    let many = relation.kind == RelationKind::ManyToMany;
    let local = relation.local.first().cloned().unwrap_or_default();
    let single = !many && integer && relation.is_by_key(target);
    Some(Field {
        name: name.to_owned(),
        form: Some(if many { format!("[str({made})]") } else { format!("str({made})") }),
        json: if many { format!("[{made}]") } else { made },
        spread: None,
        attribute: if many { name.to_owned() } else { local },
        from_form: single.then(|| format!("int(form[{}])", string(name))),
        from_body: single.then(|| format!("body[{}]", string(name))),
        required: !relation.nullable && !many,
        many,
        fixed: !relation.outcome.edit.is_included(),
        wrong: None,
        longest: None,
    })
}

/// The refused boundaries of these fields.
pub(super) fn refused(facts: &Facts<'_>, entity: &Entity, names: &[&str]) -> Vec<Boundary> {
    if !facts.config.include_boundary_tests || !facts.config.include_error_scenarios {
        return Vec::new();
    }
    checks::boundaries(entity)
        .into_iter()
        .filter(|boundary| !boundary.accepted && names.contains(&boundary.attribute.as_str()))
        // An empty text is refused as missing, which is a test of its own.
        .filter(|boundary| boundary.python != "\"\"")
        .collect()
}

/// Pairs of dates that break a rule between two columns.
pub(super) fn wrong_pairs(facts: &Facts<'_>, entity: &Entity, names: &[&str]) -> Vec<WrongPair> {
    if !facts.config.include_boundary_tests || !facts.config.include_error_scenarios {
        return Vec::new();
    }
    let date = |column: &str| {
        entity
            .attribute_of(column)
            .filter(|attribute| attribute.kind == AttributeKind::Date && names.contains(&attribute.name.as_str()))
            .map(|attribute| attribute.name.clone())
    };
    entity
        .checks
        .iter()
        .flat_map(|check| &check.rules)
        .filter_map(|rule| {
            let CheckRule::Columns { left, operator, right } = rule else { return None };
            let left_value = match operator {
                Comparison::Greater | Comparison::Less | Comparison::NotEqual => "\"2026-01-10\"",
                Comparison::GreaterOrEqual => "\"2026-01-09\"",
                Comparison::LessOrEqual | Comparison::Equal => "\"2026-01-11\"",
            };
            Some(WrongPair { left: date(left)?, left_value, right: date(right)?, right_value: "\"2026-01-10\"" })
        })
        .collect()
}
