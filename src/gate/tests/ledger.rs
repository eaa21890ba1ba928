//! What each word is bound to, and how long it holds.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::gate::ledger::{Comment, Edit, Ledger, Reported, Review, ReviewState};

const A: &str = "aaaa1111aaaa1111aaaa1111aaaa1111aaaa1111aaaa1111aaaa1111aaaa1111";
const B: &str = "bbbb2222bbbb2222bbbb2222bbbb2222bbbb2222bbbb2222bbbb2222bbbb2222";
/// Made to look like `A`.
const A_TWIN: &str = "aaaa1111ffffffffffffffffffffffffffffffffffffffffffffffffffffffff";

fn at(second: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second.try_into().expect("small"))
}

/// A comment whose number says when it was written.
fn comment(id: u64, by: &str, body: &str) -> Comment {
    Comment { id, by: by.into(), body: body.into(), at: at(id), edit: Edit::Never }
}

fn review(id: u64, by: &str, state: ReviewState, commit: &str) -> Review {
    Review { id, by: by.into(), state, commit: commit.into(), at: at(id) }
}

fn there(ids: &[&str]) -> Vec<GateChange> {
    ids.iter().map(|id| gate_change(id)).collect()
}

/// What holds, as `person approves/revokes start-of-id`.
fn holds(ledger: &Ledger, changes: &[GateChange]) -> Vec<String> {
    ledger
        .said(changes)
        .into_iter()
        .map(|said| {
            let verb = if said.state == ApprovalState::Given { "+" } else { "-" };
            format!("{}{verb}{}", said.by, said.change.0.get(..9).unwrap_or(&said.change.0))
        })
        .collect()
}

fn hear(old: &Ledger, comments: &[Comment], changes: &[GateChange]) -> Ledger {
    old.hear(comments, &[], Reported::Before(changes), |_| None)
}

#[test]
fn a_short_id_stands_for_what_it_stood_for_when_it_was_heard() {
    let comments = [comment(1, "bob", "/fabwright approve aaaa1111")];
    let heard = hear(&Ledger::default(), &comments, &there(&[A, B]));
    assert_eq!(holds(&heard, &[]), ["bob+aaaa1111a"]);
    // The change is altered so that its fingerprint starts alike.
    let after = there(&[A_TWIN, B]);
    let again = hear(&heard, &comments, &after);
    assert_eq!(holds(&again, &after), ["bob+aaaa1111a"]);
}

#[test]
fn all_stands_for_what_was_there_when_it_was_heard() {
    let comments = [comment(1, "bob", "/fabwright approve all")];
    let heard = hear(&Ledger::default(), &comments, &there(&[A]));
    let later = hear(&heard, &comments, &there(&[A, B]));
    assert_eq!(holds(&later, &[]), ["bob+aaaa1111a"]);
}

#[test]
fn before_anything_was_reported_only_an_id_is_taken() {
    let comments = [comment(1, "bob", "/fabwright approve all"), comment(2, "bob", "/fabwright approve bbbb")];
    let nothing = Ledger::default().hear(&comments, &[], Reported::Nothing, |_| None);
    assert_eq!(nothing, Ledger::default());
    let first = nothing.hear(&comments, &[], Reported::Now(&there(&[A, B])), |_| None);
    assert_eq!(holds(&first, &[]), ["bob+bbbb2222b"]);
    assert_eq!(first.entries[0].refusals, ["nothing had been reported when this was written: write it again"]);
    // Heard once, it does not become more by being read again.
    assert_eq!(hear(&first, &comments, &there(&[A, B])), first);
}

#[test]
fn what_cannot_be_followed_is_kept_with_its_reason() {
    let heard = hear(
        &Ledger::default(),
        &[comment(1, "bob", "/fabwright approve dead\n/fabwright approve bbbb")],
        &there(&[B]),
    );
    assert_eq!(holds(&heard, &[]), ["bob+bbbb2222b"]);
    assert_eq!(heard.entries[0].refusals, ["there is no change `dead`: there are bbbb2222"]);
}

#[test]
fn an_edited_comment_counts_by_its_content_now() {
    let changes = there(&[A, B]);
    let heard = hear(&Ledger::default(), &[comment(1, "bob", "/fabwright approve aaaa")], &changes);
    let edited = Comment { edit: Edit::ByAuthor, ..comment(1, "bob", "/fabwright approve bbbb") };
    assert_eq!(holds(&hear(&heard, &[edited], &changes), &[]), ["bob+bbbb2222b"]);
    let emptied = Comment { edit: Edit::ByAuthor, ..comment(1, "bob", "never mind") };
    assert_eq!(holds(&hear(&heard, &[emptied], &changes), &[]), [""; 0]);
}

