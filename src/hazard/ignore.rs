//! Comments in a migration that say which findings are accepted there, in our words or in those of other tools.

use super::registry;
use super::statement::Statement;

/// One rule that a comment names, or all of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// The rule's id or another tool's name for it. `None`: every rule.
    pub rule: Option<String>,
    /// Why. Empty for another tool's comment.
    pub reason: String,
    /// Its line, from 1.
    pub line: u32,
    /// Whether it speaks for the whole file.
    whole_file: bool,
    /// Whether code stands before it in its line.
    after_code: bool,
}

/// The comments of one script.
#[derive(Debug, Default)]
pub(super) struct Comments {
    found: Vec<Comment>,
    /// Whether a comment says that the script runs outside a transaction.
    pub no_transaction: bool,
    /// Comments that were meant for Fabwright and cannot be understood: line and why.
    pub complaints: Vec<(u32, String)>,
}

/// How other tools begin a comment, and whether it speaks for the file.
const OTHERS: [(&str, bool); 4] =
    [("squawk-ignore-file", true), ("squawk-ignore", false), ("eugene: ignore", false), ("atlas:nolint", false)];

/// Comments by which migration tools are told to open no transaction.
const NO_TRANSACTION: [&str; 6] = [
    "squawk-disable-assume-in-transaction",
    "atlas:txmode none",
    "+goose NO TRANSACTION",
    "no-transaction",
    "fabwright: no-transaction",
    "+migrate Up notransaction",
];

impl Comments {
    pub(super) fn of_sql(text: &str) -> Self {
        let mut comments = Self::default();
        for (line, after_code, comment) in sql_comments(text) {
            comments.read(line, after_code, comment);
        }
        comments
    }

    pub(super) fn of_python(text: &str) -> Self {
        let mut comments = Self::default();
        for (at, line) in text.lines().enumerate() {
            if let Some((code, comment)) = line.split_once('#') {
                let number = u32::try_from(at + 1).unwrap_or(u32::MAX);
                comments.read(number, !code.trim().is_empty(), comment);
            }
        }
        comments
    }

    fn read(&mut self, line: u32, after_code: bool, comment: &str) {
        let comment = comment.trim();
        if NO_TRANSACTION.iter().any(|marker| comment.eq_ignore_ascii_case(marker)) {
            self.no_transaction = true;
        }
        for (start, whole_file) in OTHERS {
            if let Some(rest) = comment.strip_prefix(start) {
                let names: Vec<&str> =
                    rest.split([',', ' ', '\t']).map(str::trim).filter(|name| !name.is_empty()).collect();
                let every = names.is_empty();
                let named = names.into_iter().map(|name| Some(name.to_owned()));
                self.found.extend(named.chain(every.then_some(None)).map(|rule| Comment {
                    rule,
                    reason: String::new(),
                    line,
                    whole_file,
                    after_code,
                }));
                return;
            }
        }
        let Some(rest) = comment.strip_prefix("fabwright") else { return };
        let rest = rest.trim_start_matches([':', '-', ' ']);
        let Some(rest) = rest.strip_prefix("ignore") else { return };
        let (whole_file, rest) = rest.strip_prefix("-file").map_or((false, rest), |rest| (true, rest));
        let (names, reason) = rest.split_once(':').or_else(|| rest.split_once(" -- ")).unwrap_or((rest, ""));
        let reason = reason.trim();
        let names: Vec<&str> = names.split([',', ' ']).map(str::trim).filter(|name| !name.is_empty()).collect();
        if names.is_empty() {
            self.complaints.push((line, "the comment names no rule to ignore".to_owned()));
        } else if reason.is_empty() {
            self.complaints
                .push((line, format!("`{}` is not ignored: write the reason after a colon", names.join(", "))));
        }
        for name in names {
            if registry::find(name).is_none() {
                self.complaints.push((line, registry::unknown(name)));
            } else if !reason.is_empty() {
                let rule = Some(name.to_owned());
                self.found.push(Comment { rule, reason: reason.to_owned(), line, whole_file, after_code });
            }
        }
    }

