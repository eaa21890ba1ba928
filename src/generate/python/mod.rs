//! Python text: literals, expressions with the imports that they need, and calls that are wrapped as ruff wraps
//! them.

mod imports;
mod layout;

use std::collections::BTreeSet;

pub use imports::Imports;
pub use layout::{Code, LINE_LENGTH};

/// What an expression needs imported: `from module import name`, or `import module` when `name` is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Import {
    /// The module.
    pub module: String,
    /// The name in it, or nothing for the module itself.
    pub name: Option<String>,
}

impl Import {
    /// `from module import name`.
    pub fn from(module: &str, name: &str) -> Self {
        Self { module: module.to_owned(), name: Some(name.to_owned()) }
    }

    /// `import module`.
    pub fn module(module: &str) -> Self {
        Self { module: module.to_owned(), name: None }
    }
}

/// A Python expression and what it needs imported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Expression {
    /// The text, on one line.
    pub text: String,
    /// Its imports.
    pub imports: BTreeSet<Import>,
}

impl Expression {
    /// An expression that needs nothing.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), imports: BTreeSet::new() }
    }

    /// An expression that needs one import.
    pub fn with(text: impl Into<String>, import: Import) -> Self {
        Self { text: text.into(), imports: BTreeSet::from([import]) }
    }
}

/// A Python string literal, quoted as ruff quotes it: double quotes unless that would need more escapes.
pub fn string(text: &str) -> String {
    let quote = if text.contains('"') && text.matches('"').count() > text.matches('\'').count() { '\'' } else { '"' };
    let mut literal = String::with_capacity(text.len() + 2);
    literal.push(quote);
    for character in text.chars() {
        match character {
            '\\' => literal.push_str("\\\\"),
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\t' => literal.push_str("\\t"),
            character if character == quote => {
                literal.push('\\');
                literal.push(quote);
            }
            character if needs_escape(character) => literal.push_str(&escape(character)),
            character => literal.push(character),
        }
    }
    literal.push(quote);
    literal
}

/// Characters that would be invisible, or would reorder the line that a reviewer reads.
fn needs_escape(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn escape(character: char) -> String {
    let code = u32::from(character);
    match code {
        0..=0xff => format!("\\x{code:02x}"),
        0x100..=0xffff => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}
