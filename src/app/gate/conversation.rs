//! What people said on a pull request, who they are, and what was known before.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::app::forge::Forge;
use crate::config::{Config, HazardIgnore, Rename};
use crate::diff::ChangeId;
use crate::gate::command::{self, Command};
use crate::gate::ledger::{Comment, Edit, Ledger, Reported, Review, ReviewState, Word};
use crate::gate::policy::team_parts;
use crate::gate::record::{Part, Record};
use crate::gate::{self, Access, Approval, Decision, GateChange, Person, Policy, Source, Standing};
use crate::github::comments::Editor;
use crate::github::event::Event;
use crate::github::people::Permission;
use crate::github::pulls::{PullRequest, ReviewState as Verdict};
use crate::github::{self, Client, comments};
use crate::report::{Answer, CheckKind};

/// At most this many answers are told, the newest.
const TOLD_ANSWERS: usize = 5;

/// At most this many edited comments are looked up.
const MOST_LOOKUPS: usize = 30;

/// The most characters of one part of a record: a check run's summary has 65,535, and people read some of them.
const RECORD_ROOM: usize = 43_000;

/// What people said on a pull request, and what was known before.
#[derive(Debug)]
pub struct Conversation {
    /// The pull request.
    pub pull: PullRequest,
    comments: Vec<Comment>,
    reviews: Vec<Review>,
    bots: BTreeSet<String>,
    access: BTreeMap<String, Access>,
    /// What the newest report knew.
    pub before: Record,
    /// The check run that holds it, if it is one of the head.
    pub check: Option<u64>,
    /// The fingerprints that were reported for a commit.
    reported: BTreeMap<String, Vec<ChangeId>>,
}

/// What the gate decided, and what is to be remembered.
#[derive(Debug)]
pub struct Decided {
    /// The decision.
    pub decision: Decision,
    /// Everything that was heard.
    pub ledger: Ledger,
    /// What was said to commands that could not be followed.
    pub answers: Vec<Answer>,
}

impl Conversation {
    /// Reads it.
    ///
    /// # Errors
    /// When GitHub does not tell what was said.
    pub async fn read(forge: &Forge, number: u64, event: &Event) -> Result<Self, github::Error> {
        let client = forge.client();
        let pull = client.pull_request(number).await?;
        let raw_comments = client.comments(number).await?;
        let raw_reviews = client.reviews(number).await?;
        let authors = raw_comments.iter().map(|comment| &comment.author);
        let authors = authors.chain(raw_reviews.iter().map(|review| &review.author)).flatten();
        let bots = authors.filter(|author| author.is_bot()).map(|author| author.login.to_lowercase()).collect();
        let mut comments = Vec::new();
        let mut left = MOST_LOOKUPS;
        for raw in raw_comments {
            let Some(mut comment) = heard(&raw, event) else { continue };
            if comment.edit == Edit::ByOthers && left > 0 && !command::parse(&comment.body).is_empty() {
                left -= 1;
                comment.edit = edited_by(client, &raw, &comment.by).await;
            }
            comments.push(comment);
        }
        let reviews: Vec<Review> = raw_reviews
            .into_iter()
            .filter_map(|review| {
                Some(Review {
                    id: review.id,
                    by: review.author?.login,
                    state: match review.state {
                        Verdict::Approved => ReviewState::Approved,
                        Verdict::ChangesRequested => ReviewState::ChangesRequested,
                        Verdict::Dismissed => ReviewState::Dismissed,
                        Verdict::Commented => ReviewState::Commented,
                    },
                    commit: review.commit_id?,
                    at: review.submitted_at.unwrap_or(Timestamp::UNIX_EPOCH),
                })
            })
            .collect();
        let mut conversation = Self {
            pull,
            comments,
            reviews,
            bots,
            access: BTreeMap::new(),
            before: Record::default(),
            check: None,
            reported: BTreeMap::new(),
        };
        conversation.read_records(forge, event.before.as_deref()).await?;
        conversation.read_access(forge).await;
        Ok(conversation)
    }