    /// Gives each statement the comments that speak for it. In a text of SQL that is the statement which the comment
    /// stands in or before; in a program, those that the next line of code sends.
    pub(super) fn assign(&self, statements: &mut [Statement], is_program: bool) {
        for comment in &self.found {
            let lines = || statements.iter().filter_map(|statement| statement.place.line);
            let target = match (is_program, comment.after_code) {
                (true, true) => lines().filter(|line| *line <= comment.line).max(),
                (true, false) => lines().filter(|line| *line > comment.line).min(),
                (false, _) => None,
            };
            let in_text = statements.iter().position(|it| it.last_line.is_some_and(|last| last >= comment.line));
            let unplaced = is_program && lines().next().is_none();
            for (at, statement) in statements.iter_mut().enumerate() {
                let speaks = if comment.whole_file || unplaced {
                    true
                } else if is_program {
                    target.is_some() && statement.place.line == target
                } else {
                    in_text == Some(at)
                };
                if speaks {
                    statement.ignored.push(comment.clone());
                }
            }
        }
    }
}

/// The comments of a text of SQL: line, whether code stands before it in its line, and what it says.
fn sql_comments(text: &str) -> Vec<(u32, bool, &str)> {
    let bytes = text.as_bytes();
    let (mut at, mut line, mut code) = (0, 1_u32, false);
    let mut found = Vec::new();
    while let Some(&byte) = bytes.get(at) {
        let rest = text.get(at..).unwrap_or_default();
        let end = match byte {
            b'\n' => {
                (line, code) = (line + 1, false);
                at + 1
            }
            b'-' if rest.starts_with("--") => {
                let length = rest.find('\n').unwrap_or(rest.len());
                found.push((line, code, rest.get(2..length).unwrap_or_default()));
                at + length
            }
            b'/' if rest.starts_with("/*") => {
                let length = rest.find("*/").map_or(rest.len(), |end| end + 2);
                let inside = rest.get(2..length).unwrap_or_default().trim_end_matches("*/");
                found.push((line, code, inside));
                at + length
            }
            b'\'' | b'"' | b'`' => {
                code = true;
                let close = rest.get(1..).and_then(|inner| inner.find(char::from(byte)));
                at + close.map_or(rest.len(), |close| close + 2)
            }
            b'$' => {
                code = true;
                let tag = rest.get(1..).and_then(|inner| inner.find('$')).map(|end| &rest[..end + 2]);
                let is_tag =
                    |tag: &&str| tag.trim_matches('$').chars().all(|letter| letter.is_alphanumeric() || letter == '_');
                match tag.filter(is_tag) {
                    Some(tag) => {
                        let close = rest.get(tag.len()..).and_then(|inner| inner.find(tag));
                        at + close.map_or(rest.len(), |close| close + 2 * tag.len())
                    }
                    None => at + 1,
                }
            }
            _ => {
                code |= !byte.is_ascii_whitespace();
                at + rest.chars().next().map_or(1, char::len_utf8)
            }
        };
        // The newline itself was counted in its own turn.
        if byte != b'\n' {
            let passed = text.get(at..end).unwrap_or_default().matches('\n').count();
            line += u32::try_from(passed).unwrap_or(0);
        }
        at = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_inside_a_string_is_text() {
        let text =
            "SELECT '-- fabwright-ignore drop-table: no';\n-- yes\nSELECT $x$ -- no\n $x$; -- also\n/* and\nme */";
        let found: Vec<(u32, bool, &str)> = sql_comments(text);
        assert_eq!(found, [(2, false, " yes"), (4, true, " also"), (5, false, " and\nme ")]);
    }

    #[test]
    fn a_reason_is_required_and_a_rule_is_known() {
        let comments = Comments::of_sql(
            "-- fabwright-ignore drop-table\n-- fabwright-ignore drop-tabel: gone\n-- fabwright-ignore drop-table: it is empty\n",
        );
        assert_eq!(comments.found.len(), 1);
        assert_eq!(comments.found[0].reason, "it is empty");
        assert_eq!(comments.complaints.len(), 2);
        assert_eq!(comments.complaints[1].1, "there is no rule `drop-tabel`; did you mean `drop-table`?");
    }

    #[test]
    fn other_tools_are_understood() {
        let comments = Comments::of_sql("-- squawk-ignore ban-drop-column, prefer-text-field\n-- squawk-ignore-file\n");
        let rules: Vec<Option<&str>> = comments.found.iter().map(|comment| comment.rule.as_deref()).collect();
        assert_eq!(rules, [Some("ban-drop-column"), Some("prefer-text-field"), None]);
        let python = Comments::of_python("op.drop_table('x')  # fabwright: ignore drop-table -- it was never used\n");
        assert_eq!(python.found[0].reason, "it was never used");
        assert!(python.found[0].after_code);
    }
}
