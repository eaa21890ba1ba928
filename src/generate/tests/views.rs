//! `tests/integration/test_<module>_views.py`: the pages of a table, as a browser sees them.

use serde::Serialize;

use super::checks::Boundary;
use super::factories;
use super::facts::{Facts, refuses_delete};
use super::fields::{self, Field, WrongPair};
use crate::generate::entity::{AttributeKind, Entity, Key, RelationKind};
use crate::generate::python::string;
use crate::schema::ReferentialAction;

/// The context of the template.
#[derive(Debug, Serialize)]
pub(super) struct ViewsFile {
    label: String,
    table: String,
    module: String,
    class_name: String,
    view_class: String,
    route: String,
    /// The columns of the list and of the show page, as Python lists.
    listed: String,
    shown: String,
    fields: Vec<Field>,
    edited: Vec<Field>,
    errors: bool,
    boundaries: Vec<Boundary>,
    pairs: Vec<WrongPair>,
    uniques: Vec<Unique>,
    searches: Vec<Search>,
    order: Option<String>,
    children: Vec<Child>,
    master_route: Option<String>,
    nothing_optional: Option<String>,
    /// Further arguments: the columns that triggers may change.
    kept: String,
}

#[derive(Debug, Serialize)]
struct Unique {
    name: String,
    /// Assignments to the first row, as keyword arguments over `form`.
    given: String,
    /// The field at which the form says so.
    field: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Search {
    pub name: String,
    /// What to search for, as a Python expression.
    wanted: String,
    /// Keyword arguments of the row to be found.
    given: String,
}

/// Rows that belong to a row of this table.
#[derive(Debug, Serialize)]
pub(super) struct Child {
    /// The related rows, as a name.
    pub name: String,
    pub module: String,
    pub class_name: String,
    /// The attribute of the child that refers to this row.
    pub back: String,
    pub key: String,
    pub route: String,
    pub refuses_delete: bool,
    /// Whether the master page lists them.
    pub detail: bool,
    /// Whether the form of the child can be filled in below its master.
    pub fields: Vec<Field>,
}

pub(super) fn context(facts: &Facts<'_>, entity: &Entity) -> ViewsFile {
    let add = entity.add_columns();
    let edit = entity.edit_columns();
    let errors = facts.config.include_error_scenarios;
    ViewsFile {
        label: entity.label.clone(),
        table: entity.table.name.clone(),
        module: entity.module.clone(),
        class_name: entity.class_name.clone(),
        view_class: entity.view_class.clone(),
        route: entity.view_route.clone(),
        listed: list(entity.list_columns()),
        shown: list(entity.show_columns()),
        fields: fields::fields(facts, entity, &add),
        edited: fields::fields(facts, entity, &edit),
        errors,
        boundaries: fields::refused(facts, entity, &add),
        pairs: fields::wrong_pairs(facts, entity, &add),
        uniques: if errors { uniques(facts, entity) } else { Vec::new() },
        searches: searches(facts, entity),
        order: entity
            .list_columns()
            .into_iter()
            .find(|name| {
                entity.attribute(name).is_some_and(|attribute| matches!(attribute.kind, AttributeKind::Text { .. }))
                    && factories::tells_apart(facts, entity, name)
            })
            .map(str::to_owned),
        children: children(facts, entity),
        master_route: entity.master_view_route.clone(),
        nothing_optional: super::unit::nothing_optional(facts, entity),
        kept: fields::kept_by_triggers(entity),
    }
}

fn list(names: Vec<&str>) -> String {
    format!("[{}]", names.into_iter().map(string).collect::<Vec<_>>().join(", "))
}

fn uniques(facts: &Facts<'_>, entity: &Entity) -> Vec<Unique> {
    let fields = fields::fields(facts, entity, &entity.add_columns());
    entity
        .uniques
        .iter()
        .filter_map(|unique| {
            let given: Vec<String> = unique
                .attributes
                .iter()
                .map(|name| {
                    let field = fields.iter().find(|field| &field.attribute == name)?;
                    Some(format!("{name}={}", field.from_form.as_ref()?))
                })
                .collect::<Option<_>>()?;
            let last = unique.attributes.last()?;
            let single = unique.attributes.len() == 1;
            let plain = entity.attribute(last).is_some_and(|one| one.foreign_key.is_none());
            // The form's own rule speaks at the last of several fields.
            let field = if single {
                Some(last).filter(|_| plain)
            } else {
                fields.iter().find(|field| &field.attribute == last).map(|field| &field.name)
            };
            Some(Unique { name: unique.attributes.join("_and_"), given: given.join(", "), field: field.cloned() })
        })
        .collect()
}

pub(super) fn searches(facts: &Facts<'_>, entity: &Entity) -> Vec<Search> {
    entity
        .search_columns()
        .into_iter()
        .filter_map(|name| {
            if let Some(attribute) = entity.attribute(name) {
                let searchable = matches!(attribute.kind, AttributeKind::Text { .. } | AttributeKind::Integer { .. });
                let key = attribute.primary_key || entity.refers(attribute);
                let change = facts.sample(entity, name)?.change.as_ref()?;
                return (searchable && !key).then(|| Search {
                    name: name.to_owned(),
                    wanted: change.form.clone().unwrap_or_default(),
                    given: format!("{name}={}", change.python),
                });
            }
            let relation = entity.relation(name)?;
            let target = facts.application.entity(&relation.target)?;
            let many_to_one = relation.kind == RelationKind::ManyToOne && relation.is_by_key(target);
            let local = relation.local.first()?;
            (many_to_one && matches!(target.key, Key::Integer(_))).then(|| Search {
                name: name.to_owned(),
                wanted: format!("rows.add(factories.new_{})", target.module),
                given: format!("{local}=wanted"),
            })
        })
        .collect()
}

/// The rows that are listed below a row, by relation.
pub(super) fn children(facts: &Facts<'_>, entity: &Entity) -> Vec<Child> {
    if !matches!(entity.key, Key::Integer(_)) {
        return Vec::new();
    }
    entity
        .relations
        .iter()
        .filter(|relation| entity.details.contains(&relation.name))
        .filter_map(|relation| {
            let child = facts.application.entity(&relation.target)?;
            let back = child.relation(relation.back_populates.as_ref()?)?;
            let key = back.local.first().filter(|_| back.is_by_key(entity))?;
            let add = child.add_columns();
            (child.view.is_included() && add.contains(&back.name.as_str())).then(|| Child {
                name: relation.name.clone(),
                module: child.module.clone(),
                class_name: child.class_name.clone(),
                back: back.name.clone(),
                key: key.clone(),
                route: child.view_route.clone(),
                refuses_delete: refuses_delete(relation.on_delete),
                detail: entity.master_view_class.is_some() && relation.on_delete == ReferentialAction::Cascade,
                fields: fields::fields(facts, child, &add).into_iter().filter(|one| one.name != back.name).collect(),
            })
        })
        .collect()
}
