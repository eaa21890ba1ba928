//! The last step of every generated Python file: long statements are broken as `ruff format` would leave them.
//!
//! Templates write one statement a line, however long. A line wider than [`WIDTH`] is split at its last bracket
//! pair, one element a line with a trailing comma. Such a "magic" comma is what formatters respect, so the result is
//! stable under them. A line that has nowhere to break (a long string) stays, and the file says so to the linter.

/// The widest line that formatters and linters accept by default.
pub(super) const WIDTH: usize = 88;

/// Breaks every line that is too wide, and collapses what templates leave behind (blank lines at the end).
pub(super) fn lay_out(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim_end();
        // Templates may end a list of arguments with a comma.
        let line = line.strip_suffix(", )").map_or_else(|| line.to_owned(), |kept| format!("{kept})"));
        for piece in break_line(&line) {
            out.push_str(&piece);
            out.push('\n');
        }
    }
    let mut out = spaced(&out);
    if out.lines().any(|line| line.chars().count() > WIDTH) {
        out.insert_str(0, "# ruff: noqa: E501\n");
    }
    out
}

/// Two blank lines around what stands at the outermost level, one elsewhere, none at the end.
fn spaced(text: &str) -> String {
    let mut out: Vec<&str> = Vec::new();
    let mut blank = 0;
    let mut inside = false;
    for line in text.lines() {
        if line.is_empty() {
            blank += 1;
            continue;
        }
        let outermost = !line.starts_with([' ', ')', ']', '}', '#']);
        let opens = outermost && ["def ", "class ", "@"].iter().any(|word| line.starts_with(word));
        let decorated = out.last().is_some_and(|last| last.starts_with('@'))
            || (!inside && blank == 0 && out.last().is_some_and(|last| last.starts_with(')')));
        let wanted = match () {
            () if out.is_empty() => 0,
            () if opens && !decorated => 2,
            () if outermost && inside && !decorated => 2,
            // A comment may stand apart from what it is about; other statements stay together.
            () => blank.min(if line.starts_with('#') { 2 } else { 1 }),
        };
        out.extend(std::iter::repeat_n("", wanted));
        out.push(line);
        blank = 0;
        if outermost {
            inside = opens && !line.starts_with('@');
        }
    }
    out.push("");
    out.join("\n")
}

fn break_line(line: &str) -> Vec<String> {
    if line.chars().count() <= WIDTH || line.trim_start().starts_with('#') {
        return vec![line.to_owned()];
    }
    let indent = line.len() - line.trim_start().len();
    let margin = &line[..indent];
    if let Some(names) = line.trim_start().strip_prefix("from ").and_then(|rest| rest.split_once(" import ")) {
        let (module, names) = names;
        let mut lines = vec![format!("{margin}from {module} import (")];
        lines.extend(names.split(", ").map(|name| format!("{margin}    {name},")));
        lines.push(format!("{margin})"));
        return lines;
    }
    if line.trim_start().starts_with("assert ")
        && let Some((condition, message)) = split_message(line)
        && condition.chars().count() + 3 <= WIDTH
    {
        return vec![format!("{condition}, ("), format!("{margin}    {message}"), format!("{margin})")];
    }
    let Some(Bracket { open, close }) = last_breakable(line) else { return vec![line.to_owned()] };
    let (head, body, tail) = (&line[..=open], &line[open + 1..close], &line[close..]);
    let elements = split_elements(body);
    if elements.is_empty() {
        return vec![line.to_owned()];
    }
    let mut lines = vec![head.to_owned()];
    for element in elements {
        lines.extend(break_line(&format!("{margin}    {element},")));
    }
    lines.push(format!("{margin}{tail}"));
    lines
}

/// The condition and the message of an assertion.
fn split_message(line: &str) -> Option<(&str, &str)> {
    let mut depth = 0_usize;
    let mut last = None;
    for (at, byte) in code_bytes(line) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => last = Some(at),
            _ => {}
        }
    }
    let (condition, message) = line.split_at(last?);
    let message = message[1..].trim();
    message.starts_with(['"', '\'', 'f']).then_some((condition, message))
}

struct Bracket {
    open: usize,
    close: usize,
}

/// The last outermost call, definition or literal whose bracket may take a trailing comma.
fn last_breakable(line: &str) -> Option<Bracket> {
    let mut stack: Vec<(usize, u8)> = Vec::new();
    let mut found = None;
    for (at, byte) in code_bytes(line) {
        match byte {
            b'(' | b'[' | b'{' => stack.push((at, byte)),
            b')' | b']' | b'}' => {
                let (open, kind) = stack.pop()?;
                if stack.is_empty() && close_enough(line, at) && takes_comma(line, open, kind, &line[open + 1..at]) {
                    found = Some(Bracket { open, close: at });
                }
            }
            _ => {}
        }
    }
    found
}

