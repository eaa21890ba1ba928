//! The check of a head, with its answers: checks from the first moment on, the comment, the job summary and the outputs.

use std::sync::Arc;

use tokio::sync::Notify;

use super::Request;
use super::news::spread;
use super::push::Pushed;
use crate::app::check::{self, CommitMode};
use crate::app::ending::Ending;
use crate::app::forge::{Checks, Forge, Subject};
use crate::app::gate::{Conversation, record_parts};
use crate::app::{Console, Error, Exit};
use crate::gate::record::Record;
use crate::github::event::Event;
use crate::github::runner::{Kept, Runner};
use crate::report::checks::{CheckKind, checks, stopped};

/// Checks the head, and tells what came of it in every place where it is looked for.
pub(super) async fn check_and_tell(
    request: &mut Request,
    event: &Event,
    forge: Option<Arc<Forge>>,
    ending: &Ending,
    console: &Console,
) -> Result<Exit, Error> {
    let pushed = Pushed::of(&request.check, request.event_name.as_deref(), event)?;
    let before = pushed.as_ref().map(|pushed| pushed.before.id().to_owned());
    request.check.base = request.check.base.take().or_else(|| event.base.clone()).or(before);
    if let (false, Some(head)) = (request.head_given, &event.head) {
        request.check.head.clone_from(head);
    }
    request.check.commit = match (request.check.commit, event.from_fork) {
        (CommitMode::Off, _) => CommitMode::Off,
        // What was merged is as its pull request left it.
        _ if pushed.is_some() => CommitMode::Off,
        (_, true) => {
            console.note("the pull request comes from a fork, where nothing can be written: no commit is made");
            CommitMode::Off
        }
        (CommitMode::Push, false) if forge.as_ref().is_none_or(|forge| forge.branch().is_empty()) => CommitMode::Local,
        (mode, false) => mode,
    };
    let subject =
        if request.event_name.as_deref() == Some("merge_group") { Subject::MergeGroup } else { Subject::Branch };
    let conversations = conversations(forge.as_deref(), event, pushed.as_ref(), ending).await?;
    let known = conversations.first().filter(|_| pushed.is_none()).map(|it| record_parts(&it.before));
    if let (Some(forge), Some(head), Some(talk), CommitMode::Push) =
        (&forge, &event.head, conversations.first(), request.check.commit)
        && let Err(error) = forge.look_on_top(head, &talk.pull.head.sha).await
    {
        forge.notice(format!("what the branch is at now could not be read: {error}"));
    }
    // A head that the user named is known by its commit only when it is resolved.
    let sha = if request.head_given { None } else { event.head.clone().or_else(|| request.sha.clone()) };
    let over = Arc::new(Notify::new());
    let begun = forge.clone().zip(sha).map(|(forge, sha)| {
        let known = known.clone();
        let (stages, over) = (console.stages(), over.clone());
        tokio::spawn(async move {
            let mut checks = forge.begin_checks(Checks::of(&sha, subject), known.as_deref()).await;
            forge.follow(&mut checks, stages, &over).await;
            checks
        })
    });

    let runner = Runner { output: request.output_file.clone(), summary: request.summary_file.clone() };
    let paths = request.output_file.iter().chain(&request.summary_file).chain(&request.runner_files);
    let kept = Kept::read(paths.cloned());
    let done = ending.or(check::check(&request.check, forge.as_deref(), &conversations, console)).await;
    for path in kept.put_back()? {
        console.note(&format!(
            "code of the pull request wrote into {}, a file of the runner's: it was put back",
            path.display()
        ));
    }
    if let (Err(Error::Interrupted), Some(forge)) = (&done, &forge) {
        // The runner waits seconds before it ends the process in the middle of a word.
        forge.client().hurry();
    }
    over.notify_one();
    let begun = match begun {
        Some(begun) => begun.await.ok(),
        None => None,
    };
    let checked = match done {
        Ok(checked) => checked,
        Err(error @ Error::Interrupted) => {
            if let Some((forge, mut begun)) = forge.zip(begun) {
                forge.cancel_checks(&mut begun, known.as_deref()).await;
            }
            return Err(error);
        }
        Err(error) => {
            if let Some(forge) = &forge {
                say_stopped(forge, begun, event, &error, known.as_deref()).await;
            }
            runner.add_summary(&format!("### Schema: the check could not be done\n\n{}", quoted(&error)))?;
            return Err(error);
        }
    };
    let mut comment_url = None;
    let mut summary = checked.summary.clone();
    if let Some(forge) = &forge {
        if let Some(number) = event.pull_request {
            comment_url = forge.post_comment(number, &checked.facts, checked.exit).await;
        }
        let reports = checks(&checked.facts);
        let head = checked.facts.head.commit.as_str();
        let mut on_head = match begun {
            Some(begun) if begun.sha() == head => begun,
            _ => Checks::of(head, subject),
        };
        forge.conclude_checks(&mut on_head, &reports, Some(&record_parts(&checked.record))).await;
        // A commit that a workflow's token makes starts no workflow: its checks have to come from here.
        if let Some(commit) = forge.tip() {
            let record = Record { of: commit.to_owned(), ..checked.record.clone() };
            forge.conclude_checks(&mut Checks::of(commit, subject), &reports, Some(&record_parts(&record))).await;
        }
    }
    if let Some(pushed) = &pushed
        && let Some(kept) = pushed.keep(request, forge.as_deref(), &checked, &conversations).await?
    {
        console.note(&kept);
        summary.push_str(&format!("\n{kept}\n"));
    }
    spread(request, event, &checked, console).await?;
    if let Some(forge) = &forge {
        for notice in forge.notices() {
            console.note(&notice);
            summary.push_str(&format!("\n> Note: {}\n", crate::report::markdown::escape(&notice)));
        }
    }
    runner.add_summary(&summary)?;
    runner.set_outputs(&checked.outputs(comment_url))?;
    console.print(&checked.terminal);
    Ok(request.fail_on.apply(checked.exit))
}

/// Says where a report would stand that there is none, so that no check waits for ever and no comment is out of date.
async fn say_stopped(forge: &Forge, begun: Option<Checks>, event: &Event, error: &Error, known: Option<&[String]>) {
    let text = error.to_string();
    if let Some(mut begun) = begun {
        let reports = CheckKind::ALL.map(|kind| stopped(kind, &text));
        forge.conclude_checks(&mut begun, &reports, known).await;
    }
    if let Some(number) = event.pull_request {
        forge.post_stop(number, &text).await;
    }
}

fn quoted(error: &Error) -> String {
    crate::report::markdown::fence("text", &error.to_string())
}

/// What people said about the pull request, or about those that a push merged. Where it cannot be read, nothing was said.
async fn conversations(
    forge: Option<&Forge>,
    event: &Event,
    pushed: Option<&Pushed>,
    ending: &Ending,
) -> Result<Vec<Conversation>, Error> {
    let Some(forge) = forge else { return Ok(Vec::new()) };
    if let Some(pushed) = pushed {
        return ending.or(async { Ok::<_, Error>(pushed.conversations(forge, event).await) }).await;
    }
    let Some(number) = event.pull_request.or(event.queued) else { return Ok(Vec::new()) };
    match ending.or(Conversation::read(forge, number, event)).await {
        Ok(conversation) => Ok(vec![conversation]),
        Err(Error::Interrupted) => Err(Error::Interrupted),
        Err(error) => {
            forge.notice(format!("what people said could not be read, so no approval counts: {error}"));
            Ok(Vec::new())
        }
    }
}
