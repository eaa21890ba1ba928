//! Files and folders, written whole or not at all.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::Path;

use super::{Error, Result};

/// Reads a text file.
///
/// # Errors
///
/// [`Error::File`] if it is not there or not readable as text.
pub fn read_file(path: &Path) -> Result<String> {
    fs::read_to_string(path).map_err(Error::file(path))
}

/// The number of bytes in a file.
///
/// # Errors
///
/// [`Error::File`] if it is not there.
pub fn size(path: &Path) -> Result<u64> {
    Ok(fs::metadata(path).map_err(Error::file(path))?.len())
}

/// Opens a file to be read piece by piece.
///
/// # Errors
///
/// [`Error::File`] if it can't be opened.
pub fn reader(path: &Path) -> Result<impl io::Read + Send + use<>> {
    let file = fs::File::open(path).map_err(Error::file(path))?;
    Ok(io::BufReader::with_capacity(1 << 16, file))
}

/// Reads a text file that a stranger may have put there: a plain file of no more than `largest` bytes, and no link to
/// another one.
///
/// # Errors
///
/// [`Error::File`] if it is not there or not that.
pub fn read_strange(path: &Path, largest: u64) -> Result<String> {
    let unfit = |message: &str| Error::file(path)(std::io::Error::new(ErrorKind::InvalidData, message));
    let metadata = fs::symlink_metadata(path).map_err(Error::file(path))?;
    if !metadata.is_file() {
        return Err(unfit("it is no plain file"));
    }
    if metadata.len() > largest {
        return Err(unfit("it is too large"));
    }
    read_file(path)
}

/// The names of the files that lie directly in a folder, sorted.
///
/// # Errors
///
/// [`Error::File`] if the folder can't be read.
pub fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        if path.is_file()
            && let Some(name) = path.file_name()
        {
            names.push(name.to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

/// Reads those of these files that are there, by path with `/` from a folder.
///
/// # Errors
///
/// [`Error::File`] if one is there and not readable as text.
pub fn read_some<'a>(folder: &Path, paths: impl IntoIterator<Item = &'a String>) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    for path in paths {
        let file = folder.join(path);
        match fs::read_to_string(&file) {
            Ok(text) => drop(files.insert(path.clone(), text)),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {}
            Err(error) => return Err(Error::file(&file)(error)),
        }
    }
    Ok(files)
}

/// Writes a text file, and the folders that lead to it. A reader sees the old text or the new one, never half of it.
///
/// # Errors
///
/// [`Error::File`] if it can't be written.
pub fn write(path: &Path, text: &str) -> Result<()> {
    write_by(path, |file| file.write_all(text.as_bytes()))
}

/// The same for a text that is never held as a whole.
///
/// # Errors
///
/// [`Error::File`] if it can't be written.
pub fn write_by(path: &Path, text: impl FnOnce(&mut dyn io::Write) -> io::Result<()>) -> Result<()> {
    let buffered = |file: &mut fs::File| {
        let mut buffered = io::BufWriter::with_capacity(1 << 16, file);
        text(&mut buffered).and_then(|()| buffered.flush()).map_err(Error::file(path))
    };
    // A device or a pipe (`/dev/null`, `/dev/stdout`) is written to, not replaced.
    if path.symlink_metadata().is_ok_and(|there| !there.is_file() && !there.is_symlink() && !there.is_dir()) {
        return buffered(&mut fs::OpenOptions::new().write(true).open(path).map_err(Error::file(path))?);
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(Error::file(folder))?;
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(Error::file(path))?;
    buffered(file.as_file_mut())?;
    keep_mode(path, file.as_file()).map_err(Error::file(path))?;
    file.persist(path).map_err(|error| Error::file(path)(error.error))?;
    Ok(())
}

/// Removes a file, if it is there.
///
/// # Errors
///
/// [`Error::File`] if it is there and can't be removed.
pub fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file(path)(error)),
        _ => Ok(()),
    }
}

/// Makes a folder and those that lead to it, if they are not there.
///
/// # Errors
///
/// [`Error::File`] if it can't be made.
pub fn make(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).map_err(Error::file(folder))
}

/// Makes a folder, which must not hold anything yet.
///
/// # Errors
///
/// [`Error::NotEmpty`] if it holds something, [`Error::File`] if it can't be made.
pub fn make_empty(folder: &Path) -> Result<()> {
    make(folder)?;
    match fs::read_dir(folder).map_err(Error::file(folder))?.next() {
        None => Ok(()),
        Some(_) => Err(Error::NotEmpty(folder.to_owned())),
    }
}

/// Makes a folder hold exactly these text files, by path with `/`: others in it go.
///
/// # Errors
///
/// [`Error::File`] if a file can't be written or removed.
pub fn replace(folder: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    make(folder)?;
    remove_others(folder, folder, files)?;
    for (path, text) in files {
        write(&folder.join(path), text)?;
    }
    Ok(())
}

fn remove_others(root: &Path, folder: &Path, files: &BTreeMap<String, String>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(Error::file(folder))? {
        let path = entry.map_err(Error::file(folder))?.path();
        if path.is_dir() && !path.is_symlink() {
            remove_others(root, &path, files)?;
            // Only an empty folder goes; one that still holds wanted files stays.
            let _ = fs::remove_dir(&path);
            continue;
        }
        let inner = path.strip_prefix(root).unwrap_or(&path);
        let name = inner.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
        if !files.contains_key(&name) {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Gives a new file the mode of the one that it replaces, or that of any new file.
#[cfg(unix)]
fn keep_mode(path: &Path, file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(path).map_or(0o644, |about| about.permissions().mode());
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn keep_mode(_path: &Path, _file: &fs::File) -> std::io::Result<()> {
    Ok(())
}

/// Copies an application's folder to another place, which must not be there yet: everything but other people's code,
/// what tools made, and links.
///
/// # Errors
///
/// [`Error::File`] if a file can't be read or written.
pub fn copy(from: &Path, to: &Path) -> Result<()> {
    make(to)?;
    for entry in fs::read_dir(from).map_err(Error::file(from))? {
        let entry = entry.map_err(Error::file(from))?;
        let kind = entry.file_type().map_err(Error::file(&entry.path()))?;
        if super::tree::FOREIGN.iter().any(|name| entry.file_name() == *name) {
            continue;
        }
        let target = to.join(entry.file_name());
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), &target).map_err(Error::file(&target))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_is_not_replaced_by_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&path).expect("a socket");
        assert!(write(&path, "text").is_err(), "nobody writes to a socket as to a file");
        let kind = path.symlink_metadata().expect("it is there").file_type();
        assert!(std::os::unix::fs::FileTypeExt::is_socket(&kind));
    }

    #[test]
    fn a_folder_holds_exactly_what_it_is_given() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            pairs.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
        };
        replace(folder.path(), &files(&[("a/b.txt", "1"), ("c.txt", "2")])).expect("written");
        replace(folder.path(), &files(&[("c.txt", "3")])).expect("written");
        assert_eq!(names(folder.path()).expect("read"), ["c.txt"]);
        assert_eq!(read_file(&folder.path().join("c.txt")).expect("read"), "3");
        assert!(!folder.path().join("a").exists());
    }

    #[test]
    fn a_folder_that_holds_something_is_not_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        write(&folder.path().join("x"), "").expect("written");
        assert!(matches!(make_empty(folder.path()), Err(Error::NotEmpty(_))));
    }
}
