//! The `store` room on real git repositories.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;
use std::process::Command;

use fabwright::store::Error;
use fabwright::store::baseline::Recorded;
use fabwright::store::git::{Author, Commit, ConflictFile, FileChange, NewCommit, Repository, Target};
use fabwright::store::tree;
use tempfile::TempDir;

struct Fixture {
    folder: TempDir,
}

impl Fixture {
    /// A repository with one commit on `main`.
    fn new() -> Self {
        let fixture = Self { folder: tempfile::tempdir().unwrap() };
        fixture.git(&["init", "-q", "-b", "main"]);
        fixture.write("app/models.py", "class A:\n    pass\n");
        fixture.write("app/views.py", "views = []\n");
        fixture.write("README.md", "# Shop\n");
        fixture.commit("first");
        fixture
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=Person", "-c", "user.email=person@example.org"])
            .args(arguments)
            .current_dir(self.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    }

    fn write(&self, path: &str, text: &str) {
        let full = self.path().join(path);
        fs::create_dir_all(full.parent().unwrap()).unwrap();
        fs::write(full, text).unwrap();
    }

    fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path().join(path)).unwrap()
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
        self.git(&["rev-parse", "HEAD"])
    }

    fn open(&self) -> Repository {
        Repository::open(self.path()).unwrap()
    }

    /// Everything that a failure must leave alone: references, index, files with their texts, checkouts.
    fn state(&self) -> String {
        let mut files: Vec<String> = Vec::new();
        let mut open = vec![self.path().to_owned()];
        while let Some(folder) = open.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.file_name().unwrap() == ".git" {
                    continue;
                }
                if let Ok(target) = fs::read_link(&path) {
                    files.push(format!("{} -> {}", path.display(), target.display()));
                } else if path.is_dir() {
                    files.push(format!("{}/", path.display()));
                    open.push(path);
                } else {
                    files.push(format!("{} {:?}", path.display(), fs::read(&path).unwrap()));
                }
            }
        }
        files.sort();
        let show = ["for-each-ref", "--format=%(refname) %(objectname)"];
        [self.git(&show), self.git(&["rev-parse", "HEAD"]), self.git(&["ls-files", "-s"])]
            .into_iter()
            .chain([self.git(&["status", "--porcelain=v1"]), self.git(&["worktree", "list"]), files.join("\n")])
            .collect::<Vec<_>>()
            .join("\n--\n")
    }
}

fn author() -> Author {
    Author { name: "fabwright[bot]".to_owned(), email: "bot@example.org".to_owned() }
}

fn commit_to(
    repository: &Repository,
    target: Target,
    parent: &Commit,
    changes: &[FileChange],
) -> Result<Option<Commit>, Error> {
    repository.commit_files(&NewCommit { target, parent, changes, message: "Regenerate", author: &author() })
}

fn three_changes() -> Vec<FileChange> {
    vec![
        FileChange::write("app/models.py", "class A:\n    x = 1\n"),
        FileChange::write("app/api/new.py", "new = True\n"),
        FileChange::delete("app/views.py"),
    ]
}

#[test]
fn opening_says_what_is_wrong() {
    let nowhere = tempfile::tempdir().unwrap();
    assert!(matches!(Repository::open(nowhere.path()), Err(Error::NotARepository(_))));
    assert!(matches!(Repository::open(&nowhere.path().join("missing")), Err(Error::File { .. })));
    let bare = tempfile::tempdir().unwrap();
    Command::new("git").args(["init", "-q", "--bare"]).current_dir(bare.path()).output().unwrap();
    assert!(matches!(Repository::open(bare.path()), Err(Error::Bare(_))));

    let fixture = Fixture::new();
    let inner = Repository::open(&fixture.path().join("app")).unwrap();
    assert_eq!(inner.root(), fixture.path().canonicalize().unwrap());
    assert_eq!(inner.prefix(), "app");
    assert_eq!(inner.current_branch().unwrap().as_deref(), Some("main"));
}

