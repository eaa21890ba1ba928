//! Writes sentences and blocks as GitHub's Markdown. Everything that came from outside passes through here.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::facts::Facts;
use super::wording::sentence::{Sentence, Span, clip, place, short, visible, visible_block};

/// Longer names and messages are cut when they stand in a sentence.
const MAX_INLINE: usize = 200;

/// Where places and commits are linked to.
#[derive(Debug, Clone, Copy, Default)]
pub struct Links<'a> {
    repository: Option<&'a str>,
    head: &'a str,
}

impl<'a> Links<'a> {
    /// Links into the head revision of the repository, if its page is known.
    pub fn of(facts: &'a Facts) -> Self {
        let repository = facts.repository_url.as_deref().filter(|url| is_plain_url(url));
        Self { repository, head: &facts.head.commit }
    }

    /// Links into the commit `head` of the repository whose page is `repository`.
    pub fn new(repository: &'a str, head: &'a str) -> Self {
        Self { repository: Some(repository).filter(|url| is_plain_url(url)), head }
    }

    /// The page of a line of a file.
    pub fn place(&self, path: &str, line: Option<u32>) -> Option<String> {
        let repository = self.repository.filter(|_| !self.head.is_empty())?;
        let anchor = line.map(|line| format!("#L{line}")).unwrap_or_default();
        Some(format!("{repository}/blob/{}/{}{anchor}", percent(self.head), percent(path)))
    }

    /// The page of a commit.
    pub fn commit(&self, commit: &str) -> Option<String> {
        self.repository.map(|repository| format!("{repository}/commit/{}", percent(commit)))
    }
}

/// Whether a URL may be put into a link as it is.
pub fn is_plain_url(url: &str) -> bool {
    (url.starts_with("https://") || url.starts_with("http://"))
        && url.chars().all(|letter| letter.is_ascii_alphanumeric() || "-._~:/?#@!$&'*+,;=%".contains(letter))
}

/// A sentence on one line, fit for a table's cell.
pub fn sentence(sentence: &Sentence, links: Links<'_>) -> String {
    sentence.0.iter().map(|piece| span(piece, links)).collect()
}

fn span(span: &Span, links: Links<'_>) -> String {
    match span {
        Span::Text(words) => text(words),
        Span::Strong(words) => format!("**{}**", text(words)),
        Span::Aside(words) => format!("*({})*", text(words)),
        Span::Code(words) => code(words),
        Span::Mention(name) if is_login(name) => format!("@{}", name.trim_start_matches('@')),
        Span::Mention(name) => code(name),
        Span::Place { path, line } => linked(code(&place(path, *line)), links.place(path, *line)),
        Span::Commit(commit) => linked(code(short(commit)), links.commit(commit)),
    }
}

fn linked(words: String, url: Option<String>) -> String {
    match url {
        Some(url) => format!("[{words}]({url})"),
        None => words,
    }
}

fn is_login(name: &str) -> bool {
    let name = name.trim_start_matches('@');
    !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || "-_/".contains(letter))
}

/// Words on one line. Nothing in them becomes markup, a link or a mention.
pub fn text(words: &str) -> String {
    encode(&clip(&visible(words), MAX_INLINE), Mentions::Broken)
}

/// Like [`text`], without a limit of its own.
pub fn escape(words: &str) -> String {
    encode(&visible(words), Mentions::Broken)
}

/// A name, value or command on one line.
pub fn code(words: &str) -> String {
    let words = clip(&visible(words), MAX_INLINE);
    let plain = !words.is_empty()
        && words.trim() == words
        && !words.contains(['`', '|', '<', '&', '\\', '$'])
        && !words.contains("://");
    if plain { format!("`{words}`") } else { format!("<code>{}</code>", encode(&words, Mentions::Kept)) }
}

/// Whether an `@` may stand before a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mentions {
    /// GitHub calls nobody inside code.
    Kept,
    /// A zero-width space after `@` and `#` keeps GitHub from seeing a name or a number.
    Broken,
}

fn encode(words: &str, mentions: Mentions) -> String {
    let mut out = String::with_capacity(words.len());
    for letter in words.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '`' | '|' | '\\' | '*' | '_' | '[' | ']' | '~' | '$' => out.push_str(&format!("&#{};", letter as u32)),
            '@' | '#' if mentions == Mentions::Broken => {
                out.push(letter);
                out.push('\u{200b}');
            }
            letter => out.push(letter),
        }
    }
    out.replace("://", "&#58;//").replace("www.", "www&#46;").replace("WWW.", "WWW&#46;")
}

/// A block of code, whatever is in it.
pub fn fence(language: &str, content: &str) -> String {
    let content = visible_block(content);
    let longest = content.split(|letter| letter != '`').map(str::len).max().unwrap_or_default();
    let ticks = "`".repeat(longest.max(2) + 1);
    format!("{ticks}{language}\n{}\n{ticks}", content.trim_end_matches('\n'))
}

/// A folded part. `title` is Markdown-free text.
pub fn details(title: &str, body: &str) -> String {
    let title = encode(&clip(&visible(title), MAX_INLINE), Mentions::Broken);
    format!("<details><summary>{title}</summary>\n\n{}\n\n</details>", body.trim_end())
}

/// What a path or commit keeps as it is inside a URL.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A path or commit inside a URL.
pub fn percent(path: &str) -> String {
    utf8_percent_encode(path, KEPT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_name_stays_a_name() {
        assert_eq!(code("customer.fax"), "`customer.fax`");
        assert_eq!(code("a`b|c"), "<code>a&#96;b&#124;c</code>");
        assert_eq!(code("</details><script>"), "<code>&lt;/details&gt;&lt;script&gt;</code>");
        assert_eq!(code("line\nline"), "`line line`");
        assert_eq!(code(""), "<code></code>");
        assert_eq!(
            text("@team see #12 | *x* [a](b)"),
            "@\u{200b}team see #\u{200b}12 &#124; &#42;x&#42; &#91;a&#93;(b)"
        );
        assert_eq!(text("https://evil.example www.evil.example"), "https&#58;//evil.example www&#46;evil.example");
    }

    #[test]
    fn a_fence_is_longer_than_what_it_holds() {
        assert_eq!(fence("sql", "a ```` b\n"), "`````sql\na ```` b\n`````");
        assert_eq!(fence("", "```\n</details>"), "````\n```\n</details>\n````");
    }

    #[test]
    fn only_plain_addresses_are_linked() {
        assert!(is_plain_url("https://github.com/acme/shop"));
        assert!(!is_plain_url("javascript:alert(1)"));
        assert!(!is_plain_url("https://x/)[a](b"));
        assert_eq!(percent("app/a b)c.py"), "app/a%20b%29c.py");
    }
}
