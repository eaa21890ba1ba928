//! Import statements: merged by their names, and kept where hand-written code needs them.

use std::collections::BTreeSet;

use tree_sitter::Node;

use super::elements::pick;
use super::items::{self, Item};
use super::sequence::{self, Slot};

/// How wide an import may get before its names are put below each other.
const WIDTH: usize = 88;

/// `from module import names`.
#[derive(Debug, Clone)]
struct FromImport {
    indent: String,
    module: String,
    names: Vec<String>,
    /// What follows on the last line, with the line end.
    after: String,
    one_per_line: bool,
}

/// Merges `from … import …` by its names; `None` if it is something else or carries comments.
pub(super) fn merge(base: Option<&Item<'_>>, ours: Option<&Item<'_>>, theirs: Option<&Item<'_>>) -> Option<String> {
    let some = ours.or(theirs)?;
    // A side without the statement has the same import with no names.
    let side = |item: Option<&Item<'_>>| match item {
        Some(item) => read(item),
        None => read(some).map(|import| FromImport { names: Vec::new(), one_per_line: false, ..import }),
    };
    let (b, o, t) = (side(base)?, side(ours)?, side(theirs)?);
    let after = if base.is_none() && o.after != t.after {
        return None;
    } else {
        pick(Some(&b.after), Some(&o.after), Some(&t.after))??.to_owned()
    };
    let mut names: Vec<String> = Vec::new();
    for slot in sequence::merge(&b.keys(), &o.keys(), &t.keys()) {
        match slot {
            Slot::Key(name) => names.push(name),
            // Both exchanged a name for another: the code around decides which are used, so both are there.
            Slot::Conflict { ours, theirs, .. } => {
                names.extend(theirs);
                names.extend(ours);
            }
        }
    }
    let mut seen = BTreeSet::new();
    names.retain(|name| {
        let gone = b.names.contains(name) && !(o.names.contains(name) && t.names.contains(name));
        !gone && seen.insert(name.clone())
    });
    if names.is_empty() {
        return Some(String::new());
    }
    if is_sorted(&t.names) && is_sorted(&o.names) {
        names.sort_by_key(|name| order(name));
    }
    Some(FromImport { names, after, one_per_line: o.one_per_line || t.one_per_line, ..o }.render())
}

/// The merged text with the imports of `ours` back that it lost but still uses; `None` if it lost none.
pub(super) fn keep_needed(ours: &str, merged: &str) -> Option<String> {
    let tree = super::parse(merged)?;
    let ours_tree = super::parse(ours)?;
    let body = items::split(merged, tree.root_node(), 0, merged.len());
    let ours_body = items::split(ours, ours_tree.root_node(), 0, ours.len());
    let mut bound = BTreeSet::new();
    let mut used = BTreeSet::new();
    collect_names(tree.root_node(), merged, &mut bound, &mut used);

    let mut edits: Vec<(std::ops::Range<usize>, String)> = Vec::new();
    for item in ours_body.iter() {
        for (name, statement) in bindings(item) {
            if bound.contains(&name) || !used.contains(&name) {
                continue;
            }
            bound.insert(name.clone());
            let existing = read(item).and_then(|lost| {
                let position = body.iter().position(|there| there.key == item.key)?;
                let there = &body[position];
                if edits.iter().any(|(range, _)| range.start == there.start) {
                    return None;
                }
                let mut import = read(there)?;
                let sorted = is_sorted(&import.names);
                // All lost names of the statement at once.
                for candidate in &lost.names {
                    let target = target(candidate);
                    if !import.names.contains(candidate)
                        && (target == name || (used.contains(&target) && !bound.contains(&target)))
                    {
                        bound.insert(target);
                        import.names.push(candidate.clone());
                    }
                }
                if sorted {
                    import.names.sort_by_key(|name| order(name));
                }
                Some((there.start..there.start + there.text.len(), import.render()))
            });
            edits.push(existing.unwrap_or_else(|| {
                let last = body.iter().rfind(|there| there.key.starts_with("from ") || is_import(there));
                let at = last.or_else(|| body.iter().find(|there| there.key == "string"));
                let at = at.map_or(0, |there| there.start + there.text.len());
                (at..at, statement)
            }));
        }
    }
    if edits.is_empty() {
        return None;
    }
    edits.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
    let mut text = merged.to_owned();
    for (range, replacement) in edits {
        text.replace_range(range, &replacement);
    }
    Some(text)
}

fn is_import(item: &Item<'_>) -> bool {
    item.node.is_some_and(|node| node.kind() == "import_statement")
}

