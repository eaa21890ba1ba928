//! Which test files run, and in what order.

use std::path::Path;

use crate::outcome::TestKind;
use crate::run::Error;

/// One of several machines that share a suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shard {
    /// Which one, from 1.
    pub index: usize,
    /// How many there are.
    pub count: usize,
}

impl std::str::FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let numbers = text.split_once('/').and_then(|(index, count)| Some((index.parse().ok()?, count.parse().ok()?)));
        match numbers {
            Some((index, count)) if (1..=count).contains(&index) => Ok(Self { index, count }),
            _ => Err("write it as I/N, with I from 1 to N: the second of four is 2/4".to_owned()),
        }
    }
}

/// The test files of a kind, from the application's folder: those of the tables in `first` before the others, and only
/// the shard's share of them.
///
/// # Errors
///
/// When a folder cannot be read.
pub(super) fn files(
    directory: &Path,
    kind: TestKind,
    first: &[String],
    shard: Option<Shard>,
) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    collect(directory, &format!("tests/{}", kind.as_str()), &mut found)?;
    found.sort();
    let mut mine = match shard {
        Some(shard) => share(found, shard),
        None => found,
    };
    let is_first = |path: &str| {
        let file = path.rsplit('/').next().unwrap_or(path);
        first.iter().any(|table| file.strip_prefix("test_").is_some_and(|rest| is_about(rest, table)))
    };
    mine.sort_by_key(|(path, _)| !is_first(path));
    Ok(mine.into_iter().map(|(path, _)| path).collect())
}

/// Whether what follows `test_` in a file's name begins with the name of a table, and not of a longer one.
fn is_about(rest: &str, table: &str) -> bool {
    let Some(rest) = rest.strip_prefix(table) else { return false };
    [".py", "_api.py", "_views.py", "_input.py", "_pages.py", "_load.py"].contains(&rest)
}

fn collect(directory: &Path, folder: &str, found: &mut Vec<(String, u64)>) -> Result<(), Error> {
    let place = directory.join(folder);
    for entry in std::fs::read_dir(&place).map_err(Error::at(&place))? {
        let entry = entry.map_err(Error::at(&place))?;
        let (name, kind) = (entry.file_name().to_string_lossy().into_owned(), entry.file_type());
        let path = format!("{folder}/{name}");
        let kind = kind.map_err(Error::at(entry.path()))?;
        if kind.is_dir() && name != "__pycache__" {
            collect(directory, &path, found)?;
        } else if kind.is_file() && (name.starts_with("test_") || name.ends_with("_test.py")) && name.ends_with(".py") {
            found.push((path, entry.metadata().map_or(0, |about| about.len())));
        }
    }
    Ok(())
}

/// A shard's share: the largest file first, each to the shard with the least so far. Every machine comes to the same
/// shares without asking another.
fn share(mut files: Vec<(String, u64)>, shard: Shard) -> Vec<(String, u64)> {
    files.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut loads = vec![0_u64; shard.count];
    let mut mine = Vec::new();
    for file in files {
        let Some(least) = (0..loads.len()).min_by_key(|place| loads.get(*place).copied()) else { break };
        if let Some(load) = loads.get_mut(least) {
            *load += file.1.max(1);
        }
        if least + 1 == shard.index {
            mine.push(file);
        }
    }
    mine.sort();
    mine
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_are_written_as_one_of_many() {
        assert_eq!("2/4".parse(), Ok(Shard { index: 2, count: 4 }));
        for wrong in ["0/4", "5/4", "1", "a/b", "1/0", "-1/2"] {
            assert!(wrong.parse::<Shard>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn shards_together_are_everything_once_and_even() {
        let files: Vec<(String, u64)> = (0..17).map(|number| (format!("test_{number}.py"), 100 + number * 7)).collect();
        let shares: Vec<_> = (1..=4).map(|index| share(files.clone(), Shard { index, count: 4 })).collect();
        let mut all: Vec<_> = shares.iter().flatten().cloned().collect();
        all.sort();
        let mut wanted = files;
        wanted.sort();
        assert_eq!(all, wanted);
        let loads: Vec<u64> = shares.iter().map(|share| share.iter().map(|(_, size)| size).sum()).collect();
        assert!(loads.iter().max().unwrap() - loads.iter().min().unwrap() <= 212, "{loads:?}");
        assert_eq!(share(vec![("a".into(), 1)], Shard { index: 2, count: 3 }), []);
    }

    #[test]
    fn the_files_of_a_table_come_first_and_not_those_of_a_longer_name() {
        let folder = tempfile::tempdir().unwrap();
        let unit = folder.path().join("tests/unit/deep");
        std::fs::create_dir_all(&unit).unwrap();
        for name in ["deep/test_a.py", "test_order.py", "test_order_item.py", "test_order_views.py", "conftest.py"] {
            std::fs::write(folder.path().join("tests/unit").join(name), "").unwrap();
        }
        let files = files(folder.path(), TestKind::Unit, &["order".to_owned()], None).unwrap();
        assert_eq!(
            files,
            [
                "tests/unit/test_order.py",
                "tests/unit/test_order_views.py",
                "tests/unit/deep/test_a.py",
                "tests/unit/test_order_item.py"
            ]
        );
    }
}
