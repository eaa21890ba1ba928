//! Who opens the gate, and who does not.

mod command;
mod ledger;
mod policy;
mod record;

use super::*;

fn gate_change(id: &str) -> GateChange {
    change(id, Severity::Breaking)
}

fn change(id: &str, severity: Severity) -> GateChange {
    GateChange {
        id: ChangeId(id.to_owned()),
        severity,
        tables: vec![id.to_owned()],
        files: Vec::new(),
        told: String::new(),
    }
}

fn policy(approvers: &[&str], required: u32) -> Policy {
    Policy::simple(Some(Severity::Breaking), approvers.iter().map(|&name| name.to_owned()).collect(), required)
}

fn writer(login: &str) -> Person {
    Person { login: login.to_owned(), access: Access::Write, ..Person::default() }
}

fn given_by(id: &str, by: Person) -> Approval {
    Approval { change_id: ChangeId(id.to_owned()), by, state: ApprovalState::Given, source: Source::Comment }
}

fn given(id: &str, by: &str) -> Approval {
    given_by(id, writer(by))
}

fn revoked(id: &str, by: &str) -> Approval {
    Approval { state: ApprovalState::Revoked, ..given(id, by) }
}

fn id(id: &str) -> ChangeId {
    ChangeId(id.to_owned())
}

fn decide(policy: &Policy, approvals: &[Approval]) -> Decision {
    let changes = [change("drop", Severity::Breaking), change("add", Severity::Low)];
    evaluate(policy, &changes, approvals, &Standing { author: Some("Ann".to_owned()), ..Standing::default() })
}

#[test]
fn a_change_under_the_threshold_passes() {
    let changes = [change("add", Severity::High)];
    let decision = evaluate(&policy(&[], 1), &changes, &[], &Standing::default());
    assert_eq!(decision.verdict, Verdict::Allowed);
    assert_eq!(decision.changes[0].status, ApprovalStatus::NotNeeded);
    assert_eq!(decision.next_step("approve"), None);
}

#[test]
fn a_policy_without_a_threshold_never_waits() {
    let policy = Policy { threshold: None, ..policy(&["@bob"], 2) };
    assert_eq!(decide(&policy, &[]).verdict, Verdict::Allowed);
}

#[test]
fn a_change_at_the_threshold_waits_and_says_what_to_type() {
    let decision = decide(&policy(&["@bob"], 1), &[]);
    assert_eq!(decision.verdict, Verdict::Waiting { changes: vec![id("drop")] });
    assert_eq!(decision.changes[0].status, ApprovalStatus::Waiting { missing: 1 });
    assert_eq!(decision.next_step("/fabwright approve").as_deref(), Some("/fabwright approve drop"));
}

#[test]
fn an_approver_opens_the_gate_however_the_name_is_written() {
    for by in ["bob", "@bob", "BOB"] {
        let decision = decide(&policy(&["@Bob"], 1), &[given("drop", by)]);
        assert_eq!(decision.verdict, Verdict::Allowed, "{by}");
        assert_eq!(decision.changes[0].status, ApprovalStatus::Approved);
    }
}

#[test]
fn a_member_of_an_approving_team_counts() {
    let member = Person { teams: vec!["@org/data".to_owned()], ..writer("bob") };
    assert_eq!(decide(&policy(&["@Org/data"], 1), &[given_by("drop", member)]).verdict, Verdict::Allowed);
}

#[test]
fn without_named_approvers_anyone_counts() {
    assert_eq!(decide(&policy(&[], 1), &[given("drop", "zoe")]).verdict, Verdict::Allowed);
}

#[test]
fn a_stranger_is_refused() {
    let decision = decide(&policy(&["@bob"], 1), &[given("drop", "zoe")]);
    assert!(matches!(decision.verdict, Verdict::Waiting { .. }));
    assert_eq!(decision.refused[0].reason, RefusalReason::NotAnApprover);
}

#[test]
fn the_author_is_refused_even_when_named() {
    let decision = decide(&policy(&["@ann"], 1), &[given("drop", "@ann")]);
    assert!(matches!(decision.verdict, Verdict::Waiting { .. }));
    assert_eq!(decision.refused[0].reason, RefusalReason::Author);
}

