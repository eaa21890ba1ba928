//! Three-way merge of the elements of a list, tuple, set or dictionary, and of the arguments of a call.

use std::collections::BTreeMap;

use tree_sitter::Node;

use super::items::Item;
use super::sequence::{self, Slot};

/// How wide a line may get before its elements are put below each other.
const WIDTH: usize = 88;

/// One element, or one argument.
#[derive(Debug, Clone)]
struct Element {
    key: String,
    /// Comments on lines of their own before it.
    lead: Vec<String>,
    text: String,
    /// A comment behind it.
    trail: Option<String>,
}

/// A bracketed sequence inside a statement.
#[derive(Debug, Clone)]
pub(super) struct Sequence<'t> {
    /// The statement before the bracket.
    before: &'t str,
    /// The statement after the bracket.
    after: &'t str,
    brackets: (char, char),
    elements: Vec<Element>,
    /// Comments behind the last element.
    tail: Vec<String>,
    one_per_line: bool,
    is_call: bool,
}

/// Merges an assignment or a call element by element; `None` if that isn't possible.
pub(super) fn merge(base: &Item<'_>, ours: &Item<'_>, theirs: &Item<'_>) -> Option<String> {
    let (b, o, t) = (of_statement(base)?, of_statement(ours)?, of_statement(theirs)?);
    merge_sequences(&b, &o, &t)
}

/// Merges the heads of three classes by their arguments (the bases).
pub(super) fn merge_heads(base: &Item<'_>, ours: &Item<'_>, theirs: &Item<'_>) -> Option<String> {
    let head = |item: &Item<'_>| -> Option<()> {
        (item.definition()?.kind() == "class_definition" && item.body().is_some()).then_some(())
    };
    head(base).and(head(ours)).and(head(theirs))?;
    merge_sequences(&of_head(base)?, &of_head(ours)?, &of_head(theirs)?)
}

fn merge_sequences(base: &Sequence<'_>, ours: &Sequence<'_>, theirs: &Sequence<'_>) -> Option<String> {
    if base.brackets != ours.brackets || base.brackets != theirs.brackets || base.is_call != ours.is_call {
        return None;
    }
    let before = pick(Some(base.before), Some(ours.before), Some(theirs.before))??;
    let after = pick(Some(base.after), Some(ours.after), Some(theirs.after))??;
    let find = |sequence: &Sequence<'_>| -> BTreeMap<String, Element> {
        sequence.elements.iter().map(|element| (element.key.clone(), element.clone())).collect()
    };
    let (base_by_key, ours_by_key, theirs_by_key) = (find(base), find(ours), find(theirs));
    // What one side removed and the other changed can't be decided here.
    for (key, element) in &base_by_key {
        let changed = |side: &BTreeMap<String, Element>| side.get(key).is_some_and(|other| other.text != element.text);
        if (!ours_by_key.contains_key(key) && changed(&theirs_by_key))
            || (!theirs_by_key.contains_key(key) && changed(&ours_by_key))
        {
            return None;
        }
    }
    let mut elements = Vec::new();
    for slot in sequence::merge(&base.keys(), &ours.keys(), &theirs.keys()) {
        let Slot::Key(key) = slot else { return None };
        let (b, o, t) = (base_by_key.get(&key), ours_by_key.get(&key), theirs_by_key.get(&key));
        if b.is_some() && (o.is_none() || t.is_none()) {
            continue;
        }
        let texts = pick(b.map(|e| e.text.as_str()), o.map(|e| e.text.as_str()), t.map(|e| e.text.as_str()))?;
        let Some(text) = texts else { continue };
        let newest = o.or(t)?;
        let comments = match (b, o, t) {
            (Some(b), Some(o), Some(t)) if b.lead == o.lead && b.trail == o.trail => t,
            _ => newest,
        };
        elements.push(Element {
            key,
            lead: comments.lead.clone(),
            text: text.to_owned(),
            trail: comments.trail.clone(),
        });
    }
    if base.is_call {
        // Python takes no positional argument after a named one.
        elements.sort_by_key(|element| match element.key.as_bytes() {
            [b'*', b'*', ..] => 2,
            [b'#' | b'*', ..] => 0,
            _ => 1,
        });
    }
    let merged = Sequence {
        before,
        after,
        brackets: base.brackets,
        elements,
        tail: if base.tail == ours.tail { theirs.tail.clone() } else { ours.tail.clone() },
        one_per_line: ours.one_per_line || theirs.one_per_line,
        is_call: base.is_call,
    };
    Some(merged.render())
}

/// The one value that changed; `None` if both did, and differently.
pub(super) fn pick<'t>(
    base: Option<&'t str>,
    ours: Option<&'t str>,
    theirs: Option<&'t str>,
) -> Option<Option<&'t str>> {
    if ours == theirs || base == theirs {
        Some(ours)
    } else if base == ours {
        Some(theirs)
    } else {
        None
    }
}

