//! The check runs of a commit, or the commit statuses that stand in for them.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::sync::{Notify, watch};

use super::Forge;
use crate::github::checks::{Annotation, CheckRun, Conclusion, Level};
use crate::github::statuses::{State, Status};
use crate::report::CheckKind;
use crate::report::checks::{CheckReport, Verdict};

/// What the event is about: a merge group waits for no approval, it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A pull request or a branch.
    Branch,
    /// A merge group.
    MergeGroup,
}

/// How often checks that are under way tell the stage at most.
const EVERY: Duration = Duration::from_secs(10);

/// The checks of one commit.
#[derive(Debug)]
pub struct Checks {
    sha: String,
    subject: Subject,
    /// The check runs that were made, by name.
    runs: BTreeMap<&'static str, u64>,
    way: Way,
    /// The parts of a record that check runs of their own carry.
    parts: Vec<String>,
}

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Checks,
    Statuses,
    /// Neither is allowed: the job summary is what is left.
    Nothing,
}

impl Checks {
    /// The checks of the commit `sha`, none of which is made yet.
    pub fn of(sha: &str, subject: Subject) -> Self {
        Self { sha: sha.to_owned(), subject, runs: BTreeMap::new(), way: Way::Checks, parts: Vec::new() }
    }

    /// With a check run that is there already: it is updated and not made again.
    #[must_use]
    pub fn with(mut self, kind: CheckKind, run: Option<u64>) -> Self {
        self.runs.extend(run.map(|run| (kind.name(), run)));
        self
    }

    /// The commit.
    pub fn sha(&self) -> &str {
        &self.sha
    }
}

impl Forge {
    /// Says that the checks are under way. The one about approval carries `record` from the first moment on, so that it
    /// is not lost when the run is stopped.
    pub async fn begin_checks(&self, mut checks: Checks, record: Option<&[String]>) -> Checks {
        if !self.may_write("checks").await {
            self.fall_back(&mut checks, "the App may not write checks");
        }
        self.keep_parts(&mut checks, record).await;
        for kind in CheckKind::ALL {
            let run = self.under_way(kind, "Under way", record);
            self.write_check(&mut checks, kind, &run, State::Pending).await;
        }
        checks
    }

