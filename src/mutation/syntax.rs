//! Reading nodes of Python, and the bytes to take away with them.

use std::ops::Range;

use tree_sitter::{Node, Tree};

use crate::impact::python::syntax::{self, parse_within};
pub(super) use crate::impact::python::syntax::{children, field, text_of};

/// More levels than this are no code that a person wrote.
const DEEPEST: u32 = 1_000;

/// The syntax tree of a text that is whole Python.
pub(super) fn parse(text: &str) -> Option<Tree> {
    parse_within(text, DEEPEST).filter(|tree| !tree.root_node().has_error())
}

/// The last part of a name (`sa.Column` → `Column`), also of what a call calls.
pub(super) fn last_name<'a>(node: Node<'_>, text: &'a str) -> Option<&'a str> {
    match node.kind() {
        "call" => last_name(field(node, "function")?, text),
        _ => syntax::last_name(node, text),
    }
}

/// The positional arguments of a call.
pub(super) fn positional<'t>(call: Node<'t>) -> Vec<Node<'t>> {
    let arguments = field(call, "arguments").map(children).unwrap_or_default();
    arguments.into_iter().filter(|argument| argument.kind() != "keyword_argument").collect()
}

/// A keyword argument of a call: the whole argument, and its value.
pub(super) fn keyword<'t>(call: Node<'t>, name: &str, text: &str) -> Option<(Node<'t>, Node<'t>)> {
    field(call, "arguments").map(children).unwrap_or_default().into_iter().find_map(|argument| {
        let is_it = argument.kind() == "keyword_argument"
            && field(argument, "name").is_some_and(|found| text_of(found, text) == name);
        if is_it { Some((argument, field(argument, "value")?)) } else { None }
    })
}

/// What a plain string literal holds, if nothing in it is escaped or interpolated.
pub(super) fn string<'a>(node: Node<'_>, text: &'a str) -> Option<&'a str> {
    if node.kind() != "string" {
        return None;
    }
    match children(node).as_slice() {
        [start, content, end]
            if start.kind() == "string_start"
                && content.kind() == "string_content"
                && end.kind() == "string_end"
                && content.named_child_count() == 0 =>
        {
            Some(text_of(*content, text))
        }
        [_, _] => Some(""),
        _ => None,
    }
}

/// The strings of a list or tuple.
pub(super) fn strings<'a>(node: Node<'_>, text: &'a str) -> Vec<&'a str> {
    children(node).into_iter().filter_map(|child| string(child, text)).collect()
}

/// The bytes of an element of a list, a tuple, a dictionary or of arguments, with the comma that goes with it.
pub(super) fn element(node: Node<'_>, text: &str) -> Range<usize> {
    let after = text.get(node.end_byte()..).unwrap_or("");
    let comma = after.len() - after.trim_start().len();
    if after.trim_start().starts_with(',') {
        let rest = after.get(comma + 1..).unwrap_or("");
        let space = rest.len() - rest.trim_start().len();
        // A comment that follows stays where it is.
        let space = if rest.trim_start().starts_with('#') { 0 } else { space };
        return node.start_byte()..node.end_byte() + comma + 1 + space;
    }
    let before = text.get(..node.start_byte()).unwrap_or("").trim_end();
    match before.strip_suffix(',') {
        Some(before) => before.len()..node.end_byte(),
        None => node.byte_range(),
    }
}

/// The statement of the class body or module that assigns to `name`, and what it assigns.
pub(super) fn assignment<'t>(body: Node<'t>, name: &str, text: &str) -> Option<(Node<'t>, Node<'t>)> {
    children(body).into_iter().find_map(|statement| {
        let (names, value) = assigned(statement, text)?;
        names.contains(&name).then_some((statement, value))
    })
}

/// The names that a statement assigns one value to (`a = b = 1`), and the value.
pub(super) fn assigned<'t, 'a>(statement: Node<'t>, text: &'a str) -> Option<(Vec<&'a str>, Node<'t>)> {
    if statement.kind() != "expression_statement" {
        return None;
    }
    let mut node = statement.named_child(0)?;
    let mut names = Vec::new();
    while node.kind() == "assignment" {
        let left = field(node, "left")?;
        if left.kind() == "identifier" {
            names.push(text_of(left, text));
        }
        node = field(node, "right")?;
    }
    if names.is_empty() { None } else { Some((names, node)) }
}
