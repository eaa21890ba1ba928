//! Pull requests that change nothing but prose: what a check looks at is the same on both sides.

use super::sides::Sides;
use crate::app::Error;
use crate::report::Facts;

/// What people read and no application runs, by the end of its name.
const PROSE: [&str; 3] = [".md", ".rst", ".adoc"];
/// Folders that only GitHub reads.
const GITHUB: &str = ".github/";

/// Whether the head changes prose only. If so, the facts say that nothing else was done.
pub(super) fn is_all(sides: &Sides, facts: &mut Facts) -> Result<bool, Error> {
    let changed = sides.repository.changed_paths(&sides.base.commit, &sides.head.commit)?;
    // A run that compares a commit with itself was asked for on purpose.
    if changed.is_empty() || !changed.iter().all(|path| is_prose(path)) {
        return Ok(false);
    }
    facts.notes.push("only prose was changed, so nothing was rehearsed, generated or tested".to_owned());
    Ok(true)
}

fn is_prose(path: &str) -> bool {
    path.starts_with(GITHUB) || PROSE.iter().any(|end| path.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::is_prose;

    #[test]
    fn what_an_application_may_read_is_no_prose() {
        for path in ["README.md", "docs/guide.rst", ".github/workflows/ci.yml", "CHANGES.adoc"] {
            assert!(is_prose(path), "{path}");
        }
        for path in
            ["app/views.py", "requirements.txt", "app/templates/x.html", ".fabwright.yml", "docs/conf.py", "README"]
        {
            assert!(!is_prose(path), "{path}");
        }
    }
}