#[test]
fn a_comment_that_somebody_else_altered_approves_nothing() {
    let changes = there(&[A, B]);
    let heard = hear(&Ledger::default(), &[comment(1, "bob", "/fabwright approve aaaa")], &changes);
    let altered = Comment { edit: Edit::ByOthers, ..comment(1, "bob", "/fabwright approve all") };
    let after = hear(&heard, &[altered], &changes);
    assert_eq!(holds(&after, &[]), [""; 0]);
    assert!(after.entries[0].refusals[0].starts_with("this comment was altered"));
    // The edit of the word around an approval that was heard before is none of it.
    let same = Comment { edit: Edit::ByOthers, ..comment(1, "bob", "/fabwright approve aaaa") };
    assert_eq!(holds(&hear(&heard, &[same], &changes), &[]), ["bob+aaaa1111a"]);
}

#[test]
fn a_deleted_comment_takes_its_approval_along_but_not_what_it_took_back() {
    let changes = there(&[A, B]);
    let both = [comment(1, "bob", "/fabwright approve all"), comment(2, "bob", "/fabwright revoke aaaa")];
    let heard = hear(&Ledger::default(), &both, &changes);
    assert_eq!(holds(&heard, &changes), ["bob+aaaa1111a", "bob+bbbb2222b", "bob-aaaa1111a"]);
    let without_the_first = hear(&heard, &both[1..], &changes);
    assert_eq!(holds(&without_the_first, &changes), ["bob-aaaa1111a"]);
    // Somebody who may write to the repository deletes the word that took the approval back.
    let without_the_second = hear(&heard, &both[..1], &changes);
    assert_eq!(holds(&without_the_second, &changes), ["bob+aaaa1111a", "bob+bbbb2222b", "bob-aaaa1111a"]);
    assert_eq!(hear(&without_the_second, &both[..1], &changes), without_the_second, "for good");
    // A new approval is a later word.
    let anew = [both[0].clone(), comment(3, "bob", "/fabwright approve aaaa")];
    assert_eq!(holds(&hear(&without_the_second, &anew, &changes), &changes).last().expect("one"), "bob+aaaa1111a");
}

#[test]
fn revoking_all_takes_back_what_is_there_whenever_it_came() {
    let comments = [comment(1, "bob", "/fabwright revoke")];
    let heard = hear(&Ledger::default(), &comments, &there(&[A]));
    assert_eq!(holds(&heard, &there(&[A, B])), ["bob-aaaa1111a", "bob-bbbb2222b"]);
}

#[test]
fn a_review_is_bound_to_what_was_reported_for_its_commit() {
    let reviews = [review(1, "bob", ReviewState::Approved, "c1")];
    let reported = |commit: &str| (commit == "c1").then(|| vec![id(A)]);
    let heard = Ledger::default().hear(&[], &reviews, Reported::Nothing, reported);
    assert_eq!(holds(&heard, &[]), ["bob+aaaa1111a"]);
    // What the commit had is remembered, also when its check run cannot be read any more.
    let later = heard.hear(&[], &reviews, Reported::Nothing, |_| None);
    assert_eq!(holds(&later, &[]), ["bob+aaaa1111a"]);
    // A commit of which nothing was reported yet is asked about again.
    let early = Ledger::default().hear(&[], &reviews, Reported::Nothing, |_| None);
    assert_eq!(holds(&early, &[]), [""; 0]);
    assert_eq!(holds(&early.hear(&[], &reviews, Reported::Nothing, reported), &[]), ["bob+aaaa1111a"]);
}

#[test]
fn a_review_that_is_dismissed_or_asks_for_changes_takes_it_back() {
    let changes = there(&[A]);
    let reported = |_: &str| Some(vec![id(A)]);
    let hear = |old: &Ledger, reviews: &[Review]| old.hear(&[], reviews, Reported::Before(&changes), reported);
    let approved = hear(&Ledger::default(), &[review(1, "bob", ReviewState::Approved, "c1")]);
    let dismissed = hear(&approved, &[review(1, "bob", ReviewState::Dismissed, "c1")]);
    assert_eq!(holds(&dismissed, &changes), [""; 0]);
    let two = [review(1, "bob", ReviewState::Approved, "c1"), review(2, "bob", ReviewState::ChangesRequested, "c1")];
    let taken_back = hear(&approved, &two);
    assert_eq!(holds(&taken_back, &changes), ["bob+aaaa1111a", "bob-aaaa1111a"]);
    // Dismissing the objection does not bring the approval back.
    let [first, second] = two;
    let dismissed = hear(&taken_back, &[first, Review { state: ReviewState::Dismissed, ..second }]);
    assert_eq!(holds(&dismissed, &changes), ["bob+aaaa1111a", "bob-aaaa1111a"]);
}

#[test]
fn words_are_weighed_in_the_order_in_which_they_were_said() {
    let changes = there(&[A]);
    let comments = [comment(3, "bob", "/fabwright approve aaaa"), comment(5, "bob", "/fabwright revoke")];
    let reviews = [review(4, "zoe", ReviewState::Approved, "c1")];
    let heard = Ledger::default().hear(&comments, &reviews, Reported::Before(&changes), |_| Some(vec![id(A)]));
    assert_eq!(holds(&heard, &changes), ["bob+aaaa1111a", "zoe+aaaa1111a", "bob-aaaa1111a"]);
    assert_eq!(heard.people(), ["bob", "zoe"]);
}
