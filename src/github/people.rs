//! People, and what they may do.

use serde::Deserialize;

use super::client::{Client, Repeat, part};
use super::{Error, Result};

/// Somebody with an account.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Account {
    /// The name, without `@`.
    pub login: String,
    /// `User`, `Bot`, `Organization`, `Mannequin`. Empty where GitHub does not say.
    #[serde(default, rename = "type")]
    pub kind: String,
}

impl Account {
    /// Whether it is an App's or a workflow's: GitHub gives no person a name that ends with `[bot]`.
    pub fn is_bot(&self) -> bool {
        self.kind == "Bot" || self.login.ends_with("[bot]")
    }

    /// Whether it is the account of that name. Names ignore case.
    pub fn is(&self, login: &str) -> bool {
        self.login.eq_ignore_ascii_case(login.trim_start_matches('@'))
    }
}

/// What somebody may do in the repository. Each includes those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Permission {
    /// Nothing.
    None,
    /// Read and comment.
    Read,
    /// Manage issues and pull requests.
    Triage,
    /// Push.
    Write,
    /// Manage the repository without what is dangerous.
    Maintain,
    /// Everything.
    Admin,
}

const VIEWER: &str = "query Viewer { viewer { login } }";

impl Client {
    /// What somebody may do in the repository, by their role and teams together.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn permission_of(&self, login: &str) -> Result<Permission> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            permission: String,
            #[serde(default)]
            role_name: Option<String>,
        }
        let login = login.trim_start_matches('@');
        let path = self.repository_path(&format!("/collaborators/{}/permission", part(login)));
        let answer: Option<Answer> = self.read_if_there(&format!("what {login} may do"), &path).await?;
        let Some(answer) = answer else { return Ok(Permission::None) };
        // `permission` knows four levels only, and is what a custom role builds on; `role_name` tells the finer ones.
        Ok(match (answer.role_name.as_deref(), answer.permission.as_str()) {
            (_, "admin") => Permission::Admin,
            (Some("maintain"), "write") | (_, "maintain") => Permission::Maintain,
            (_, "write" | "push") => Permission::Write,
            (Some("triage"), "read") | (_, "triage") => Permission::Triage,
            (_, "read" | "pull") => Permission::Read,
            _ => Permission::None,
        })
    }

    /// Whether somebody is in a team, or in a team below it. `None`: the token may not know, as a workflow's own may
    /// not; an App needs `members: read`.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn is_team_member(&self, organisation: &str, team: &str, login: &str) -> Result<Option<bool>> {
        #[derive(Deserialize)]
        struct Answer {
            #[serde(default)]
            state: String,
        }
        let login = login.trim_start_matches('@');
        let path = format!("/orgs/{}/teams/{}/memberships/{}", part(organisation), part(team), part(login));
        match self.read_if_there::<Answer>(&format!("whether {login} is in @{organisation}/{team}"), &path).await {
            Ok(answer) => Ok(Some(answer.is_some_and(|answer| answer.state == "active"))),
            Err(Error::Forbidden { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The short name of the App that the token stands for. `None`: it stands for none, or GitHub does not tell.
    pub(super) async fn own_app(&self) -> Option<String> {
        let answer = self.graphql(Repeat::Freely, "whose token it is", VIEWER, serde_json::json!({})).await;
        match answer {
            Ok(data) => data["viewer"]["login"].as_str()?.strip_suffix("[bot]").map(str::to_owned),
            Err(error) => {
                tracing::debug!(%error, "taking the token for a workflow's own");
                None
            }
        }
    }

    /// The login that the token stands for. `None` for an App's or a workflow's, which stand for no person.
    ///
    /// # Errors
    /// When GitHub gives no answer.
    pub async fn own_login(&self) -> Result<Option<String>> {
        match self.read_if_there::<Account>("whose token it is", "/user").await {
            Ok(account) => Ok(account.map(|account| account.login)),
            Err(Error::Forbidden { .. } | Error::Unauthorized { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}
