//! Reading the nodes of a Python syntax tree.

use std::collections::HashMap;
use std::sync::LazyLock;

use tree_sitter::{Language, Node, Parser, Tree};

/// How deep a tree may be that is still walked.
const DEEPEST: u32 = 10_000;

/// Parses Python; `None` only when the parser itself gives up. Broken code yields a tree with error nodes.
pub(super) fn parse(text: &str) -> Option<Tree> {
    parse_within(text, DEEPEST)
}

/// The same, where a tree of more levels than `deepest` counts as given up.
pub(crate) fn parse_within(text: &str, deepest: u32) -> Option<Tree> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_python::LANGUAGE.into()).ok()?;
    parser.parse(text, None).filter(|tree| is_within(tree, deepest))
}

fn is_within(tree: &Tree, deepest: u32) -> bool {
    let mut cursor = tree.walk();
    loop {
        if cursor.depth() > deepest {
            return false;
        }
        if cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return true;
            }
        }
    }
}

/// The source text of a node.
pub(crate) fn text_of<'a>(node: Node<'_>, text: &'a str) -> &'a str {
    text.get(node.byte_range()).unwrap_or("")
}

/// The named children, comments left out.
pub(crate) fn children<'t>(node: Node<'t>) -> Vec<Node<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

/// A node's field.
pub(crate) fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    FIELDS.get(name).and_then(|id| node.child_by_field_id(*id))
}

/// The grammar's fields by their names: asking the grammar each time takes as long as finding the child.
static FIELDS: LazyLock<HashMap<String, u16>> = LazyLock::new(|| {
    let language = Language::from(tree_sitter_python::LANGUAGE);
    let count = u16::try_from(language.field_count()).unwrap_or(u16::MAX - 1);
    (1..=count).filter_map(|id| Some((language.field_name_for_id(id)?.to_owned(), id))).collect()
});

/// The node without enclosing parentheses and `await`.
pub(super) fn bare(node: Node<'_>) -> Node<'_> {
    match node.kind() {
        "parenthesized_expression" | "await" | "type" => match children(node).first() {
            Some(inner) => bare(*inner),
            None => node,
        },
        _ => node,
    }
}

/// The last segment of a name or attribute (`db.Column` → `Column`).
pub(crate) fn last_name<'a>(node: Node<'_>, text: &'a str) -> Option<&'a str> {
    match node.kind() {
        "identifier" => Some(text_of(node, text)),
        "attribute" => field(node, "attribute").map(|name| text_of(name, text)),
        _ => None,
    }
}

/// The arguments of a call: positional, and by keyword with the keyword's own node.
pub(super) struct Arguments<'t> {
    pub(super) positional: Vec<Node<'t>>,
    pub(super) keywords: Vec<(Node<'t>, Node<'t>)>,
}

pub(super) fn arguments<'t>(call: Node<'t>) -> Arguments<'t> {
    let mut arguments = Arguments { positional: Vec::new(), keywords: Vec::new() };
    let Some(list) = field(call, "arguments").or_else(|| field(call, "superclasses")) else { return arguments };
    if list.kind() == "generator_expression" {
        arguments.positional.push(list);
        return arguments;
    }
    for child in children(list) {
        if child.kind() == "keyword_argument" {
            if let (Some(name), Some(value)) = (field(child, "name"), field(child, "value")) {
                arguments.keywords.push((name, value));
            }
        } else {
            arguments.positional.push(child);
        }
    }
    arguments
}

/// The value of a string literal, with the place in the source of each of its bytes.
#[derive(Clone)]
pub(super) struct Literal {
    pub(super) value: String,
    places: Vec<usize>,
    end: usize,
}

impl Literal {
    /// The source offset of a byte of the value.
    pub(super) fn place(&self, offset: usize) -> usize {
        self.places.get(offset).copied().unwrap_or(self.end)
    }