    /// Looks for what was reported before: for the head, for the head before it, and for the commits that were reviewed.
    async fn read_records(&mut self, forge: &Forge, before: Option<&str>) -> Result<(), github::Error> {
        let name = forge.check_name(CheckKind::Approval);
        let head = self.pull.head.sha.clone();
        let reviewed = self.reviews.iter().filter(|review| review.state == ReviewState::Approved);
        let mut commits: Vec<&str> = vec![&head];
        commits.extend(before);
        commits.extend(reviewed.map(|review| review.commit.as_str()).rev());
        let mut known = BTreeSet::new();
        let mut reported = BTreeMap::new();
        let mut newest: Option<Record> = None;
        for commit in commits.into_iter().filter(|commit| known.insert(*commit)) {
            for check in forge.client().own_checks(commit, &name).await? {
                let Some(record) = record_of(forge, commit, &check.summary).await? else { continue };
                if commit == head && self.check.is_none() {
                    self.check = Some(check.id);
                }
                if record.is_of(commit) && record.stopped.is_none() {
                    let ids = record.changes.iter().map(|change| change.id.clone()).collect();
                    reported.entry(commit.to_owned()).or_insert(ids);
                }
                newest.get_or_insert(record);
            }
        }
        self.reported = reported;
        self.before = newest.unwrap_or_default();
        Ok(())
    }

    /// Finds out what those who said something may do.
    async fn read_access(&mut self, forge: &Forge) {
        let commanding = self
            .comments
            .iter()
            .filter(|comment| command::parse(&comment.body).iter().any(|command| *command != Ok(Command::Help)))
            .map(|comment| comment.by.clone());
        let approving =
            self.reviews.iter().filter(|review| review.state == ReviewState::Approved).map(|review| review.by.clone());
        let people: BTreeSet<String> = commanding.chain(approving).filter(|by| !self.is_bot(by)).collect();
        for login in people {
            let access = match forge.client().permission_of(&login).await {
                Ok(permission) if permission >= Permission::Write => Access::Write,
                Ok(_) => Access::Read,
                Err(error) => {
                    forge.notice(format!("what @{login} may do could not be read, and so counts for nothing: {error}"));
                    Access::Unknown
                }
            };
            self.access.insert(login.to_lowercase(), access);
        }
    }

    fn is_bot(&self, login: &str) -> bool {
        self.bots.contains(&login.to_lowercase())
    }

    fn access_of(&self, login: &str) -> Access {
        self.access.get(&login.to_lowercase()).copied().unwrap_or_default()
    }

    /// Who opened the pull request.
    pub fn author(&self) -> Option<String> {
        self.pull.author.as_ref().map(|author| author.login.clone())
    }

    /// Whether what is known is about the head of the pull request.
    pub fn is_current(&self) -> bool {
        self.before.is_of(&self.pull.head.sha)
    }

    /// Decides about these changes, which are those of `commit`.
    pub async fn decide(
        &self,
        client: &Client,
        policy: &Policy,
        commit: &str,
        changes: &[GateChange],
        standing: Standing,
    ) -> Decided {
        let reported = match self.before.of.as_str() {
            "" => Reported::Now(changes),
            _ => Reported::Before(&self.before.changes),
        };
        let at = |asked: &str| {
            let now = || (asked == commit).then(|| changes.iter().map(|change| change.id.clone()).collect());
            self.reported.get(asked).cloned().or_else(now)
        };
        let ledger = self.before.ledger.hear(&self.comments, &self.reviews, reported, at);
        let teams = policy.teams(changes);
        let mut people = BTreeMap::new();
        for login in ledger.people() {
            people.insert(login.to_owned(), self.person(client, login, &teams).await);
        }
        let approvals: Vec<Approval> = ledger
            .said(changes)
            .into_iter()
            .map(|said| Approval {
                change_id: said.change.clone(),
                by: people.get(said.by).cloned().unwrap_or_else(|| self.stranger(said.by)),
                state: said.state,
                source: said.source,
            })
            .collect();
        let standing = Standing { author: self.author(), ..standing };
        let decision = gate::evaluate(policy, changes, &approvals, &standing);
        let mut answers: Vec<Answer> = ledger
            .entries
            .iter()
            .flat_map(|entry| entry.refusals.iter().map(|text| Answer { to: entry.by.clone(), text: text.clone() }))
            .chain(self.steering().filter_map(|(by, _, allowed)| allowed.err().map(|text| Answer { to: by, text })))
            .collect();
        answers.drain(..answers.len().saturating_sub(TOLD_ANSWERS));
        Decided { decision, ledger, answers }
    }

