//! The values: applications, entities and their relations.

use std::fmt;

use serde::Deserialize;

use super::{Attribute, Chart, Check, Decision, Outcome, ReferenceKey};
use crate::schema::{Dialect, Index, ObjectName, ReferentialAction};

/// What the repository, rather than the schema, decides about generated code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The Python package of the application, `app` unless configured.
    pub package: String,
    /// The major version of Flask-AppBuilder that the application has locked.
    pub fab: FabVersion,
    /// Tables that get no code, by exact name, on top of those of Flask-AppBuilder and Alembic.
    pub excluded: Vec<ObjectName>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { package: "app".to_owned(), fab: FabVersion::default(), excluded: Vec::new() }
    }
}

/// A major version of Flask-AppBuilder.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u32")]
pub enum FabVersion {
    /// Flask-AppBuilder 4: SQLAlchemy 1.4, whose models have no types; the datamodel tells of errors.
    V4,
    /// Flask-AppBuilder 5: SQLAlchemy 2 typing, `appbuilder.session`.
    #[default]
    V5,
}

impl FabVersion {
    /// The number.
    pub fn major(self) -> u32 {
        match self {
            Self::V4 => 4,
            Self::V5 => 5,
        }
    }
}

impl TryFrom<u32> for FabVersion {
    type Error = &'static str;

    fn try_from(major: u32) -> Result<Self, Self::Error> {
        match major {
            4 => Ok(Self::V4),
            5 => Ok(Self::V5),
            _ => Err("code is generated for Flask-AppBuilder 4 and 5"),
        }
    }
}

impl fmt::Display for FabVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.major().fmt(f)
    }
}

/// A whole application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// The Python package.
    pub package: String,
    /// The database's family.
    pub dialect: Dialect,
    /// The version that code is written for.
    pub fab: FabVersion,
    /// Tables with a class, sorted by table name.
    pub entities: Vec<Entity>,
    /// Tables without a class, sorted by table name.
    pub associations: Vec<Association>,
    /// Tables with pages or an API, in the order in which FAB must hear of them: details before their masters.
    pub registration: Vec<ObjectName>,
}

impl Application {
    /// The entity of this table.
    pub fn entity(&self, table: &ObjectName) -> Option<&Entity> {
        self.entities.iter().find(|entity| &entity.table == table)
    }

    /// The attributes of every table.
    pub fn attributes(&self) -> impl Iterator<Item = &Attribute> {
        let entities = self.entities.iter().flat_map(|entity| &entity.attributes);
        entities.chain(self.associations.iter().flat_map(|association| &association.attributes))
    }
}

/// A table with a class of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entity {
    /// The table.
    pub table: ObjectName,
    /// The Python module, the same under `models`, `views` and `api`, and in the names of test files.
    pub module: String,
    /// The model class, as in `OrderItem`.
    pub class_name: String,
    /// The `ModelView` class, as in `OrderItemView`; also FAB's endpoint and permission name for it.
    pub view_class: String,
    /// The `MasterDetailView` class, as in `OrderMasterView`, when detail tables belong to this one.
    pub master_view_class: Option<String>,
    /// The REST API class, as in `OrderItemApi`; also FAB's endpoint and permission name for it.
    pub api_class: String,
    /// Where FAB mounts the view, as in `/orderitemview`, without a slash at the end.
    pub view_route: String,
    /// Where FAB mounts the master-detail view.
    pub master_view_route: Option<String>,
    /// Where FAB mounts the API, as in `/api/v1/order_item`, without a slash at the end.
    pub api_route: String,
    /// The `resource_name` of the API.
    pub resource_name: String,
    /// For people, as in `Order Item`.
    pub label: String,
    /// For people, as in `Order Items`.
    pub plural_label: String,
    /// Where the view is in the menu.
    pub menu: Menu,
    /// The primary key.
    pub key: Key,
    /// Columns, in the table's order.
    pub attributes: Vec<Attribute>,
    /// Relations to other entities: many-to-one in column order, then the others by name.
    pub relations: Vec<Relation>,
    /// One-to-many relations whose rows are listed below a row of this table, by relation name, sorted. Never to
    /// the table itself, and never in a circle.
    pub details: Vec<String>,
    /// UNIQUE constraints and full unique indexes, of one column or more, sorted by name and columns.
    pub uniques: Vec<UniqueKey>,
    /// CHECK constraints, sorted by name and expression. Those that an enum or a boolean implies are included.
    pub checks: Vec<Check>,
    /// Foreign keys, sorted by columns.
    pub foreign_keys: Vec<ReferenceKey>,
    /// Indexes that no constraint owns, sorted by name.
    pub indexes: Vec<Index>,
    /// What a row is called in lists and selects (`__repr__`).
    pub display: Display,
    /// The chart view, when columns warrant one.
    pub chart: Option<Chart>,
    /// Whether the table has pages.
    pub view: Decision,
    /// Whether the table has a REST API.
    pub api: Decision,
    /// The comment on the table.
    pub comment: Option<String>,
}

