//! `fabwright demo`: the pull-request job on the bundled example, in a repository made for it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use super::{Console, Error, Exit, Format, check};
use crate::store::folder;
use crate::store::git::{Author, FileChange, NewCommit, Repository, Target};

static SHOP: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/examples/shop");

const BASE_BRANCH: &str = "main";
const HEAD_BRANCH: &str = "invoices";

/// The arguments of the command.
#[derive(Debug)]
pub struct Request {
    /// The folder for the repository, which is kept; a temporary one when not given.
    pub keep: Option<PathBuf>,
    /// Whether to run tests.
    pub tests: bool,
}

/// Runs the command. It ends well when the job did, whatever the gate says of the example.
///
/// # Errors
/// When the job could not be done.
pub async fn run(request: &Request, console: &Console) -> Result<Exit, Error> {
    let temporary;
    let folder = match &request.keep {
        Some(folder) => {
            folder::make_empty(folder)?;
            folder.clone()
        }
        None => {
            temporary = tempfile::tempdir().map_err(|source| Error::Temporary { source })?;
            temporary.path().join("shop")
        }
    };
    make_repository(&folder)?;
    let out = std::path::absolute("fabwright-report").map_err(|source| Error::Temporary { source })?;
    let checked = check::check(
        &check::Request {
            base: Some(BASE_BRANCH.into()),
            head: HEAD_BRANCH.into(),
            repo: folder.clone(),
            config: None,
            working_directory: None,
            database_url: None,
            python: std::env::var_os("FABWRIGHT_PYTHON").map(PathBuf::from),
            out: out.clone(),
            commit: check::CommitMode::Local,
            tests: request.tests,
            format: Format::Text,
        },
        None,
        &[],
        console,
    )
    .await?;
    console.print(&checked.terminal);
    if request.keep.is_some() {
        console.print(&format!("The repository is in {}, on branch {HEAD_BRANCH}.", folder.display()));
    }
    console.print(&format!(
        "The report is {}. As a check of a pull request, this would end with exit code {}.",
        out.join("report.html").display(),
        checked.exit.code()
    ));
    Ok(match checked.exit {
        Exit::Done | Exit::ApprovalNeeded => Exit::Done,
        other => other,
    })
}

/// Makes the example's repository in an empty or new folder: the base on `main`, the pull request on its branch, which
/// is checked out.
///
/// # Errors
/// When a file cannot be written or git fails.
pub fn make_repository(folder: &Path) -> Result<(), Error> {
    let author = Author { name: "Shop developer".into(), email: "developer@shop.example".into() };
    let repository = Repository::create(folder, BASE_BRANCH, &files("base"), "The shop as it is deployed", &author)?;
    let changes: Vec<FileChange> =
        files("pull-request").into_iter().map(|(path, text)| FileChange::write(path, text)).collect();
    repository.commit_files(&NewCommit {
        target: Target::Branch(HEAD_BRANCH.into()),
        parent: &repository.resolve("HEAD")?,
        changes: &changes,
        message: "Bill orders by invoice, and tidy up customers",
        author: &author,
    })?;
    repository.switch(HEAD_BRANCH)?;
    Ok(())
}

/// The files of one part of the example, by path. What running the example by hand leaves behind is no part of it.
fn files(part: &str) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut open: Vec<&Dir<'_>> = SHOP.get_dir(part).into_iter().collect();
    while let Some(folder) = open.pop() {
        open.extend(folder.dirs().filter(|folder| !folder.path().ends_with("__pycache__")));
        for file in folder.files() {
            if let (Ok(path), Some(text)) = (file.path().strip_prefix(part), file.contents_utf8()) {
                found.insert(path.to_string_lossy().replace('\\', "/"), text.to_owned());
            }
        }
    }
    found
}
