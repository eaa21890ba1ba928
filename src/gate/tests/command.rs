//! What counts as a command, and what it says.

use super::gate_change;
use crate::gate::GateChange;
use crate::gate::command::{Changes, Command, Error, Rename, parse};
use crate::merge::Strategy;

fn one(comment: &str) -> Result<Command, Error> {
    let mut commands = parse(comment);
    assert_eq!(commands.len(), 1, "{comment:?}: {commands:?}");
    commands.remove(0)
}

fn named(ids: &[&str]) -> Changes {
    Changes::Named(ids.iter().map(|&id| id.to_owned()).collect())
}

#[test]
fn every_verb() {
    for (line, expected) in [
        ("/fabwright", Command::Help),
        ("/fabwright help", Command::Help),
        ("/fabwright approve", Command::Approve(Changes::All)),
        ("/fabwright approve all", Command::Approve(Changes::All)),
        ("/fabwright approve 4f2a 9B01cafe", Command::Approve(named(&["4f2a", "9b01cafe"]))),
        ("/fabwright approve `4f2a`, 9b01", Command::Approve(named(&["4f2a", "9b01"]))),
        ("/fabwright approve 4f2a 4F2A", Command::Approve(named(&["4f2a"]))),
        ("/Fabwright Approve  4f2a  ", Command::Approve(named(&["4f2a"]))),
        ("/fabwright revoke", Command::Revoke(Changes::All)),
        ("/fabwright revoke 4f2a", Command::Revoke(named(&["4f2a"]))),
        ("/fabwright rerun", Command::Rerun),
        (
            "/fabwright rename client -> customer",
            Command::Rename(Rename { table: None, from: "client".into(), to: "customer".into() }),
        ),
        (
            "/fabwright rename customer.mail → customer.email",
            Command::Rename(Rename { table: Some("customer".into()), from: "mail".into(), to: "email".into() }),
        ),
        (
            "/fabwright rename client.mail->customer.email",
            Command::Rename(Rename { table: Some("customer".into()), from: "mail".into(), to: "email".into() }),
        ),
        (
            "/fabwright rename \"odd.table\".\"a -\"\"b\" -> c",
            Command::Rename(Rename { table: Some("odd.table".into()), from: "a -\"b".into(), to: "c".into() }),
        ),
        (
            "/fabwright resolve app/views/report card.py keep_mine",
            Command::Resolve { path: "app/views/report card.py".into(), strategy: Strategy::KeepMine },
        ),
        (
            "/fabwright resolve app/views/ merge",
            Command::Resolve { path: "app/views/".into(), strategy: Strategy::Merge },
        ),
        ("/fabwright ignore drop-column", Command::Ignore { rule: "drop-column".into(), reason: None }),
        (
            "/fabwright ignore `drop-column` nobody reads it",
            Command::Ignore { rule: "drop-column".into(), reason: Some("nobody reads it".into()) },
        ),
    ] {
        assert_eq!(one(line), Ok(expected), "{line}");
    }
}

#[test]
fn what_cannot_be_followed_says_why() {
    for (line, expected) in [
        ("/fabwright aprove", "there is no command `aprove`"),
        ("/fabwright `x`\u{202e}", "there is no command `?x??`"),
        ("/fabwright approve 4f2", "`4f2` is no change"),
        ("/fabwright approve customer.fax", "`customer.fax` is no change"),
        ("/fabwright approve all 4f2a", "`all` is no change"),
        ("/fabwright rename a", "`rename` is written"),
        ("/fabwright rename a -> b.c", "`rename` is written"),
        ("/fabwright rename a.b.c -> d", "`rename` is written"),
        ("/fabwright rename \"a -> b", "`rename` is written"),
        ("/fabwright rename a -> b; drop", "`rename` is written"),
        ("/fabwright resolve ../x merge", "`resolve` is written"),
        ("/fabwright resolve /etc/passwd merge", "`resolve` is written"),
        ("/fabwright resolve a//b merge", "`resolve` is written"),
        ("/fabwright resolve app/x.py ask", "`resolve` is written"),
        ("/fabwright ignore Drop_Column", "`ignore` is written"),
        ("/fabwright rerun now", "`rerun` is written"),
        ("/fabwright help me", "`help` is written"),
    ] {
        let error = one(line).expect_err(line).to_string();
        assert!(error.starts_with(expected), "{line}: {error}");
    }
}