    /// This text and another after it.
    pub(super) fn joined(mut self, more: Self) -> Self {
        self.places.truncate(self.value.len());
        self.value.push_str(&more.value);
        self.places.extend(more.places);
        self.end = more.end;
        self
    }

    fn push(&mut self, piece: &str, place: usize, step: bool) {
        self.value.push_str(piece);
        self.places.extend((0..piece.len()).map(|index| if step { place + index } else { place }));
    }
}

/// The string that a literal stands for: implicit concatenation joined, escapes resolved, and each interpolation
/// of an f-string replaced by a name of the same length.
pub(super) fn literal(node: Node<'_>, text: &str) -> Option<Literal> {
    let node = bare(node);
    let mut literal = Literal { value: String::new(), places: Vec::new(), end: node.end_byte() };
    match node.kind() {
        "string" => add_string(node, text, &mut literal),
        "concatenated_string" => {
            for part in children(node) {
                add_string(part, text, &mut literal);
            }
        }
        "binary_operator" => add_sum(node, text, &mut literal, 0)?,
        _ => return None,
    }
    Some(literal)
}

/// The most terms of a sum that is read as one text.
const LONGEST_SUM: usize = 200;

/// A sum that begins with a string; what is no string in it becomes a name of the same length.
fn add_sum(node: Node<'_>, text: &str, literal: &mut Literal, depth: usize) -> Option<()> {
    let node = bare(node);
    match node.kind() {
        "binary_operator" if depth < LONGEST_SUM => {
            if field(node, "operator")?.kind() != "+" {
                return None;
            }
            add_sum(field(node, "left")?, text, literal, depth + 1)?;
            let right = bare(field(node, "right")?);
            match right.kind() {
                "string" | "concatenated_string" | "binary_operator" => {
                    add_sum(right, text, literal, depth + 1)?;
                }
                _ => add_placeholder(right, text, literal),
            }
        }
        "string" => add_string(node, text, literal),
        "concatenated_string" => children(node).into_iter().for_each(|part| add_string(part, text, literal)),
        _ => return None,
    }
    Some(())
}

fn add_placeholder(node: Node<'_>, text: &str, literal: &mut Literal) {
    for (index, _) in text_of(node, text).char_indices() {
        literal.push("_", node.start_byte() + index, false);
    }
}

fn add_string(node: Node<'_>, text: &str, literal: &mut Literal) {
    let mut cursor = node.walk();
    let parts: Vec<Node<'_>> = node.children(&mut cursor).collect();
    let raw = parts.first().is_some_and(|start| text_of(*start, text).to_lowercase().contains('r'));
    for part in parts {
        match part.kind() {
            "string_content" => add_content(part, text, raw, literal),
            "interpolation" => add_placeholder(part, text, literal),
            _ => {}
        }
    }
}

fn add_content(node: Node<'_>, text: &str, raw: bool, literal: &mut Literal) {
    let mut at = node.start_byte();
    for escape in children(node) {
        if raw || escape.kind() != "escape_sequence" {
            continue;
        }
        literal.push(text.get(at..escape.start_byte()).unwrap_or(""), at, true);
        let sequence = text_of(escape, text);
        let value = match sequence.get(1..2) {
            Some("n") => "\n",
            Some("t") => "\t",
            Some("r") => "\r",
            Some("\n" | "\r") => "",
            Some(quote @ ("'" | "\"" | "\\")) => quote,
            // What a rarer escape stands for is never part of a name.
            _ => "?",
        };
        literal.push(value, escape.start_byte(), false);
        at = escape.end_byte();
    }
    literal.push(text.get(at..node.end_byte()).unwrap_or(""), at, true);
}

/// Whether a statement is a lone string, such as a docstring.
pub(super) fn is_docstring(statement: Node<'_>) -> bool {
    statement.kind() == "expression_statement"
        && matches!(children(statement).as_slice(), [only] if matches!(only.kind(), "string" | "concatenated_string"))
}