#[test]
fn revisions_are_never_options_and_a_missing_one_says_what_to_do() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let head = repository.resolve("HEAD").unwrap();
    assert_eq!(head.id(), fixture.git(&["rev-parse", "HEAD"]));
    assert_eq!(repository.resolve(head.short()).unwrap(), head);
    let before = fixture.state();
    for hostile in
        ["--output=/tmp/x", "-h", "--all", "", "a b", "main\n--help", "$(touch x)", "HEAD:README.md", "\u{0}"]
    {
        let error = repository.resolve(hostile).unwrap_err();
        assert!(matches!(error, Error::UnknownRevision { .. }), "{hostile:?}: {error}");
        assert!(error.to_string().contains("fetch-depth: 0"), "{error}");
    }
    assert_eq!(fixture.state(), before);
}

#[test]
fn a_branch_of_the_remote_is_found_and_a_shallow_clone_is_named() {
    let origin = Fixture::new();
    origin.git(&["branch", "release"]);
    origin.write("README.md", "# Shop 2\n");
    origin.commit("second");
    let clone = tempfile::tempdir().unwrap();
    let url = format!("file://{}", origin.path().display());
    let output = Command::new("git")
        .args(["clone", "-q", "--depth", "1", "--no-single-branch", &url, "."])
        .current_dir(clone.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    let repository = Repository::open(clone.path()).unwrap();
    let release = repository.resolve("release").unwrap();
    assert_eq!(release.id(), origin.git(&["rev-parse", "release"]));
    let error = repository.resolve("HEAD~1").unwrap_err().to_string();
    assert!(error.contains("only part of the history"), "{error}");
    let error = repository.merge_base(&repository.resolve("HEAD").unwrap(), &release).unwrap_err().to_string();
    assert!(error.contains("no common ancestor") && error.contains("fetch-depth: 0"), "{error}");
}

#[test]
fn commits_are_read_without_checking_them_out() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let first = repository.resolve("HEAD").unwrap();
    fixture.write("app/ünï \"q\".py", "x = 1\n");
    fixture.write("app/picture.bin", "a\0b");
    fs::write(fixture.path().join("latin.txt"), b"\xe9").unwrap();
    fs::remove_file(fixture.path().join("app/views.py")).unwrap();
    fixture.git(&["mv", "README.md", "READ.md"]);
    #[cfg(unix)]
    std::os::unix::fs::symlink("/etc/passwd", fixture.path().join("link")).unwrap();
    fixture.commit("second");
    let second = repository.resolve("HEAD").unwrap();

    assert_eq!(repository.merge_base(&first, &second).unwrap(), first);
    assert_eq!(repository.read_file_at(&first, "README.md").unwrap().as_deref(), Some("# Shop\n"));
    assert_eq!(repository.read_file_at(&second, "README.md").unwrap(), None);
    assert_eq!(repository.read_file_at(&second, "app/ünï \"q\".py").unwrap().as_deref(), Some("x = 1\n"));
    assert!(matches!(repository.read_file_at(&second, "latin.txt"), Err(Error::NotText(_))));
    assert_eq!(repository.read_file_at(&second, "link").unwrap(), None, "a symbolic link is no file");
    let files = repository.read_files_at(&second, Some("app")).unwrap();
    assert_eq!(
        files.keys().map(String::as_str).collect::<Vec<_>>(),
        ["app/models.py", "app/picture.bin", "app/ünï \"q\".py"]
    );
    assert_eq!(files["app/picture.bin"], "a\0b");
    let all = repository.list_files_at(&second, None).unwrap();
    assert!(all.iter().any(|entry| entry.path == "READ.md") && !all.iter().any(|entry| entry.path == "link"));
}

