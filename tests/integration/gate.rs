//! The gate as a job: who opens it, who does not, and how long an approval holds.

mod record;
mod story;

use serde_json::json;

use crate::github::double::state::{REPOSITORY, TOKEN};
use crate::github::job::{Job, sha};
use story::{Story, id_of};

#[test]
fn the_whole_story() {
    let mut story = Story::new();
    let ran = story.check("The pull request is opened: it drops two columns");
    let (fax, phone) = (id_of(&ran, "fax"), id_of(&ran, "phone"));
    assert_eq!(story.approval(), "action_required");
    let line = story.row("Approval");
    assert!(line.contains("**waiting for 1** of"), "{line}");
    assert!(line.contains("/fabwright approve"), "{line}");

    assert_eq!(story.say("reader", "/fabwright approve all").as_deref(), Some("-1"));
    assert_eq!(story.approval(), "action_required");
    assert!(story.row("Approval").contains("does not count: this needs write access"), "{}", story.row("Approval"));

    let line = format!("Both are unused.\n\n/fabwright approve {} {}", &fax[..4], &phone[..8]);
    assert_eq!(story.say("owner", &line).as_deref(), Some("+1"));
    assert_eq!(story.approval(), "success");
    assert_eq!(story.cell(&fax), "by `owner`");

    // A rebase onto a base that has moved: other commits, the same changes.
    story.universe.git(&["switch", "--quiet", "main"]);
    story.universe.commit_files(&[("README.md", "more\n")]);
    story.universe.git(&["switch", "--quiet", "feature"]);
    story.universe.git(&["-c", "user.name=T", "-c", "user.email=t@example.org", "rebase", "--quiet", "main"]);
    story.check("The branch is rebased");
    assert_eq!(story.approval(), "success");

    story.universe.commit_files(&[(
        "migrations/002_change.sql",
        "ALTER TABLE customer DROP COLUMN fax;\nALTER TABLE customer DROP COLUMN mail;\n",
    )]);
    let ran = story.check("One of the two changes is altered");
    let mail = id_of(&ran, "mail");
    assert_eq!(story.approval(), "action_required");
    assert_eq!((story.cell(&fax).as_str(), story.cell(&mail).as_str()), ("by `owner`", "**waiting**"));

    assert_eq!(story.say("owner", &format!("/fabwright approve {}", &mail[..6])).as_deref(), Some("+1"));
    assert_eq!(story.approval(), "success");

    // The merge queue makes a commit of its own.
    story.universe.git(&["switch", "--quiet", "--detach", "main"]);
    story.universe.git(&[
        "-c",
        "user.name=T",
        "-c",
        "user.email=t@example.org",
        "merge",
        "--quiet",
        "--no-ff",
        "-m",
        "Merge",
        "feature",
    ]);
    let group = sha(&story.universe, "HEAD");
    let payload = json!({
        "action": "checks_requested",
        "merge_group": {
            "base_sha": sha(&story.universe, "main"), "head_sha": group,
            "head_ref": format!("refs/heads/gh-readonly-queue/main/pr-7-{}", sha(&story.universe, "main")),
        },
        "repository": {"full_name": REPOSITORY},
    });
    let run = story.next_run();
    let job = Job::new(&story.github, &story.universe, "merge_group", payload)
        .input("github-token", TOKEN)
        .input("commit", "off")
        .run_number(run);
    let ran = job.run();
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    assert_eq!(story.approval_of(&group), "success");
    story.tell("The merge group is checked");

    let before = sha(&story.universe, "main");
    story.merge(&group);
    let ran = story.push(&before);
    assert_eq!(ran.said.code, 0, "{:?}", ran.said);
    assert_eq!(story.approval_of(&group), "success", "what was approved is approved on the default branch");
    let shown = story.history(&["--table", "Customer"]);
    story.transcript.push_str(&format!("# The default branch has it: `fabwright history`\n\n```\n{shown}```\n"));
    let lines: Vec<&str> = shown.lines().collect();
    assert!(lines[0].ends_with(&format!("{}  pull request 7 by author", &group[..7])), "{shown}");
    assert!(
        lines[1..].iter().all(|line| line.contains("(breaking): approved by owner on 2026-01-01 ")) && lines.len() == 3,
        "{shown}"
    );
    assert_eq!(story.history(&["--table", "invoice"]), "nothing is recorded\n");
    let kept = story.kept("schema.json").expect("the schema");
    assert!(kept.contains("\"phone\"") && !kept.contains("\"fax\"") && !kept.contains("\"mail\""), "{kept}");

    // The same push, run once more, adds nothing.
    let commits = story.github.state().commits.len();
    story.push(&before);
    assert_eq!(story.github.state().commits.len(), commits);
    story.github.assert_no_violations();
    story.keep_transcript("gate-story.md");
}