    fn stranger(&self, login: &str) -> Person {
        Person {
            login: login.to_owned(),
            is_bot: self.is_bot(login),
            access: self.access_of(login),
            ..Person::default()
        }
    }

    async fn person(&self, client: &Client, login: &str, teams: &[String]) -> Person {
        let mut person = self.stranger(login);
        // Whoever does not count anyway is not looked up in teams.
        let is_author = self.author().is_some_and(|author| author.eq_ignore_ascii_case(login));
        if person.is_bot || is_author || person.access != Access::Write {
            return person;
        }
        for team in teams {
            let Some((organisation, name)) = team_parts(team) else { continue };
            match client.is_team_member(organisation, name, login).await {
                Ok(Some(true)) => person.teams.push(team.clone()),
                Ok(Some(false)) => {}
                Ok(None) | Err(_) => person.unread_teams.push(team.clone()),
            }
        }
        person
    }

    /// Commands that steer the check: who said them, and whether they may.
    fn steering(&self) -> impl Iterator<Item = (String, Command, Result<(), String>)> {
        self.comments.iter().flat_map(|comment| {
            command::parse(&comment.body).into_iter().flatten().filter_map(|command| {
                let steers = match command {
                    Command::Rename(_) | Command::Resolve { .. } | Command::Ignore { .. } | Command::Rerun => true,
                    Command::Help | Command::Approve(_) | Command::Revoke(_) => false,
                };
                let allowed = match self.access_of(&comment.by) {
                    _ if comment.edit == Edit::ByOthers => Err("this comment was altered by somebody else".to_owned()),
                    Access::Write => Ok(()),
                    Access::Read => Err("commands need write access to the repository".to_owned()),
                    Access::Unknown => Err("what this person may do could not be read".to_owned()),
                };
                steers.then(|| (comment.by.clone(), command, allowed))
            })
        })
    }

    /// Adds to the configuration what commands answered.
    pub fn steer(&self, config: &mut Config) {
        for (by, command, _) in self.steering().filter(|(_, _, allowed)| allowed.is_ok()) {
            match command {
                Command::Rename(rename) => {
                    let rename = Rename { table: rename.table, from: rename.from, to: rename.to };
                    if !config.renames.contains(&rename) {
                        config.renames.push(rename);
                    }
                }
                Command::Resolve { path, strategy } => {
                    config.generate.strategies.insert(path, strategy);
                }
                Command::Ignore { rule, reason } => {
                    let reason = reason.unwrap_or_else(|| format!("accepted by @{by}"));
                    config.hazards.ignore.push(HazardIgnore {
                        rule,
                        table: None,
                        path: None,
                        line: 0,
                        reason,
                        until: None,
                    });
                }
                Command::Help | Command::Approve(_) | Command::Revoke(_) | Command::Rerun => {}
            }
        }
    }

    /// The comment of that number, as it was read.
    pub fn comment(&self, id: u64) -> Option<&Comment> {
        self.comments.iter().find(|comment| comment.id == id)
    }