/// Whether what follows the bracket is short enough to stand on its closing line.
fn close_enough(line: &str, close: usize) -> bool {
    line[close + 1..].len() < 40
}

fn takes_comma(line: &str, open: usize, kind: u8, body: &str) -> bool {
    let before = line[..open].chars().next_back();
    let called = before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | ')' | ']'));
    let keyword = line[..open].ends_with(" in ") || line[..open].ends_with("if ");
    !body.trim().is_empty() && !body.contains(" for ") && !keyword && (if kind == b'(' { called } else { !called })
}

/// The elements between two brackets, split at the commas of their own level.
fn split_elements(body: &str) -> Vec<String> {
    let mut elements = Vec::new();
    let (mut depth, mut start) = (0_usize, 0_usize);
    for (at, byte) in code_bytes(body) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                elements.push(body[start..at].trim().to_owned());
                start = at + 1;
            }
            _ => {}
        }
    }
    elements.push(body[start..].trim().to_owned());
    elements.retain(|element| !element.is_empty());
    elements
}

/// The bytes of a line that are code: not in a string literal. All that matters here is ASCII.
pub(super) fn code_bytes(line: &str) -> impl Iterator<Item = (usize, u8)> + '_ {
    let mut quote: Option<u8> = None;
    let mut escaped = false;
    line.bytes().enumerate().filter(move |(_, byte)| match quote {
        Some(_) if escaped => {
            escaped = false;
            false
        }
        Some(_) if *byte == b'\\' => {
            escaped = true;
            false
        }
        Some(open) if *byte == open => {
            quote = None;
            false
        }
        Some(_) => false,
        None if matches!(byte, b'"' | b'\'') => {
            quote = Some(*byte);
            false
        }
        None => true,
    })
}

/// Every name that the code of a file may refer to: no text, no attribute after a dot, no name of an argument.
pub(super) fn identifiers(text: &str) -> std::collections::BTreeSet<String> {
    let mut found = std::collections::BTreeSet::new();
    for line in text.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let code: Vec<(usize, u8)> = code_bytes(line).collect();
        let part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii();
        let mut at = 0;
        while at < code.len() {
            let start = at;
            while at < code.len() && part(code[at].1) && (at == start || code[at - 1].0 + 1 == code[at].0) {
                at += 1;
            }
            if at == start {
                at += 1;
                continue;
            }
            let attribute = start > 0 && code[start - 1].1 == b'.';
            let (first, last) = (code[start].0, code[at - 1].0);
            let rest = &line[last + 1..];
            let argument = rest.starts_with('=') && !rest.starts_with("==");
            let number = code[start].1.is_ascii_digit();
            if !attribute && !argument && !number {
                found.insert(line[first..=last].to_owned());
            }
        }
    }
    found
}

/// Text that may stand in a docstring or comment whatever it holds.
pub(super) fn prose(text: &str) -> String {
    text.chars()
        .map(|c| {
            if c.is_control() || matches!(c, '"' | '\\' | '\u{2028}' | '\u{2029}' | '\u{200e}'..='\u{202e}') {
                '?'
            } else {
                c
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_line_stays() {
        assert_eq!(lay_out("x = 1\n\n\n"), "x = 1\n");
    }

    #[test]
    fn a_long_call_gets_one_argument_a_line() {
        let line = format!("    assert_stored(session, row, name=\"a, (b\", {}=[1, 2], value=f(1))", "x".repeat(40));
        let text = lay_out(&line);
        insta::assert_snapshot!(text, @r#"
        assert_stored(
            session,
            row,
            name="a, (b",
            xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx=[1, 2],
            value=f(1),
        )
        "#);
    }

    #[test]
    fn a_long_import_gets_brackets() {
        let line = format!("from tests.support import {}, {}", "a".repeat(40), "b".repeat(40));
        assert!(lay_out(&line).starts_with("from tests.support import (\n    aaaa"));
    }

    #[test]
    fn what_cannot_be_broken_tells_the_linter() {
        let line = format!("NAME = \"{}\"", "a".repeat(100));
        assert!(lay_out(&line).starts_with("# ruff: noqa: E501\n"));
    }

    #[test]
    fn names_in_strings_are_no_identifiers() {
        let found = identifiers("x = Decimal(\"datetime\", code=1).json  \n# pytest\n");
        assert_eq!(found.into_iter().collect::<Vec<_>>(), ["Decimal", "x"]);
    }
}
