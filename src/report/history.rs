//! The record of changes, for people.

use super::markdown;
use super::wording::sentence::{clip, short, visible};
use crate::gate::Source;
use crate::history::{Approval, Change, Entry};

/// The record as lines of text, the newest first. `escape` makes words safe for where they are shown.
fn lines(entries: &[Entry], escape: impl Fn(&str) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    for entry in entries.iter().rev() {
        let at = entry.at.strftime("%Y-%m-%d %H:%M UTC");
        let by: Vec<String> = entry
            .pull_requests
            .iter()
            .map(|pull| {
                let author = pull.author.as_deref().map(|author| format!(" by {}", escape(author))).unwrap_or_default();
                format!("pull request {}{author}", pull.number)
            })
            .collect();
        let by = if by.is_empty() { "no pull request".to_owned() } else { by.join(", ") };
        let folder = if entry.folder.is_empty() { String::new() } else { format!(", {}", escape(&entry.folder)) };
        lines.push(format!("{at}  {}  {by}{folder}", escape(short(&entry.commit))));
        lines.extend(entry.changes.iter().map(|change| told(change, &escape)));
    }
    lines
}

fn told(change: &Change, escape: impl Fn(&str) -> String) -> String {
    let approvals: Vec<String> = change.approvals.iter().map(|approval| given(approval, &escape)).collect();
    let approvals =
        if approvals.is_empty() { String::new() } else { format!(": approved by {}", approvals.join(", ")) };
    let what = escape(&clip(&change.what, 200));
    format!("- {} {what} ({}){approvals}", escape(change.change_id.short()), change.severity)
}

fn given(approval: &Approval, escape: impl Fn(&str) -> String) -> String {
    let at = approval.at.strftime("%Y-%m-%d %H:%M UTC");
    let source = match approval.source {
        Source::Review => "review",
        Source::Comment => "comment",
    };
    format!("{} on {at} by {source}", escape(&approval.by))
}

/// The record for a terminal, the newest first.
pub fn text(entries: &[Entry]) -> String {
    lines(entries, visible).join("\n") + "\n"
}

/// The record as Markdown, the newest first.
pub fn markdown(entries: &[Entry]) -> String {
    let lines = lines(entries, markdown::text);
    let lines: Vec<String> = lines
        .into_iter()
        .map(|line| if line.starts_with("- ") { line } else { format!("\n**{}**\n", line.replace("  ", " ")) })
        .collect();
    lines.join("\n").trim_start().to_owned() + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_text() {
        let entry = |what: &str| {
            let text = format!(
                r#"{{"version": 1, "commit": "{}", "before": "", "at": "2026-01-02T03:04:05Z", "folder": "",
                "schema": "", "revisions": [], "pull_requests": [{{"number": 7, "author": "ann", "head": ""}}],
                "changes": [{{"change_id": "4f2a0000aaaa", "severity": "breaking", "what": {what:?}, "tables": [],
                "approvals": [{{"by": "bo", "at": "2026-01-01T00:00:00Z", "source": "review", "pull_request": 7}}]}}]}}"#,
                "c".repeat(40)
            );
            Entry::from_text(&text).expect("an entry")
        };
        let entries = [entry("column <b>a</b> removed")];
        assert_eq!(
            text(&entries),
            "2026-01-02 03:04 UTC  ccccccc  pull request 7 by ann\n- 4f2a0000 column <b>a</b> removed (breaking): approved \
             by bo on 2026-01-01 00:00 UTC by review\n"
        );
        let shown = markdown(&entries);
        assert!(shown.starts_with("**2026-01-02 03:04 UTC ccccccc pull request 7 by ann**\n"), "{shown}");
        assert!(!shown.contains("<b>"), "{shown}");
    }
}