    /// Whether what this comment asks for needs another check, and may be asked for by its author.
    pub fn asks_for_a_check(&self, comment: &Comment) -> bool {
        let commands = command::parse(&comment.body);
        let steers = |command: &Result<Command, _>| {
            matches!(
                command,
                Ok(Command::Rename(_) | Command::Resolve { .. } | Command::Ignore { .. } | Command::Rerun)
            )
        };
        comment.edit != Edit::ByOthers && self.access_of(&comment.by) == Access::Write && commands.iter().any(steers)
    }

    /// Whether all commands of this comment were followed.
    pub fn is_followed(&self, comment: &Comment, decided: &Decided) -> bool {
        let entry =
            (decided.ledger.entries.iter()).find(|entry| entry.source == Source::Comment && entry.id == comment.id);
        let unclear = entry.is_some_and(|entry| !entry.refusals.is_empty());
        // What the same person approved elsewhere may have become void since.
        let refused = entry.iter().flat_map(|entry| &entry.words).any(|word| {
            let Word::Approve(change) = word else { return false };
            let refusals = &decided.decision.refused;
            refusals.iter().any(|it| it.change_id == *change && it.by.eq_ignore_ascii_case(&comment.by))
        });
        let steers = self.steering().any(|(by, _, allowed)| by == comment.by && allowed.is_err());
        !(unclear || steers || refused)
    }
}

/// A comment with the answer to who altered it, as far as the comment and the event tell.
fn heard(comment: &comments::Comment, event: &Event) -> Option<Comment> {
    let author = comment.author.as_ref()?.login.clone();
    let at = comment.created_at.unwrap_or(Timestamp::UNIX_EPOCH);
    // The text may have been altered once more since then, by somebody else.
    let is_same = event.comment_body.as_ref().is_none_or(|body| same_text(body, &comment.body));
    let is_told = event.comment == Some(comment.id) && event.action.as_deref() == Some("edited");
    let edit = match &event.sender {
        Some(sender) if is_told && is_same && sender.is(&author) => Edit::ByAuthor,
        _ if is_told => Edit::ByOthers,
        _ if comment.updated_at.is_some_and(|updated| updated > at) => Edit::ByOthers,
        _ => Edit::Never,
    };
    Some(Comment { id: comment.id, by: author, body: comment.body.clone(), at, edit })
}

/// Whether two texts are the same but for how their lines end.
fn same_text(one: &str, other: &str) -> bool {
    one.lines().eq(other.lines())
}

/// Who altered a comment, as GitHub says. Where it does not say, it was somebody else.
async fn edited_by(client: &Client, comment: &comments::Comment, author: &str) -> Edit {
    match client.last_editor(comment).await {
        Ok(Some(Editor::Nobody)) => Edit::Never,
        Ok(Some(Editor::Login(login))) if login.eq_ignore_ascii_case(author) => Edit::ByAuthor,
        Ok(_) => Edit::ByOthers,
        Err(error) => {
            tracing::debug!(%error, comment = comment.id, "an edited comment is not heard");
            Edit::ByOthers
        }
    }
}

/// The record that a check run of a commit carries, with the parts that others of the commit do.
async fn record_of(forge: &Forge, commit: &str, summary: &str) -> Result<Option<Record>, github::Error> {
    let Some(first) = Part::from_markdown(summary) else { return Ok(Record::from_markdown(summary)) };
    let (total, digest) = (first.total, first.digest.clone());
    let mut parts = vec![first];
    for number in 2..=total {
        let checks = forge.client().own_checks(commit, &forge.part_name(number)).await?;
        let found = checks.iter().filter_map(|check| Part::from_markdown(&check.summary));
        parts.extend(found.into_iter().find(|part| part.digest == digest && part.number == number));
    }
    Ok(Record::from_parts(parts))
}

/// A record as check runs carry it, each part at the end of what one says.
pub fn record_parts(record: &Record) -> Vec<String> {
    record.to_parts(RECORD_ROOM)
}
