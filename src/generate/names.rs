//! Names: from what a database allows to what Python allows, the same way everywhere.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToSnakeCase, ToUpperCamelCase};
use pluralizer::pluralize;

use crate::schema::ObjectName;

/// Python's keywords, and the soft ones that read badly as names.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal",
    "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Attributes that SQLAlchemy, FAB's `Model` or a WTForms form have for themselves.
const RESERVED_ATTRIBUTES: &[&str] = &[
    "mapped_column",
    "relationship",
    "metadata",
    "registry",
    "query",
    "query_class",
    "to_json",
    "data",
    "errors",
    "form_errors",
    "meta",
    "process",
    "validate",
    "populate_obj",
    "hidden_tag",
    "csrf_token",
    "validate_on_submit",
    "is_submitted",
    "refresh",
    "self",
    // Annotations beside them would mean the column and not the type.
    "bool",
    "bytes",
    "dict",
    "float",
    "int",
    "list",
    "object",
    "str",
    // FAB takes what was sent for a row that has these.
    "add",
    "clear",
    "copy",
    "deepcopy",
    "fromkeys",
    "get",
    "getlist",
    "items",
    "keys",
    "lists",
    "listvalues",
    "pop",
    "popitem",
    "popitemlist",
    "poplist",
    "setdefault",
    "setlist",
    "setlistdefault",
    "to_dict",
    "update",
    "values",
];

/// Classes that generated files import, or that FAB registers beside them.
const RESERVED_CLASSES: &[&str] = &[
    "Any",
    "BIT",
    "CharEnum",
    "CIDR",
    "DATETIME",
    "DOMAIN",
    "INET",
    "INTEGER",
    "INTERVAL",
    "JSONB",
    "MACADDR",
    "NativeType",
    "OID",
    "SpatialType",
    "TIME",
    "YEAR",
    "CLOB",
    "NVARCHAR",
    "NCHAR",
    "TIMESTAMP",
    "REAL",
    "DECIMAL",
    "ApiKey",
    "ARRAY",
    "AuditMixin",
    "BigInteger",
    "Boolean",
    "CHAR",
    "Chart",
    "CheckConstraint",
    "Column",
    "Computed",
    "Date",
    "DateTime",
    "Decimal",
    "Double",
    "Enum",
    "FileColumn",
    "Float",
    "ForeignKey",
    "ForeignKeyConstraint",
    "Group",
    "Identity",
    "ImageColumn",
    "Index",
    "Integer",
    "Interval",
    "JSON",
    "Json",
    "LargeBinary",
    "Mapped",
    "Menu",
    "MetaData",
    "Model",
    "Numeric",
    "Permission",
    "PermissionView",
    "PrimaryKeyConstraint",
    "RegisterUser",
    "Role",
    "SmallInteger",
    "String",
    "Table",
    "Text",
    "TextEnum",
    "Time",
    "UniqueConstraint",
    "User",
    "Uuid",
    "ViewMenu",
    // With `View` or `Api` at their end, these are FAB's own endpoints.
    "AuthDB",
    "Auth",
    "Base",
    "BaseModel",
    "Index",
    "Locale",
    "Master",
    "MasterDetail",
    "MenuApi",
    "ModelRest",
    "Multiple",
    "OpenApi",
    "Public",
    "Rest",
    "Security",
    "SimpleForm",
    "Swagger",
    "Util",
];

/// Module names that would hide something beside them.
const RESERVED_MODULES: &[&str] = &["register_views", "register_apis"];

/// The names of one table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableNames {
    /// The module, as in `order_item`.
    pub module: String,
    /// The class, as in `OrderItem`.
    pub class_name: String,
}

/// Names for all tables at once, so that no two share a module or a class.
///
/// A table whose name already is its module's keeps it whatever else there is, so that a new table with an odd
/// name never renames an old one.
pub fn tables<'a>(names: impl IntoIterator<Item = &'a ObjectName>) -> BTreeMap<ObjectName, TableNames> {
    let mut ordered: Vec<&ObjectName> = names.into_iter().collect();
    ordered.sort_by_key(|name| (module_name(name) != name.name || name.namespace.is_some(), *name));
    let mut modules = BTreeSet::new();
    let mut classes = BTreeSet::new();
    let mut result = BTreeMap::new();
    for name in ordered {
        let module = unused(module_name(name), &mut modules, |base, number| format!("{base}_{number}"));
        let class_name = unused(class_name(name), &mut classes, |base, number| format!("{base}{number}"));
        result.insert(name.clone(), TableNames { module, class_name });
    }
    result
}

/// `base`, or `base` with the first number from 2 on that is free; taken from then on.
pub fn unused(base: String, taken: &mut BTreeSet<String>, numbered: impl Fn(&str, usize) -> String) -> String {
    let mut name = base.clone();
    let mut number = 2;
    while !taken.insert(name.clone()) {
        name = numbered(&base, number);
        number += 1;
    }
    name
}

fn words(name: &ObjectName) -> String {
    match &name.namespace {
        Some(namespace) => format!("{namespace}_{}", name.name),
        None => name.name.clone(),
    }
}

fn module_name(name: &ObjectName) -> String {
    let module = identifier(&words(name).to_snake_case(), "table");
    if RESERVED_MODULES.contains(&module.as_str()) { format!("{module}_") } else { module }
}

fn class_name(name: &ObjectName) -> String {
    let class = identifier(&singular(&words(name).to_snake_case()).to_upper_camel_case(), "Table");
    if RESERVED_CLASSES.contains(&class.as_str()) { format!("{class}Record") } else { class.replace('_', "") }
}

