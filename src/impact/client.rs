//! Clients of the REST API in JavaScript and TypeScript: fields of a resource that a file asks for.
//!
//! A file counts when it names the path of a resource whose model changes. What it calls `fax` is then possibly that
//! field; no type tells.

use super::place::Sink;
use super::python::Models;
use super::subject::Subjects;
use super::{SourceFile, Usage, UsageConfidence, UsageKind};

const SCRIPTS: [&str; 7] = ["js", "mjs", "cjs", "jsx", "ts", "tsx", "vue"];
/// A file with a longer line was made by a tool.
const LONGEST_LINE: usize = 5_000;

/// Every possible use in one file.
pub(super) fn find(file: &SourceFile, models: &Models, subjects: &Subjects) -> Vec<Usage> {
    let extension = file.path.rsplit('.').next().unwrap_or("");
    let is_page = matches!(extension, "html" | "jinja" | "jinja2" | "j2");
    if !(is_page || SCRIPTS.contains(&extension)) || file.text.lines().any(|line| line.len() > LONGEST_LINE) {
        return Vec::new();
    }
    let mut fields = Vec::new();
    for api in models.apis().iter().filter(|api| names_resource(&file.text, &api.resource)) {
        let table = models.table(api.model).unwrap_or("");
        for (_, column) in subjects.columns().filter(|(changed, _)| *changed == table) {
            for attribute in models.attributes_of(api.model, column) {
                let text = format!("the field {attribute} of /api/v1/{}/, if this is one of its rows", api.resource);
                fields.push((attribute, subjects.column(table, column), text));
            }
        }
    }
    if fields.is_empty() {
        return Vec::new();
    }
    let mut sink = Sink::new(file);
    for (from, to) in if is_page { scripts(&file.text) } else { vec![(0, file.text.len())] } {
        for (offset, name) in names(&file.text[from..to]) {
            for (_, changes, text) in fields.iter().filter(|(field, ..)| field == name) {
                sink.report(from + offset, changes, UsageKind::Client, UsageConfidence::Possible, text);
            }
        }
    }
    sink.finish()
}

/// Whether a text has the path of the resource, `/api/v1/customer/`.
fn names_resource(text: &str, resource: &str) -> bool {
    text.match_indices("api/v").any(|(at, _)| {
        let rest = text[at + 5..].trim_start_matches(|c: char| c.is_ascii_digit());
        let name = rest.strip_prefix('/').and_then(|rest| rest.strip_prefix(resource));
        name.is_some_and(|after| !after.starts_with(|c: char| c.is_alphanumeric() || c == '_'))
    })
}

/// Where the scripts of a page are.
fn scripts(page: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = page[at..].find("<script").map(|open| at + open) {
        let start = page[open..].find('>').map_or(page.len(), |end| open + end + 1);
        let end = page[start..].find("</script").map_or(page.len(), |end| start + end);
        found.push((start, end));
        at = end;
    }
    found
}

/// The names that may be those of fields: after a dot, before a colon, between braces, or alone in quotes.
fn names(script: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut before = ' ';
    let mut rest = script;
    while let Some(first) = rest.chars().next() {
        let at = script.len() - rest.len();
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").map_or(rest.len(), |end| end + 2)
        } else if matches!(first, '"' | '\'') {
            let inside = &rest[1..];
            let end = inside.find([first, '\n']).unwrap_or(inside.len());
            found.push((at + 1, &inside[..end]));
            before = first;
            (end + 2).min(rest.len())
        } else if first.is_alphabetic() || matches!(first, '_' | '$') {
            let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$'))).unwrap_or(rest.len());
            let after = rest[end..].trim_start_matches([' ', '?']).chars().next().unwrap_or(' ');
            let between = matches!(before, '{' | ',') && matches!(after, '}' | ',');
            if before == '.' || after == ':' || between {
                found.push((at, &rest[..end]));
            }
            before = 'a';
            end
        } else {
            if !first.is_whitespace() {
                before = first;
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    found
}