#[test]
fn who_does_not_count_and_why() {
    let policy = policy(&["@bob", "@org/data"], 1);
    for (by, reason) in [
        (Person { is_bot: true, ..writer("bob") }, RefusalReason::Bot),
        (writer("fabwright[bot]"), RefusalReason::Bot),
        (writer("@ann"), RefusalReason::Author),
        (Person { access: Access::Read, ..writer("bob") }, RefusalReason::NoWriteAccess),
        (Person { access: Access::Unknown, ..writer("bob") }, RefusalReason::AccessUnknown),
        (writer("zoe"), RefusalReason::NotAnApprover),
        (Person { unread_teams: vec!["@org/data".to_owned()], ..writer("zoe") }, RefusalReason::TeamUnknown),
    ] {
        let decision = decide(&policy, &[given_by("drop", by)]);
        assert!(matches!(decision.verdict, Verdict::Waiting { .. }), "{reason:?}");
        assert_eq!(decision.refused.len(), 1, "{reason:?}");
        assert_eq!(decision.refused[0].reason, reason);
        assert_eq!(decision.changes[0].approved_by, [""; 0]);
    }
}

#[test]
fn a_review_by_somebody_without_a_say_is_no_matter() {
    let review = Approval { source: Source::Review, ..given("drop", "zoe") };
    assert_eq!(decide(&policy(&["@bob"], 1), &[review]).refused, []);
}

#[test]
fn an_approval_of_a_change_that_was_altered_is_void() {
    let decision = decide(&policy(&[], 1), &[given("drop-as-it-was", "bob")]);
    assert!(matches!(decision.verdict, Verdict::Waiting { .. }));
    assert_eq!(decision.refused[0].reason, RefusalReason::UnknownChange);
}

#[test]
fn the_required_number_counts_people_not_words() {
    let policy = policy(&[], 2);
    let once = decide(&policy, &[given("drop", "bob"), given("drop", "@BOB")]);
    assert_eq!(once.changes[0].status, ApprovalStatus::Waiting { missing: 1 });
    let twice = decide(&policy, &[given("drop", "bob"), given("drop", "zoe")]);
    assert_eq!(twice.verdict, Verdict::Allowed);
    assert_eq!(twice.changes[0].approved_by, ["bob", "zoe"]);
}

#[test]
fn requiring_nobody_means_requiring_one() {
    let decision = decide(&policy(&[], 0), &[]);
    assert_eq!(decision.changes[0].status, ApprovalStatus::Waiting { missing: 1 });
}

#[test]
fn the_last_word_counts() {
    let policy = policy(&[], 1);
    let back = decide(&policy, &[given("drop", "bob"), revoked("drop", "@Bob")]);
    assert!(matches!(back.verdict, Verdict::Waiting { .. }));
    assert!(back.refused.is_empty());
    let again = decide(&policy, &[given("drop", "bob"), revoked("drop", "bob"), given("drop", "bob")]);
    assert_eq!(again.verdict, Verdict::Allowed);
    let other = decide(&policy, &[given("drop", "bob"), revoked("drop", "zoe")]);
    assert_eq!(other.verdict, Verdict::Allowed);
}

#[test]
fn failed_tests_and_conflicts_deny_whatever_was_approved() {
    let changes = [change("drop", Severity::Breaking)];
    let standing = Standing { failed_tests: 2, conflicts: 1, author: None };
    let decision = evaluate(&policy(&[], 1), &changes, &[given("drop", "bob")], &standing);
    let Verdict::Denied { reasons } = &decision.verdict else { panic!("{:?}", decision.verdict) };
    assert_eq!(reasons, &["2 tests fail", "1 generated file conflicts with a hand edit"]);
    assert_eq!(decision.changes[0].status, ApprovalStatus::Approved);

    let standing = Standing { failed_tests: 1, conflicts: 3, author: None };
    let Verdict::Denied { reasons } = evaluate(&policy(&[], 1), &changes, &[], &standing).verdict else { panic!() };
    assert_eq!(reasons, ["1 test fails", "3 generated files conflict with hand edits"]);
}

#[test]
fn no_changes_need_nothing() {
    let decision = evaluate(&policy(&[], 1), &[], &[], &Standing::default());
    assert_eq!(decision.verdict, Verdict::Allowed);
    assert!(decision.changes.is_empty());
}
