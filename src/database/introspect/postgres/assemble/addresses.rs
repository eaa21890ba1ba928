//! From the server's numbers to the addresses of objects, and from rows of `pg_depend` to what needs what.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use rayon::prelude::*;

use super::super::keys::Columns;
use super::super::rows::{Dependency, Id, StandIn};
use crate::schema::{Dependencies, Table, address};

/// The numbers of the catalogs by their names.
pub(super) struct Classes(HashMap<String, u32>);

/// An object and its address.
pub(super) type Numbered = (Id, String);

impl Classes {
    pub(super) fn new(numbers: HashMap<String, u32>) -> Self {
        Self(numbers)
    }

    /// The number of a class, which is zero for what has no catalog.
    fn number(&self, name: &str) -> u32 {
        self.0.get(name).copied().unwrap_or_default()
    }

    pub(super) fn id(&self, class: &str, oid: i64, part: i64) -> Id {
        (self.number(class), u32::try_from(oid).unwrap_or_default(), i32::try_from(part).unwrap_or_default())
    }
}

/// Where columns are, of which there are too many to keep an address for each.
pub(super) struct Places<'a> {
    pub(super) tables: &'a BTreeMap<i64, Table>,
    pub(super) columns: &'a Columns<'a>,
}

impl Places<'_> {
    fn column(&self, relation: u32, number: i32) -> Option<String> {
        let relation = i64::from(relation);
        let column = self.columns.get(relation, i16::try_from(number).ok()?)?;
        Some(address::member("column", &self.tables.get(&relation)?.name, &column.name))
    }
}

/// From the server's numbers to addresses.
pub(super) struct Addresses {
    /// The number of `pg_class`.
    relations: u32,
    known: HashMap<Id, String>,
    stand_ins: HashMap<(u32, u32), (u32, u32)>,
}

impl Addresses {
    pub(super) fn new(classes: &Classes, stand_ins: Vec<StandIn>) -> Self {
        let stand_ins = stand_ins.into_iter().collect();
        Self { relations: classes.number("pg_class"), known: HashMap::new(), stand_ins }
    }

    pub(super) fn put(&mut self, id: Id, address: String) {
        self.known.insert(id, address);
    }

    pub(super) fn extend(&mut self, numbered: Vec<Numbered>) {
        self.known.extend(numbered);
    }

    /// An unknown part is its whole; an unknown whole may stand for something else.
    fn find(&self, (class, oid, part): Id, places: &Places<'_>) -> Option<Cow<'_, str>> {
        let mut at = (class, oid);
        for _ in 0..4 {
            let column = || places.column(at.1, part).filter(|_| at.0 == self.relations).map(Cow::Owned);
            let known = |part| self.known.get(&(at.0, at.1, part)).map(|address| Cow::Borrowed(address.as_str()));
            let found = known(part).or_else(column).or_else(|| known(0));
            if found.is_some() {
                return found;
            }
            at = *self.stand_ins.get(&at)?;
        }
        None
    }

    /// What needs what: as the catalog has it, as `belongs` has it by the number of the whole, and as `said`.
    pub(super) fn edges(
        &self,
        rows: &[Dependency],
        belongs: &[(String, Id)],
        said: Vec<(String, String)>,
        places: &Places<'_>,
    ) -> Dependencies {
        let rows =
            rows.par_iter().filter_map(|(one, other)| Some((self.find(*one, places)?, self.find(*other, places)?)));
        let belongs = belongs
            .par_iter()
            .filter_map(|(one, whole)| Some((Cow::Borrowed(one.as_str()), self.find(*whole, places)?)));
        let said = said.into_par_iter().map(|(one, other)| (Cow::Owned(one), Cow::Owned(other)));
        let mut edges: Vec<(Cow<'_, str>, Cow<'_, str>)> = rows.chain(belongs).chain(said).collect();
        edges.retain(|(one, other)| one != other);
        edges.par_sort_unstable();
        edges.dedup();
        let mut sorted: Vec<(String, Vec<String>)> = Vec::new();
        for (one, other) in edges {
            match sorted.last_mut() {
                Some((last, needs)) if *last == one => needs.push(other.into_owned()),
                _ => sorted.push((one.into_owned(), vec![other.into_owned()])),
            }
        }
        sorted.iter_mut().for_each(|(_, needs)| needs.shrink_to_fit());
        sorted.into_iter().collect()
    }
}