impl Entity {
    /// The attribute of this Python name.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.name == name)
    }

    /// The attribute of this column.
    pub fn attribute_of(&self, column: &str) -> Option<&Attribute> {
        self.attributes.iter().find(|attribute| attribute.column == column)
    }

    /// Whether an attribute takes part in a foreign key, of one column or of several.
    pub fn refers(&self, attribute: &Attribute) -> bool {
        self.foreign_keys.iter().any(|key| key.columns.contains(&attribute.column))
    }

    /// The relation of this Python name.
    pub fn relation(&self, name: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.name == name)
    }

    /// The many-to-one or one-to-one relation that stands for this foreign key column on forms and in APIs.
    pub fn relation_of(&self, attribute: &str) -> Option<&Relation> {
        self.relations.iter().find(|relation| relation.owns_key && relation.local.iter().any(|name| name == attribute))
    }

    /// Names in the list, in order: attributes and many-to-one relations.
    pub fn list_columns(&self) -> Vec<&str> {
        self.columns(|outcome| &outcome.list)
    }

    /// Names on the show page, in order.
    pub fn show_columns(&self) -> Vec<&str> {
        self.columns(|outcome| &outcome.show)
    }

    /// Names on the add form, in order.
    pub fn add_columns(&self) -> Vec<&str> {
        self.columns(|outcome| &outcome.add)
    }

    /// Names on the edit form, in order.
    pub fn edit_columns(&self) -> Vec<&str> {
        self.columns(|outcome| &outcome.edit)
    }

    /// Names that the list can be searched by, in order.
    pub fn search_columns(&self) -> Vec<&str> {
        self.columns(|outcome| &outcome.search)
    }

    /// Names that the API answers with, in order.
    pub fn api_read_columns(&self) -> Vec<&str> {
        self.columns(|outcome| &outcome.api_read)
    }

    /// Names that the API takes for a new row, in order.
    pub fn api_write_columns(&self) -> Vec<&str> {
        self.columns(|outcome| &outcome.api_write)
    }

    /// Names that the API takes for a row that is there, in order: those that may be written, but for the key.
    pub fn api_edit_columns(&self) -> Vec<&str> {
        self.columns(|outcome| if outcome.edit.is_included() { &outcome.api_write } else { &outcome.edit })
    }

    /// Names that the API can be filtered by, in order.
    pub fn api_search_columns(&self) -> Vec<&str> {
        self.columns(|outcome| &outcome.api_search)
    }

    /// Names whose outcome in one place is "included": each column where the table has it, a relation in the
    /// place of its first key column, and the other relations at the end.
    pub fn columns(&self, place: impl Fn(&Outcome) -> &Decision) -> Vec<&str> {
        let mut names = Vec::new();
        for attribute in &self.attributes {
            for relation in &self.relations {
                if relation.owns_key
                    && relation.local.first() == Some(&attribute.name)
                    && place(&relation.outcome).is_included()
                {
                    names.push(relation.name.as_str());
                }
            }
            if place(&attribute.outcome).is_included() {
                names.push(attribute.name.as_str());
            }
        }
        for relation in &self.relations {
            if !relation.owns_key && place(&relation.outcome).is_included() {
                names.push(relation.name.as_str());
            }
        }
        names
    }
}