#[test]
fn whoever_has_no_say_changes_nothing_and_is_told_why() {
    let mut story = Story::checked();
    for (login, reason) in [
        ("author", "authors do not approve their own changes"),
        ("reader", "this needs write access"),
        ("stranger", "this needs write access"),
        ("writer", "the members of the team that the policy names could not be read"),
        ("dependabot[bot]", "programs do not approve"),
    ] {
        assert_eq!(story.say(login, "/fabwright approve all").as_deref(), Some("-1"), "{login}");
        assert_eq!(story.approval(), "action_required", "{login}");
        let row = story.row("Approval");
        assert!(row.contains(&format!("by `{login}` does not count: {reason}")), "{login}: {row}");
    }
    // Steering is a say, too.
    assert_eq!(story.say("reader", "/fabwright ignore drop-column").as_deref(), Some("-1"));
    assert!(story.row("Commands").contains("`reader`: commands need write access"), "{}", story.row("Commands"));
    story.github.assert_no_violations();
}

#[test]
fn a_command_that_cannot_be_followed_is_answered_in_the_comment() {
    let mut story = Story::checked();
    assert_eq!(story.say("owner", "/fabwright approve dead").as_deref(), Some("-1"));
    assert!(story.row("Commands").contains("there is no change"), "{}", story.row("Commands"));
    assert_eq!(story.approval(), "action_required");
    assert_eq!(story.say("owner", "/fabwright aprove"), Some("-1".into()));
    assert_eq!(story.say("owner", "Thanks! `/fabwright approve all` would do."), None);
    assert_eq!(story.say("owner", "> /fabwright approve all"), None);
    assert_eq!(story.say("owner", "/fabwright help").as_deref(), Some("+1"));
    assert_eq!(story.approval(), "action_required");
}

#[test]
fn approvals_go_with_their_words() {
    let mut story = Story::checked();
    story.say("owner", "/fabwright approve all");
    assert_eq!(story.approval(), "success");
    story.say("owner", "/fabwright revoke");
    assert_eq!(story.approval(), "action_required");
    story.say("owner", "/fabwright approve all");
    assert_eq!(story.approval(), "success");

    // The comment is edited by its author, then by somebody else, and deleted at last.
    let last = story.github.state().comments.last().expect("one").id;
    let edit = |story: &Story, body: &str| {
        let mut state = story.github.state();
        let comment = state.comments.iter_mut().find(|comment| comment.id == last).expect("there");
        comment.body = body.to_owned();
        comment.edits += 1;
    };
    edit(&story, "never mind");
    story.hear("edited", last, "owner");
    assert_eq!(story.approval(), "action_required");
    edit(&story, "/fabwright approve all\n");
    story.hear("edited", last, "author");
    assert_eq!(story.approval(), "action_required", "the author put words into another one's mouth");
    assert!(story.row("Commands").contains("this comment was altered"), "{}", story.row("Commands"));
    edit(&story, "/fabwright approve all");
    story.hear("edited", last, "owner");
    assert_eq!(story.approval(), "success");
    story.github.state().comments.retain(|comment| comment.id != last);
    story.hear("deleted", last, "owner");
    assert_eq!(story.approval(), "action_required");
}

