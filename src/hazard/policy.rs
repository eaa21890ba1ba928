//! What a team has said about rules: which findings are accepted, and how much others weigh.

use std::collections::BTreeMap;

use super::{Finding, Rule};
use crate::diff::Severity;

/// What a team has said about rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Accepted findings.
    pub ignore: Vec<Ignore>,
    /// Rules by id, as the team wants them.
    pub rules: BTreeMap<String, Override>,
    /// The day on which accepted findings may have expired.
    pub today: jiff::civil::Date,
    /// Whether rules that are off by default are asked too.
    pub every_rule: bool,
}

/// A finding to leave out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignore {
    /// The rule's id, or another tool's name for it.
    pub rule: String,
    /// The table; every table when not given.
    pub table: Option<String>,
    /// The migration's file, or a folder of them; every file when not given.
    pub path: Option<String>,
    /// Why it is accepted.
    pub reason: String,
    /// The last day on which it is.
    pub until: Option<jiff::civil::Date>,
    /// Where this is written, as `path:line`.
    pub place: String,
}

/// How a team wants a rule.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Override {
    /// Another severity.
    pub severity: Option<Severity>,
    /// On or off, whatever the default.
    pub enabled: Option<bool>,
}

impl Policy {
    /// Every default, on this day.
    pub fn on(today: jiff::civil::Date) -> Self {
        Self { ignore: Vec::new(), rules: BTreeMap::new(), today, every_rule: false }
    }

    pub(super) fn of(&self, rule: &Rule) -> Override {
        self.rules.get(rule.id).copied().unwrap_or_default()
    }

    pub(super) fn asks(&self, rule: &Rule) -> bool {
        let default = self.every_rule || rule.default == super::Default::On;
        self.of(rule).enabled.unwrap_or(default)
    }

    /// The entry that accepts a finding.
    pub(super) fn accepts(&self, rule: &Rule, finding: &Finding) -> Option<&Ignore> {
        self.ignore.iter().find(|known| {
            let table = finding.table.as_ref();
            let path = finding.place.as_ref().and_then(|place| place.path.as_deref());
            rule.is_called(&known.rule)
                && known.until.is_none_or(|until| self.today <= until)
                && known
                    .table
                    .as_deref()
                    .is_none_or(|name| table.is_some_and(|table| table.name == name || table.to_string() == name))
                && known.path.as_deref().is_none_or(|given| {
                    let folder = given.trim_end_matches('/');
                    path.is_some_and(|path| {
                        path == given || path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
                    })
                })
        })
    }

    /// What is said of entries that have expired.
    pub(super) fn expired(&self) -> Vec<String> {
        let over = |known: &&Ignore| known.until.is_some_and(|until| until < self.today);
        let say = |known: &Ignore| {
            let until = known.until.map(|until| until.to_string()).unwrap_or_default();
            format!(
                "{}: `{}` was accepted until {until} ({}); solve it, or decide anew",
                known.place, known.rule, known.reason
            )
        };
        self.ignore.iter().filter(over).map(say).collect()
    }
}