/// A place in FAB's menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Menu {
    /// The heading.
    pub category: String,
    /// A Font Awesome icon.
    pub icon: String,
}

/// A primary key, by attribute names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// One integer column: what FAB's routes expect.
    Integer(String),
    /// One column of another type.
    Other(String),
    /// Several columns.
    Composite(Vec<String>),
}

impl Key {
    /// The attributes, in key order.
    pub fn attributes(&self) -> Vec<&str> {
        match self {
            Self::Integer(name) | Self::Other(name) => vec![name],
            Self::Composite(names) => names.iter().map(String::as_str).collect(),
        }
    }
}

/// How many rows stand on each side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RelationKind {
    /// This row points at one row, which many may point at.
    ManyToOne,
    /// Many rows point at this one.
    OneToMany,
    /// Through an association table.
    ManyToMany,
    /// The foreign key is unique: at most one row on each side.
    OneToOne,
}

/// A relationship attribute of a class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relation {
    /// How many rows stand on each side.
    pub kind: RelationKind,
    /// The Python name.
    pub name: String,
    /// For people.
    pub label: String,
    /// The other table.
    pub target: ObjectName,
    /// The other class.
    pub target_class: String,
    /// The other class's module.
    pub target_module: String,
    /// The attribute of the other class that is the same relation seen from there.
    pub back_populates: Option<String>,
    /// Whether the foreign key is in this table.
    pub owns_key: bool,
    /// Attributes of this class that take part: its key columns when it owns the key, else what is pointed at.
    pub local: Vec<String>,
    /// Attributes of the other class that take part.
    pub remote: Vec<String>,
    /// The association table of a many-to-many relation.
    pub association: Option<ObjectName>,
    /// In a many-to-many relation: the column of the association table that points at this class.
    pub association_column: Option<String>,
    /// In a many-to-many relation: the column of the association table that points at the other class.
    pub association_target_column: Option<String>,
    /// Whether other relations join the same two classes, so that SQLAlchemy must be told the columns.
    pub ambiguous: bool,
    /// What happens in the database to rows that point at a deleted row.
    pub on_delete: ReferentialAction,
    /// Whether a row may do without.
    pub nullable: bool,
    /// Where it appears, and why not where it does not.
    pub outcome: Outcome,
}

impl Relation {
    /// Whether it refers to rows of `target` by their primary key, which is what forms and APIs are given.
    pub fn is_by_key(&self, target: &Entity) -> bool {
        self.remote == target.key.attributes()
    }

    /// Whether both sides are the same class.
    pub fn is_to(&self, table: &ObjectName) -> bool {
        &self.target == table
    }
}

/// A set of columns whose values no two rows share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueKey {
    /// The name of the constraint or index, where one was given.
    pub name: Option<String>,
    /// The columns' attributes, in key order.
    pub attributes: Vec<String>,
    /// Whether it is an index rather than a constraint.
    pub index: bool,
}

/// What a row is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Display {
    /// By the text of this attribute.
    Attribute(String),
    /// By the table's label and the key.
    Key,
}

/// A table without a class: two foreign keys and nothing else, or no primary key for a class to stand on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Association {
    /// The table.
    pub table: ObjectName,
    /// The Python module under `models`.
    pub module: String,
    /// The name of the `Table` object in it.
    pub variable: String,
    /// Its columns.
    pub attributes: Vec<Attribute>,
    /// The columns of the primary key.
    pub key: Vec<String>,
    /// UNIQUE constraints and unique indexes.
    pub uniques: Vec<UniqueKey>,
    /// CHECK constraints.
    pub checks: Vec<Check>,
    /// Foreign keys, sorted by columns.
    pub foreign_keys: Vec<ReferenceKey>,
    /// Indexes that no constraint owns, sorted by name.
    pub indexes: Vec<Index>,
    /// The two ends; none when the table merely has no primary key.
    pub ends: Option<[AssociationEnd; 2]>,
    /// The comment on the table.
    pub comment: Option<String>,
}

/// One end of an association.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssociationEnd {
    /// The column of the association table.
    pub column: String,
    /// The table that it points at.
    pub target: ObjectName,
}
