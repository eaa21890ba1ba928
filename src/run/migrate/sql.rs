//! A folder of SQL scripts as a history.

use std::path::{Path, PathBuf};

use super::{History, Revision, WayDown};
use crate::run::Error;

/// The scripts that lead up, in the order of their names. `<name>.down.sql` is the way back of `<name>.sql` or
/// `<name>.up.sql`.
pub(super) fn history(app_dir: &Path, directory: &Path) -> Result<History, Error> {
    let folder = app_dir.join(directory);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(Error::at(&folder))? {
        let name = entry.map_err(Error::at(&folder))?.file_name().to_string_lossy().into_owned();
        if name.ends_with(".sql") {
            names.push(name);
        }
    }
    names.sort();
    let mut revisions: Vec<Revision> = Vec::new();
    for name in names.iter().filter(|name| !name.ends_with(".down.sql")) {
        let stem = name.trim_end_matches(".sql").trim_end_matches(".up");
        let down = names.contains(&format!("{stem}.down.sql"));
        revisions.push(Revision {
            revision: stem.to_owned(),
            down_revisions: revisions.last().map(|last| last.revision.clone()).into_iter().collect(),
            path: directory.join(name),
            doc: stem.replace(['_', '-'], " "),
            way_down: if down { WayDown::Written } else { WayDown::Empty },
        });
    }
    Ok(History { heads: revisions.last().map(|last| last.revision.clone()).into_iter().collect(), revisions })
}

impl Revision {
    /// For a script of SQL: the script of the way back, relative to the application's folder.
    pub fn down_script(&self) -> Option<PathBuf> {
        (self.way_down == WayDown::Written && self.path.extension().is_some_and(|extension| extension == "sql"))
            .then(|| self.path.with_file_name(format!("{}.down.sql", self.revision)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_come_in_the_order_of_their_names() {
        let folder = tempfile::tempdir().unwrap();
        let migrations = folder.path().join("migrations");
        std::fs::create_dir(&migrations).unwrap();
        for name in ["0002_more.up.sql", "0002_more.down.sql", "0001_first.sql", "README.md"] {
            std::fs::write(migrations.join(name), "").unwrap();
        }
        let history = history(folder.path(), Path::new("migrations")).unwrap();
        let names: Vec<&str> = history.revisions.iter().map(|revision| revision.revision.as_str()).collect();
        assert_eq!(names, ["0001_first", "0002_more"]);
        assert_eq!(history.heads, ["0002_more"]);
        assert_eq!(history.revisions[0].down_script(), None);
        assert_eq!(history.revisions[1].down_script(), Some("migrations/0002_more.down.sql".into()));
    }
}
