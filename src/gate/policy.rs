//! Which changes wait for whose approval.

use super::codeowners::CodeOwners;
use super::{EVERY_TABLE, GateChange, Person, bare, pattern, same_person};
use crate::diff::Severity;

/// Which changes wait for whom. Read from the base branch, never from the pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Changes of this severity and above wait for approval, where no rule says otherwise; `None` asks for none.
    pub threshold: Option<Severity>,
    /// Who may approve: user names and `organisation/team` names with their `@`. Empty, and no code owners asked
    /// for: anyone with write access.
    pub approvers: Vec<String>,
    /// Whether the code owners of a change's files may approve it, too.
    pub codeowners: bool,
    /// How many of them.
    pub required: u32,
    /// Rules for some tables or severities, before what is said above. For each table the first that fits holds.
    pub rules: Vec<Rule>,
    /// The CODEOWNERS file of the base branch.
    pub owners: CodeOwners,
}

/// What holds for some changes instead of the policy's defaults.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The rule is about changes of this severity and above.
    pub severity: Severity,
    /// The rule is about these tables; `*` and `?` are wildcards, case does not matter. Empty: every table.
    pub tables: Vec<String>,
    /// Who may approve.
    pub approvers: Vec<String>,
    /// Whether the code owners of a change's files may approve it, too.
    pub codeowners: bool,
    /// How many of them.
    pub required: u32,
}

/// One condition that a change has to meet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// Whose approvals count.
    pub who: Who,
    /// How many are needed.
    pub required: u32,
}

/// Whose approvals count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Anyone with write access.
    Anyone,
    /// These users and teams, each with its `@`. None at all means that nobody can approve.
    Named(Vec<String>),
}

impl Policy {
    /// A policy without rules.
    pub fn simple(threshold: Option<Severity>, approvers: Vec<String>, required: u32) -> Self {
        Self { threshold, approvers, codeowners: false, required, rules: Vec::new(), owners: CodeOwners::default() }
    }

    /// Whether somebody has to approve `change`.
    pub fn wants_approval(&self, change: &GateChange) -> bool {
        !self.needs(change).is_empty()
    }

    /// What `change` has to meet: for each of its tables, what the first rule that fits asks for, or else the
    /// defaults. A change that touches tables of two rules needs both, so that no rule is got round by touching one
    /// more table. One of every table needs all of them.
    pub fn needs(&self, change: &GateChange) -> Vec<Need> {
        let mut all: Vec<Need> = Vec::new();
        // A change of no table, such as one of a view in no schema, is still judged once.
        let tables: Vec<&str> = match change.tables.as_slice() {
            [] => vec![""],
            tables => tables.iter().map(String::as_str).collect(),
        };
        let of_rule = |rule: &Rule| self.need(change, &rule.approvers, rule.codeowners, rule.required);
        let threshold = self.threshold.is_some_and(|threshold| change.severity >= threshold);
        let otherwise = || threshold.then(|| self.need(change, &self.approvers, self.codeowners, self.required));
        for table in tables {
            if table == EVERY_TABLE {
                all.extend(self.rules.iter().filter(|rule| change.severity >= rule.severity).map(of_rule));
                all.extend(otherwise());
            } else {
                let rule = self.rules.iter().find(|rule| rule.fits(change.severity, table));
                all.extend(rule.map(of_rule).or_else(otherwise));
            }
        }
        let mut needs: Vec<Need> = Vec::new();
        for need in all {
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        needs
    }

    fn need(&self, change: &GateChange, approvers: &[String], codeowners: bool, required: u32) -> Need {
        let mut named = approvers.to_vec();
        if codeowners {
            for file in &change.files {
                for owner in self.owners.of(file) {
                    if !named.iter().any(|known| same_person(known, owner)) {
                        named.push(owner.to_owned());
                    }
                }
            }
        }
        // Owners that are asked for and not there leave nobody, not everybody: a file can be moved to where none
        // owns it.
        let who = if named.is_empty() && !codeowners { Who::Anyone } else { Who::Named(named) };
        // A policy that asks for approval by nobody would be no policy: a slip must not open the gate.
        Need { who, required: required.max(1) }
    }

    /// Whether it asks for the owners of files.
    pub fn asks_for_owners(&self) -> bool {
        self.codeowners || self.rules.iter().any(|rule| rule.codeowners)
    }

    /// Every team that the policy or the code owners name, with its `@`.
    pub fn teams<'a>(&'a self, changes: &'a [GateChange]) -> Vec<String> {
        let mut teams: Vec<String> = changes
            .iter()
            .flat_map(|change| self.needs(change))
            .filter_map(|need| match need.who {
                Who::Named(names) => Some(names),
                Who::Anyone => None,
            })
            .flatten()
            .filter(|name| name.contains('/'))
            .collect();
        teams.sort_unstable();
        teams.dedup();
        teams
    }
}

impl Rule {
    fn fits(&self, severity: Severity, table: &str) -> bool {
        let table = table.to_lowercase();
        // A rule names a table as people do; a schema in front of it is no part of what they write.
        let last = table.rsplit('.').next().unwrap_or(&table);
        severity >= self.severity
            && (self.tables.is_empty()
                || self.tables.iter().any(|wanted| {
                    let wanted = wanted.to_lowercase();
                    pattern::fits(&wanted, &table) || pattern::fits(&wanted, last)
                }))
    }
}

impl Who {
    /// Whether this person's approval counts.
    pub fn has(&self, person: &Person) -> bool {
        match self {
            Self::Anyone => true,
            Self::Named(names) => names.iter().any(|name| {
                same_person(name, &person.login) || person.teams.iter().any(|team| same_person(name, team))
            }),
        }
    }

    /// Whether this person's approval might count, were their teams known.
    pub(super) fn might_have(&self, person: &Person) -> bool {
        match self {
            Self::Anyone => true,
            Self::Named(names) => {
                names.iter().any(|name| person.unread_teams.iter().any(|team| same_person(name, team)))
            }
        }
    }
}

/// The organisation and the short name of a team, from `@organisation/team`.
pub fn team_parts(team: &str) -> Option<(&str, &str)> {
    bare(team).split_once('/').filter(|(organisation, name)| !organisation.is_empty() && !name.is_empty())
}
