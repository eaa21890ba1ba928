//! Who owns a file, by the rules of GitHub's CODEOWNERS.
//!
//! Like a `.gitignore`, with these differences: the last pattern that fits holds, there is no `!` and no `[ ]`, and
//! `docs/*` is about the files of that folder only. A pattern without owners leaves its files without an owner.

use super::pattern;

/// Where GitHub looks for the file, in this order.
pub const PATHS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// GitHub takes no notice of a larger file, in bytes.
const LARGEST: usize = 3 * 1024 * 1024;

/// A CODEOWNERS file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodeOwners {
    lines: Vec<Line>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    /// Whether the pattern starts at the root of the repository, rather than anywhere.
    anchored: bool,
    /// Whether it is about what lies in a folder, and not about a file of that name.
    folder: bool,
    segments: Vec<String>,
    owners: Vec<String>,
}

impl CodeOwners {
    /// Reads the file's text. A line that GitHub would skip as an error is skipped.
    pub fn parse(text: &str) -> Self {
        if text.len() > LARGEST {
            return Self::default();
        }
        Self { lines: text.lines().filter_map(line).collect() }
    }

    /// The owners of a path from the root of the repository: `@user` and `@organisation/team`. An owner that is
    /// named by a mail address is left out, because nobody's address can be relied on.
    pub fn of(&self, path: &str) -> impl Iterator<Item = &str> {
        let path: Vec<&str> = path.split('/').collect();
        self.lines
            .iter()
            .rev()
            .find(|line| line.fits(&path))
            .into_iter()
            .flat_map(|line| line.owners.iter().map(String::as_str))
            .filter(|owner| owner.starts_with('@'))
    }
}

fn line(text: &str) -> Option<Line> {
    let mut words = words(text).into_iter();
    let pattern = words.next()?;
    if pattern.starts_with('!') || pattern.contains(['[', ']']) {
        return None;
    }
    let owners: Vec<String> = words.collect();
    if owners.iter().any(|owner| !owner.contains('@')) {
        return None;
    }
    let folder = pattern.ends_with('/');
    let inner = pattern.trim_end_matches('/');
    let anchored = inner.contains('/');
    let segments: Vec<String> = inner.trim_start_matches('/').split('/').map(str::to_owned).collect();
    if segments.iter().any(String::is_empty) {
        return None;
    }
    Some(Line { anchored, folder, segments, owners })
}

/// Words up to a comment. A backslash takes the meaning from a space or another character that follows.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let mut letters = text.trim_start_matches('\u{feff}').chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => word.extend(letters.next()),
            '#' if word.is_empty() => break,
            space if space.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            _ => word.push(letter),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

impl Line {
    fn fits(&self, path: &[&str]) -> bool {
        let starts = if self.anchored { 0..=0 } else { 0..=path.len().saturating_sub(1) };
        starts.into_iter().any(|start| self.fits_from(&self.segments, &path[start..]))
    }

    fn fits_from(&self, segments: &[String], path: &[&str]) -> bool {
        match segments.split_first() {
            // What is left of the path lies in the folder that fitted.
            None => !path.is_empty() || !self.folder,
            Some((first, rest)) if first == "**" => {
                // At the end it stands for what is inside, and at least one name is.
                let least = usize::from(rest.is_empty());
                (least..=path.len()).any(|skipped| self.fits_from(rest, &path[skipped..]))
            }
            Some((first, rest)) => {
                let Some((name, below)) = path.split_first() else { return false };
                // `docs/*` is about files of the folder, not about folders in it.
                let only_files = rest.is_empty() && first == "*" && self.segments.len() > 1 && !self.folder;
                pattern::fits(first, name) && (!only_files || below.is_empty()) && self.fits_from(rest, below)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owns(pattern: &str, path: &str) -> bool {
        CodeOwners::parse(&format!("{pattern} @ann")).of(path).next().is_some()
    }

    #[test]
    fn patterns_fit_as_on_github() {
        for (pattern, path, expected) in [
            ("*", "README.md", true),
            ("*", "a/b/c.py", true),
            ("*.js", "a/b/c.js", true),
            ("*.js", "c.jsx", false),
            ("/build/logs/", "build/logs/a/b.txt", true),
            ("/build/logs/", "build/logs", false),
            ("/build/logs/", "x/build/logs/a", false),
            ("docs/*", "docs/getting-started.md", true),
            ("docs/*", "docs/build-app/troubleshooting.md", false),
            ("apps/", "apps/x.py", true),
            ("apps/", "deep/down/apps/x.py", true),
            ("apps/", "apps", false),
            ("/docs/", "docs/a/b.md", true),
            ("/docs/", "x/docs/a.md", false),
            ("/scripts", "scripts/run", true),
            ("/scripts", "scripts", true),
            ("/scripts", "scripts2", false),
            ("**/logs", "build/logs/a.txt", true),
            ("**/logs", "logs/a.txt", true),
            ("**/logs", "deeply/nested/logs/a/b", true),
            ("/apps/github", "apps/github/x", true),
            ("migrations", "app/migrations/versions/1.py", true),
            ("migrations/versions", "app/migrations/versions/1.py", false),
            ("app/**/models", "app/models/x.py", true),
            ("app/**/models", "app/a/b/models/x.py", true),
            ("app/**", "app/x.py", true),
            ("app/**", "app", false),
            ("app/*/models", "app/shop/models/customer.py", true),
            ("app/*/models", "app/models/customer.py", false),
            ("docs/*/", "docs/a/b.md", true),
            ("docs/*/", "docs/a.md", false),
            ("/README.md", "readme.md", false),
            ("with\\ space/*", "with space/a", true),
        ] {
            assert_eq!(owns(pattern, path), expected, "{pattern} on {path}");
        }
    }

    #[test]
    fn the_last_pattern_that_fits_holds() {
        let owners = CodeOwners::parse(
            "# owners\n* @all\n/migrations/ @acme/data @ann # they know\n/migrations/old/\n!/x @no\n[ab] @no\n*.md broken\n",
        );
        let of = |path: &str| owners.of(path).collect::<Vec<_>>();
        assert_eq!(of("app.py"), ["@all"]);
        assert_eq!(of("migrations/1.py"), ["@acme/data", "@ann"]);
        assert_eq!(of("migrations/old/0.py"), [""; 0]);
        assert_eq!(of("a"), ["@all"]);
        assert_eq!(of("x.md"), ["@all"]);
    }

    #[test]
    fn a_mail_address_is_nobody() {
        assert_eq!(CodeOwners::parse("* ann@example.org").of("x").count(), 0);
    }

    #[test]
    fn a_file_that_is_too_large_is_left_out() {
        assert_eq!(CodeOwners::parse(&"* @ann\n".repeat(600_000)).of("x").count(), 0);
    }
}
