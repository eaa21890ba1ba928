//! Names of scratch databases on a server that also holds others'.
//!
//! A name says when it was given, so that a later run can tell a database that was left behind by one that was killed.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

const PREFIX: &str = "fabwright_scratch_";
/// No run takes this long: a database of this age was left behind.
pub(super) const LEFT_BEHIND: Duration = Duration::from_secs(24 * 60 * 60);

/// Gives names that no other run gives.
#[derive(Debug)]
pub(super) struct Names {
    started: u64,
    run: u32,
    given: AtomicU32,
}

impl Names {
    pub(super) fn new() -> Self {
        // The hasher's keys are the system's randomness.
        let run = (RandomState::new().hash_one(std::process::id()) >> 32) as u32;
        Self { started: seconds(SystemTime::now()), run, given: AtomicU32::new(0) }
    }

    pub(super) fn next(&self) -> String {
        let number = self.given.fetch_add(1, Ordering::Relaxed);
        format!("{PREFIX}{}_{:08x}_{number}", self.started, self.run)
    }
}

/// Whether a database of this name is one of ours, and so old that nobody uses it any more. What a test suite made
/// beside a scratch database is called after it.
pub(super) fn is_left_behind(name: &str, now: SystemTime) -> bool {
    let Some(parts) = name.strip_prefix(PREFIX).map(|rest| rest.split('_').collect::<Vec<_>>()) else { return false };
    let [started, run, number, ..] = parts.as_slice() else { return false };
    let is_run = run.len() == 8 && run.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    match started.parse::<u64>() {
        Ok(started) if is_run && is_number => started.saturating_add(LEFT_BEHIND.as_secs()) < seconds(now),
        _ => false,
    }
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_old_databases_of_our_own_are_left_behind() {
        let name = Names::new().next();
        let now = SystemTime::now();
        let later = now + LEFT_BEHIND + Duration::from_secs(5);
        assert!(!is_left_behind(&name, now));
        assert!(is_left_behind(&name, later));
        assert!(is_left_behind(&format!("{name}_tests_7"), later));
        for other in [
            "postgres",
            "fabwright",
            "fabwright_scratch_",
            "fabwright_scratch_old_00000000_0",
            "fabwright_scratch_1_2_3",
            "fabwright_scratch_1_0000000g_3",
            "my_fabwright_scratch_1_00000000_0",
        ] {
            assert!(!is_left_behind(other, later), "{other}");
        }
    }

    #[test]
    fn no_name_is_given_twice() {
        let (one, other) = (Names::new(), Names::new());
        let names: std::collections::BTreeSet<String> = [one.next(), one.next(), other.next()].into();
        assert_eq!(names.len(), 3);
    }
}