#[test]
fn of_an_edited_comment_it_counts_who_edited_it_last() {
    let mut story = Story::checked();
    let id = story.github.state().comment(7, "owner", "User", "/fabwright approve all");
    let edited = |story: &Story, by: Option<&str>| {
        let mut state = story.github.state();
        state.comments.iter_mut().find(|comment| comment.id == id).expect("there").edits += 1;
        match by {
            Some(by) => state.editors.insert(id, by.to_owned()),
            None => state.editors.remove(&id),
        };
    };
    // The job of another comment finds it, and its own event does not tell.
    for by in [Some("author"), None] {
        edited(&story, by);
        story.say("reader", "/fabwright help");
        assert_eq!(story.approval(), "action_required", "{by:?}");
        assert!(story.row("Commands").contains("this comment was altered"), "{}", story.row("Commands"));
    }
    // What the owner wrote was altered once more before the job of the edit ran.
    edited(&story, Some("author"));
    story.hear_text("edited", id, "owner", "/fabwright help");
    assert_eq!(story.approval(), "action_required");

    let mut story = Story::checked();
    let id = story.github.state().comment(7, "owner", "User", "/fabwright approve all");
    {
        let mut state = story.github.state();
        state.comments.last_mut().expect("there").edits = 1;
        state.editors.insert(id, "owner".to_owned());
    }
    story.say("reader", "/fabwright help");
    assert_eq!(story.approval(), "success");
    story.github.assert_no_violations();
}

#[test]
fn an_apps_token_that_was_given_as_a_token_knows_its_own_checks() {
    let mut story = Story::new();
    story.github.state().tokens.get_mut(TOKEN).expect("the token").login = "their-app[bot]".to_owned();
    story.check("The pull request is opened");
    assert_eq!(story.say("owner", "/fabwright approve all").as_deref(), Some("+1"));
    assert_eq!(story.approval(), "success");
    story.github.assert_no_violations();
}

#[test]
fn a_review_approves_what_was_reported_of_its_commit() {
    let mut story = Story::checked();
    let first = sha(&story.universe, "feature");
    let review = story.review("owner", "APPROVED", &first);
    assert_eq!(story.approval(), "success");

    story.universe.commit_files(&[("migrations/003_more.sql", "ALTER TABLE customer DROP COLUMN mail;\n")]);
    let ran = story.check("A change is added");
    assert_eq!(story.approval(), "action_required", "only the new one waits");
    assert_eq!(story.cell(&id_of(&ran, "fax")), "by `owner`");
    assert_eq!(story.cell(&id_of(&ran, "mail")), "**waiting**");

    let second = sha(&story.universe, "feature");
    story.review("owner", "APPROVED", &second);
    assert_eq!(story.approval(), "success");
    story.review("owner", "CHANGES_REQUESTED", &second);
    assert_eq!(story.approval(), "action_required");
    assert_eq!(story.cell(&id_of(&ran, "fax")), "**waiting**");

    // A dismissed review counts for nothing.
    story.review("owner", "APPROVED", &second);
    assert_eq!(story.approval(), "success");
    for review in story.github.state().reviews.iter_mut().filter(|review| review["state"] == "APPROVED") {
        review["state"] = json!("DISMISSED");
    }
    story.hear_review("dismissed", "owner");
    assert_eq!(story.approval(), "action_required", "{review}");
}

