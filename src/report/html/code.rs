//! Marks keywords, strings and comments in SQL.

use super::inline::escape;
use crate::report::wording::sentence::visible_block;

const KEYWORDS: &[&str] = &[
    "ADD",
    "ALTER",
    "AND",
    "AS",
    "BEGIN",
    "BY",
    "CASCADE",
    "CHECK",
    "COLUMN",
    "COMMIT",
    "CONSTRAINT",
    "CREATE",
    "DEFAULT",
    "DELETE",
    "DROP",
    "EXISTS",
    "FOREIGN",
    "FROM",
    "GROUP",
    "HAVING",
    "IF",
    "IN",
    "INDEX",
    "INSERT",
    "INTO",
    "IS",
    "KEY",
    "NOT",
    "NULL",
    "ON",
    "OR",
    "ORDER",
    "PRAGMA",
    "PRIMARY",
    "REFERENCES",
    "RENAME",
    "ROLLBACK",
    "SELECT",
    "SET",
    "TABLE",
    "TO",
    "TRIGGER",
    "TYPE",
    "UNIQUE",
    "UPDATE",
    "VALUES",
    "VIEW",
    "WHERE",
    "WITH",
];

/// SQL as escaped HTML.
pub fn sql(text: &str) -> String {
    let text = visible_block(text);
    let mut out = String::with_capacity(text.len() * 2);
    let mut rest = text.trim_end();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '\'' | '"' | '`' => closing(rest, first),
            letter if letter.is_alphabetic() || letter == '_' => {
                rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len())
            }
            other => other.len_utf8(),
        };
        let (token, after) = rest.split_at(length);
        let class = match first {
            '-' if length > 1 => Some("c"),
            '\'' => Some("s"),
            _ if KEYWORDS.contains(&token.to_ascii_uppercase().as_str()) => Some("k"),
            _ => None,
        };
        match class {
            Some(class) => out.push_str(&format!("<span class=\"{class}\">{}</span>", escape(token))),
            None => out.push_str(&escape(token)),
        }
        rest = after;
    }
    out
}

/// The length of a quoted token, its quotes included. An open one reaches to the end.
fn closing(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |at| at + 2)
}

#[cfg(test)]
mod tests {
    use super::sql;

    #[test]
    fn words_strings_and_comments_are_marked() {
        assert_eq!(
            sql("DROP TABLE \"a<b\"; -- gone\nSELECT 'x"),
            "<span class=\"k\">DROP</span> <span class=\"k\">TABLE</span> &quot;a&lt;b&quot;; <span class=\"c\">-- gone\
             </span>\n<span class=\"k\">SELECT</span> <span class=\"s\">&#39;x</span>"
        );
    }

    proptest::proptest! {
        #[test]
        fn no_text_brings_markup_of_its_own(text in "\\PC*") {
            let marked = sql(&text);
            let bare = marked.replace("<span class=\"k\">", "").replace("<span class=\"s\">", "")
                .replace("<span class=\"c\">", "").replace("</span>", "");
            proptest::prop_assert!(!bare.contains('<'));
        }
    }
}
