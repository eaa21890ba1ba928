//! A repository in a temporary folder, and the binary to run on it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A repository with two branches: `main`, and `feature`, which is checked out.
pub struct Universe {
    folder: TempDir,
}

/// What the binary said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Said {
    /// Runs the command to its end.
    pub fn by(command: &mut Command) -> Self {
        let output = command.output().expect("the binary starts");
        Self {
            code: output.status.code().expect("an exit code"),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}

impl Universe {
    /// The example's repository. Its branches are called `main` and `invoices`.
    pub fn shop() -> Self {
        let universe = Self { folder: tempfile::tempdir().expect("a folder") };
        fabwright::app::demo::make_repository(&universe.path()).expect("the example's repository");
        universe
    }

    /// A small application whose migrations are `.sql` files: one on `main`, `migration` on the branch.
    pub fn of_sql(base: &str, migration: &str) -> Self {
        let universe = Self::of_files(&[
            ("app/__init__.py", "from flask_appbuilder import AppBuilder\n"),
            ("migrations/001_base.sql", base),
        ]);
        universe.commit_files(&[("migrations/002_change.sql", migration)]);
        universe
    }

    /// A repository with these files on `main` and an empty branch `feature`.
    pub fn of_files(files: &[(&str, &str)]) -> Self {
        let universe = Self { folder: tempfile::tempdir().expect("a folder") };
        std::fs::create_dir(universe.path()).expect("made");
        universe.git(&["init", "--quiet", "--initial-branch", "main"]);
        universe.git(&["config", "user.name", "Tester"]);
        universe.git(&["config", "user.email", "tester@example.org"]);
        universe.commit_files(files);
        universe.git(&["switch", "--quiet", "--create", "feature"]);
        universe
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("repository")
    }

    pub fn file(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    pub fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, text).expect("written");
    }

    pub fn commit_files(&self, files: &[(&str, &str)]) {
        for (path, text) in files {
            self.write(path, text);
        }
        self.git(&["add", "--all"]);
        self.git(&["-c", "user.name=T", "-c", "user.email=t@example.org", "commit", "--quiet", "--message", "Change"]);
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git").args(arguments).current_dir(self.path()).output().expect("git");
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    }

    /// Runs `fabwright` in the repository, with a Python that has the example's requirements.
    pub fn fabwright(&self, arguments: &[&str]) -> Said {
        self.fabwright_with(arguments, |command| {
            command.env("FABWRIGHT_PYTHON", crate::python::interpreter());
        })
    }

    /// The same, with the environment as `change` leaves it.
    pub fn fabwright_with(&self, arguments: &[&str], change: impl FnOnce(&mut Command)) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_fabwright"));
        command.args(arguments).current_dir(self.path()).env_remove("GITHUB_ACTIONS");
        change(&mut command);
        Said::by(&mut command)
    }

    /// Everything that a failed command must leave as it was: references, checkouts, status, and every file.
    pub fn state(&self) -> BTreeMap<String, Vec<u8>> {
        let mut state = BTreeMap::from([
            ("(references)".to_owned(), self.git(&["for-each-ref"]).into_bytes()),
            ("(head)".to_owned(), self.git(&["rev-parse", "HEAD"]).into_bytes()),
            ("(worktrees)".to_owned(), self.git(&["worktree", "list"]).into_bytes()),
            ("(status)".to_owned(), self.git(&["status", "--porcelain"]).into_bytes()),
        ]);
        collect(&self.path(), &self.path(), &mut state);
        state
    }
}

fn collect(root: &Path, folder: &Path, state: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).expect("readable") {
        let path = entry.expect("readable").path();
        if path.file_name().is_some_and(|name| name == ".git") {
            continue;
        }
        if path.is_dir() {
            collect(root, &path, state);
        } else {
            let name = path.strip_prefix(root).expect("inside").to_string_lossy().into_owned();
            state.insert(name, std::fs::read(&path).expect("readable"));
        }
    }
}
