//! The names that PostgreSQL gives to indexes and constraints that nobody named.

use crate::schema::{Index, Table};

/// The longest name, in bytes.
const LONGEST: usize = 63;

/// The name of an index over these columns, before the server looks whether it is taken.
pub fn index(table: &str, columns: &[String]) -> String {
    made(table, &columns.join("_"), "idx")
}

/// The name of a UNIQUE constraint over these columns.
pub fn unique(table: &str, columns: &[String]) -> String {
    made(table, &columns.join("_"), "key")
}

/// The name of a primary key.
pub fn primary_key(table: &str) -> String {
    made(table, "", "pkey")
}

/// The columns of an index as they stand in its name: an expression is called `expr`, and what is included counts.
pub fn columns_of(table: &Table, index: &Index) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let keys = index.parts.iter().map(|part| part.column.clone().unwrap_or_else(|| "expr".to_owned()));
    for name in keys.chain(included(table, index.definition.as_deref().unwrap_or_default())) {
        let twins = (1..).map(|count| format!("{name}{count}"));
        let free = std::iter::once(name.clone()).chain(twins).find(|name| !names.contains(name));
        names.extend(free);
    }
    names
}

/// The columns behind INCLUDE.
pub fn included(table: &Table, definition: &str) -> Vec<String> {
    let Some((_, list)) = definition.split_once(" INCLUDE (") else { return Vec::new() };
    let tokens = crate::schema::lexer::tokens(list);
    let inside = tokens.iter().take_while(|token| !token.is_symbol(")"));
    inside.map(|token| token.unquoted()).filter(|name| table.column(name).is_some()).collect()
}

/// `first_second_label`, the longer one cut until all of it fits.
fn made(first: &str, second: &str, label: &str) -> String {
    let room = LONGEST - label.len() - 1 - usize::from(!second.is_empty());
    let (mut one, mut other) = (first.len(), second.len());
    while one + other > room {
        if one > other { one -= 1 } else { other -= 1 }
    }
    let cut = |text: &str, mut length: usize| {
        while !text.is_char_boundary(length) {
            length -= 1;
        }
        text.get(..length).unwrap_or(text).to_owned()
    };
    let (first, second) = (cut(first, one), cut(second, other));
    if second.is_empty() { format!("{first}_{label}") } else { format!("{first}_{second}_{label}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_as_the_server_cuts_them() {
        assert_eq!(index("t", &["a".to_owned(), "b".to_owned()]), "t_a_b_idx");
        assert_eq!(primary_key("t"), "t_pkey");
        let long = "x".repeat(60);
        assert_eq!(unique(&long, &["y".repeat(10)]), format!("{}_{}_key", "x".repeat(48), "y".repeat(10)));
        assert_eq!(primary_key(&"é".repeat(31)), format!("{}_pkey", "é".repeat(29)));
    }
}
