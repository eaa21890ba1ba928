//! Statements of a module or class body, with a key that says what each defines.

use std::collections::BTreeMap;
use std::ops::Deref;

use tree_sitter::Node;

/// A statement: whole lines, with the comments and blank lines before it.
#[derive(Debug, Clone)]
pub(super) struct Item<'t> {
    /// What it defines, unique in its body.
    pub key: String,
    /// Comments and blank lines before it.
    pub lead: &'t str,
    /// Its lines.
    pub text: &'t str,
    /// Where `text` begins in `source`.
    pub start: usize,
    /// The whole file.
    pub source: &'t str,
    /// Its syntax; `None` when several statements share a line.
    pub node: Option<Node<'t>>,
    nth: usize,
}

/// The statements of a body, and what follows the last one.
#[derive(Debug, Clone)]
pub(super) struct Body<'t> {
    items: Vec<Item<'t>>,
    /// Comments and blank lines after the last statement.
    pub tail: &'t str,
}

impl<'t> Deref for Body<'t> {
    type Target = [Item<'t>];

    fn deref(&self) -> &Self::Target {
        &self.items
    }
}

impl Body<'_> {
    /// Gives what `self` renamed its old key, so that both versions of it are seen as one thing: a definition
    /// that is gone, and a new one that equals it but for the name; or the only class that is gone, and the only
    /// new one. Nothing that `ours` has is renamed.
    pub(super) fn align_renames(&mut self, base: &Body<'_>, ours: &Body<'_>) {
        let has = |items: &[Item<'_>], key: &str| items.iter().any(|item| item.key == key);
        let gone: Vec<&Item<'_>> = base.iter().filter(|item| !has(&self.items, &item.key)).collect();
        let new: Vec<usize> = (0..self.items.len())
            .filter(|at| !has(base, &self.items[*at].key) && !has(ours, &self.items[*at].key))
            .collect();
        let gone_classes = gone.iter().filter(|item| item.is_class()).count();
        let new_classes = new.iter().filter(|at| self.items[**at].is_class()).count();
        for old in gone {
            let Some((old_kind, old_name)) = old.name() else { continue };
            let same = |at: &&usize| {
                let item = &self.items[**at];
                item.name().is_some_and(|(kind, name)| {
                    kind == old_kind
                        && ((old.is_class() && gone_classes == 1 && new_classes == 1)
                            || item.text.replace(name, old_name) == old.text)
                })
            };
            let mut found = new.iter().filter(same);
            if let (Some(at), None) = (found.next(), found.next()) {
                self.items[*at].key.clone_from(&old.key);
            }
        }
    }
}

impl<'t> Item<'t> {
    /// Its kind and name, if it defines one name.
    fn name(&self) -> Option<(&str, &str)> {
        let (kind, name) = self.key.split_once(' ')?;
        let single = name.chars().all(|letter| letter.is_alphanumeric() || letter == '_');
        (matches!(kind, "class" | "def" | "=") && single).then_some((kind, name))
    }

    /// The statement with what stands before it.
    pub(super) fn whole(&self) -> String {
        format!("{}{}", self.lead, self.text)
    }

    /// Whether the body defines the same thing before; property setters and overloads aside.
    pub(super) fn is_repeated(&self) -> bool {
        let decorated = self.node.is_some_and(|node| node.kind() == "decorated_definition");
        let defines = ["class ", "def ", "= "].iter().any(|start| self.key.starts_with(start));
        self.nth > 0 && defines && !decorated
    }

    /// Whether it is a class.
    pub(super) fn is_class(&self) -> bool {
        self.definition().is_some_and(|node| node.kind() == "class_definition")
    }

    /// The definition without its decorators.
    pub(super) fn definition(&self) -> Option<Node<'t>> {
        let node = self.node?;
        if node.kind() == "decorated_definition" { node.child_by_field_name("definition") } else { Some(node) }
    }

    /// The head and the statements of a class, of a function, or of an `if` without `else`.
    pub(super) fn body(&self) -> Option<(&'t str, Body<'t>)> {
        let definition = self.definition()?;
        let block = match definition.kind() {
            "class_definition" | "function_definition" => definition.child_by_field_name("body")?,
            "if_statement" if definition.child_by_field_name("alternative").is_none() => {
                definition.child_by_field_name("consequence")?
            }
            _ => return None,
        };
        // Only a body that begins on a line of its own can be cut from its head by lines.
        let mut colon = None;
        let mut cursor = definition.walk();
        for child in definition.children(&mut cursor) {
            if child.kind() == ":" && child.end_byte() <= block.start_byte() {
                colon = Some(child);
            }
        }
        let colon = colon?;
        if colon.end_position().row >= block.start_position().row {
            return None;
        }
        let head_end = line_end(self.source, colon.end_byte());
        let end = self.start + self.text.len();
        let head = &self.source[self.start..head_end];
        Some((head, split(self.source, block, head_end, end)))
    }