#[test]
fn only_a_line_of_ones_own_words_is_a_command() {
    for comment in [
        "say /fabwright approve",
        " see\n and /fabwright approve",
        "> /fabwright approve",
        "> he wrote\n/fabwright approve",
        "```\n/fabwright approve\n```",
        "~~~ sh\n/fabwright approve",
        "    /fabwright approve",
        "- one\n/fabwright approve",
        "1. /fabwright approve",
        "<!--\n/fabwright approve\n-->",
        "<!-- x\n\n/fabwright approve\n\n-->",
        "text <!-- x\n/fabwright approve\n-->",
        "<details>\n/fabwright approve\n</details>",
        "`a\n/fabwright approve\nb`",
        "[a\n/fabwright approve](https://example.org)",
        "**a\n/fabwright approve**",
        "| a |\n| - |\n/fabwright approve | x",
        "/fabwrightapprove",
        "/fabwright-approve",
        "/fabwright\u{a0}approve",
        "\\/fabwright approve",
        "\u{200b}/fabwright approve",
        "",
    ] {
        assert_eq!(parse(comment), [], "{comment:?}");
    }
}

#[test]
fn several_commands_in_one_comment_are_read_in_order() {
    let commands =
        parse("Looks right.\r\n/fabwright approve 4f2a\r\n/fabwright oops\r\n\r\nand\r\n/fabwright rerun\r\n");
    assert_eq!(commands.len(), 3);
    assert_eq!(commands[0], Ok(Command::Approve(named(&["4f2a"]))));
    assert_eq!(commands[1], Err(Error::Verb("oops".into())));
    assert_eq!(commands[2], Ok(Command::Rerun));
}

#[test]
fn a_flood_is_cut() {
    let commands = parse(&"/fabwright approve 4f2a\n".repeat(1000));
    assert_eq!(commands.len(), 21);
    assert_eq!(commands[20], Err(Error::TooMany));
    assert_eq!(one(&format!("/fabwright approve {}", "4f2a ".repeat(1000))), Err(Error::TooLong));
}

#[test]
fn ids_are_read_by_unique_prefix() {
    let there: Vec<GateChange> = ["4f2aaaaaaa", "4f2abbbbbb", "9b01cccccc"].map(gate_change).into();
    let among =
        |ids: &[&str]| named(ids).among(&there).map(|ids| ids.into_iter().map(|id| id.0.clone()).collect::<Vec<_>>());
    assert_eq!(among(&["9b01"]), Ok(vec!["9b01cccccc".to_owned()]));
    assert_eq!(among(&["4f2ab", "9b01c"]).map(|ids| ids.len()), Ok(2));
    let ambiguous = among(&["4f2a"]).expect_err("ambiguous").to_string();
    assert_eq!(ambiguous, "`4f2a` is short for several changes: 4f2aaaa, 4f2abbb");
    let unknown = among(&["9b01", "dead"]).expect_err("unknown").to_string();
    assert_eq!(unknown, "there is no change `dead`: there are 4f2aaaaa, 4f2abbbb, 9b01cccc");
    assert_eq!(Changes::All.among(&there).map(|ids| ids.len()), Ok(3));
    let nothing = named(&["dead"]).among(&[]).expect_err("unknown").to_string();
    assert_eq!(nothing, "there is no change `dead`: nothing has been reported that could be approved");
}

mod properties {
    use proptest::prelude::*;

    use super::parse;

    proptest! {
        #[test]
        fn no_text_is_too_odd(text in "(/fabwright|approve|->|[`\"'<>!|\\-#\\n\\r\\t ]|\\PC){0,60}") {
            let commands = parse(&text);
            prop_assert!(commands.len() <= 21);
        }

        #[test]
        fn what_is_quoted_or_code_is_never_a_command(text in "[ -~\\n]{0,80}") {
            let quoted: String = format!("/fabwright approve\n{text}").lines().map(|line| format!("> {line}\n")).collect();
            prop_assert_eq!(parse(&quoted), []);
            let indented: String = format!("/fabwright approve\n{text}").lines().map(|line| format!("    {line}\n")).collect();
            prop_assert_eq!(parse(&indented), []);
        }
    }
}

#[test]
fn a_rename_says_how_it_is_typed() {
    let line = |table: Option<&str>, from: &str, to: &str| {
        Rename { table: table.map(str::to_owned), from: from.to_owned(), to: to.to_owned() }.line()
    };
    assert_eq!(line(Some("customer"), "mail", "email").unwrap(), "/fabwright rename customer.mail -> customer.email");
    assert_eq!(line(None, "Order \"1\"", "käufe").unwrap(), "/fabwright rename \"Order \"\"1\"\"\" -> käufe");
    assert_eq!(
        line(Some("audit.log"), "a.b", "c").unwrap(),
        "/fabwright rename \"audit.log\".\"a.b\" -> \"audit.log\".c"
    );
    for odd in ["a\nb", "a -> b", ""] {
        assert_eq!(line(None, odd, "b"), None, "{odd:?}");
    }
}