/// The ASCII letters, digits and underscores of `text`, made an identifier that is no keyword.
fn identifier(text: &str, fallback: &str) -> String {
    let mut name = String::new();
    for character in text.chars() {
        match latin(character) {
            Some(letters) => name.push_str(letters),
            None if character.is_ascii_alphanumeric() => name.push(character),
            None if name.ends_with('_') => {}
            None => name.push('_'),
        }
    }
    name = name.trim_matches('_').to_owned();
    if name.is_empty() {
        return fallback.to_owned();
    }
    if name.starts_with(|first: char| first.is_ascii_digit()) {
        name = format!("{fallback}_{name}");
    }
    if KEYWORDS.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

/// A letter of Western Europe in ASCII.
fn latin(character: char) -> Option<&'static str> {
    Some(match character {
        'à' | 'á' | 'â' | 'ã' | 'å' => "a",
        'À' | 'Á' | 'Â' | 'Ã' | 'Å' => "A",
        'ä' | 'æ' => "ae",
        'Ä' | 'Æ' => "Ae",
        'ç' => "c",
        'Ç' => "C",
        'è' | 'é' | 'ê' | 'ë' => "e",
        'È' | 'É' | 'Ê' | 'Ë' => "E",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'Ì' | 'Í' | 'Î' | 'Ï' => "I",
        'ñ' => "n",
        'Ñ' => "N",
        'ò' | 'ó' | 'ô' | 'õ' => "o",
        'Ò' | 'Ó' | 'Ô' | 'Õ' => "O",
        'ö' | 'ø' | 'œ' => "oe",
        'Ö' | 'Ø' | 'Œ' => "Oe",
        'ù' | 'ú' | 'û' => "u",
        'Ù' | 'Ú' | 'Û' => "U",
        'ü' => "ue",
        'Ü' => "Ue",
        'ß' => "ss",
        'ý' | 'ÿ' => "y",
        _ => return None,
    })
}

/// Whether `text` can be written as a Python name.
pub fn is_identifier(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
        && !KEYWORDS.contains(&text)
}

/// The attribute of a column: the column's own name wherever Python, SQLAlchemy and WTForms can bear it.
pub fn attribute(column: &str) -> String {
    let is_reserved = |name: &str| RESERVED_ATTRIBUTES.contains(&name) || RESERVED_CLASSES.contains(&name);
    if is_identifier(column) && !column.starts_with('_') && !is_reserved(column) {
        return column.to_owned();
    }
    let name = identifier(column, "column");
    if is_reserved(&name) { format!("{name}_") } else { name }
}

/// The attribute of a relation, away from the reserved names.
pub fn relation(name: &str) -> String {
    attribute(name)
}

/// The relation that a key column stands for: `customer_id` → `customer`; `None` when the column has no such end.
pub fn without_key_suffix(column: &str, referenced: &str) -> Option<String> {
    let snake = attribute(column);
    let stripped = ["_id", "_fk", "_pk", "_uuid"]
        .iter()
        .find_map(|suffix| snake.strip_suffix(suffix))
        .or_else(|| snake.strip_suffix("Id"))
        .or_else(|| snake.strip_suffix(referenced).and_then(|start| start.strip_suffix('_')))?;
    (!stripped.is_empty()).then(|| relation(stripped))
}

/// The plural of the last word of a snake-case name: `order_item` → `order_items`.
pub fn plural(name: &str) -> String {
    let (head, last) = match name.rsplit_once('_') {
        Some((head, last)) if !last.is_empty() => (Some(head), last),
        _ => (None, name),
    };
    let plural = pluralize(last, 2, false);
    match head {
        Some(head) => format!("{head}_{plural}"),
        None => plural,
    }
}

/// The singular of the last word of a snake-case name.
pub fn singular(name: &str) -> String {
    let (head, last) = match name.rsplit_once('_') {
        Some((head, last)) if !last.is_empty() => (Some(head), last),
        _ => (None, name),
    };
    let singular = pluralize(last, 1, false);
    match head {
        Some(head) => format!("{head}_{singular}"),
        None => singular,
    }
}

/// A name for people: `credit_limit` → `Credit Limit`, as FAB itself would label it.
pub fn label(name: &str) -> String {
    name.split('_')
        .filter(|word| !word.is_empty())
        .map(|word| {
            let mut characters = word.chars();
            characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
        })
        .collect::<Vec<String>>()
        .join(" ")
}

/// The label that FAB itself gives a name, which is Python's `str.title` of its words.
pub fn automatic_label(name: &str) -> String {
    let mut label = String::new();
    let mut inside = false;
    for character in name.chars() {
        let character = if character == '_' || character == '.' { ' ' } else { character };
        if character.is_alphabetic() && !inside {
            label.extend(character.to_uppercase());
        } else {
            label.extend(character.to_lowercase());
        }
        inside = character.is_alphabetic();
    }
    label
}

/// The enum class of a column.
pub fn enum_class(class_name: &str, attribute: &str) -> String {
    format!("{class_name}{}", attribute.to_upper_camel_case())
}

/// The member names of an enum's values, in their order. A value that is a fair Python name is its own name.
pub fn enum_members(values: &[String]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    // An enum has these for itself.
    taken.extend(["name", "value", "mro"].map(str::to_owned));
    values
        .iter()
        .map(|value| {
            let name = if is_identifier(value) && !value.starts_with('_') {
                value.clone()
            } else {
                identifier(value, "value")
            };
            unused(name, &mut taken, |base, number| format!("{base}_{number}"))
        })
        .collect()
}
