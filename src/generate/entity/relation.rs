//! Foreign keys and association tables as relations, on both sides.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToSnakeCase;

use super::outcome::{self, Decision, Outcome, Refusal};
use super::{Application, Association, AssociationEnd, Entity, ReferenceKey, Relation, RelationKind};
use crate::generate::names;
use crate::schema::{ObjectName, ReferentialAction};

/// Gives every entity its relations, and takes the key columns that they stand for off the pages.
///
/// Forward names are settled first, for all tables, then the reverse ones, then those through associations: a
/// name that a reader finds in the table itself wins.
pub(super) fn connect(application: &mut Application, unique: &dyn Fn(&ObjectName, &[String]) -> bool) {
    let mut names = Names::of(&application.entities);
    let links = links(application, unique, &mut names);
    let mut relations: BTreeMap<ObjectName, Vec<Relation>> = BTreeMap::new();
    for link in &links {
        let forward = forward(application, link);
        relations.entry(link.table.clone()).or_default().extend(forward);
    }
    for link in &links {
        let reverse = reverse(application, link);
        relations.entry(link.target.clone()).or_default().extend(reverse);
    }
    for association in &application.associations {
        if let Some(ends) = &association.ends {
            for (table, relation) in through(application, association, ends, &mut names) {
                relations.entry(table).or_default().push(relation);
            }
        }
    }
    for entity in &mut application.entities {
        let mut own = relations.remove(&entity.table).unwrap_or_default();
        let forward_count = own.iter().filter(|relation| relation.owns_key).count();
        own[forward_count..].sort_by(|left, right| left.name.cmp(&right.name));
        for attribute in &mut entity.attributes {
            let relation = own.iter().find(|relation| relation.owns_key && relation.local == [attribute.name.clone()]);
            if relation.is_some() {
                attribute.outcome = Outcome::nowhere(Refusal::ShownByRelation);
            }
        }
        entity.relations = own;
    }
}

/// The names that each class already has.
struct Names {
    taken: BTreeMap<ObjectName, BTreeSet<String>>,
}

impl Names {
    fn of(entities: &[Entity]) -> Self {
        let own = |entity: &Entity| entity.attributes.iter().map(|attribute| attribute.name.clone()).collect();
        Self { taken: entities.iter().map(|entity| (entity.table.clone(), own(entity))).collect() }
    }

    /// The first of `wanted` that is free in `table`, else the last with a number.
    fn take(&mut self, table: &ObjectName, wanted: &[String]) -> String {
        let taken = self.taken.entry(table.clone()).or_default();
        if let Some(free) = wanted.iter().find(|name| !taken.contains(*name)) {
            taken.insert(free.clone());
            return free.clone();
        }
        let base = wanted.last().cloned().unwrap_or_else(|| "related".to_owned());
        names::unused(base, taken, |base, number| format!("{base}_{number}"))
    }
}

/// A foreign key between two entities, with the names of both sides.
struct Link {
    table: ObjectName,
    target: ObjectName,
    key: ReferenceKey,
    kind: RelationKind,
    forward: String,
    reverse: String,
    ambiguous: bool,
}

fn links(application: &Application, unique: &dyn Fn(&ObjectName, &[String]) -> bool, names: &mut Names) -> Vec<Link> {
    let mut links = Vec::new();
    for entity in &application.entities {
        let mut keys: Vec<&ReferenceKey> = entity.foreign_keys.iter().collect();
        keys.sort_by_key(|key| {
            key.columns.first().and_then(|first| entity.attributes.iter().position(|one| &one.column == first))
        });
        for key in keys {
            let Some(target) = application.entity(&key.table) else { continue };
            let forward = names.take(&entity.table, &forward_names(key, entity, target));
            links.push(Link {
                table: entity.table.clone(),
                target: target.table.clone(),
                key: key.clone(),
                kind: if unique(&entity.table, &key.columns) {
                    RelationKind::OneToOne
                } else {
                    RelationKind::ManyToOne
                },
                forward,
                reverse: String::new(),
                ambiguous: false,
            });
        }
    }
    let pairs: Vec<(ObjectName, ObjectName)> =
        links.iter().map(|link| (link.table.clone(), link.target.clone())).collect();
    for link in &mut links {
        let same = pairs.iter().filter(|(table, target)| table == &link.table && target == &link.target).count();
        let opposite = pairs.iter().filter(|(table, target)| table == &link.target && target == &link.table).count();
        let to_itself = link.table == link.target;
        link.ambiguous = same > 1 || (!to_itself && opposite > 0);
        let Some(child) = application.entity(&link.table) else { continue };
        let base = match link.kind {
            RelationKind::OneToOne => names::singular(&child.module),
            _ if to_itself && link.forward == "parent" => "children".to_owned(),
            _ => names::plural(&child.module),
        };
        let by = format!("{base}_by_{}", link.forward);
        let wanted = if same > 1 { vec![by] } else { vec![names::relation(&base), by] };
        link.reverse = names.take(&link.target, &wanted);
    }
    links
}