#[test]
fn the_base_branchs_policy_as_it_is_now_decides() {
    let mut story = Story::checked();
    story.say("owner", "/fabwright approve all");
    assert_eq!(story.approval(), "success");
    let with_policy = |story: &Story, policy: &str| {
        story.github.state().files.insert(".fabwright.yml".into(), policy.into());
    };
    with_policy(&story, "gate: {required: 2}\n");
    story.say("reader", "/fabwright help");
    assert_eq!(story.approval(), "action_required");
    story.say("second", "/fabwright approve all");
    assert_eq!(story.approval(), "success");

    // Membership of a team counts where the token may read it.
    with_policy(&story, "gate: {approvers: ['@octo/data'], rules: [{tables: [customer], required: 1}]}\n");
    story.say("reader", "/fabwright help");
    assert_eq!(story.approval(), "action_required");
    {
        let mut state = story.github.state();
        state.restrict("checks:write contents:write issues:write pull_requests:write members:read");
        state.teams.push(("octo/data".into(), "second".into()));
    }
    story.say("reader", "/fabwright help");
    assert_eq!(story.approval(), "success");

    // Owners of the migration.
    with_policy(&story, "gate: {codeowners: true}\n");
    story.github.state().files.insert(".github/CODEOWNERS".into(), "* @nobody\n/migrations/ @writer\n".into());
    story.say("reader", "/fabwright help");
    assert_eq!(story.approval(), "action_required");
    story.say("writer", "/fabwright approve all");
    assert_eq!(story.approval(), "success");

    // Who loses access loses the say.
    story.github.state().people.insert("writer".into(), "read");
    story.say("reader", "/fabwright help");
    assert_eq!(story.approval(), "action_required");
    story.github.assert_no_violations();
}

#[test]
fn a_comment_on_an_issue_is_nothing_to_the_gate() {
    let mut story = Story::checked();
    let before = story.github.state().writes().len();
    let payload = json!({
        "action": "created",
        "issue": {"number": 7},
        "comment": {"id": 1, "body": "/fabwright approve all", "user": {"login": "owner", "type": "User"}},
        "repository": {"full_name": REPOSITORY},
    });
    story.answer("issue_comment", payload);
    assert_eq!(story.github.state().writes().len(), before);
}

#[test]
fn a_command_that_needs_another_check_starts_it_where_it_ran() {
    let mut story = Story::checked();
    story.github.state().restrict("actions:write checks:write issues:write pull_requests:write");
    assert_eq!(story.say("owner", "/fabwright rerun").as_deref(), Some("eyes"));
    assert_eq!(story.say("author", "/fabwright ignore drop-column nobody reads it").as_deref(), Some("eyes"));
    assert_eq!(story.say("reader", "/fabwright rerun").as_deref(), Some("-1"));
    // The run that checked this head, and not the run of the comment.
    assert_eq!(story.github.state().reruns, [2, 2]);
}

#[test]
fn what_another_app_says_in_our_name_is_not_believed() {
    let mut story = Story::checked();
    let head = sha(&story.universe, "feature");
    {
        let mut state = story.github.state();
        let mut forged = state.check(&head, "schema approval").expect("ours").clone();
        // The same record, as of a head without changes.
        let start = forged.summary.find("<!-- fabwright:record").expect("a record");
        forged.summary.truncate(start);
        forged.summary.push_str(&format!(
            "<!-- fabwright:record {} -->",
            json!({
                "version": 1, "of": head, "run": null, "failed_tests": 0, "conflicts": 0, "stopped": null,
                "marker": null, "ids": [], "names": [], "changes": [], "heard": [],
            })
        ));
        forged.id = state.id();
        forged.app = "somebody-else".to_owned();
        state.checks.push(forged);
    }
    story.say("reader", "/fabwright help");
    let state = story.github.state();
    let ours = state.checks.iter().rfind(|check| check.name == "schema approval" && check.app == "github-actions");
    assert_eq!(ours.and_then(|check| check.conclusion.as_deref()), Some("action_required"));
}

#[test]
fn all_is_what_had_been_reported_when_it_was_said() {
    let mut story = Story::checked();
    let ran = story.say("owner", "/fabwright approve all");
    assert_eq!(ran.as_deref(), Some("+1"));
    story.universe.commit_files(&[("migrations/003_more.sql", "ALTER TABLE customer DROP COLUMN mail;\n")]);
    story.check("A change is added after `all` was said");
    assert_eq!(story.approval(), "action_required");
    assert_eq!(story.row("Approval").matches("waiting for 1").count(), 1);
}
