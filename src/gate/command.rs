//! What people tell the gate in comments: `/fabwright VERB …` at the start of a line.
//!
//! A line counts only where a reader sees it as somebody's own words: not in code, a quotation, a list, a table or
//! hidden HTML. Everything in it is hostile text.

use std::fmt;

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

use super::GateChange;
use crate::diff::ChangeId;
use crate::merge::Strategy;

/// What a command line starts with.
pub const PREFIX: &str = "/fabwright";

/// The fewest digits by which a change may be named.
pub const FEWEST_DIGITS: usize = 4;

/// Further commands of one comment are refused: nobody types so many.
const MOST_COMMANDS: usize = 20;

/// The longest line that is read as a command, in bytes.
const LONGEST_LINE: usize = 2_000;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Say what can be typed.
    Help,
    /// Approve changes.
    Approve(Changes),
    /// Take approvals back.
    Revoke(Changes),
    /// Answer a question: this was renamed.
    Rename(Rename),
    /// Say which side wins where a hand edit and a regeneration meet.
    Resolve {
        /// The generated file, from the application's folder; a folder ends with `/`.
        path: String,
        /// Which side wins.
        strategy: Strategy,
    },
    /// Accept the findings of a rule.
    Ignore {
        /// The rule's id.
        rule: String,
        /// Why, if somebody said so.
        reason: Option<String>,
    },
    /// Run the check again.
    Rerun,
}

/// Which changes a command is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changes {
    /// All that are there.
    All,
    /// Those whose fingerprints start like this, in lower case.
    Named(Vec<String>),
}

/// A table or a column under its old and its new name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// The table whose column is renamed, under its new name. `None`: a table is renamed.
    pub table: Option<String>,
    /// The old name.
    pub from: String,
    /// The new name.
    pub to: String,
}

/// Why a command line cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No such verb.
    #[error("there is no command `{0}`: the commands are help, approve, revoke, rename, resolve, ignore and rerun")]
    Verb(String),
    /// The words after the verb do not fit it.
    #[error("`{verb}` is written `{usage}`")]
    Usage {
        /// The verb.
        verb: &'static str,
        /// How it is written.
        usage: &'static str,
    },
    /// No change's id.
    #[error("`{0}` is no change: name one by at least {FEWEST_DIGITS} digits of its id")]
    Id(String),
    /// No change has such an id.
    #[error("there is no change `{id}`{}", known(.there))]
    Unknown {
        /// What was typed.
        id: String,
        /// The short ids that would be right.
        there: Vec<String>,
    },
    /// Several changes have such an id.
    #[error("`{id}` is short for several changes: {}", .matches.join(", "))]
    Ambiguous {
        /// What was typed.
        id: String,
        /// The ids that start so, long enough to differ.
        matches: Vec<String>,
    },
    /// Too many in one comment.
    #[error("a comment may hold {MOST_COMMANDS} commands")]
    TooMany,
    /// Too long a line.
    #[error("a command may be {LONGEST_LINE} bytes long")]
    TooLong,
}

fn known(there: &[String]) -> String {
    match there {
        [] => ": nothing has been reported that could be approved".to_owned(),
        some => format!(": there are {}", some.join(", ")),
    }
}

/// The commands of a comment, in order. What cannot be followed is an error in its place, so that the others still are.
pub fn parse(comment: &str) -> Vec<Result<Command, Error>> {
    let lines = command_lines(comment);
    let too_many = (lines.len() > MOST_COMMANDS).then_some(Err(Error::TooMany));
    lines.into_iter().take(MOST_COMMANDS).map(command).chain(too_many).collect()
}

/// The lines that start with the prefix and are their author's own words, without the prefix.
fn command_lines(comment: &str) -> Vec<&str> {
    let lowered = comment.to_ascii_lowercase();
    if !lowered.contains(PREFIX) {
        return Vec::new();
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS;
    let (mut depth, mut in_text) = (0_usize, false);
    let mut lines = Vec::new();
    for (event, range) in Parser::new_ext(comment, options).into_offset_iter() {
        match event {
            Event::Start(Tag::Paragraph | Tag::Heading { .. }) if depth == 0 => in_text = true,
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_)) if depth == 0 => in_text = false,
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            Event::Text(_) if in_text && depth == 0 => {
                let at_line_start = range.start == 0 || comment.as_bytes()[range.start - 1] == b'\n';
                let line = comment[range.start..].lines().next().unwrap_or_default();
                if at_line_start
                    && let Some((start, rest)) = line.split_at_checked(PREFIX.len())
                    && start.eq_ignore_ascii_case(PREFIX)
                    && rest.chars().next().is_none_or(|letter| letter == ' ' || letter == '\t')
                {
                    lines.push(rest);
                }
            }
            _ => {}
        }
    }
    lines
}