fn forward_names(key: &ReferenceKey, entity: &Entity, target: &Entity) -> Vec<String> {
    let module = names::relation(&names::singular(&target.module));
    let mut wanted = vec![module.clone()];
    if let ([column], [referenced]) = (key.columns.as_slice(), key.referenced.as_slice()) {
        if let Some(stem) = names::without_key_suffix(column, referenced) {
            wanted.insert(0, stem);
            wanted.truncate(1);
        }
        let column = names::attribute(&column.to_snake_case());
        if column != module {
            wanted.push(format!("{column}_{module}"));
        }
    }
    wanted.push(format!("{module}_ref"));
    // FAB joins the other side under the relation's name, which must not be that of the table itself.
    wanted.retain(|name| !name.eq_ignore_ascii_case(&entity.table.name));
    wanted
}

fn attribute_names(application: &Application, table: &ObjectName, columns: &[String]) -> Vec<String> {
    let Some(entity) = application.entity(table) else { return Vec::new() };
    columns.iter().filter_map(|column| entity.attribute_of(column)).map(|attribute| attribute.name.clone()).collect()
}

fn forward(application: &Application, link: &Link) -> Option<Relation> {
    let child = application.entity(&link.table)?;
    let target = application.entity(&link.target)?;
    let columns = || link.key.columns.iter().filter_map(|column| child.attribute_of(column));
    let mut outcome = outcome::of_relation(link.kind, true);
    if link.key.columns.len() > 1 {
        outcome = outcome.read_only(Refusal::CompositeKey);
        outcome.search = Decision::Excluded(Refusal::CompositeKey);
        outcome.api_search = Decision::Excluded(Refusal::CompositeKey);
    } else if columns().any(|attribute| attribute.primary_key) {
        outcome.edit = Decision::Excluded(Refusal::KeyIsFixed);
    }
    Some(Relation {
        kind: link.kind,
        label: names::label(&link.forward),
        name: link.forward.clone(),
        target: link.target.clone(),
        target_class: target.class_name.clone(),
        target_module: target.module.clone(),
        back_populates: Some(link.reverse.clone()),
        owns_key: true,
        local: attribute_names(application, &link.table, &link.key.columns),
        remote: attribute_names(application, &link.target, &link.key.referenced),
        association: None,
        association_column: None,
        association_target_column: None,
        ambiguous: link.ambiguous,
        on_delete: link.key.on_delete,
        nullable: columns().any(|attribute| attribute.nullable),
        outcome,
    })
}

fn reverse(application: &Application, link: &Link) -> Option<Relation> {
    let child = application.entity(&link.table)?;
    let kind = if link.kind == RelationKind::OneToOne { RelationKind::OneToOne } else { RelationKind::OneToMany };
    Some(Relation {
        kind,
        label: names::label(&link.reverse),
        name: link.reverse.clone(),
        target: link.table.clone(),
        target_class: child.class_name.clone(),
        target_module: child.module.clone(),
        back_populates: Some(link.forward.clone()),
        owns_key: false,
        local: attribute_names(application, &link.target, &link.key.referenced),
        remote: attribute_names(application, &link.table, &link.key.columns),
        association: None,
        association_column: None,
        association_target_column: None,
        ambiguous: link.ambiguous,
        on_delete: link.key.on_delete,
        nullable: true,
        outcome: outcome::of_relation(kind, false),
    })
}

/// Both sides of a many-to-many relation.
fn through(
    application: &Application,
    association: &Association,
    ends: &[AssociationEnd; 2],
    names: &mut Names,
) -> Vec<(ObjectName, Relation)> {
    let to_itself = ends[0].target == ends[1].target;
    let mut name_of = |from: &AssociationEnd, to: &AssociationEnd| {
        let module = application.entity(&to.target).map_or_else(String::new, |entity| entity.module.clone());
        let base = if to_itself {
            names::plural(&names::without_key_suffix(&to.column, "id").unwrap_or_else(|| names::attribute(&to.column)))
        } else {
            names::relation(&names::plural(&module))
        };
        let by = format!("{base}_by_{}", association.module);
        names.take(&from.target, &[base, by])
    };
    let sides = [name_of(&ends[0], &ends[1]), name_of(&ends[1], &ends[0])];
    let side = |from: usize, to: usize| {
        let target = application.entity(&ends[to].target)?;
        let key = association.foreign_keys.iter().find(|key| key.columns == [ends[from].column.clone()]);
        let relation = Relation {
            kind: RelationKind::ManyToMany,
            name: sides[from].clone(),
            label: names::label(&sides[from]),
            target: ends[to].target.clone(),
            target_class: target.class_name.clone(),
            target_module: target.module.clone(),
            back_populates: Some(sides[to].clone()),
            owns_key: false,
            local: Vec::new(),
            remote: Vec::new(),
            association: Some(association.table.clone()),
            association_column: Some(ends[from].column.clone()),
            association_target_column: Some(ends[to].column.clone()),
            ambiguous: to_itself,
            on_delete: key.map_or(ReferentialAction::NoAction, |key| key.on_delete),
            nullable: true,
            outcome: outcome::of_relation(RelationKind::ManyToMany, false),
        };
        Some((ends[from].target.clone(), relation))
    };
    [side(0, 1), side(1, 0)].into_iter().flatten().collect()
}