#[test]
fn a_temporary_checkout_leaves_no_trace() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let first = repository.resolve("HEAD").unwrap();
    fixture.write("app/models.py", "class B:\n    pass\n");
    fixture.commit("second");
    fixture.write("app/models.py", "work in progress\n");
    fixture.write(".git/hooks/post-checkout", "#!/bin/sh\ntouch \"$(git rev-parse --git-common-dir)/hooked\"\n");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let hook = fixture.path().join(".git/hooks/post-checkout");
        fs::set_permissions(hook, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let before = fixture.state();

    let one = repository.worktree_at(&first).unwrap();
    let two = repository.worktree_at(&first).unwrap();
    let path = one.path();
    assert_eq!(fs::read_to_string(path.join("app/models.py")).unwrap(), "class A:\n    pass\n");
    let inner = Repository::open(&path).unwrap();
    assert_eq!(inner.dirty_paths().unwrap(), [""; 0]);
    assert_eq!(inner.current_branch().unwrap(), None);
    fs::write(path.join("app/models.py"), "changed in the checkout\n").unwrap();
    fs::write(path.join("junk"), "x").unwrap();
    drop(one);
    assert!(!path.exists());
    fs::remove_dir_all(two.path()).unwrap();
    drop(two);
    assert_eq!(fixture.state(), before);
    assert!(!fixture.path().join(".git/hooked").exists(), "no hook runs");
    assert!(!fixture.path().join(".git/worktrees").exists());
}

#[test]
fn a_commit_moves_branch_index_and_tree_together() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let parent = repository.resolve("HEAD").unwrap();
    fixture.write("notes.txt", "untracked, mine\n");
    fixture.write("README.md", "# Shop, being rewritten\n");
    let commit = commit_to(&repository, Target::Head, &parent, &three_changes()).unwrap().unwrap();

    assert_eq!(repository.resolve("main").unwrap(), commit);
    assert_eq!(
        fixture.git(&["log", "-1", "--format=%an <%ae> %s|%cn|%P"]),
        format!("fabwright[bot] <bot@example.org> Regenerate|fabwright[bot]|{parent}")
    );
    assert_eq!(fixture.read("app/models.py"), "class A:\n    x = 1\n");
    assert_eq!(fixture.read("app/api/new.py"), "new = True\n");
    assert!(!fixture.path().join("app/views.py").exists());
    assert_eq!(fixture.read("README.md"), "# Shop, being rewritten\n", "work on other files stays");
    assert_eq!(repository.dirty_paths().unwrap(), ["README.md", "notes.txt"]);

    let before = fixture.state();
    assert_eq!(
        commit_to(&repository, Target::Head, &commit, &three_changes()).unwrap(),
        None,
        "nothing new, no commit"
    );
    assert_eq!(fixture.state(), before);
}

#[test]
fn executables_stay_executable() {
    let fixture = Fixture::new();
    fixture.write("run.sh", "#!/bin/sh\n");
    fixture.git(&["add", "-A"]);
    fixture.git(&["update-index", "--chmod=+x", "run.sh"]);
    fixture.git(&["commit", "-q", "-m", "script"]);
    fixture.git(&["checkout", "-q", "-f", "HEAD"]);
    fixture.git(&["reset", "-q", "--hard"]);
    let repository = fixture.open();
    let parent = repository.resolve("HEAD").unwrap();
    commit_to(&repository, Target::Head, &parent, &[FileChange::write("run.sh", "#!/bin/sh\ntrue\n")]).unwrap();
    assert!(fixture.git(&["ls-files", "-s", "run.sh"]).starts_with("100755"));
    assert_eq!(repository.dirty_paths().unwrap(), [""; 0]);
}

