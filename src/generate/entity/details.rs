//! Which rows are listed below a row of another table, and the order that this forces on FAB.
//!
//! FAB binds the list of details when the master is registered, so details come first, and a circle of tables has
//! to be cut somewhere.

use std::collections::BTreeSet;

use super::outcome::{Decision, Refusal};
use super::{Application, RelationKind};
use crate::generate::names;
use crate::schema::{ObjectName, ReferentialAction};

/// Settles the details of every entity, the masters among them, and the order of registration.
pub(super) fn nest(application: &mut Application) {
    let mut walk = Walk { application, open: BTreeSet::new(), done: Vec::new(), cut: BTreeSet::new() };
    let tables: Vec<ObjectName> = walk.application.entities.iter().map(|entity| entity.table.clone()).collect();
    for table in &tables {
        walk.visit(table);
    }
    let Walk { done, cut, .. } = walk;
    let has_pages: BTreeSet<ObjectName> = application
        .entities
        .iter()
        .filter(|entity| entity.view.is_included())
        .map(|entity| entity.table.clone())
        .collect();
    let mut classes: BTreeSet<String> = application.entities.iter().map(|entity| entity.view_class.clone()).collect();
    for entity in &mut application.entities {
        let table = entity.table.clone();
        let mut is_master = false;
        for relation in entity.relations.iter_mut().filter(|relation| relation.kind == RelationKind::OneToMany) {
            let is_listed = relation.target != table
                && has_pages.contains(&relation.target)
                && !cut.contains(&(table.clone(), relation.target.clone()));
            if is_listed {
                entity.details.push(relation.name.clone());
                is_master |= relation.on_delete == ReferentialAction::Cascade;
            } else {
                relation.outcome.show = Decision::Included;
                relation.outcome.list = Decision::Excluded(Refusal::TooManyRows);
            }
        }
        if entity.view.is_included() && is_master {
            let base = format!("{}MasterView", entity.class_name);
            let class = names::unused(base, &mut classes, |base, number| format!("{base}{number}"));
            entity.master_view_route = Some(format!("/{}", class.to_lowercase()));
            entity.master_view_class = Some(class);
        }
    }
    application.registration = done
        .into_iter()
        .filter(|table| {
            application.entity(table).is_some_and(|entity| entity.view.is_included() || entity.api.is_included())
        })
        .collect();
}

struct Walk<'a> {
    application: &'a Application,
    open: BTreeSet<ObjectName>,
    done: Vec<ObjectName>,
    cut: BTreeSet<(ObjectName, ObjectName)>,
}

impl Walk<'_> {
    fn visit(&mut self, table: &ObjectName) {
        if self.done.contains(table) || !self.open.insert(table.clone()) {
            return;
        }
        let targets: BTreeSet<ObjectName> = self
            .application
            .entity(table)
            .into_iter()
            .flat_map(|entity| &entity.relations)
            .filter(|relation| relation.kind == RelationKind::OneToMany && &relation.target != table)
            .map(|relation| relation.target.clone())
            .collect();
        for target in targets {
            if self.open.contains(&target) && !self.done.contains(&target) {
                self.cut.insert((table.clone(), target));
            } else {
                self.visit(&target);
            }
        }
        self.done.push(table.clone());
    }
}
