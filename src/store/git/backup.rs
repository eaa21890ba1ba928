//! Files as they were, to be put back if a step after fails.

use std::fs::{self, Permissions};
use std::path::{Component, Path, PathBuf};

use crate::store::{Error, Result, folder};

/// Bytes and permissions of a file; `None` if it wasn't there.
type Before = Option<(Vec<u8>, Permissions)>;

/// Files as they were; dropping it puts them back unless [`Backup::keep_changes`] was called.
#[derive(Debug)]
pub(super) struct Backup {
    root: PathBuf,
    files: Vec<(PathBuf, Before)>,
    armed: bool,
}

impl Backup {
    /// Remembers the files at these paths.
    pub(super) fn take<'p>(root: &Path, paths: impl IntoIterator<Item = &'p str>) -> Result<Self> {
        let mut files = Vec::new();
        for path in paths {
            let full = root.join(path);
            let before = match fs::symlink_metadata(&full) {
                Ok(about) if about.is_file() => {
                    Some((fs::read(&full).map_err(Error::file(&full))?, about.permissions()))
                }
                Ok(_) => return Err(Error::TreeInTheWay(vec![path.to_owned()])),
                Err(_) => None,
            };
            files.push((full, before));
        }
        Ok(Self { root: root.to_owned(), files, armed: true })
    }

    /// All went well: what was changed stays.
    pub(super) fn keep_changes(mut self) {
        self.armed = false;
    }

    fn restore(&self) {
        for (path, before) in &self.files {
            match before {
                Some((bytes, permissions)) => {
                    let same = fs::read(path).is_ok_and(|now| now == *bytes);
                    if !same {
                        drop(path.parent().map(fs::create_dir_all));
                        drop(fs::remove_file(path));
                        drop(fs::write(path, bytes));
                    }
                    drop(fs::set_permissions(path, permissions.clone()));
                }
                None => {
                    drop(fs::remove_file(path));
                    remove_empty_folders(&self.root, path);
                }
            }
        }
    }
}

impl Drop for Backup {
    fn drop(&mut self) {
        if self.armed {
            self.restore();
        }
    }
}

/// Removes a file, and the folders that it leaves empty.
pub(super) fn remove(root: &Path, path: &Path) -> Result<()> {
    folder::remove(path)?;
    remove_empty_folders(root, path);
    Ok(())
}

fn remove_empty_folders(root: &Path, path: &Path) {
    for folder in path.ancestors().skip(1).take_while(|folder| *folder != root && folder.starts_with(root)) {
        if fs::remove_dir(folder).is_err() {
            break;
        }
    }
}

/// Checks that a path stays inside the repository, in name and through symbolic links.
pub(super) fn check(root: &Path, path: &str) -> Result<()> {
    let plain = Path::new(path)
        .components()
        .all(|part| matches!(part, Component::Normal(name) if !name.eq_ignore_ascii_case(".git")));
    let tidy = path.split('/').all(|part| !part.is_empty() && part != ".") && !path.chars().any(char::is_control);
    if !plain || !tidy {
        return Err(Error::BadPath(path.to_owned()));
    }
    let full = root.join(path);
    let link = full
        .ancestors()
        .take_while(|folder| *folder != root)
        .any(|folder| fs::symlink_metadata(folder).is_ok_and(|about| about.is_symlink()));
    if link { Err(Error::BadPath(path.to_owned())) } else { Ok(()) }
}
