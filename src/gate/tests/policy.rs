//! Which rule holds for which change.

use super::*;
use crate::gate::codeowners::CodeOwners;
use crate::gate::policy::team_parts;

fn rule(severity: Severity, tables: &[&str], approvers: &[&str]) -> Rule {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Rule { severity, tables: owned(tables), approvers: owned(approvers), codeowners: false, required: 1 }
}

fn with_rules(rules: Vec<Rule>) -> Policy {
    Policy { rules, ..policy(&["@lead"], 1) }
}

fn of_tables(severity: Severity, tables: &[&str]) -> GateChange {
    GateChange { tables: tables.iter().map(|&table| table.to_owned()).collect(), ..change("c", severity) }
}

/// Whose approval a change needs, one entry a condition.
fn asked(policy: &Policy, change: &GateChange) -> Vec<String> {
    let names = |need: Need| match need.who {
        Who::Anyone => "anyone".to_owned(),
        Who::Named(names) => names.join(" "),
    };
    policy.needs(change).into_iter().map(names).collect()
}

#[test]
fn the_first_rule_that_fits_a_table_holds() {
    use Severity::{Breaking, High, Low, Medium};
    let policy = with_rules(vec![
        rule(Breaking, &["customer"], &["@ann"]),
        rule(High, &["customer", "billing_*"], &["@bob"]),
        rule(Medium, &["audit"], &["@cy"]),
    ]);
    for (severity, tables, expected) in [
        (Breaking, &["customer"][..], &["@ann"][..]),
        (High, &["customer"], &["@bob"]),
        (Medium, &["customer"], &[]),
        (Breaking, &["billing_invoice"], &["@bob"]),
        (Breaking, &["Billing_Invoice"], &["@bob"]),
        (Breaking, &["shop.billing_invoice"], &["@bob"]),
        (Breaking, &["billing"], &["@lead"]),
        (High, &["billing"], &[]),
        (Medium, &["audit"], &["@cy"]),
        (Low, &["audit"], &[]),
        (Breaking, &["other"], &["@lead"]),
        (High, &["other"], &[]),
        (Breaking, &[], &["@lead"]),
        // Both tables' rules hold, so that a change of two tables needs both.
        (Breaking, &["customer", "billing_x"], &["@ann", "@bob"]),
        (High, &["customer", "billing_x"], &["@bob"]),
        (Breaking, &["customer", "other"], &["@ann", "@lead"]),
        (High, &["customer", "other"], &["@bob"]),
    ] {
        assert_eq!(asked(&policy, &of_tables(severity, tables)), expected, "{severity} on {tables:?}");
    }
}

#[test]
fn a_commit_as_a_whole_needs_what_every_rule_asks_for() {
    let rules = vec![
        rule(Severity::Breaking, &["customer"], &["@ann"]),
        rule(Severity::Low, &["audit"], &["@cy"]),
        rule(Severity::High, &[], &["@ann"]),
    ];
    let commit = GateChange::whole_commit(&"a".repeat(40), Vec::new());
    assert_eq!(asked(&with_rules(rules), &commit), ["@ann", "@cy", "@lead"]);
    assert_ne!(commit.id, GateChange::whole_commit(&"b".repeat(40), Vec::new()).id);
    let none = Policy { threshold: None, ..with_rules(Vec::new()) };
    assert_eq!(asked(&none, &commit), [""; 0]);
}

#[test]
fn a_rule_can_ask_where_the_defaults_do_not() {
    let policy = Policy { threshold: None, ..with_rules(vec![rule(Severity::Low, &["customer"], &["@ann"])]) };
    assert_eq!(asked(&policy, &of_tables(Severity::Low, &["customer"])), ["@ann"]);
    assert_eq!(asked(&policy, &of_tables(Severity::Breaking, &["other"])), [""; 0]);
}

#[test]
fn a_change_of_two_rules_waits_until_both_are_met() {
    let policy = with_rules(vec![
        rule(Severity::Breaking, &["customer"], &["@ann"]),
        Rule { required: 2, ..rule(Severity::Breaking, &["orders"], &["@bob", "@cy"]) },
    ]);
    let change = of_tables(Severity::Breaking, &["customer", "orders"]);
    let decide = |people: &[&str]| {
        let approvals: Vec<Approval> = people.iter().map(|by| given("c", by)).collect();
        evaluate(&policy, std::slice::from_ref(&change), &approvals, &Standing::default())
    };
    assert_eq!(decide(&["ann"]).changes[0].status, ApprovalStatus::Waiting { missing: 2 });
    assert_eq!(decide(&["bob", "cy"]).changes[0].status, ApprovalStatus::Waiting { missing: 1 });
    let open = decide(&["bob"]);
    assert_eq!(open.open_needs().iter().map(|need| need.missing).collect::<Vec<_>>(), [1, 1]);
    assert_eq!(decide(&["ann", "bob", "cy"]).verdict, Verdict::Allowed);
}

#[test]
fn code_owners_of_the_files_may_approve_too() {
    let owned = |approvers: &[&str], files: &[&str]| {
        let policy = Policy {
            codeowners: true,
            owners: CodeOwners::parse("* @all\n/migrations/ @acme/data\n/app/models/ @ann @acme/data\n/free/\n"),
            ..policy(approvers, 1)
        };
        let files = files.iter().map(|&file| file.to_owned()).collect();
        asked(&policy, &GateChange { files, ..change("c", Severity::Breaking) })
    };
    assert_eq!(owned(&[], &["migrations/1.py"]), ["@acme/data"]);
    assert_eq!(owned(&[], &["migrations/1.py", "app/models/x.py"]), ["@acme/data @ann"]);
    assert_eq!(owned(&["@lead"], &["migrations/1.py"]), ["@lead @acme/data"]);
    assert_eq!(owned(&["@lead"], &["free/1.py"]), ["@lead"]);
    // Nobody owns it, so nobody opens the gate: a migration that is moved away does not become everyone's.
    assert_eq!(owned(&[], &["free/1.py"]), [""]);
    let policy = Policy { codeowners: true, ..policy(&[], 1) };
    let decision = decide(&policy, &[given("drop", "bob")]);
    assert_eq!(decision.refused[0].reason, RefusalReason::NotAnApprover);
}

#[test]
fn the_teams_to_look_up_are_those_that_the_changes_need() {
    let policy = with_rules(vec![
        rule(Severity::Breaking, &["customer"], &["@acme/data", "@ann"]),
        rule(Severity::Breaking, &["orders"], &["@acme/shop"]),
    ]);
    assert_eq!(policy.teams(&[of_tables(Severity::Breaking, &["customer"])]), ["@acme/data"]);
    assert_eq!(team_parts("@acme/data"), Some(("acme", "data")));
    assert_eq!(team_parts("@ann"), None);
}