fn command(line: &str) -> Result<Command, Error> {
    if line.len() > LONGEST_LINE {
        return Err(Error::TooLong);
    }
    let line = line.trim();
    let (verb, rest) = line.split_once([' ', '\t']).unwrap_or((line, ""));
    let rest = rest.trim();
    let usage = |verb, usage| Error::Usage { verb, usage };
    match verb.to_ascii_lowercase().as_str() {
        "help" | "" if rest.is_empty() => Ok(Command::Help),
        "help" => Err(usage("help", "/fabwright help")),
        "approve" => changes(rest).map(Command::Approve),
        "revoke" => changes(rest).map(Command::Revoke),
        "rename" => rename(rest)
            .map(Command::Rename)
            .ok_or(usage("rename", "/fabwright rename OLD -> NEW, each a table or TABLE.COLUMN")),
        "resolve" => resolve(rest).ok_or(usage("resolve", "/fabwright resolve PATH merge|keep_mine|take_generated")),
        "ignore" => ignore(rest).ok_or(usage("ignore", "/fabwright ignore RULE [reason]")),
        "rerun" if rest.is_empty() => Ok(Command::Rerun),
        "rerun" => Err(usage("rerun", "/fabwright rerun")),
        _ => Err(Error::Verb(shown(verb))),
    }
}

fn changes(rest: &str) -> Result<Changes, Error> {
    let mut named: Vec<String> = Vec::new();
    let mut all = false;
    for word in rest.split([' ', '\t', ',']).map(uncoded).filter(|word| !word.is_empty()) {
        if word.eq_ignore_ascii_case("all") {
            all = true;
            continue;
        }
        let is_id = (FEWEST_DIGITS..=64).contains(&word.len()) && word.bytes().all(|digit| digit.is_ascii_hexdigit());
        if !is_id {
            return Err(Error::Id(shown(word)));
        }
        let word = word.to_ascii_lowercase();
        if !named.contains(&word) {
            named.push(word);
        }
    }
    match (all, named.is_empty()) {
        (true, false) => Err(Error::Id("all".to_owned())),
        (_, true) => Ok(Changes::All),
        (false, false) => Ok(Changes::Named(named)),
    }
}

fn rename(rest: &str) -> Option<Rename> {
    let (from, to) = rest.split_once("->").or_else(|| rest.split_once('→'))?;
    let (from, to) = (dotted(uncoded(from.trim()))?, dotted(uncoded(to.trim()))?);
    let renamed = match (from, to) {
        ((None, from), (None, to)) => Rename { table: None, from, to },
        // Configuration names a column's table as it is called afterwards.
        ((Some(_), from), (Some(table), to)) | ((Some(table), from), (None, to)) => {
            Rename { table: Some(table), from, to }
        }
        ((None, _), (Some(_), _)) => return None,
    };
    Some(renamed)
}

impl Rename {
    /// The line by which it is said in a comment. `None`: there is none, because a name goes over several lines.
    pub fn line(&self) -> Option<String> {
        let quoted = |text: &str| {
            let is_plain = text.chars().all(|letter| letter.is_alphanumeric() || "_$".contains(letter));
            if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
        };
        let whole = |name: &str| match &self.table {
            Some(table) => format!("{}.{}", quoted(table), quoted(name)),
            None => quoted(name),
        };
        let line = format!("{PREFIX} rename {} -> {}", whole(&self.from), whole(&self.to));
        // What is read again as something else, such as a name with an arrow in it, has to be written elsewhere.
        (parse(&line) == [Ok(Command::Rename(self.clone()))]).then_some(line)
    }
}

