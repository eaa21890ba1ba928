//! Check runs: a commit's results with annotations at lines.

use http::Method;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::client::{Client, Repeat, part};
use super::identity::Maker;
use super::{Error, Result, pulls};

/// The most annotations that one request takes.
pub const ANNOTATIONS_A_REQUEST: usize = 50;
/// How often a lost check run is tried.
const TRIES: usize = 3;
/// The most characters of a summary, and of the text below it.
pub const LONGEST_SUMMARY: usize = 65_535;

/// What a check run says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRun {
    /// Its name, by which branches require it.
    pub name: String,
    /// Our own name for it, by which it is found again after a lost answer.
    pub external_id: String,
    /// Where more can be read.
    pub details_url: Option<String>,
    /// The verdict; `None` while it is under way.
    pub conclusion: Option<Conclusion>,
    /// One line.
    pub title: String,
    /// Markdown.
    pub summary: String,
    /// What it says at lines of files.
    pub annotations: Vec<Annotation>,
}

/// A check run's verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// All is well. Does not block.
    Success,
    /// Nothing to say, or nothing that blocks.
    Neutral,
    /// Something is wrong. Blocks.
    Failure,
    /// Somebody has to act first. Blocks.
    ActionRequired,
    /// It was stopped. Blocks.
    Cancelled,
}

/// A remark at a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Annotation {
    /// The file, from the root of the repository.
    pub path: String,
    /// The line, from 1.
    pub start_line: u32,
    /// The last line.
    pub end_line: u32,
    /// How grave it is.
    #[serde(rename = "annotation_level")]
    pub level: Level,
    /// A short title.
    pub title: String,
    /// Plain text.
    pub message: String,
}

/// How grave a remark is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Worth knowing.
    Notice,
    /// Worth a look.
    Warning,
    /// Wrong.
    Failure,
}

/// A check run that GitHub has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Existing {
    id: u64,
    #[serde(default, deserialize_with = "pulls::text")]
    external_id: String,
    #[serde(default)]
    output: Option<Output>,
}

/// A check run of our own, with what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnCheck {
    /// Its id.
    pub id: u64,
    /// Its Markdown.
    pub summary: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
struct Output {
    #[serde(default)]
    annotations_count: Option<usize>,
}

impl Client {
    /// Makes a check run of the commit `sha` and gives its id.
    ///
    /// Of several of one name, GitHub counts the newest. One of the same `external_id`, whose answer was lost, is taken
    /// over and not made again.
    ///
    /// # Errors
    /// When GitHub does not take it.
    pub async fn create_check(&self, sha: &str, check: &CheckRun) -> Result<u64> {
        let first = check.annotations.len().min(ANNOTATIONS_A_REQUEST);
        let mut body = body(check, &check.annotations[..first], first == check.annotations.len());
        body["name"] = json!(check.name);
        body["head_sha"] = json!(sha);
        let path = self.repository_path("/check-runs");
        let what = format!("the check {}", check.name);
        let mut tries = 0;
        let id = loop {
            let error = match self.write::<Existing>(Repeat::AfterLooking, &what, Method::POST, &path, &body).await {
                Ok(created) => break created.id,
                Err(error) => error,
            };
            if !error.may_have_happened() && !matches!(error, Error::Unexpected { .. }) {
                return Err(error);
            }
            tries += 1;
            match self.find_check(sha, check).await? {
                Some(found) => break found.id,
                None if error.may_have_happened() && tries < TRIES => {}
                None => return Err(error),
            }
        };
        self.add_annotations(id, check, first).await?;
        Ok(id)
    }

    /// Brings a check run to what `check` says.
    ///
    /// # Errors
    /// When GitHub does not take it.
    pub async fn update_check(&self, id: u64, check: &CheckRun) -> Result<()> {
        if check.annotations.is_empty() {
            return self.patch_check(id, check, body(check, &[], true), Repeat::Freely).await;
        }
        self.add_annotations(id, check, 0).await
    }