    /// Says on checks that are under way which stage is, now and then until it is told to `stop`.
    pub async fn follow(&self, checks: &mut Checks, stages: watch::Receiver<&'static str>, stop: &Notify) {
        let mut told = "";
        loop {
            tokio::select! {
                () = stop.notified() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            let stage = *stages.borrow();
            if checks.way != Way::Checks || stage == told {
                continue;
            }
            told = stage;
            // The one about approval carries the record, and says nothing before the end.
            for kind in [CheckKind::Impact, CheckKind::Tests] {
                let Some(id) = checks.runs.get(kind.name()).copied() else { continue };
                let run = self.under_way(kind, &format!("Under way: {}", stage.to_lowercase()), None);
                if let Err(error) = self.client.update_check(id, &run).await {
                    tracing::debug!(%error, "a check does not tell the stage");
                }
            }
        }
    }

    /// A check that is under way.
    fn under_way(&self, kind: CheckKind, title: &str, record: Option<&[String]>) -> CheckRun {
        CheckRun {
            name: self.check_name(kind),
            external_id: self.external_id(kind),
            details_url: self.run_url(),
            conclusion: None,
            title: title.to_owned(),
            summary: with_record("The report follows when the run is over.", kind, record),
            annotations: Vec::new(),
        }
    }

    /// Says how the checks came out. The one about approval carries `record`.
    pub async fn conclude_checks(&self, checks: &mut Checks, reports: &[CheckReport], record: Option<&[String]>) {
        self.keep_parts(checks, record).await;
        for report in reports {
            let conclusion = match (report.verdict, checks.subject) {
                (Verdict::Passed, _) => Conclusion::Success,
                (Verdict::Neutral, _) => Conclusion::Neutral,
                (Verdict::Failed, _) | (Verdict::Waiting, Subject::MergeGroup) => Conclusion::Failure,
                (Verdict::Waiting, Subject::Branch) => Conclusion::ActionRequired,
            };
            let run = CheckRun {
                name: self.check_name(report.kind),
                external_id: self.external_id(report.kind),
                details_url: self.run_url(),
                conclusion: Some(conclusion),
                title: report.title.clone(),
                summary: with_record(&report.summary, report.kind, record),
                annotations: annotations(report),
            };
            let state = match report.verdict {
                Verdict::Passed | Verdict::Neutral => State::Success,
                Verdict::Failed | Verdict::Waiting => State::Failure,
            };
            self.write_check(checks, report.kind, &run, state).await;
        }
    }

    /// Keeps the parts of a record that the check about approval has no room for, before it says that there are any.
    async fn keep_parts(&self, checks: &mut Checks, record: Option<&[String]>) {
        let parts = record.and_then(|parts| parts.get(1..)).unwrap_or_default();
        if parts.is_empty() || checks.way != Way::Checks || checks.parts == parts {
            return;
        }
        for (index, part) in parts.iter().enumerate() {
            let number = index + 2;
            let run = CheckRun {
                name: self.part_name(number),
                external_id: format!("{}/{number}/{}", self.external_id(CheckKind::Approval), part_of(part)),
                details_url: self.run_url(),
                conclusion: Some(Conclusion::Neutral),
                title: "A part of what the gate remembers".to_owned(),
                summary: format!("There are more changes than one check can hold.\n\n{part}\n"),
                annotations: Vec::new(),
            };
            match self.client.create_check(&checks.sha, &run).await {
                Ok(_) => {}
                // What follows finds the same out, and says so.
                Err(error) if error.is_permission() => return,
                Err(error) => self.notice(format!("the check `{}` could not be written: {error}", run.name)),
            }
        }
        checks.parts = parts.to_vec();
    }

    /// The name of the check that carries a part of the gate's record.
    pub fn part_name(&self, number: usize) -> String {
        format!("{} (record {number})", self.check_name(CheckKind::Approval))
    }

    /// Says of checks that are under way that they were stopped. The one about approval keeps `record`.
    pub async fn cancel_checks(&self, checks: &mut Checks, record: Option<&[String]>) {
        for kind in CheckKind::ALL {
            let run = CheckRun {
                conclusion: Some(Conclusion::Cancelled),
                summary: with_record("The run was cancelled, or its time was up. Run it again.", kind, record),
                ..self.under_way(kind, "Stopped before the end", record)
            };
            self.write_check(checks, kind, &run, State::Error).await;
        }
    }

    async fn write_check(&self, checks: &mut Checks, kind: CheckKind, run: &CheckRun, state: State) {
        if checks.way == Way::Checks {
            let known = checks.runs.get(kind.name()).copied();
            let written = match known {
                Some(id) => self.client.update_check(id, run).await.map(|()| id),
                None => self.client.create_check(&checks.sha, run).await,
            };
            match written {
                Ok(id) => {
                    checks.runs.insert(kind.name(), id);
                }
                // One that is there and may not be altered is another run's: a new one goes before it.
                Err(error) if error.is_permission() && known.is_some() => {
                    tracing::info!(%error, "making a new check run");
                    match self.client.create_check(&checks.sha, run).await {
                        Ok(id) => drop(checks.runs.insert(kind.name(), id)),
                        Err(error) => self.notice(format!("the check `{}` could not be written: {error}", run.name)),
                    }
                }
                Err(error) if error.is_permission() => {
                    self.fall_back(checks, &error.to_string());
                }
                Err(error) => self.notice(format!("the check `{}` could not be written: {error}", run.name)),
            }
        }
        if checks.way == Way::Statuses && !self.may_write("statuses").await {
            checks.way = Way::Nothing;
            self.notice("no commit statuses were written either, the job summary has it all".to_owned());
        }
        if checks.way == Way::Statuses {
            let status = Status {
                state,
                context: run.name.clone(),
                description: run.title.clone(),
                target_url: run.details_url.clone(),
            };
            match self.client.set_status(&checks.sha, &status).await {
                Ok(()) => {}
                Err(error) if error.is_permission() => {
                    checks.way = Way::Nothing;
                    self.notice(format!("no commit statuses were written either, the job summary has it all: {error}"));
                }
                Err(error) => self.notice(format!("the status `{}` could not be written: {error}", run.name)),
            }
        }
    }

    fn fall_back(&self, checks: &mut Checks, reason: &str) {
        checks.way = Way::Statuses;
        self.notice(format!("no check runs were written, commit statuses stand in for them: {reason}"));
    }

    /// A check's name. Folders of one repository have checks of their own.
    pub fn check_name(&self, kind: CheckKind) -> String {
        match &self.settings.folder {
            Some(folder) => format!("{} ({folder})", kind.name()),
            None => kind.name().to_owned(),
        }
    }

    /// What a check is found by after a lost answer: this attempt of this run makes it once for each commit.
    fn external_id(&self, kind: CheckKind) -> String {
        let part = |text: &Option<String>| text.clone().unwrap_or_else(|| "0".to_owned());
        format!(
            "fabwright/{}/{}/{}/{}",
            part(&self.settings.run_id),
            part(&self.settings.run_attempt),
            self.limits().job,
            kind.name()
        )
    }
}

/// The most bytes of a summary: as many as GitHub takes characters, whoever counts.
const LONGEST: usize = 65_000;

/// What a check says to people, and below it, hidden, what the gate has to remember. Where there is no room for both,
/// people read less, up to a whole line.
fn with_record(summary: &str, kind: CheckKind, record: Option<&[String]>) -> String {
    let record = record.and_then(|parts| parts.first()).filter(|_| kind == CheckKind::Approval);
    let hidden = record.map(|record| format!("\n\n{record}\n")).unwrap_or_default();
    let room = LONGEST.saturating_sub(hidden.len());
    if summary.len() <= room {
        return format!("{summary}{hidden}");
    }
    let end = summary.floor_char_boundary(room);
    let end = summary[..end].rfind('\n').unwrap_or(end);
    format!("{}{hidden}", &summary[..end])
}

/// A text that tells one part from another.
fn part_of(part: &str) -> &str {
    part.split(' ').nth(3).unwrap_or_default()
}

fn annotations(report: &CheckReport) -> Vec<Annotation> {
    report
        .remarks
        .iter()
        .map(|remark| Annotation {
            path: remark.path.clone(),
            start_line: remark.line,
            end_line: remark.line,
            level: if remark.blocks { Level::Failure } else { Level::Warning },
            title: remark.title.clone(),
            message: remark.message.clone(),
        })
        .collect()
}
