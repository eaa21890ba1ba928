//! The application's source files, as text.

use std::path::Path;

use ignore::WalkBuilder;

use super::{Error, Result};

/// Files above this size are no hand-written source.
const LARGEST: u64 = 1024 * 1024;

/// Folders of other people's code and of what tools make.
pub(super) const FOREIGN: [&str; 9] =
    [".git", ".venv", "venv", "node_modules", "__pycache__", ".tox", ".mypy_cache", ".ruff_cache", ".fabwright"];

/// The files of a folder.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceTree {
    /// Path from the folder with `/`, and text; in the order of paths.
    pub files: Vec<(String, String)>,
    /// What was not read.
    pub left_out: Vec<LeftOut>,
}

/// A file that was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Path from the folder, with `/`.
    pub path: String,
    /// Why not.
    pub reason: Reason,
}

/// Why a file was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It is larger than 1 MiB.
    TooLarge,
    /// It is not UTF-8 text.
    Binary,
    /// It can't be read.
    Unreadable,
}

/// Reads the text files of a folder for which `wanted` holds by path. What `.gitignore` names, other people's
/// code and symbolic links are passed over; large, binary and unreadable files are named in the result.
///
/// # Errors
///
/// [`Error::File`] if the folder itself can't be read.
pub fn read(folder: &Path, wanted: impl Fn(&str) -> bool) -> Result<SourceTree> {
    std::fs::read_dir(folder).map_err(Error::file(folder))?;
    let walk = WalkBuilder::new(folder)
        .hidden(false)
        .require_git(false)
        .git_global(false)
        .follow_links(false)
        .filter_entry(|entry| !FOREIGN.iter().any(|name| entry.file_name() == *name))
        .build();
    let mut tree = SourceTree::default();
    for entry in walk.flatten() {
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let inner = entry.path().strip_prefix(folder).unwrap_or(entry.path());
        let path = inner.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        if !wanted(&path) {
            continue;
        }
        match text_of(entry.path()) {
            Ok(text) => tree.files.push((path, text)),
            Err(reason) => tree.left_out.push(LeftOut { path, reason }),
        }
    }
    tree.files.sort();
    tree.left_out.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(tree)
}

fn text_of(path: &Path) -> std::result::Result<String, Reason> {
    let about = std::fs::metadata(path).map_err(|_| Reason::Unreadable)?;
    if about.len() > LARGEST {
        return Err(Reason::TooLarge);
    }
    let bytes = std::fs::read(path).map_err(|_| Reason::Unreadable)?;
    if bytes.contains(&0) {
        return Err(Reason::Binary);
    }
    String::from_utf8(bytes).map_err(|_| Reason::Binary)
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooLarge => "larger than 1 MiB",
            Self::Binary => "not text",
            Self::Unreadable => "not readable",
        })
    }
}
