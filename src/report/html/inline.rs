//! Writes sentences as HTML.

use crate::report::markdown::Links;
use crate::report::wording::sentence::{Sentence, Span, clip, place, short, visible};

/// A sentence with its markup. Every word in it is escaped.
pub fn sentence(sentence: &Sentence, links: Links<'_>) -> String {
    sentence.0.iter().map(|piece| span(piece, links)).collect()
}

fn span(span: &Span, links: Links<'_>) -> String {
    match span {
        Span::Text(words) => escape(&visible(words)),
        Span::Strong(words) => format!("<strong>{}</strong>", escape(&visible(words))),
        Span::Aside(words) => format!("<span class=\"quiet\">({})</span>", escape(&visible(words))),
        Span::Code(words) => format!("<code>{}</code>", escape(&clip(&visible(words), 400))),
        Span::Mention(name) => escape(&visible(name)),
        Span::Place { path, line } => linked(&place(path, *line), links.place(path, *line)),
        Span::Commit(commit) => linked(&visible(short(commit)), links.commit(commit)),
    }
}

fn linked(words: &str, url: Option<String>) -> String {
    let words = escape(words);
    match url {
        Some(url) => format!("<a href=\"{}\"><code>{words}</code></a>", escape(&url)),
        None => format!("<code>{words}</code>"),
    }
}

/// Text that means nothing to a browser.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
