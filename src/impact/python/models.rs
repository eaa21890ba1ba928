//! The classes of all files together, and what their names mean to the changes.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::index::{Attribute, Class, FileIndex};
use crate::impact::naming;
use crate::impact::subject::Subjects;

/// The index of the whole application.
pub(in crate::impact) struct Models {
    pub(super) classes: Vec<Class>,
    tables: Vec<Option<String>>,
    by_name: HashMap<String, Vec<usize>>,
    functions: HashMap<String, Option<String>>,
    segments: HashSet<String>,
    /// For each attribute name, the tables (or, with a leading dot, classes) that have one.
    owners: HashMap<String, BTreeSet<String>>,
    /// The model that a variable of this name stands for, and whether for several rows; `None` when two would.
    variables: HashMap<String, Option<(usize, bool)>>,
    places: HashMap<(usize, usize), usize>,
    lineages: Vec<Vec<usize>>,
    /// The models that derive from a class that is no model itself.
    under: HashMap<usize, Vec<usize>>,
}

/// What an attribute of a class turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Member {
    Column { table: String, column: String },
    Related(usize),
    Method(Option<String>),
    Other,
    Missing,
}

impl Models {
    pub(super) fn new(files: Vec<FileIndex>, subjects: &Subjects) -> Self {
        let mut models = Self {
            classes: Vec::new(),
            tables: Vec::new(),
            by_name: HashMap::new(),
            functions: HashMap::new(),
            segments: HashSet::new(),
            owners: HashMap::new(),
            variables: HashMap::new(),
            places: HashMap::new(),
            lineages: Vec::new(),
            under: HashMap::new(),
        };
        for file in files {
            models.classes.extend(file.classes);
            for (name, returns) in file.functions {
                models
                    .functions
                    .entry(name)
                    .and_modify(|known| {
                        if known.as_ref() != Some(&returns) {
                            *known = None;
                        }
                    })
                    .or_insert(Some(returns));
            }
        }
        for (id, class) in models.classes.iter().enumerate() {
            models.by_name.entry(class.name.clone()).or_default().push(id);
            models.segments.extend(class.module.iter().cloned());
            models.places.insert((class.file, class.offset), id);
        }
        models.lineages = (0..models.classes.len()).map(|id| models.find_lineage(id)).collect();
        models.tables = (0..models.classes.len()).map(|id| models.find_table(id, subjects, 0)).collect();
        models.add_backrefs();
        models.count_owners(subjects);
        models.name_variables();
        for id in (0..models.classes.len()).filter(|id| models.tables[*id].is_some()) {
            for base in models.lineages[id].iter().filter(|base| models.tables[**base].is_none()) {
                models.under.entry(*base).or_default().push(id);
            }
        }
        models
    }

    pub(super) fn add_segments(&mut self, module: &[String]) {
        self.segments.extend(module.iter().cloned());
    }

    fn find_table(&self, id: usize, subjects: &Subjects, depth: usize) -> Option<String> {
        let class = &self.classes[id];
        if class.explicit_table.is_some() || depth > 8 {
            return class.explicit_table.clone();
        }
        let derives = |name: &str| class.bases.iter().any(|base| base == name);
        let inherited = class
            .bases
            .iter()
            .filter_map(|base| self.named(base))
            .find_map(|base| self.find_table(base, subjects, depth + 1));
        let is_model = inherited.is_some()
            || derives("Model")
            || derives("Base")
            || class.attributes.values().any(|attribute| matches!(attribute, Attribute::Column(_)));
        let guess = naming::snake(&class.name);
        if is_model && subjects.spelled(&guess).is_some() { Some(guess) } else { inherited }
    }

    fn add_backrefs(&mut self) {
        let mut additions = Vec::new();
        for class in &self.classes {
            for (target, attribute) in &class.backrefs {
                additions.extend(self.named(target).map(|id| (id, attribute.clone(), class.name.clone())));
            }
        }
        for (id, attribute, name) in additions {
            self.classes[id].attributes.entry(attribute).or_insert(Attribute::Relation(name));
        }
    }

