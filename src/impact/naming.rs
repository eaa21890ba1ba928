//! How names of classes, tables and variables relate.

use heck::ToSnakeCase;

/// `OrderItem` → `order_item`.
pub(super) fn snake(name: &str) -> String {
    name.to_snake_case()
}

/// The names that a variable may bear when it holds rows of `table`, mapped by `class`, and whether several.
pub(super) fn variables(class: &str, table: &str) -> Vec<(String, bool)> {
    let class = snake(class);
    let table = table.to_lowercase();
    let plural = |name: &str| pluralizer::pluralize(name, 2, false);
    let singular = pluralizer::pluralize(&table, 1, false);
    let mut names =
        vec![(plural(&class), true), (plural(&singular), true), (class.replace('_', ""), false), (singular, false)];
    if class != plural(&class) {
        names.push((class, false));
    }
    names.sort();
    names.dedup_by(|next, kept| next.0 == kept.0);
    names
}