    /// Whether the order in this kind of body may be chosen by the merge: in a function only when all it does is
    /// to call one thing after another.
    pub(super) fn can_merge_bodies(&self, bodies: &[&Body<'_>]) -> bool {
        let is_function = self.definition().is_some_and(|node| node.kind() == "function_definition");
        !is_function
            || bodies.iter().all(|body| {
                body.iter()
                    .all(|item| ["call ", "string", "pass", "return"].iter().any(|kind| item.key.starts_with(kind)))
            })
    }
}

/// Cuts `source[start..end]`, the body `container`, into statements.
pub(super) fn split<'t>(source: &'t str, container: Node<'t>, start: usize, end: usize) -> Body<'t> {
    let mut items: Vec<Item<'t>> = Vec::new();
    let mut position = start;
    let mut cursor = container.walk();
    for node in container.named_children(&mut cursor) {
        if node.kind() == "comment" {
            continue;
        }
        let first = line_start(source, node.start_byte()).max(start);
        let last = line_end(source, node.end_byte()).min(end);
        if first < position
            && let Some(previous) = items.last_mut()
        {
            previous.text = &source[previous.start..last.max(position)];
            previous.key = format!("line {}", previous.text.trim());
            previous.node = None;
        } else {
            items.push(Item {
                key: key(node, source),
                lead: &source[position..first],
                text: &source[first..last],
                start: first,
                source,
                node: Some(node),
                nth: 0,
            });
        }
        position = position.max(last);
    }
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for item in &mut items {
        let count = seen.entry(item.key.clone()).or_default();
        item.nth = *count;
        *count += 1;
        if item.nth > 0 {
            item.key = format!("{} #{}", item.key, item.nth + 1);
        }
    }
    Body { items, tail: &source[position.min(end)..end] }
}

fn key(node: Node<'_>, source: &str) -> String {
    let text = |node: Node<'_>| source[node.byte_range()].to_owned();
    let field = |node: Node<'_>, name: &str| node.child_by_field_name(name).map(text).unwrap_or_default();
    match node.kind() {
        "decorated_definition" => match node.child_by_field_name("definition") {
            Some(definition) => key(definition, source),
            None => text(node),
        },
        "class_definition" => format!("class {}", field(node, "name")),
        "function_definition" => format!("def {}", field(node, "name")),
        "import_from_statement" => {
            let mut cursor = node.walk();
            let wildcard = node.children(&mut cursor).any(|child| child.kind() == "wildcard_import");
            format!("from {}{}", field(node, "module_name"), if wildcard { " *" } else { "" })
        }
        "future_import_statement" => "from __future__".to_owned(),
        "if_statement" => format!("if {}", field(node, "condition")),
        "pass_statement" => "pass".to_owned(),
        "return_statement" => format!("return {}", text(node)),
        "expression_statement" => match node.named_child(0) {
            Some(child) if child.kind() == "assignment" => {
                let mut targets = vec![field(child, "left")];
                let mut right = child.child_by_field_name("right");
                while let Some(next) = right.filter(|next| next.kind() == "assignment") {
                    targets.push(field(next, "left"));
                    right = next.child_by_field_name("right");
                }
                format!("= {}", targets.join(" = "))
            }
            Some(child) if child.kind() == "string" => "string".to_owned(),
            Some(child) if child.kind() == "call" => {
                let first = child.child_by_field_name("arguments").and_then(|arguments| arguments.named_child(0));
                format!("call {} {}", field(child, "function"), first.map(text).unwrap_or_default())
            }
            _ => format!("text {}", text(node)),
        },
        _ => format!("text {}", text(node)),
    }
}

fn line_start(source: &str, byte: usize) -> usize {
    source[..byte].rfind('\n').map_or(0, |newline| newline + 1)
}

fn line_end(source: &str, byte: usize) -> usize {
    source[byte..].find('\n').map_or(source.len(), |newline| byte + newline + 1)
}
