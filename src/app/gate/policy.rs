//! The base branch's policy, from a checkout or from GitHub.

use std::path::Path;

use crate::app::Error;
use crate::config::{self, Config};
use crate::gate::Policy;
use crate::gate::codeowners::{self, CodeOwners};
use crate::github::Client;
use crate::store::git::{Commit, Repository};

/// The policy of a commit of the base branch. `path` is the configuration's, from the root of the repository.
///
/// A pull request does not loosen the rules that it is judged by, not even by editing a file that the user named, or by
/// leaving the branch before the rules were written. A base without a configuration has the defaults.
pub fn of_commit(repository: &Repository, base: &Commit, path: &str) -> Result<Policy, Error> {
    let configuration = repository.read_file_at(base, path)?;
    for owners in codeowners::PATHS {
        if let Some(owners) = repository.read_file_at(base, owners)? {
            return policy(configuration.as_deref(), path, CodeOwners::parse(&owners));
        }
    }
    policy(configuration.as_deref(), path, CodeOwners::default())
}

/// The policy of the base branch as GitHub has it now.
pub async fn of_branch(client: &Client, branch: &str, path: &str) -> Result<Policy, Error> {
    let configuration = client.file_at(path, branch).await?;
    let mut policy = policy(configuration.as_deref(), path, CodeOwners::default())?;
    // The owners matter only to a policy that asks for them.
    if policy.asks_for_owners() {
        let owners = client.code_owners_at(branch).await?;
        policy.owners = owners.as_deref().map(CodeOwners::parse).unwrap_or_default();
    }
    Ok(policy)
}

fn policy(configuration: Option<&str>, path: &str, owners: CodeOwners) -> Result<Policy, Error> {
    let gate = match configuration {
        Some(text) => config::parse(text, Path::new(path))?.gate,
        None => Config::default().gate,
    };
    Ok(gate.policy(owners))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::git::Author;

    #[test]
    fn the_policy_is_that_of_the_base_whatever_file_holds_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = [("web/ci.yml", "gate: {required: 3}"), ("CODEOWNERS", "* @ann")]
            .map(|(path, text)| (path.to_owned(), text.to_owned()));
        let author = Author { name: "A".into(), email: "a@example.org".into() };
        let repository = Repository::create(folder.path(), "main", &files.into(), "Rules", &author).expect("created");
        let base = repository.resolve("main").expect("a commit");
        let policy = |path| of_commit(&repository, &base, path).expect("valid");
        assert_eq!(policy("web/ci.yml").required, 3);
        assert_eq!(policy("web/new.yml").required, Config::default().gate.required);
        assert_eq!(policy("web/new.yml").owners.of("x").collect::<Vec<_>>(), ["@ann"]);
    }
}