/// The names that an import binds, each with a statement that binds it alone.
fn bindings(item: &Item<'_>) -> Vec<(String, String)> {
    if let Some(import) = read(item) {
        let one = |name: &String| format!("from {} import {name}\n", import.module);
        return import.names.iter().map(|name| (target(name), one(name))).collect();
    }
    let Some(node) = item.node.filter(|node| node.kind() == "import_statement") else { return Vec::new() };
    let mut cursor = node.walk();
    node.children_by_field_name("name", &mut cursor)
        .map(|name| item.source[name.byte_range()].to_owned())
        .map(|name| (target(&name).split('.').next().unwrap_or_default().to_owned(), format!("import {name}\n")))
        .collect()
}

/// The name that `a` or `a as b` binds.
fn target(name: &str) -> String {
    name.rsplit(" as ").next().unwrap_or(name).trim().to_owned()
}

/// Collects the names that a module binds, and those that it uses.
fn collect_names(root: Node<'_>, source: &str, bound: &mut BTreeSet<String>, used: &mut BTreeSet<String>) {
    let text = |node: Node<'_>| source[node.byte_range()].to_owned();
    // A stack of its own: how deep a file nests is not for us to choose.
    let mut open = vec![root];
    while let Some(node) = open.pop() {
        match node.kind() {
            "import_from_statement" | "import_statement" | "future_import_statement" => {
                let mut cursor = node.walk();
                for name in node.children_by_field_name("name", &mut cursor) {
                    bound.insert(target(&text(name)).split('.').next().unwrap_or_default().to_owned());
                }
                continue;
            }
            "class_definition" | "function_definition" => bound.extend(node.child_by_field_name("name").map(text)),
            "assignment" => {
                let left = node.child_by_field_name("left").filter(|left| left.kind() == "identifier");
                bound.extend(left.map(text));
            }
            "identifier" => {
                let field = node.parent().and_then(|parent| match parent.kind() {
                    "attribute" => parent.child_by_field_name("attribute"),
                    "keyword_argument" | "class_definition" | "function_definition" => {
                        parent.child_by_field_name("name")
                    }
                    "assignment" => parent.child_by_field_name("left"),
                    _ => None,
                });
                if field != Some(node) {
                    used.insert(text(node));
                }
            }
            _ => {}
        }
        let mut cursor = node.walk();
        open.extend(node.named_children(&mut cursor));
    }
}

fn read(item: &Item<'_>) -> Option<FromImport> {
    let node = item.node.filter(|node| node.kind() == "import_from_statement")?;
    let source = item.source;
    let mut names = Vec::new();
    let mut rows = Vec::new();
    let mut cursor = node.walk();
    for child in node.named_children(&mut cursor) {
        if matches!(child.kind(), "comment" | "wildcard_import") {
            return None;
        }
    }
    let mut cursor = node.walk();
    for name in node.children_by_field_name("name", &mut cursor) {
        names.push(source[name.byte_range()].split_whitespace().collect::<Vec<_>>().join(" "));
        rows.push(name.start_position().row);
    }
    rows.dedup();
    let text = &source[node.byte_range()];
    let trailing_comma = text.trim_end_matches(')').trim_end().ends_with(',');
    Some(FromImport {
        indent: source[item.start..node.start_byte()].to_owned(),
        module: source[node.child_by_field_name("module_name")?.byte_range()].to_owned(),
        one_per_line: trailing_comma && rows.len() == names.len() && text.contains('\n'),
        names,
        after: source[node.end_byte()..item.start + item.text.len()].to_owned(),
    })
}

/// The order that import sorters use: constants, classes, the rest.
fn order(name: &str) -> (u8, String) {
    let bare = name.split(' ').next().unwrap_or(name);
    let constant = bare.len() > 1 && bare.chars().all(|letter| !letter.is_lowercase());
    let class = bare.starts_with(char::is_uppercase);
    (
        if constant {
            0
        } else if class {
            1
        } else {
            2
        },
        name.to_owned(),
    )
}

fn is_sorted(names: &[String]) -> bool {
    names.is_sorted_by_key(|name| order(name))
}

impl FromImport {
    fn keys(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }

    fn render(&self) -> String {
        let Self { indent, module, names, after, one_per_line } = self;
        let line = format!("{indent}from {module} import {}", names.join(", "));
        if !one_per_line && line.chars().count() <= WIDTH {
            return format!("{line}{after}");
        }
        let rows: String = names.iter().map(|name| format!("{indent}    {name},\n")).collect();
        format!("{indent}from {module} import (\n{rows}{indent}){after}")
    }
}
