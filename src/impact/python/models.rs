//! The classes of all files together, and what their names mean to the changes.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::index::{Attribute, Class, FileIndex, Function, Mapping};
use super::scope::Binding;
use crate::impact::naming;
use crate::impact::subject::Subjects;

/// The index of the whole application.
pub(in crate::impact) struct Models {
    pub(super) classes: Vec<Class>,
    tables: Vec<Option<String>>,
    by_name: HashMap<String, Vec<usize>>,
    functions: Vec<Function>,
    functions_by_name: HashMap<String, Vec<usize>>,
    /// What functions without an annotation were seen to return, and methods by class and name.
    learned: HashMap<usize, Binding>,
    learned_methods: HashMap<(usize, String), Binding>,
    /// For each table, the class that stands for it alone, without a model.
    reflected: HashMap<String, usize>,
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
            functions: Vec::new(),
            functions_by_name: HashMap::new(),
            learned: HashMap::new(),
            learned_methods: HashMap::new(),
            reflected: HashMap::new(),
            segments: HashSet::new(),
            owners: HashMap::new(),
            variables: HashMap::new(),
            places: HashMap::new(),
            lineages: Vec::new(),
            under: HashMap::new(),
        };
        let mut mappings = Vec::new();
        for file in files {
            models.classes.extend(file.classes);
            models.functions.extend(file.functions);
            mappings.extend(file.mappings);
        }
        for (id, function) in models.functions.iter().enumerate() {
            models.functions_by_name.entry(function.name.clone()).or_default().push(id);
        }
        for (id, class) in models.classes.iter().enumerate() {
            models.by_name.entry(class.name.clone()).or_default().push(id);
            models.segments.extend(class.module.iter().cloned());
            models.places.insert((class.file, class.offset), id);
        }
        models.map(mappings);
        models.reflect(subjects);
        models.name_forms();
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

    /// Gives classes the tables that they are mapped to elsewhere.
    fn map(&mut self, mappings: Vec<Mapping>) {
        for mapping in mappings {
            if let Some(id) = self.named(&mapping.class) {
                self.classes[id].bases.push(mapping.table);
                self.classes[id].attributes.extend(mapping.properties);
            }
        }
    }

    /// A class for each table of the schema, for code that knows the table only (`metadata.tables["customer"]`).
    fn reflect(&mut self, subjects: &Subjects) {
        for table in subjects.schema_tables() {
            self.reflected.insert(table.to_owned(), self.classes.len());
            self.classes.push(Class {
                name: table.to_owned(),
                file: usize::MAX,
                offset: self.classes.len(),
                explicit_table: Some(table.to_owned()),
                is_table: true,
                ..Class::default()
            });
        }
    }

    /// The forms that a view names speak of the view's model.
    fn name_forms(&mut self) {
        let named: Vec<(usize, String)> = self
            .classes
            .iter()
            .filter_map(|class| class.subject.as_ref().map(|subject| (class, subject)))
            .flat_map(|(class, subject)| class.forms.iter().map(move |form| (form, subject)))
            .filter_map(|(form, subject)| self.named(form).map(|id| (id, subject.clone())))
            .collect();
        for (form, subject) in named {
            self.classes[form].subject.get_or_insert(subject);
        }
    }

    /// The class that stands for a table alone.
    pub(super) fn reflected(&self, table: &str, subjects: &Subjects) -> Option<usize> {
        self.reflected.get(subjects.spelled(table)?).copied()
    }

    fn is_reflected(&self, id: usize) -> bool {
        self.classes[id].file == usize::MAX
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
        for (id, class) in self.classes.iter().enumerate().filter(|(_, class)| class.file != usize::MAX) {
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

    /// The function of this name in a module of the application.
    pub(super) fn function(&self, module: &[String], name: &str) -> Option<usize> {
        let candidates = self.functions_by_name.get(name)?;
        let within = |id: &&usize| {
            let path = &self.functions[**id].module;
            path == module || path.ends_with(module) || path.windows(module.len()).any(|window| window == module)
        };
        let mut fitting = candidates.iter().filter(within);
        let first = fitting.next()?;
        fitting.next().is_none().then_some(*first)
    }

    /// The annotation of what a function returns.
    pub(super) fn returns(&self, function: usize) -> Option<&str> {
        self.functions[function].returns.as_deref()
    }

    /// The annotation of what the function of this name returns, when all that bear the name agree.
    pub(super) fn returned_by(&self, function: &str) -> Option<&str> {
        let mut annotations = self.functions_by_name.get(function)?.iter().map(|id| self.returns(*id));
        let first = annotations.next()??;
        annotations.all(|other| other == Some(first)).then_some(first)
    }

    /// Remembers what functions and methods were seen to return.
    /// Tells whether any of it is new.
    pub(super) fn learn(&mut self, lessons: impl Iterator<Item = (Learner, Option<Binding>)>) -> bool {
        let mut news = false;
        for (learner, binding) in lessons.filter_map(|(learner, binding)| Some((learner, binding?))) {
            let known = match learner {
                Learner::Function(id) => self.learned.insert(id, binding).is_some(),
                Learner::Method(class, name) => self.learned_methods.insert((class, name), binding).is_some(),
            };
            news |= !known;
        }
        news
    }

    /// What a function without an annotation was seen to return.
    pub(super) fn learned(&self, function: usize) -> Option<&Binding> {
        self.learned.get(&function)
    }

    /// What a method without an annotation was seen to return.
    pub(super) fn learned_method(&self, class: usize, name: &str) -> Option<&Binding> {
        let owner = self.lineage(class).iter().find(|id| self.classes[**id].attributes.contains_key(name))?;
        self.learned_methods.get(&(*owner, name.to_owned()))
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
        // A column that an attribute of another name maps has no attribute of its own name.
        let is_mapped = |attribute: &Attribute| matches!(attribute, Attribute::Column(column) if column == name);
        if lineage.iter().any(|owner| self.classes[*owner].attributes.values().any(is_mapped)) {
            return Member::Missing;
        }
        match self.column(id, name, subjects) {
            Some((table, column)) => Member::Column { table, column },
            None => Member::Missing,
        }
    }

    /// The column of this name, as the database knows it, in the table of a class.
    pub(super) fn column(&self, id: usize, name: &str, subjects: &Subjects) -> Option<(String, String)> {
        if self.classes[id].is_table
            && let Some(Attribute::Column(column)) = self.classes[id].attributes.get(name)
        {
            return Some((self.table(id)?.to_owned(), column.clone()));
        }
        let tables = self.lineage(id).iter().filter_map(|owner| self.table(*owner));
        tables.filter(|table| subjects.has_column(table, name)).map(|table| (table.to_owned(), name.to_owned())).next()
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
            let Some(table) = self.tables[id].as_ref().filter(|_| !self.is_reflected(id)) else { continue };
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
            let Some(table) = self.table(id).filter(|_| !self.is_reflected(id)) else { continue };
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

/// Who was seen to return something.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Learner {
    Function(usize),
    Method(usize, String),
}

/// What a name of a model is to a template.
pub(in crate::impact) enum Resolved {
    Column { table: String, column: String },
    Related(usize),
    Other,
}
