//! The REST contract: what clients of the application's APIs see change.

use serde::Serialize;

use super::SourceFile;
use super::place::Lines;
use super::python::{self, Api, Models};
use super::subject::Subjects;
use crate::diff::{Change, ChangeId, ColumnDifference, SchemaChange};
use crate::schema::Schema;

/// A field of an API that changes for its clients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ContractChange {
    /// The change that brings it about.
    pub change_id: ChangeId,
    /// The path of the resource, `/api/v1/customer/`.
    pub endpoint: String,
    /// The field, as clients know it.
    pub field: String,
    /// What they did with it, in the words of HTTP: `GET`, `POST`, `PUT`.
    pub methods: Vec<&'static str>,
    /// What becomes of it.
    pub effect: ContractEffect,
    /// The file of the API on the base branch, from the root of the repository.
    pub path: String,
    /// The line of its class, from 1.
    pub line: u32,
}

/// What becomes of a field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ContractEffect {
    /// It is no longer given or taken.
    Gone,
    /// It has another name, unless the model keeps the old one.
    Renamed {
        /// The new name of the column.
        to: String,
    },
    /// Its type differs.
    Retyped {
        /// The type before, as SQL.
        from: String,
        /// The type now.
        to: String,
    },
}

/// The operations of an API, each with the list that says which fields it has.
const OPERATIONS: [(&str, &str); 4] =
    [("GET", "list_columns"), ("GET", "show_columns"), ("POST", "add_columns"), ("PUT", "edit_columns")];

/// What `changes` do to the APIs that the base branch's code declares, in order of endpoint and field.
///
/// A field stays where the head's model still has an attribute of its name that stands for something else.
pub fn contract(
    base: &Schema,
    changes: &[SchemaChange],
    base_sources: &[SourceFile],
    head_sources: &[SourceFile],
) -> Vec<ContractChange> {
    let felt: Vec<(&SchemaChange, ContractEffect)> =
        changes.iter().filter_map(|change| Some((change, effect(&change.change)?))).collect();
    let is_python = |file: &&SourceFile| file.path.ends_with(".py");
    let sources: Vec<&SourceFile> = base_sources.iter().filter(is_python).collect();
    if felt.is_empty() || !sources.iter().any(|file| file.text.contains("RestApi")) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let all = Subjects::new(base, changes);
    let models = python::declared(&sources, &all);
    let head_models = python::declared(&head_sources.iter().filter(is_python).collect::<Vec<_>>(), &all);
    for (change, effect) in felt {
        let subjects = Subjects::new(base, std::slice::from_ref(change));
        for api in models.apis() {
            let table = models.table(api.model).unwrap_or("");
            for (_, column) in subjects.columns().filter(|(changed, _)| *changed == table) {
                for field in models.attributes_of(api.model, column) {
                    let stays = !matches!(effect, ContractEffect::Retyped { .. })
                        && head_models.keeps(models.name(api.model), &field, column, &all);
                    let methods = methods(&models, &api, &field);
                    if stays || methods.is_empty() {
                        continue;
                    }
                    let file = sources[api.place.0];
                    found.push(ContractChange {
                        change_id: change.change_id.clone(),
                        endpoint: format!("/api/v1/{}/", api.resource),
                        field,
                        methods,
                        effect: effect.clone(),
                        path: file.path.clone(),
                        line: Lines::new(&file.text).position(api.place.1).0,
                    });
                }
            }
        }
    }
    found.sort_by(|one, other| (&one.endpoint, &one.field).cmp(&(&other.endpoint, &other.field)));
    found
}

fn methods(models: &Models, api: &Api, field: &str) -> Vec<&'static str> {
    let mut methods: Vec<&'static str> =
        OPERATIONS.iter().filter(|(_, list)| models.offers(api, list, field)).map(|(method, _)| *method).collect();
    methods.dedup();
    methods
}

fn effect(change: &Change) -> Option<ContractEffect> {
    match change {
        Change::ColumnRemoved { .. } => Some(ContractEffect::Gone),
        Change::ColumnRenamed { to, .. } => Some(ContractEffect::Renamed { to: to.name.clone() }),
        Change::ColumnModified { from, to, differences, .. } if differences.contains(&ColumnDifference::Type) => {
            Some(ContractEffect::Retyped { from: from.data_type.sql.clone(), to: to.data_type.sql.clone() })
        }
        _ => None,
    }
}
