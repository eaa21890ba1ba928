//! The check runs of a commit, or the commit statuses that stand in for them.

use std::collections::BTreeMap;

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

/// The checks of one commit.
#[derive(Debug)]
pub struct Checks {
    sha: String,
    subject: Subject,
    /// The check runs that were made, by name.
    runs: BTreeMap<&'static str, u64>,
    way: Way,
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
        Self { sha: sha.to_owned(), subject, runs: BTreeMap::new(), way: Way::Checks }
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
    pub async fn begin_checks(&self, mut checks: Checks, record: Option<&str>) -> Checks {
        if !self.may_write("checks").await {
            self.fall_back(&mut checks, "the App may not write checks");
        }
        for kind in CheckKind::ALL {
            let run = CheckRun {
                name: self.check_name(kind),
                external_id: self.external_id(kind),
                details_url: self.run_url(),
                conclusion: None,
                title: "Under way".to_owned(),
                summary: with_record("The report follows when the run is over.", kind, record),
                annotations: Vec::new(),
            };
            self.write_check(&mut checks, kind, &run, State::Pending).await;
        }
        checks
    }

    /// Says how the checks came out. The one about approval carries `record`.
    pub async fn conclude_checks(&self, checks: &mut Checks, reports: &[CheckReport], record: Option<&str>) {
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

    /// Says of checks that are under way that they were stopped. The one about approval keeps `record`.
    pub async fn cancel_checks(&self, checks: &mut Checks, record: Option<&str>) {
        for kind in CheckKind::ALL {
            let run = CheckRun {
                name: self.check_name(kind),
                external_id: self.external_id(kind),
                details_url: self.run_url(),
                conclusion: Some(Conclusion::Cancelled),
                title: "Stopped before the end".to_owned(),
                summary: with_record("The run was cancelled, or its time was up. Run it again.", kind, record),
                annotations: Vec::new(),
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

/// What a check says to people, and below it, hidden, what the gate has to remember.
fn with_record(summary: &str, kind: CheckKind, record: Option<&str>) -> String {
    match record.filter(|_| kind == CheckKind::Approval) {
        Some(record) => format!("{summary}\n\n{record}\n"),
        None => summary.to_owned(),
    }
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
