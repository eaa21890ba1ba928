//! A plan as a value, and as text.

use super::render::mysql;
use super::save::Save;
use crate::schema::Dialect;

/// How a step is undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reverse {
    /// By these statements.
    Statements(Vec<String>),
    /// It is not: its structure can be restored, what was in it cannot.
    Irreversible {
        /// What is lost.
        why: String,
        /// What saves it, to be run before the step.
        save_first: Save,
    },
}

/// Statements that only make sense together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What the step is for, in a few words.
    pub purpose: String,
    /// What somebody should look at before running it.
    pub notes: Vec<String>,
    /// Whether each statement is a transaction of its own, outside of the plan's.
    pub outside: bool,
    /// The statements, each with its semicolon.
    pub statements: Vec<String>,
    /// How it is undone.
    pub reverse: Reverse,
}

/// Steps in the order in which they must run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// Whose client reads the script, where that makes a difference.
    pub dialect: Option<Dialect>,
    /// What this plan cannot bring back, when it is a way back.
    pub lost: Vec<String>,
    /// Statements before the first step.
    pub opening: Vec<String>,
    /// The steps.
    pub steps: Vec<Step>,
    /// Statements after the last step.
    pub closing: Vec<String>,
    /// Why there are no steps although there are differences.
    pub gap: Option<String>,
    /// The plan that leads back after this one ran.
    pub back: Option<Box<Plan>>,
}

/// A piece of a script.
#[derive(Clone, Copy)]
enum Part<'a> {
    /// What opens or closes a transaction, or stands before the first.
    Around(&'a [String]),
    Step(&'a Step),
}

impl<'a> Part<'a> {
    fn statements(self) -> &'a [String] {
        match self {
            Part::Around(statements) => statements,
            Part::Step(step) => &step.statements,
        }
    }
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// What is lost for good when the plan runs, each with the statement that saves it.
    pub fn irreversible(&self) -> impl Iterator<Item = (&str, &Save)> {
        self.steps.iter().filter_map(|step| match &step.reverse {
            Reverse::Irreversible { why, save_first } => Some((why.as_str(), save_first)),
            Reverse::Statements(_) => None,
        })
    }

    /// The whole plan as an SQL script with comments: the text of `migration.sql`, or of `rollback.sql` when the plan
    /// is a way back. Empty when there is nothing to do.
    pub fn forward_sql(&self) -> String {
        let mut text = String::new();
        if let Some(gap) = &self.gap {
            comment(&mut text, gap);
        }
        if self.is_empty() {
            return text;
        }
        if !self.lost.is_empty() {
            text.push_str("-- This restores the structure. It cannot bring back:\n");
            for lost in &self.lost {
                comment(&mut text, &format!("  {lost}"));
            }
            text.push('\n');
        }
        for part in self.parts() {
            if !text.is_empty() && !text.ends_with("\n\n") {
                text.push('\n');
            }
            if let Part::Step(step) = part {
                self.describe(step, &mut text);
            }
            part.statements().iter().for_each(|statement| self.line(&mut text, statement));
        }
        text
    }

    /// The steps with the statements around them. The transaction ends before what stands outside of it, and begins
    /// anew for what comes then.
    fn parts(&self) -> Vec<Part<'_>> {
        let begin = self.opening.iter().position(|statement| statement == "BEGIN;").unwrap_or(self.opening.len());
        let (before, begin) = self.opening.split_at(begin);
        let mut open = self.steps.first().is_some_and(|step| !step.outside);
        let mut parts = vec![Part::Around(if open { &self.opening } else { before })];
        for step in &self.steps {
            if step.outside == open {
                parts.push(Part::Around(if open { &self.closing } else { begin }));
                open = !open;
            }
            parts.push(Part::Step(step));
        }
        if open {
            parts.push(Part::Around(&self.closing));
        }
        parts
    }

    /// The way back as an SQL script: the text of `rollback.sql`.
    pub fn rollback_sql(&self) -> String {
        self.back.as_ref().map(|back| back.forward_sql()).unwrap_or_default()
    }

    /// The statements alone, for running them one by one.
    pub fn statements(&self) -> impl Iterator<Item = &str> {
        self.parts().into_iter().flat_map(Part::statements).map(String::as_str)
    }

    fn line(&self, text: &mut String, statement: &str) {
        match self.dialect {
            Some(Dialect::Mysql) => text.push_str(&mysql::for_client(statement)),
            Some(Dialect::Postgres | Dialect::Sqlite) | None => text.push_str(statement),
        }
        text.push('\n');
    }

    fn describe(&self, step: &Step, text: &mut String) {
        comment(text, &step.purpose);
        step.notes.iter().for_each(|note| comment(text, note));
        if let Reverse::Irreversible { why, save_first } = &step.reverse {
            comment(text, &format!("Not to be undone: {why}. To save it first:"));
            comment(text, &format!("  {save_first}"));
        }
    }
}

/// A name may hold a line end, which must not end the comment.
fn comment(text: &mut String, words: &str) {
    text.push_str("-- ");
    text.extend(words.chars().map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c }));
    text.push('\n');
}