#[test]
fn another_branch_is_committed_to_without_touching_the_tree() {
    let fixture = Fixture::new();
    fixture.git(&["branch", "feature"]);
    let repository = fixture.open();
    let parent = repository.resolve("feature").unwrap();
    fixture.write("app/models.py", "work in progress\n");
    let tree_before =
        (fixture.git(&["ls-files", "-s"]), fixture.git(&["status", "--porcelain"]), fixture.read("app/models.py"));
    let commit =
        commit_to(&repository, Target::Branch("feature".to_owned()), &parent, &three_changes()).unwrap().unwrap();
    assert_eq!(repository.resolve("feature").unwrap(), commit);
    assert_eq!(repository.resolve("main").unwrap(), parent);
    let tree_after =
        (fixture.git(&["ls-files", "-s"]), fixture.git(&["status", "--porcelain"]), fixture.read("app/models.py"));
    assert_eq!(tree_before, tree_after);
    let new =
        commit_to(&repository, Target::Branch("brand-new".to_owned()), &parent, &three_changes()).unwrap().unwrap();
    assert_eq!(repository.resolve("brand-new").unwrap(), new);
    for bad in ["--delete", "a..b", "x y", ""] {
        let error = commit_to(&repository, Target::Branch(bad.to_owned()), &parent, &three_changes()).unwrap_err();
        assert!(matches!(error, Error::BadPath(_)), "{bad}: {error}");
    }
}

#[test]
fn a_detached_head_is_committed_to() {
    let fixture = Fixture::new();
    fixture.git(&["checkout", "-q", "--detach"]);
    let repository = fixture.open();
    let parent = repository.resolve("HEAD").unwrap();
    let commit = commit_to(&repository, Target::Head, &parent, &three_changes()).unwrap().unwrap();
    assert_eq!(repository.resolve("HEAD").unwrap(), commit);
    assert_eq!(repository.resolve("main").unwrap(), parent, "the branch stays where it was");
    assert_eq!(repository.current_branch().unwrap(), None);
    assert_eq!(repository.dirty_paths().unwrap(), [""; 0]);
}

#[test]
fn a_newer_push_is_never_overwritten() {
    let fixture = Fixture::new();
    fixture.git(&["branch", "feature"]);
    let repository = fixture.open();
    let parent = repository.resolve("HEAD").unwrap();
    fixture.write("README.md", "# Newer\n");
    fixture.commit("somebody was faster");
    fixture.git(&["branch", "-f", "feature", "main"]);
    let before = fixture.state();
    for target in [Target::Head, Target::Branch("feature".to_owned())] {
        let error = commit_to(&repository, target, &parent, &three_changes()).unwrap_err();
        assert!(matches!(error, Error::Moved { .. }), "{error}");
    }
    assert_eq!(fixture.state(), before);
}

#[test]
fn a_locked_branch_or_index_leaves_everything_as_it_was() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let parent = repository.resolve("HEAD").unwrap();
    let before = fixture.state();
    for lock in [".git/refs/heads/main.lock", ".git/index.lock"] {
        fixture.write(lock, "");
        let error = commit_to(&repository, Target::Head, &parent, &three_changes()).unwrap_err();
        assert!(error.to_string().contains("lock"), "{error}");
        fs::remove_file(fixture.path().join(lock)).unwrap();
        assert_eq!(fixture.state(), before, "{lock}");
    }
}

#[test]
fn work_in_the_way_stops_a_commit_before_it_begins() {
    type Spoil = fn(&Fixture);
    let cases: [(&str, Spoil); 4] = [
        ("app/models.py", |fixture| fixture.write("app/models.py", "mine\n")),
        ("app/views.py", |fixture| {
            fixture.write("app/views.py", "staged\n");
            fixture.git(&["add", "-A"]);
        }),
        ("app/api/new.py", |fixture| fixture.write("app/api/new.py", "untracked\n")),
        ("app/api/new.py", |fixture| {
            fixture.write(".git/info/exclude", "api/\n");
            fixture.write("app/api/new.py", "ignored\n");
        }),
    ];
    for (path, spoil) in cases {
        let fixture = Fixture::new();
        let repository = fixture.open();
        let parent = repository.resolve("HEAD").unwrap();
        spoil(&fixture);
        let before = fixture.state();
        let error = commit_to(&repository, Target::Head, &parent, &three_changes()).unwrap_err();
        assert!(matches!(&error, Error::TreeInTheWay(paths) if paths == &[path]), "{path}: {error}");
        assert_eq!(fixture.state(), before, "{path}");
    }
}

