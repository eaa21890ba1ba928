//! Writes a diagram as a Mermaid entity-relationship diagram.

use std::fmt::Write;

use super::{Diagram, Entity, Field, State};
use crate::report::wording::sentence::{clip, visible};

/// The diagram as Mermaid source. Names are reduced to what Mermaid's grammar accepts, so that none can end its
/// quotes or its block.
pub fn render(diagram: &Diagram) -> String {
    let mut out = String::from("erDiagram\n");
    for link in &diagram.links {
        let child = match (link.single, link.optional) {
            (true, _) => "o|",
            (false, _) => "o{",
        };
        let parent = if link.optional { "|o" } else { "||" };
        let label = match link.state {
            State::Same | State::Changed => link.label.clone(),
            State::Added => format!("{} ADDED", link.label),
            State::Removed => format!("{} REMOVED", link.label),
        };
        let _ = writeln!(out, "  t{} {parent}--{child} t{} : \"{}\"", link.to, link.from, quoted(&label));
    }
    for (at, entity) in diagram.entities.iter().enumerate() {
        let _ = writeln!(out, "  t{at}[\"{}\"] {{", title(entity));
        for field in &entity.fields {
            let _ = writeln!(out, "    {}", line(field));
        }
        out.push_str("  }\n");
    }
    out
}

fn title(entity: &Entity) -> String {
    // Mermaid refuses an empty title.
    let name = if entity.name.is_empty() { "(no name)".to_owned() } else { quoted(&entity.name) };
    match (entity.state, &entity.note) {
        (State::Added, _) => format!("{name} (ADDED)"),
        (State::Removed, _) => format!("{name} (REMOVED)"),
        (_, Some(note)) => format!("{name} ({})", quoted(note)),
        (State::Same | State::Changed, None) => name,
    }
}

fn line(field: &Field) -> String {
    let mut out = format!("{} {}", word(&field.sql_type), word(&field.name));
    match (field.primary, field.foreign) {
        (true, true) => out.push_str(" PK, FK"),
        (true, false) => out.push_str(" PK"),
        (false, true) => out.push_str(" FK"),
        (false, false) => {}
    }
    let note = match field.state {
        State::Added => Some("ADDED".to_owned()),
        State::Removed => Some("REMOVED".to_owned()),
        State::Same | State::Changed => field.note.clone(),
    };
    if let Some(note) = note {
        let _ = write!(out, " \"{}\"", quoted(&note));
    }
    out
}

/// A word of Mermaid's attribute grammar: letters, digits, `_`, `-` and parentheses, beginning with a letter.
fn word(text: &str) -> String {
    let mut out: String = clip(text, 60)
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() || matches!(letter, '(' | ')') { letter } else { '_' })
        .collect();
    while out.contains("__") && !text.contains("__") {
        out = out.replace("__", "_");
    }
    if !out.starts_with(|letter: char| letter.is_ascii_alphabetic()) {
        out.insert(0, 'x');
    }
    out
}

/// Text inside double quotes: anything that could end them, open markup or begin a directive becomes `_`.
fn quoted(text: &str) -> String {
    clip(&visible(text), 60)
        .chars()
        .map(|letter| {
            if matches!(letter, '"' | '\\' | '%' | '`' | '<' | '>' | '&' | '#' | ';' | '{' | '}') {
                '_'
            } else {
                letter
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_cannot_leave_their_place() {
        assert_eq!(word("a b\"}\n```"), "a_b_");
        assert_eq!(word("12"), "x12");
        assert_eq!(word(""), "x");
        assert_eq!(quoted("a\"] }\n%%{init}%% <b>"), "a_] _ ___init___ _b_");
    }
}
