//! A repository made from texts, and the branch that is checked out in it.

use std::collections::BTreeMap;
use std::path::Path;

use super::command::Git;
use super::{Author, Repository};
use crate::store::{Result, folder};

impl Repository {
    /// Makes a repository in a folder, with one commit of these files on `branch`, which is checked out.
    ///
    /// # Errors
    ///
    /// When a file can't be written or git fails.
    pub fn create(
        root: &Path,
        branch: &str,
        files: &BTreeMap<String, String>,
        message: &str,
        author: &Author,
    ) -> Result<Self> {
        folder::make(root)?;
        Git::new(root, ["init", "--quiet", "--initial-branch", branch]).bytes()?;
        for (path, text) in files {
            folder::write(&root.join(path), text)?;
        }
        Git::new(root, ["add", "--all", "--force"]).bytes()?;
        Git::new(root, ["commit", "--quiet", "--no-verify", "--no-gpg-sign", "--message", message])
            .env("GIT_AUTHOR_NAME", &author.name)
            .env("GIT_AUTHOR_EMAIL", &author.email)
            .env("GIT_COMMITTER_NAME", &author.name)
            .env("GIT_COMMITTER_EMAIL", &author.email)
            .bytes()?;
        Self::open(root)
    }

    /// Checks a branch out, as a person would: work in progress stays, or git refuses.
    ///
    /// # Errors
    ///
    /// When git refuses.
    pub fn switch(&self, branch: &str) -> Result<()> {
        self.git(["switch", "--quiet", branch]).bytes()?;
        Ok(())
    }
}
