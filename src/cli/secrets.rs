//! Takes secrets out of this process's environment.
//!
//! The system shows a process's first environment to others for as long as it lives (`/proc/PID/environ`), to a child
//! of the same user as well, and nothing can be taken out of it. So the process starts itself once more in its own
//! place, without them, and reads them from its standard input.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

/// Says that standard input holds what was taken out.
const HANDED_OVER: &str = "FABWRIGHT_INPUTS_ON_STDIN";
/// What a pipe holds without a reader, in bytes, with room to spare.
const PIPE: usize = 60_000;

/// The variables of this process and those that were taken out of it.
///
/// On the first call in a process that has secrets, the process starts over and does not return. Where that cannot be
/// done, the environment stays as it is: children get none of it in any case.
pub fn environment() -> BTreeMap<String, String> {
    // A variable that is no text is left out: a runner sets none.
    let mut variables: BTreeMap<String, String> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    if variables.remove(HANDED_OVER).is_some() {
        variables.extend(handed_over());
    } else if variables.keys().any(|name| is_secret(name)) {
        start_over(&variables);
    }
    variables
}

/// Whether a variable is kept from view. Inputs are, whatever they hold, and what a runner gives for its own services.
fn is_secret(name: &str) -> bool {
    let words = ["TOKEN", "SECRET", "PASSWORD", "PRIVATE_KEY", "CREDENTIAL"];
    name.starts_with("INPUT_") || name.starts_with("ACTIONS_") || words.iter().any(|word| name.contains(word))
}

fn handed_over() -> BTreeMap<String, String> {
    let mut text = String::new();
    let read = std::io::stdin().lock().take(PIPE as u64).read_to_string(&mut text);
    read.ok().and_then(|_| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Puts a process without secrets into the place of this one. Returns only where that fails.
fn start_over(variables: &BTreeMap<String, String>) {
    let inputs: BTreeMap<&String, &String> =
        variables.iter().filter(|(name, _)| name.starts_with("INPUT_") || *name == "GITHUB_TOKEN").collect();
    let (Ok(text), Ok(program), Ok((reader, mut writer))) =
        (serde_json::to_string(&inputs), std::env::current_exe(), std::io::pipe())
    else {
        return;
    };
    if text.len() > PIPE || writer.write_all(text.as_bytes()).is_err() {
        return;
    }
    drop(writer);
    let mut command = Command::new(program);
    command.args(std::env::args_os().skip(1)).env(HANDED_OVER, "1").stdin(Stdio::from(reader));
    for name in variables.keys().filter(|name| is_secret(name)) {
        command.env_remove(name);
    }
    let error = command.exec();
    // Nothing is set up yet that could log this, and the caller goes on with what it has.
    drop(error);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_taken_for_one() {
        for name in ["INPUT_GITHUB-TOKEN", "GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "DB_PASSWORD", "INPUT_OUT"] {
            assert!(is_secret(name), "{name}");
        }
        for name in ["PATH", "HOME", "GITHUB_SHA", "GITHUB_EVENT_PATH", "FABWRIGHT_PYTHON"] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
