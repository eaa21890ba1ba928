//! The list of rules, and the only place that filters what they find.

use super::context::IN_REVISION;
use super::rule::Look;
use super::statement::{Place, Statement, Statements};
use super::{Context, Finding, Ignored, Policy, RowCounts, Rule, Server, Step, Warning};
use crate::diff::{ChangeId, SchemaChange};
use crate::schema::Schema;

pub use super::rules::RULES;

/// Everything that is known of a migration.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The schema before. `None`: only the statements are known.
    pub from: Option<&'a Schema>,
    /// The schema after.
    pub to: Option<&'a Schema>,
    /// Every change between the two.
    pub changes: &'a [SchemaChange],
    /// What is known of the rows before.
    pub rows: &'a RowCounts,
    /// What the migration sends.
    pub statements: &'a Statements,
    /// The server that it is sent to.
    pub server: Server,
}

/// What came of asking every rule.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What was found: first what changes raised, in their order, then what only statements did, in theirs.
    pub findings: Vec<Finding>,
    /// What was found and is accepted.
    pub ignored: Vec<Ignored>,
    /// What could not be read, and what has expired: one sentence each.
    pub notices: Vec<String>,
}

/// The rule that people or tools call so.
pub fn find(name: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.id == name).or_else(|| RULES.iter().find(|rule| rule.is_called(name)))
}

/// The rule that somebody may have meant.
pub fn suggestion(name: &str) -> Option<&'static str> {
    let names: Vec<&'static str> = RULES.iter().map(|rule| rule.id).collect();
    similar::get_close_matches(name, &names, 1, 0.6).first().copied()
}

/// What is said of a name that no rule has.
pub fn unknown(name: &str) -> String {
    match suggestion(name) {
        Some(meant) => format!("there is no rule `{name}`; did you mean `{meant}`?"),
        None => format!("there is no rule `{name}`; docs/rules.md lists them"),
    }
}

/// Asks every rule.
///
/// What can only fail on existing rows is left out for a table that is new or known to be empty.
pub fn check(input: &Input<'_>, policy: &Policy) -> Outcome {
    let empty = Schema::empty(input.server.dialect);
    let (from, to) = (input.from.unwrap_or(&empty), input.to.unwrap_or(&empty));
    let context = Context::new(input, from, to);
    let mut outcome = Outcome { notices: policy.expired(), ..Outcome::default() };
    let asked: Vec<&Rule> =
        RULES.iter().filter(|rule| rule.dialects.contains(&input.server.dialect) && policy.asks(rule)).collect();
    let mut raised: Vec<Raised<'_>> = Vec::new();
    for change in input.changes {
        for rule in &asked {
            for look in rule.looks {
                let Look::Change(look) = look else { continue };
                if let Some(warning) = look(&context, change) {
                    raised.push(Raised { rule, warning, change: Some(change.change_id.clone()), statement: None });
                }
            }
        }
    }
    for (at, statement) in input.statements.all.iter().enumerate() {
        look_at(&context, &asked, at, statement, &mut raised);
        if let Some(why) = &statement.unread {
            outcome.notices.push(not_understood(statement, why));
        }
    }
    outcome
        .notices
        .extend(input.statements.complaints.iter().map(|(place, text)| format!("{}: {text}", where_(place))));
    for one in raised {
        let table = one.warning.table.as_ref();
        let without_rows = table.is_some_and(|table| {
            let new = match one.statement {
                Some((at, ..)) => context.is_new_at(table, at),
                None => context.is_new(table),
            };
            new || context.rows(table) == Some(0)
        });
        if one.rule.needs_rows && without_rows {
            continue;
        }
        let comment = one.statement.and_then(|(_, statement, _)| {
            let speaks =
                |comment: &&super::ignore::Comment| comment.rule.as_deref().is_none_or(|name| one.rule.is_called(name));
            statement.ignored.iter().find(speaks).map(|comment| (comment, statement))
        });
        let rule = one.rule;
        let finding = finding(one, policy);
        if let Some((comment, statement)) = comment {
            let file = statement.place.path.as_deref().unwrap_or("the statement");
            let by = format!("{file}:{}", comment.line);
            outcome.ignored.push(Ignored { finding, reason: comment.reason.clone(), by });
        } else if let Some(known) = policy.accepts(rule, &finding) {
            let (reason, by) = (known.reason.clone(), known.place.clone());
            outcome.ignored.push(Ignored { finding, reason, by });
        } else {
            outcome.findings.push(finding);
        }
    }
    outcome
}

/// A warning with what raised it.
struct Raised<'a> {
    rule: &'static Rule,
    warning: Warning,
    change: Option<ChangeId>,
    /// The statement's number, the statement, and the place of the action in it.
    statement: Option<(usize, &'a Statement, &'a Place)>,
}

fn look_at<'a>(
    context: &Context<'_>,
    asked: &[&'static Rule],
    at: usize,
    statement: &'a Statement,
    raised: &mut Vec<Raised<'a>>,
) {
    for (part, act) in statement.acts.iter().enumerate() {
        let step = Step { at, statement, part, act };
        for rule in asked {
            for look in rule.looks {
                let warning = match look {
                    Look::Act(look) => look(context, &step),
                    Look::Statement(look) if part == 0 => look(context, &step),
                    Look::Statement(_) | Look::Change(_) => None,
                };
                let Some(warning) = warning else { continue };
                let statement = Some((at, statement, &act.place));
                // A change that raised the same rule about the same thing is what this statement does.
                let same = raised.iter_mut().find(|one| {
                    one.rule.id == rule.id
                        && one.change.is_some()
                        && one.statement.is_none()
                        && context.same_table(one.warning.table.as_ref(), warning.table.as_ref())
                        && one.warning.item == warning.item
                });
                match same {
                    Some(one) => {
                        one.statement = statement;
                        if let Some((_, call)) = warning.advice.split_once(IN_REVISION) {
                            one.warning.advice.push_str(IN_REVISION);
                            one.warning.advice.push_str(call);
                        }
                    }
                    None => raised.push(Raised { rule, warning, change: None, statement }),
                }
            }
        }
    }
}

fn finding(raised: Raised<'_>, policy: &Policy) -> Finding {
    let Raised { rule, warning, change, statement } = raised;
    Finding {
        rule: rule.id,
        aliases: rule.aliases.iter().map(|(_, name)| *name).collect(),
        change_id: change,
        statement: statement.map(|(_, statement, _)| statement.text.clone()),
        place: statement.map(|(_, _, place)| place.clone()),
        table: warning.table,
        item: warning.item,
        severity: policy.of(rule).severity.unwrap_or(warning.severity),
        confidence: warning.confidence,
        message: warning.message,
        advice: warning.advice,
    }
}

fn not_understood(statement: &Statement, why: &str) -> String {
    let start: String = statement.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
    format!("{}: this statement is not understood and was not judged ({why}): {start}", where_(&statement.place))
}

/// A place in words.
pub fn where_(place: &Place) -> String {
    let line = place.line.map(|line| format!(":{line}")).unwrap_or_default();
    match (&place.path, &place.revision) {
        (Some(path), _) => format!("{path}{line}"),
        (None, Some(revision)) => format!("revision {revision}{line}"),
        (None, None) => format!("line {}", place.line.unwrap_or(1)),
    }
}
