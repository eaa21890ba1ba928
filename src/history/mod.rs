//! The record of changes: what each push to the default branch changed in the schema, and who had approved it when.
//!
//! An entry is made from what the gate decided, once, and never altered. It is a file of its own, so that two pushes add
//! to the record without meeting.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::diff::{ChangeId, Severity};
use crate::gate::ledger::{Ledger, Source, Word};
use crate::gate::{Decision, GateChange};

/// The folder of the entries, on the branch of the record.
pub const FOLDER: &str = "history";

/// The form that this version writes and reads.
const VERSION: u32 = 1;

/// What one push changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    version: u32,
    /// The commit that the branch came to.
    pub commit: String,
    /// The commit that it came from.
    pub before: String,
    /// When the commit was made.
    pub at: Timestamp,
    /// The folder of the application in the repository; empty for its root.
    pub folder: String,
    /// The fingerprint of the schema at that commit.
    pub schema: String,
    /// The pull requests that were merged by it.
    pub pull_requests: Vec<PullRequest>,
    /// The migrations that were new in it, by their ids.
    pub revisions: Vec<String>,
    /// What it changed.
    pub changes: Vec<Change>,
}

/// A pull request that was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullRequest {
    /// Its number.
    pub number: u64,
    /// Who opened it; `None` if they are gone.
    pub author: Option<String>,
    /// Its last commit.
    pub head: String,
}

/// A change, and who had approved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Its fingerprint.
    pub change_id: ChangeId,
    /// How much it could hurt.
    pub severity: Severity,
    /// What it is, in one sentence.
    pub what: String,
    /// The tables that it touches.
    pub tables: Vec<String>,
    /// The approvals that counted, in the order in which they were given.
    pub approvals: Vec<Approval>,
}

/// An approval that counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Whose it is, without `@`.
    pub by: String,
    /// When it was given.
    pub at: Timestamp,
    /// How it was given.
    pub source: Source,
    /// The pull request that it was given on.
    pub pull_request: u64,
}

/// What was decided on one pull request.
#[derive(Debug, Clone, Copy)]
pub struct Decided<'a> {
    /// The pull request.
    pub pull_request: u64,
    /// What was heard on it.
    pub ledger: &'a Ledger,
    /// What came of that.
    pub decision: &'a Decision,
}

/// Where a push led, and from where.
#[derive(Debug, Clone, Copy)]
pub struct Push<'a> {
    /// The commit that the branch came to.
    pub commit: &'a str,
    /// The commit that it came from.
    pub before: &'a str,
    /// When the commit was made.
    pub at: Timestamp,
    /// The folder of the application.
    pub folder: &'a str,
    /// The fingerprint of the schema.
    pub schema: &'a str,
}

