//! Faults in Jinja templates: text that is no longer escaped.

use std::collections::BTreeSet;

use super::{Mutant, Operator};

/// Expressions that write a value as it is, or stand for none.
const PLAIN: [&str; 5] = ["super(", "url_for(", "csrf_token", "loop.", "caller("];

/// Each `{{ value }}` of a page, written unescaped.
pub(super) fn look(path: &str, text: &str) -> Vec<Mutant> {
    if !(path.ends_with(".html") || path.ends_with(".jinja2") || path.ends_with(".j2")) {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("{{")).map(|place| at + place + 2) {
        let Some(end) = text.get(start..).and_then(|rest| rest.find("}}")).map(|place| start + place) else { break };
        at = end;
        let expression = text.get(start..end).unwrap_or("").trim_end_matches(['-', '+']);
        let shown = expression.trim_matches(['-', '+', ' ', '\n', '\t']);
        let holds_value = shown.contains('.') && !shown.contains('|') && !shown.contains('"') && !shown.contains('(');
        if !holds_value || PLAIN.iter().any(|plain| shown.contains(plain)) {
            continue;
        }
        let cut = start + expression.trim_end().len();
        let Some(line) = text.get(..start).map(|before| before.matches('\n').count() + 1) else { continue };
        let (Some(head), Some(tail)) = (text.get(..cut), text.get(cut..)) else { continue };
        found.push(Mutant {
            operator: Operator::RawHtml,
            path: path.to_owned(),
            line,
            what: format!("the page writes {shown} unescaped"),
            subjects: BTreeSet::new(),
            in_migration: false,
            text: format!("{head} | safe{tail}"),
        });
    }
    found
}