    /// Sends annotations from the one at `sent` on, batch after batch: GitHub appends them. The verdict comes with the
    /// last batch.
    async fn add_annotations(&self, id: u64, check: &CheckRun, sent: usize) -> Result<()> {
        let mut sent = sent;
        while sent < check.annotations.len() {
            let end = (sent + ANNOTATIONS_A_REQUEST).min(check.annotations.len());
            let body = body(check, &check.annotations[sent..end], end == check.annotations.len());
            let mut tries = 0;
            loop {
                match self.patch_check(id, check, body.clone(), Repeat::AfterLooking).await {
                    Ok(()) => break,
                    Err(error) if error.may_have_happened() && tries + 1 < TRIES => {
                        tries += 1;
                        // Sent again, annotations would be there twice.
                        if self.annotations_of(id, check).await? >= end {
                            break;
                        }
                    }
                    Err(error) => return Err(error),
                }
            }
            sent = end;
        }
        Ok(())
    }

    /// The check runs of that name that we made for a commit, the newest first. Those of another App are left out, whoever
    /// they say they are.
    ///
    /// # Errors
    /// When GitHub does not tell.
    pub async fn own_checks(&self, sha: &str, name: &str) -> Result<Vec<OwnCheck>> {
        #[derive(Deserialize)]
        struct Found {
            id: u64,
            // `null` is an App that is gone. A server that does not tell at all has no other Apps.
            #[serde(default = "untold")]
            app: Option<Maker>,
            #[serde(default)]
            output: Option<Said>,
        }
        #[derive(Deserialize)]
        struct Said {
            #[serde(default, deserialize_with = "pulls::text")]
            summary: String,
        }
        fn untold() -> Option<Maker> {
            Some(Maker::untold())
        }
        let path = self.repository_path(&format!("/commits/{}/check-runs?check_name={}", part(sha), part(name)));
        let found = match self.read_all::<Found>("the commit's checks", &path, Some("check_runs")).await {
            Ok(found) => found,
            // The commit is not known, or nothing that the token may see.
            Err(Error::NotFound { .. } | Error::Refused { status: 422, .. }) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let asks = found.iter().filter_map(|run| run.app.as_ref()).any(|app| self.identity().has_to_ask_about(app));
        let slug = if asks { self.own_app().await } else { None };
        let mut own: Vec<OwnCheck> = found
            .into_iter()
            .filter(|run| run.app.as_ref().is_some_and(|app| self.identity().is(app, slug.as_deref())))
            .map(|run| OwnCheck { id: run.id, summary: run.output.map(|output| output.summary).unwrap_or_default() })
            .collect();
        own.sort_by_key(|run| std::cmp::Reverse(run.id));
        Ok(own)
    }

    async fn patch_check(&self, id: u64, check: &CheckRun, body: Value, repeat: Repeat) -> Result<()> {
        let path = self.repository_path(&format!("/check-runs/{id}"));
        self.write_blindly(repeat, &format!("the check {}", check.name), Method::PATCH, &path, &body).await
    }

    async fn annotations_of(&self, id: u64, check: &CheckRun) -> Result<usize> {
        let path = self.repository_path(&format!("/check-runs/{id}"));
        let existing: Existing = self.read(&format!("the check {}", check.name), &path).await?;
        Ok(existing.output.and_then(|output| output.annotations_count).unwrap_or_default())
    }

    async fn find_check(&self, sha: &str, check: &CheckRun) -> Result<Option<Existing>> {
        let path = self.repository_path(&format!("/commits/{}/check-runs?check_name={}", part(sha), part(&check.name)));
        let all: Vec<Value> = match self.read_all("the commit's checks", &path, Some("check_runs")).await {
            Ok(all) => all,
            Err(Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let ours = all.into_iter().filter_map(|run| serde_json::from_value::<Existing>(run).ok());
        Ok(ours.filter(|run| run.external_id == check.external_id).max_by_key(|run| run.id))
    }
}

/// What is sent of a check: its verdict only when `is_whole`, so that no check ends before its last annotation is in.
fn body(check: &CheckRun, annotations: &[Annotation], is_whole: bool) -> Value {
    let mut output = json!({
        "title": check.title,
        "summary": check.summary,
    });
    if !annotations.is_empty() {
        output["annotations"] = json!(annotations);
    }
    let mut body = json!({"external_id": check.external_id, "output": output});
    if let Some(url) = &check.details_url {
        body["details_url"] = json!(url);
    }
    match check.conclusion.filter(|_| is_whole) {
        Some(conclusion) => {
            body["status"] = json!("completed");
            body["conclusion"] = json!(conclusion);
        }
        None => body["status"] = json!("in_progress"),
    }
    body
}
