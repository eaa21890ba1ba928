//! Writes answers into a configuration that people wrote, without touching another letter of it.

use std::path::Path;

use super::{Config, Rename, parse};

/// The text with these answers under `renames`. `None` where it is written in a way that leaves no safe place for them.
///
/// What comes out says what went in and these answers, or nothing comes out.
pub fn with_renames(text: &str, renames: &[Rename]) -> Option<String> {
    let place = Path::new(super::FILE_NAME);
    let before = parse(text, place).ok()?;
    let new = inserted(text, renames)?;
    let wanted = Config { renames: before.renames.iter().chain(renames).cloned().collect(), ..before };
    let mut after = parse(&new, place).ok()?;
    after.renames.sort_by(|one, other| order(one).cmp(&order(other)));
    let mut wanted = wanted;
    wanted.renames.sort_by(|one, other| order(one).cmp(&order(other)));
    // Other rules of the file may tell the line that they stand at.
    after.hazards.ignore.iter_mut().zip(&wanted.hazards.ignore).for_each(|(one, other)| one.line = other.line);
    (after == wanted).then_some(new)
}

fn order(rename: &Rename) -> (&Option<String>, &str, &str) {
    (&rename.table, &rename.from, &rename.to)
}

fn inserted(text: &str, renames: &[Rename]) -> Option<String> {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let items = |indent: &str| -> Option<String> {
        let items: Option<Vec<String>> =
            renames.iter().map(|rename| Some(format!("{indent}- {}{end}", item(rename)?))).collect();
        Some(items?.concat())
    };
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let key = lines.iter().position(|line| {
        let line = line.trim_end();
        line.strip_prefix("renames:").is_some_and(|rest| {
            let value = rest.split(" #").next().unwrap_or_default().trim();
            value.is_empty() || value == "[]" || value.starts_with('#')
        })
    });
    let Some(key) = key else {
        let gap = if text.is_empty() || text.ends_with('\n') { "" } else { end };
        return Some(format!("{text}{gap}renames:{end}{}", items("  ")?));
    };
    let next = lines[key + 1..].iter().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
    let indent = next
        .filter(|line| line.trim_start().starts_with("- "))
        .map_or("  ", |line| &line[..line.len() - line.trim_start().len()]);
    let head: String = lines[..key].concat();
    let line = lines[key].replacen(" []", "", 1);
    let gap = if line.ends_with('\n') { "" } else { end };
    Some(format!("{head}{line}{gap}{}{}", items(indent)?, lines[key + 1..].concat()))
}

/// One answer on one line. A text in JSON is one in YAML, whatever it holds.
fn item(rename: &Rename) -> Option<String> {
    let quoted = |text: &str| serde_json::to_string(text).ok();
    let table = match &rename.table {
        Some(table) => format!("table: {}, ", quoted(table)?),
        None => String::new(),
    };
    Some(format!("{{{table}from: {}, to: {}}}", quoted(&rename.from)?, quoted(&rename.to)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rename(table: Option<&str>, from: &str, to: &str) -> Rename {
        Rename { table: table.map(str::to_owned), from: from.into(), to: to.into() }
    }

    #[test]
    fn an_answer_is_added_and_all_else_stays() {
        let answers = [rename(Some("customer"), "mail", "email"), rename(None, "a\"b: {", "#c")];
        let lines = "- {table: \"customer\", from: \"mail\", to: \"email\"}\n";
        let other = "- {from: \"a\\\"b: {\", to: \"#c\"}\n";
        for (before, after) in [
            ("", format!("renames:\n  {lines}  {other}")),
            (
                "# ours\ngate: {required: 2} # two",
                format!("# ours\ngate: {{required: 2}} # two\nrenames:\n  {lines}  {other}"),
            ),
            (
                "renames: # answers\n# old\n- {from: x, to: y}\ngate: {required: 2}\n",
                format!("renames: # answers\n{lines}{other}# old\n- {{from: x, to: y}}\ngate: {{required: 2}}\n"),
            ),
            (
                "renames:\n    - from: x\n      to: y\n",
                format!("renames:\n    {lines}    {other}    - from: x\n      to: y\n"),
            ),
            ("renames: []\ngate: {required: 2}\n", format!("renames:\n  {lines}  {other}gate: {{required: 2}}\n")),
        ] {
            assert_eq!(with_renames(before, &answers).as_deref(), Some(after.as_str()), "{before}");
        }
        assert_eq!(
            with_renames("gate: {required: 2}\r\n", &answers[..1]).as_deref(),
            Some("gate: {required: 2}\r\nrenames:\r\n  - {table: \"customer\", from: \"mail\", to: \"email\"}\r\n")
        );
    }

    #[test]
    fn where_there_is_no_safe_place_nothing_is_written() {
        for text in ["renames: [{from: x, to: y}]\n", "gate: {\n  required: 2\n}\n...\n", "unknown: 1\n"] {
            assert_eq!(with_renames(text, &[rename(None, "a", "b")]), None, "{text}");
        }
    }
}