#[test]
fn a_checkout_that_fails_midway_is_undone() {
    let fixture = Fixture::new();
    // The filter lets git read files and fails when git writes one of them, after others were written.
    fixture.write(".gitattributes", "app/zz.py filter=broken\n");
    fixture.write("app/zz.py", "z = 1\n");
    fixture.commit("with a filter");
    fixture.git(&["config", "filter.broken.clean", "cat"]);
    fixture.git(&["config", "filter.broken.smudge", "false"]);
    fixture.git(&["config", "filter.broken.required", "true"]);
    let repository = fixture.open();
    let parent = repository.resolve("HEAD").unwrap();
    let before = fixture.state();
    let mut changes = three_changes();
    changes.push(FileChange::write("app/zz.py", "z = 2\n"));
    let error = commit_to(&repository, Target::Head, &parent, &changes).unwrap_err();
    assert!(matches!(error, Error::Git { .. }), "{error}");
    assert_eq!(fixture.state(), before);
}

#[test]
fn paths_stay_inside_the_repository() {
    let fixture = Fixture::new();
    #[cfg(unix)]
    std::os::unix::fs::symlink("/tmp", fixture.path().join("outside")).unwrap();
    fixture.commit("a link");
    let repository = fixture.open();
    let parent = repository.resolve("HEAD").unwrap();
    let before = fixture.state();
    for path in
        ["../x", "/etc/x", ".git/config", "a/.GIT/x", "a//b", "./a", "", "a\nb", "outside/x", "outside", "a/../b"]
    {
        let error = commit_to(&repository, Target::Head, &parent, &[FileChange::write(path, "x")]).unwrap_err();
        assert!(matches!(error, Error::BadPath(_)), "{path:?}: {error}");
    }
    assert_eq!(fixture.state(), before);
}

fn conflict() -> ConflictFile {
    ConflictFile {
        path: "app/models.py".to_owned(),
        base: Some("class A:\n    x = 0\n".to_owned()),
        ours: Some("class A:\n    pass\n".to_owned()),
        theirs: Some("class A:\n    x = 1\n".to_owned()),
        text: "class A:\n<<<<<<< your branch\n    pass\n=======\n    x = 1\n>>>>>>> newly generated\n".to_owned(),
    }
}

#[test]
fn conflicts_are_gits_own() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let changes = [FileChange::write("app/api/new.py", "new = True\n"), FileChange::delete("app/views.py")];
    repository.leave_merge(&changes, &[conflict()]).unwrap();

    let status = fixture.git(&["status", "--porcelain=v1"]);
    assert_eq!(status, "A  app/api/new.py\nUU app/models.py\nD  app/views.py");
    assert!(fixture.git(&["status"]).contains("both modified:   app/models.py"));
    assert_eq!(fixture.git(&["show", ":1:app/models.py"]), "class A:\n    x = 0");
    assert_eq!(fixture.git(&["show", ":2:app/models.py"]), "class A:\n    pass");
    assert_eq!(fixture.git(&["show", ":3:app/models.py"]), "class A:\n    x = 1");
    assert_eq!(fixture.read("app/models.py"), conflict().text);
    assert_eq!(fixture.git(&["log", "--format=%s"]), "first", "nothing is committed");

    fixture.git(&["checkout", "--theirs", "app/models.py"]);
    assert_eq!(fixture.read("app/models.py"), "class A:\n    x = 1\n");
    fixture.commit("decided");
    assert_eq!(repository.dirty_paths().unwrap(), [""; 0]);
}

#[test]
fn conflicts_of_missing_sides_are_named_as_git_names_them() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let both_added = ConflictFile { base: None, ..conflict() };
    let gone = ConflictFile { path: "app/gone.py".to_owned(), ours: None, ..conflict() };
    repository.leave_merge(&[], &[both_added, gone]).unwrap();
    assert_eq!(fixture.git(&["status", "--porcelain=v1"]), "DU app/gone.py\nAA app/models.py");
}