    fn count_owners(&mut self, subjects: &Subjects) {
        for (table, column) in subjects.columns() {
            self.owners.entry(column.to_owned()).or_default().insert(table.to_owned());
        }
        for (id, class) in self.classes.iter().enumerate() {
            match &self.tables[id] {
                Some(table) => {
                    for name in class.attributes.keys() {
                        self.owners.entry(name.clone()).or_default().insert(table.clone());
                    }
                }
                None if class.subject.is_none() && !self.mirrors_a_model(class) => {
                    for name in class.attributes.keys().chain(&class.own_attributes) {
                        self.owners.entry(name.clone()).or_default().insert(format!(".{}", class.name));
                    }
                }
                None => {}
            }
        }
    }

    /// Forms, schemas, factories and mixins name the columns of a model: no evidence of another meaning.
    fn mirrors_a_model(&self, class: &Class) -> bool {
        let mirrors = ["Form", "Schema", "Factory", "Mixin", "Base", "View", "Api"];
        mirrors.iter().any(|end| class.name.ends_with(end) || class.bases.iter().any(|base| base.ends_with(end)))
            || class.attributes.values().any(|attribute| matches!(attribute, Attribute::Column(_)))
    }

    /// The class of this name, when there is one only or all of them map one table.
    pub(super) fn named(&self, name: &str) -> Option<usize> {
        match self.by_name.get(name)?.as_slice() {
            [only] => Some(*only),
            several => {
                let mut mapped = several.iter().filter(|id| self.classes[**id].explicit_table.is_some());
                let first = mapped.next()?;
                mapped.next().is_none().then_some(*first)
            }
        }
    }