/// `name` or `table.name`; either may be in double quotes, with `""` for one of its own.
fn dotted(text: &str) -> Option<(Option<String>, String)> {
    let (first, rest) = name(text)?;
    match rest.strip_prefix('.') {
        Some(rest) => {
            let (second, rest) = name(rest)?;
            rest.is_empty().then_some((Some(first), second))
        }
        None => rest.is_empty().then_some((None, first)),
    }
}

fn name(text: &str) -> Option<(String, &str)> {
    if let Some(mut rest) = text.strip_prefix('"') {
        let mut name = String::new();
        loop {
            let (inner, after) = rest.split_once('"')?;
            name.push_str(inner);
            match after.strip_prefix('"') {
                Some(more) => {
                    name.push('"');
                    rest = more;
                }
                None => return (!name.is_empty()).then_some((name, after)),
            }
        }
    }
    let end = text.find(|letter: char| !(letter.is_alphanumeric() || "_$".contains(letter))).unwrap_or(text.len());
    (end > 0).then(|| (text[..end].to_owned(), &text[end..]))
}

fn resolve(rest: &str) -> Option<Command> {
    let (path, word) = rest.rsplit_once([' ', '\t'])?;
    let path = uncoded(path.trim());
    let strategy = match uncoded(word) {
        "merge" => Strategy::Merge,
        "keep_mine" => Strategy::KeepMine,
        "take_generated" => Strategy::TakeGenerated,
        _ => return None,
    };
    let is_inside = !path.starts_with('/')
        && path.trim_end_matches('/').split('/').all(|part| !matches!(part, "" | "." | ".."))
        && !path.chars().any(|letter| letter.is_control() || letter == '\\');
    is_inside.then(|| Command::Resolve { path: path.to_owned(), strategy })
}

fn ignore(rest: &str) -> Option<Command> {
    let (rule, reason) = rest.split_once([' ', '\t']).unwrap_or((rest, ""));
    let rule = uncoded(rule);
    let is_rule = !rule.is_empty()
        && rule.len() <= 80
        && rule.bytes().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == b'-');
    let reason = Some(reason.trim()).filter(|reason| !reason.is_empty()).map(str::to_owned);
    is_rule.then(|| Command::Ignore { rule: rule.to_owned(), reason })
}

/// Without the backticks of somebody who copied code.
fn uncoded(word: &str) -> &str {
    word.strip_prefix('`').and_then(|inner| inner.strip_suffix('`')).unwrap_or(word)
}

/// A word of a comment as a message may repeat it.
fn shown(word: &str) -> String {
    word.chars().take(40).map(|letter| if letter.is_ascii_graphic() && letter != '`' { letter } else { '?' }).collect()
}

impl Changes {
    /// The fingerprints that are meant.
    ///
    /// # Errors
    ///
    /// [`Error::Unknown`] and [`Error::Ambiguous`]: then none is meant, because whoever mistypes one id may have
    /// mistyped the others.
    pub fn among<'a>(&self, there: &'a [GateChange]) -> Result<Vec<&'a ChangeId>, Error> {
        let Self::Named(named) = self else { return Ok(there.iter().map(|change| &change.id).collect()) };
        named
            .iter()
            .map(|id| {
                let matches: Vec<&ChangeId> =
                    there.iter().map(|change| &change.id).filter(|known| known.0.starts_with(id.as_str())).collect();
                match matches.as_slice() {
                    [one] => Ok(*one),
                    [] => Err(Error::Unknown {
                        id: id.clone(),
                        there: there.iter().map(|change| change.id.short().to_owned()).take(20).collect(),
                    }),
                    several => Err(Error::Ambiguous { id: id.clone(), matches: told_apart(several) }),
                }
            })
            .collect()
    }
}

/// Ids with as many digits as it takes to tell them apart, and two more.
fn told_apart(ids: &[&ChangeId]) -> Vec<String> {
    let digits = (FEWEST_DIGITS..=64)
        .find(|&digits| {
            let mut starts: Vec<&str> = ids.iter().filter_map(|id| id.0.get(..digits)).collect();
            starts.sort_unstable();
            starts.dedup();
            starts.len() == ids.len()
        })
        .unwrap_or(64);
    ids.iter().map(|id| id.0.get(..(digits + 2).min(64)).unwrap_or(&id.0).to_owned()).collect()
}

impl fmt::Display for Changes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::Named(ids) => f.write_str(&ids.join(" ")),
        }
    }
}
