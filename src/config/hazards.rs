//! The `hazards` of a configuration: what is accepted, and where that is written.

use std::path::Path;

use super::{Config, Error};
use crate::hazard;

/// Rules that are there, and reasons for what is accepted.
pub(super) fn validate(config: &Config, path: &Path) -> Result<(), Error> {
    let wrong = |line: usize, message: String| {
        Err(Error::Invalid { path: path.to_owned(), line, column: 1, message: format!("hazards: {message}") })
    };
    for known in &config.hazards.ignore {
        if hazard::find(&known.rule).is_none() {
            return wrong(known.line, hazard::unknown(&known.rule));
        }
        if known.reason.trim().is_empty() {
            return wrong(known.line, format!("say in `reason` why `{}` is accepted", known.rule));
        }
    }
    match config.hazards.rules.keys().find(|id| !hazard::RULES.iter().any(|rule| rule.id == id.as_str())) {
        Some(id) => Err(Error::Value { path: path.to_owned(), key: "hazards.rules", message: hazard::unknown(id) }),
        None => Ok(()),
    }
}

/// Tells each accepted finding its line: that of the `rule` key, in their order.
pub(super) fn place(config: &mut Config, text: &str) {
    let is_key = |rest: &str| rest.trim_start().starts_with(':');
    let lines = text.lines().enumerate().skip_while(|(_, line)| !line.starts_with("hazards")).flat_map(|(at, line)| {
        line.split('#').next().unwrap_or_default().match_indices("rule").filter_map(move |(start, word)| {
            let bare = line.get(..start).is_some_and(|before| !before.ends_with(|c: char| c.is_alphanumeric()));
            let key = line.get(start + word.len()..).is_some_and(|rest| is_key(rest.trim_start_matches(['"', '\''])));
            (bare && key).then_some(at + 1)
        })
    });
    for (known, line) in config.hazards.ignore.iter_mut().zip(lines) {
        known.line = line;
    }
}
