//! What is said of objects that are no tables: kinds of change, severities and sentences.

use fabwright::diff::{self, RenameHints};
use fabwright::schema::{Dialect, ObjectName, Other, Schema};

fn object(kind: &str, name: &str, definition: &str) -> Other {
    Other { kind: kind.to_owned(), name: ObjectName::new(name), definition: definition.to_owned(), removal: None }
}

fn told(before: &[Other], after: &[Other]) -> Vec<String> {
    let schema = |others: &[Other]| Schema { others: others.to_vec(), ..Schema::empty(Dialect::Postgres) };
    let comparison =
        diff::compare(&schema(before), &schema(after), &RenameHints::default(), jiff::Timestamp::UNIX_EPOCH);
    comparison
        .changes
        .iter()
        .map(|change| {
            let kind = serde_json::to_value(change.change_type).unwrap();
            let compatible = if change.backward_compatible { "compatible" } else { "incompatible" };
            format!("{} {} {compatible}: {}", kind.as_str().unwrap(), change.impact_severity, change.change_description)
        })
        .collect()
}

/// What is said when it comes, when it changes, and when it goes.
fn life(first: &Other, second: &Other) -> [String; 3] {
    let one = |told: Vec<String>| {
        assert_eq!(told.len(), 1, "{told:?}");
        told.concat()
    };
    let (first, second) = (std::slice::from_ref(first), std::slice::from_ref(second));
    [one(told(&[], first)), one(told(first, second)), one(told(second, &[]))]
}

#[test]
fn an_enum_tells_which_values_come_and_go() {
    let mood = |values: &str| object("enum", "mood", &format!("CREATE TYPE public.mood AS ENUM ({values})"));
    assert_eq!(
        life(&mood("'sad', 'ok'"), &mood("'sad', 'so-so', 'ok'")),
        [
            "enum_added low compatible: Enum `mood` is new, with the values `sad`, `ok`.",
            "enum_modified medium compatible: Enum `mood` gets the value `so-so`.",
            "enum_removed breaking incompatible: The enum `mood` is gone.",
        ]
    );
    assert_eq!(
        told(&[mood("'sad', 'ok'")], &[mood("'glad', 'ok'")]),
        ["enum_modified breaking incompatible: Enum `mood` loses the value `sad` and gets the value `glad`."]
    );
    assert_eq!(
        told(&[mood("'sad', 'ok'")], &[mood("'ok', 'sad'")]),
        ["enum_modified high incompatible: Enum `mood` has its values in another order."]
    );
}

#[test]
fn rights_and_policies_tell_who_may_less() {
    let grant = |choice: &str| {
        object("grant", "SELECT on table public.t to web", &format!("GRANT SELECT ON TABLE public.t TO web{choice}"))
    };
    assert_eq!(
        life(&grant(""), &grant(" WITH GRANT OPTION")),
        [
            "grant_added medium compatible: The right `SELECT on table public.t to web` is granted.",
            "grant_modified medium compatible: The right `SELECT on table public.t to web` is granted in another way.",
            "grant_removed high incompatible: The right `SELECT on table public.t to web` is no longer granted.",
        ]
    );
    let revoke = object("revoke", "EXECUTE on function public.f() to PUBLIC", "REVOKE EXECUTE ON FUNCTION public.f()");
    assert_eq!(
        told(&[], std::slice::from_ref(&revoke)),
        ["grant_removed high incompatible: The right `EXECUTE on function public.f() to PUBLIC` is taken away."]
    );
    let policy =
        |kind: &str| object("policy", "own on t", &format!("CREATE POLICY own ON public.t {kind}USING (true)"));
    assert_eq!(
        life(&policy(""), &policy("AS RESTRICTIVE ")),
        [
            "policy_added medium compatible: Row-level policy `own on t` is new, and opens the rows that it names.",
            "policy_modified high incompatible: Row-level policy `own on t` names other rows.",
            "policy_removed high incompatible: Row-level policy `own on t` is gone.",
        ]
    );
}

#[test]
fn the_common_kinds_have_names_and_the_rest_is_an_object() {
    let all = [
        ("sequence", "sequence_added", "sequence_removed"),
        ("sequence owner", "sequence_modified", "sequence_modified"),
        ("domain", "domain_added", "domain_removed"),
        ("domain not null", "domain_modified", "domain_modified"),
        ("function", "function_added", "function_removed"),
        ("procedure", "function_added", "function_removed"),
        ("extension", "extension_added", "extension_removed"),
        ("publication", "object_added", "object_removed"),
    ];
    for (kind, added, removed) in all {
        let [comes, _, goes] = life(&object(kind, "x", "one"), &object(kind, "x", "two"));
        assert!(comes.starts_with(added) && goes.starts_with(removed), "{kind}: {comes} {goes}");
    }
}