#[test]
fn a_conflict_that_cannot_be_written_leaves_everything_as_it_was() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let before = fixture.state();
    fixture.write(".git/index.lock", "");
    repository.leave_merge(&[], &[conflict()]).unwrap_err();
    fs::remove_file(fixture.path().join(".git/index.lock")).unwrap();
    assert_eq!(fixture.state(), before);

    // A folder can't be made where a file is, and that shows after the first files were written.
    let below_a_file = ConflictFile { path: "README.md/x.py".to_owned(), ..conflict() };
    repository.leave_merge(&three_changes(), &[below_a_file]).unwrap_err();
    assert_eq!(fixture.state(), before);
    assert!(!fixture.path().join(".git/index.lock").exists());

    fixture.write("app/models.py", "mine\n");
    let before = fixture.state();
    let error = repository.leave_merge(&[], &[conflict()]).unwrap_err();
    assert!(matches!(error, Error::TreeInTheWay(_)), "{error}");
    assert_eq!(fixture.state(), before);
}

#[test]
fn the_record_is_read_from_a_commit_and_from_a_folder() {
    let fixture = Fixture::new();
    let repository = fixture.open();
    let first = repository.resolve("HEAD").unwrap();
    assert_eq!(Recorded::at_commit(&repository, &first, "").unwrap(), Recorded::default());
    fixture.write(".fabwright/baseline/app/models.py", "class A: ...\n");
    fixture.write(".fabwright/schema/customer.json", "{}\n");
    fixture.write(".fabwright/schema/README.md", "not a table\n");
    fixture.commit("recorded");
    let second = repository.resolve("HEAD").unwrap();
    let recorded = Recorded::at_commit(&repository, &second, "").unwrap();
    assert_eq!(recorded.baseline["app/models.py"], "class A: ...\n");
    assert_eq!(recorded.schema.keys().collect::<Vec<_>>(), ["customer.json"]);
    assert_eq!(Recorded::in_folder(fixture.path()).unwrap(), recorded);
}

#[test]
fn sources_leave_out_what_is_not_the_applications() {
    let fixture = Fixture::new();
    fixture.write(".gitignore", "secret/\n*.log\n");
    fixture.write("secret/key.py", "x");
    fixture.write("a.log", "x");
    fixture.write(".venv/lib/flask.py", "x");
    fixture.write("web/node_modules/x.js", "x");
    fixture.write("app/big.py", &"#".repeat(1024 * 1024 + 1));
    fixture.write("app/bin.py", "a\0b");
    fixture.write(".github/x.py", "y = 1\n");
    let tree = tree::read(fixture.path(), |path| path.ends_with(".py")).unwrap();
    let paths: Vec<&str> = tree.files.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, [".github/x.py", "app/models.py", "app/views.py"]);
    let left: Vec<String> = tree.left_out.iter().map(|left| format!("{}: {}", left.path, left.reason)).collect();
    assert_eq!(left, ["app/big.py: larger than 1 MiB", "app/bin.py: not text"]);
}

/// Git refuses repositories of other owners unless told; only root can make one.
#[test]
#[cfg(unix)]
fn a_repository_of_another_owner_opens() {
    let fixture = Fixture::new();
    if std::os::unix::fs::chown(fixture.path(), Some(1234), Some(1234)).is_err()
        || std::os::unix::fs::chown(fixture.path().join(".git"), Some(1234), Some(1234)).is_err()
    {
        return;
    }
    let repository = fixture.open();
    let head = repository.resolve("HEAD").unwrap();
    let worktree = repository.worktree_at(&head).unwrap();
    assert!(worktree.path().join("README.md").exists());
    commit_to(&repository, Target::Head, &head, &three_changes()).unwrap().unwrap();
}