    /// The class that `from module import name` means.
    pub(super) fn imported(&self, module: &[String], name: &str) -> Option<usize> {
        let candidates = self.by_name.get(name)?;
        let within = |id: &&usize| {
            let path = &self.classes[**id].module;
            module.is_empty() || path.windows(module.len()).any(|window| window == module)
        };
        let mut fitting = candidates.iter().filter(within);
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Some(*only),
            (Some(_), Some(_)) => self.named(name),
            (None, _) if self.is_own(module) => self.named(name),
            (None, _) => None,
        }
    }

    /// Whether a module is part of the application, not of a library.
    pub(super) fn is_own(&self, module: &[String]) -> bool {
        module.first().is_none_or(|first| self.segments.contains(first))
    }

    /// The class that is defined at this place.
    pub(super) fn defined_at(&self, file: usize, offset: usize) -> Option<usize> {
        self.places.get(&(file, offset)).copied()
    }

    /// The annotation of what the function of this name returns, when all that bear the name agree.
    pub(super) fn returned_by(&self, function: &str) -> Option<&str> {
        self.functions.get(function)?.as_deref()
    }

    /// The table that a class maps.
    pub(in crate::impact) fn table(&self, id: usize) -> Option<&str> {
        self.tables[id].as_deref()
    }

    /// The class's name.
    pub(in crate::impact) fn name(&self, id: usize) -> &str {
        &self.classes[id].name
    }

    /// The model that a view's `datamodel` or a schema's `Meta.model` names, here or in a base class.
    pub(super) fn subject(&self, id: usize) -> Option<usize> {
        self.lineage(id).iter().find_map(|id| self.classes[*id].subject.as_ref()).and_then(|name| self.named(name))
    }

    /// The class and all that it derives from, nearest first.
    pub(super) fn lineage(&self, id: usize) -> &[usize] {
        &self.lineages[id]
    }

    fn find_lineage(&self, id: usize) -> Vec<usize> {
        let mut lineage = vec![id];
        let mut next = 0;
        while next < lineage.len() {
            for base in self.classes[lineage[next]].bases.iter().filter_map(|base| self.named(base)) {
                if !lineage.contains(&base) {
                    lineage.push(base);
                }
            }
            next += 1;
        }
        lineage
    }

    /// Models that derive from a class that is no model itself.
    pub(super) fn models_under(&self, id: usize) -> &[usize] {
        self.under.get(&id).map_or(&[], Vec::as_slice)
    }

    /// What `class.name` is.
    pub(super) fn member(&self, id: usize, name: &str, subjects: &Subjects) -> Member {
        let lineage = self.lineage(id);
        for owner in lineage {
            match self.classes[*owner].attributes.get(name) {
                Some(Attribute::Column(column)) => {
                    let table = self.table(*owner).or(self.table(id));
                    return match table {
                        Some(table) => Member::Column { table: table.to_owned(), column: column.clone() },
                        // A mixin's column belongs to the tables of the models that derive from it.
                        None => Member::Missing,
                    };
                }
                Some(Attribute::Relation(target)) => return self.named(target).map_or(Member::Other, Member::Related),
                Some(Attribute::Method(returns)) => return Member::Method(returns.clone()),
                Some(Attribute::Other) => return Member::Other,
                None => {}
            }
        }
        for table in lineage.iter().filter_map(|owner| self.table(*owner)) {
            if subjects.has_column(table, name) {
                return Member::Column { table: table.to_owned(), column: name.to_owned() };
            }
        }
        Member::Missing
    }

    /// The table whose changed column an attribute of this name must be, when nothing else bears the name.
    pub(in crate::impact) fn only_owner<'a>(&'a self, name: &str, subjects: &'a Subjects) -> Option<(&'a str, String)> {
        let owners = self.owners.get(name)?;
        let [owner] = owners.iter().collect::<Vec<_>>()[..] else { return None };
        if subjects.owner_count(name) > 1 {
            return None;
        }
        let id = (0..self.classes.len())
            .find(|id| self.table(*id) == Some(owner) && self.classes[*id].attributes.contains_key(name));
        let column = match id.map(|id| &self.classes[id].attributes[name]) {
            Some(Attribute::Column(column)) => column.clone(),
            Some(_) => return None,
            None => name.to_owned(),
        };
        (!subjects.column(owner, &column).is_empty()).then_some((owner.as_str(), column))
    }

    /// The model that a variable's name speaks of, and whether it speaks of several rows.
    pub(in crate::impact) fn by_variable(&self, name: &str) -> Option<(usize, bool)> {
        let name = name.trim_start_matches('_').to_lowercase();
        let whole = ["_model", "_class", "_cls"].iter().find_map(|end| name.strip_suffix(end));
        let mut rest = whole.unwrap_or(&name);
        loop {
            if let Some(known) = self.variables.get(rest) {
                return *known;
            }
            rest = rest.split_once('_')?.1;
        }
    }

    fn name_variables(&mut self) {
        for (id, class) in self.classes.iter().enumerate() {
            let Some(table) = &self.tables[id] else { continue };
            for (name, several) in naming::variables(&class.name, table) {
                self.variables
                    .entry(name)
                    .and_modify(|known| {
                        if *known != Some((id, several)) {
                            *known = None;
                        }
                    })
                    .or_insert(Some((id, several)));
            }
        }
    }

    /// The table, changed column and relationships along a dotted path from a class: what each segment is.
    pub(in crate::impact) fn resolve(&self, id: usize, name: &str, subjects: &Subjects) -> Resolved {
        match self.member(id, name, subjects) {
            Member::Column { table, column } => Resolved::Column { table, column },
            Member::Related(id) => Resolved::Related(id),
            Member::Method(_) | Member::Other | Member::Missing => Resolved::Other,
        }
    }

    /// The names by which the changed columns and tables can appear in the source.
    pub(super) fn needles(&self, subjects: &Subjects) -> HashSet<String> {
        let mut needles: HashSet<String> = subjects.columns().map(|(_, column)| column.to_owned()).collect();
        needles.extend(subjects.tables().map(ToOwned::to_owned));
        for (id, class) in self.classes.iter().enumerate() {
            let Some(table) = self.table(id) else { continue };
            if !subjects.table(table).is_empty() {
                needles.insert(class.name.clone());
            }
            for (name, attribute) in &class.attributes {
                if let Attribute::Column(column) = attribute
                    && !subjects.column(table, column).is_empty()
                {
                    needles.insert(name.clone());
                }
            }
        }
        needles
    }
}

/// What a name of a model is to a template.
pub(in crate::impact) enum Resolved {
    Column { table: String, column: String },
    Related(usize),
    Other,
}