impl Entry {
    /// The entry of a push.
    pub fn new(
        push: Push<'_>,
        pull_requests: Vec<PullRequest>,
        revisions: Vec<String>,
        changes: &[GateChange],
        decided: &[Decided<'_>],
    ) -> Self {
        let changes = changes
            .iter()
            .map(|change| Change {
                change_id: change.id.clone(),
                severity: change.severity,
                what: change.told.clone(),
                tables: change.tables.clone(),
                approvals: decided.iter().flat_map(|decided| approvals(*decided, &change.id)).collect(),
            })
            .collect();
        Self {
            version: VERSION,
            commit: push.commit.to_owned(),
            before: push.before.to_owned(),
            at: push.at,
            folder: push.folder.to_owned(),
            schema: push.schema.to_owned(),
            pull_requests,
            revisions,
            changes,
        }
    }

    /// The entry as it is kept.
    pub fn to_text(&self) -> String {
        // A value made of strings, numbers and lists always has a text.
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Reads an entry. `None` where the text is none, or one of another version.
    pub fn from_text(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok().filter(|entry: &Self| entry.version == VERSION)
    }

    /// The name of its file: entries lie in the order of their commits, and the same push has the same name.
    pub fn file_name(&self) -> String {
        let at = self.at.strftime("%Y%m%dT%H%M%SZ");
        format!("{at}-{}.json", self.commit.get(..12).unwrap_or(&self.commit))
    }

    /// Whether it tells of a table, whatever the case of its name; a schema in front of the name may be left out.
    pub fn is_about(&self, table: &str) -> bool {
        let wanted = table.to_lowercase();
        self.changes.iter().flat_map(|change| &change.tables).any(|known| {
            let known = known.to_lowercase();
            known == wanted || known.rsplit('.').next() == Some(wanted.as_str())
        })
    }
}

/// The approvals of a change that count, each with when it was last given.
fn approvals(decided: Decided<'_>, change: &ChangeId) -> Vec<Approval> {
    let names = decided.decision.of(change).map(|it| it.approved_by.as_slice()).unwrap_or_default();
    let given =
        |name: &str| {
            decided.ledger.entries.iter().rev().find(|entry| {
                entry.by.eq_ignore_ascii_case(name) && entry.words.contains(&Word::Approve(change.clone()))
            })
        };
    names
        .iter()
        .filter_map(|name| {
            let entry = given(name)?;
            let pull_request = decided.pull_request;
            Some(Approval { by: name.clone(), at: entry.at, source: entry.source, pull_request })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::ledger::Entry as Heard;
    use crate::gate::{Access, ApprovalState, Person, Policy, Standing, evaluate};

    #[test]
    fn an_entry_tells_who_approved_what_and_when() {
        let id = |name: &str| ChangeId(name.repeat(64));
        let change = |name: &str| GateChange {
            id: id(name),
            severity: Severity::Breaking,
            tables: vec!["public.Customer".into()],
            files: Vec::new(),
            told: format!("change {name}"),
        };
        let changes = [change("a"), change("b")];
        let at = |second| Timestamp::from_second(second).expect("a time");
        let heard = |number, second, words| Heard {
            source: Source::Comment,
            id: number,
            digest: String::new(),
            by: "Ann".into(),
            at: at(second),
            words,
            refusals: Vec::new(),
        };
        let ledger = Ledger {
            entries: vec![
                heard(1, 100, vec![Word::Approve(id("a")), Word::Approve(id("b"))]),
                heard(2, 200, vec![Word::Revoke(id("b"))]),
                heard(3, 300, vec![Word::Approve(id("a"))]),
            ],
        };
        let person = Person { login: "ann".into(), access: Access::Write, ..Person::default() };
        let said: Vec<_> = ledger
            .said(&changes)
            .into_iter()
            .map(|said| crate::gate::Approval {
                change_id: said.change.clone(),
                by: person.clone(),
                state: said.state,
                source: said.source,
            })
            .collect();
        assert!(said.iter().any(|word| word.state == ApprovalState::Revoked));
        let policy = Policy::simple(Some(Severity::Breaking), Vec::new(), 1);
        let decision = evaluate(&policy, &changes, &said, &Standing::default());
        let decided = Decided { pull_request: 7, ledger: &ledger, decision: &decision };
        let push = Push { commit: &"c".repeat(40), before: &"d".repeat(40), at: at(0), folder: "", schema: "f" };
        let entry = Entry::new(push, Vec::new(), vec!["002".into()], &changes, &[decided]);
        let approval = Approval { by: "ann".into(), at: at(300), source: Source::Comment, pull_request: 7 };
        assert_eq!((&entry.changes[0].approvals, &entry.changes[1].approvals), (&vec![approval], &Vec::new()));
        assert_eq!(Entry::from_text(&entry.to_text()), Some(entry.clone()));
        assert_eq!(entry.file_name(), "19700101T000000Z-cccccccccccc.json");
        assert!(entry.is_about("customer") && entry.is_about("PUBLIC.customer") && !entry.is_about("order"));
        assert_eq!(Entry::from_text(&entry.to_text().replace("\"version\": 1", "\"version\": 2")), None);
    }
}