fn of_statement<'t>(item: &Item<'t>) -> Option<Sequence<'t>> {
    let statement = item.node.filter(|node| node.kind() == "expression_statement")?;
    let mut value = statement.named_child(0)?;
    while value.kind() == "assignment" {
        value = value.child_by_field_name("right")?;
    }
    let bracketed = match value.kind() {
        "list" | "tuple" | "set" | "dictionary" => value,
        "call" => value.child_by_field_name("arguments").filter(|node| node.kind() == "argument_list")?,
        _ => return None,
    };
    read(item.source, item.start, item.start + item.text.len(), bracketed)
}

fn of_head<'t>(item: &Item<'t>) -> Option<Sequence<'t>> {
    let (head, _) = item.body()?;
    let bases = item.definition()?.child_by_field_name("superclasses")?;
    read(item.source, item.start, item.start + head.len(), bases)
}

fn read<'t>(source: &'t str, start: usize, end: usize, bracketed: Node<'t>) -> Option<Sequence<'t>> {
    let inner = &source[bracketed.byte_range()];
    let brackets = (inner.chars().next()?, inner.chars().next_back()?);
    if !matches!(brackets, ('[', ']') | ('(', ')') | ('{', '}')) {
        return None;
    }
    let is_call = bracketed.kind() == "argument_list";
    let mut elements: Vec<Element> = Vec::new();
    let mut lead: Vec<String> = Vec::new();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut position = 0;
    let mut last_row = bracketed.start_position().row;
    let mut rows = Vec::new();
    let mut cursor = bracketed.walk();
    for node in bracketed.named_children(&mut cursor) {
        let text = source[node.byte_range()].to_owned();
        if node.kind() == "comment" {
            match elements.last_mut() {
                Some(element) if node.start_position().row == last_row && lead.is_empty() => element.trail = Some(text),
                _ => lead.push(text),
            }
            continue;
        }
        last_row = node.end_position().row;
        rows.push(node.start_position().row);
        let mut key = match node.kind() {
            "pair" => source[node.child_by_field_name("key")?.byte_range()].to_owned(),
            "keyword_argument" => source[node.child_by_field_name("name")?.byte_range()].to_owned(),
            "list_splat" | "dictionary_splat" => text.clone(),
            "for_in_clause" | "if_clause" => return None,
            _ if is_call => {
                position += 1;
                format!("#{position}")
            }
            _ => text.clone(),
        };
        let count = counts.entry(key.clone()).or_default();
        *count += 1;
        if *count > 1 {
            key = format!("{key} #{count}");
        }
        elements.push(Element { key, lead: std::mem::take(&mut lead), text, trail: None });
    }
    rows.dedup();
    let trailing_comma = inner.trim_end_matches(brackets.1).trim_end().ends_with(',');
    Some(Sequence {
        before: &source[start..bracketed.start_byte()],
        after: &source[bracketed.end_byte()..end],
        brackets,
        one_per_line: trailing_comma && elements.len() == rows.len() && inner.contains('\n'),
        elements,
        tail: lead,
        is_call,
    })
}

impl Sequence<'_> {
    fn keys(&self) -> Vec<&str> {
        self.elements.iter().map(|element| element.key.as_str()).collect()
    }

    fn render(&self) -> String {
        let (open, close) = self.brackets;
        let last_line = self.before.rsplit('\n').next().unwrap_or_default();
        let first_line = self.before.split('\n').next().unwrap_or_default();
        let indent: String = first_line.chars().take_while(|letter| letter.is_whitespace()).collect();
        let texts: Vec<&str> = self.elements.iter().map(|element| element.text.as_str()).collect();
        let joined = texts.join(", ");
        let commented = !self.tail.is_empty()
            || self.elements.iter().any(|element| element.trail.is_some() || !element.lead.is_empty());
        let flat = !commented && !self.one_per_line && !joined.contains('\n');
        let lone = if open == '(' && !self.is_call && texts.len() == 1 { "," } else { "" };
        let after_line = self.after.split('\n').next().unwrap_or_default();
        let width = last_line.chars().count() + joined.chars().count() + 2 + lone.len() + after_line.chars().count();
        if texts.is_empty() && !commented {
            return format!("{}{open}{close}{}", self.before, self.after);
        }
        if flat && width <= WIDTH {
            return format!("{}{open}{joined}{lone}{close}{}", self.before, self.after);
        }
        if flat && self.is_call && indent.chars().count() + 4 + joined.chars().count() <= WIDTH {
            return format!("{}{open}\n{indent}    {joined}\n{indent}{close}{}", self.before, self.after);
        }
        let mut text = format!("{}{open}\n", self.before);
        for element in &self.elements {
            for comment in &element.lead {
                text.push_str(&format!("{indent}    {comment}\n"));
            }
            let trail = element.trail.as_ref().map(|comment| format!("  {comment}")).unwrap_or_default();
            text.push_str(&format!("{indent}    {},{trail}\n", element.text));
        }
        for comment in &self.tail {
            text.push_str(&format!("{indent}    {comment}\n"));
        }
        format!("{text}{indent}{close}{}", self.after)
    }
}
