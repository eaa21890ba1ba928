//! The REST APIs that the application declares for its models.

use super::index::Attribute;
use super::models::{Member, Models};
use crate::impact::subject::Subjects;

/// An API of Flask-AppBuilder for one model.
pub(in crate::impact) struct Api {
    /// The part of the path that names it.
    pub(in crate::impact) resource: String,
    /// The class that it serves.
    pub(in crate::impact) model: usize,
    /// The number of its file among those that were read, and its offset there.
    pub(in crate::impact) place: (usize, usize),
    id: usize,
}

impl Models {
    /// The APIs that have a model with a table.
    pub(in crate::impact) fn apis(&self) -> Vec<Api> {
        let is_api = |id: usize| {
            let bases = self.lineage(id).iter().flat_map(|owner| &self.classes[*owner].bases);
            bases.into_iter().any(|base| base.ends_with("RestApi"))
        };
        (0..self.classes.len())
            .filter(|id| is_api(*id))
            .filter_map(|id| {
                let model = self.subject(id).filter(|model| self.table(*model).is_some())?;
                let class = &self.classes[id];
                let resource = class.resource.clone().unwrap_or_else(|| class.name.to_lowercase());
                Some(Api { resource, model, place: (class.file, class.offset), id })
            })
            .collect()
    }

    /// Whether one of an API's lists (`list_columns`) has a field. A list that is not given has every column.
    pub(in crate::impact) fn offers(&self, api: &Api, list: &str, field: &str) -> bool {
        let of = |name: &str| self.lineage(api.id).iter().find_map(|owner| self.classes[*owner].lists.get(name));
        let excluded = list.replace("_columns", "_exclude_columns");
        match (of(list), of(&excluded)) {
            (Some(Some(fields)), _) => fields.iter().any(|name| name == field),
            (_, Some(Some(excluded))) => !excluded.iter().any(|name| name == field),
            _ => true,
        }
    }

    /// The attributes of a class that stand for a column of its table.
    pub(in crate::impact) fn attributes_of(&self, id: usize, column: &str) -> Vec<String> {
        let attributes = self.lineage(id).iter().flat_map(|owner| &self.classes[*owner].attributes);
        let mapped = |attribute: &Attribute| matches!(attribute, Attribute::Column(name) if name == column);
        let mut names: Vec<String> =
            attributes.filter(|(_, attribute)| mapped(attribute)).map(|(name, _)| name.clone()).collect();
        names.sort();
        names.dedup();
        if names.is_empty() {
            names.push(column.to_owned());
        }
        names
    }

    /// Whether a class has an attribute of this name that no longer stands for this column.
    pub(in crate::impact) fn keeps(&self, class: &str, name: &str, column: &str, subjects: &Subjects) -> bool {
        let Some(id) = self.named(class) else { return false };
        match self.member(id, name, subjects) {
            Member::Column { column: now, .. } => now != column,
            Member::Related(_) | Member::Method(_) => true,
            Member::Other => self.classes[id].attributes.contains_key(name),
            Member::Missing => false,
        }
    }

    /// The class or table that a name from outside of Python means.
    pub(in crate::impact) fn called(&self, name: &str, subjects: &Subjects) -> Option<usize> {
        let last = name.rsplit(['.', ':', '/']).next().unwrap_or(name);
        let class = self.named(last).filter(|id| self.table(*id).is_some());
        class.or_else(|| self.reflected(last, subjects))
    }

    /// The table and column that a key of a row means, by attribute or by column.
    pub(in crate::impact) fn key(&self, id: usize, name: &str, subjects: &Subjects) -> Option<(String, String)> {
        match self.member(id, name, subjects) {
            Member::Column { table, column } => Some((table, column)),
            _ => self.column(id, name, subjects),
        }
    }
}
