//! How much may be asked: so many requests in a while, and so many writes in a minute. Whoever asks on when told to wait, or
//! writes faster than GitHub allows, is on the way to be shut out, which is a violation.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};

use super::state::Answer;

/// Writes that GitHub takes in a minute.
const WRITES: usize = 80;
const MINUTE: Duration = Duration::from_secs(60);

/// What each token has used up.
pub struct Limits {
    /// Requests in a window.
    pub requests: u64,
    /// How long a window is, in seconds.
    pub window: i64,
    windows: BTreeMap<String, Window>,
    writes: BTreeMap<String, VecDeque<Instant>>,
}

struct Window {
    /// When it ends, in whole seconds.
    end: Timestamp,
    used: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests: 5000, window: 3600, windows: BTreeMap::new(), writes: BTreeMap::new() }
    }
}

/// What a request is told.
pub enum Verdict {
    /// It is answered, with these headers.
    Passes(Vec<(String, String)>),
    /// It is refused: it used up the rest.
    Exhausted(Answer),
    /// It is refused, and should not have been made.
    Shameless(Answer),
}

impl Limits {
    /// Counts a request.
    pub fn meet(&mut self, token: &str, is_write: bool) -> Verdict {
        let now = Timestamp::now();
        let end = Timestamp::from_second(now.as_second() + self.window).unwrap();
        let window = self.windows.entry(token.to_owned()).or_insert(Window { end, used: 0 });
        if window.end <= now {
            *window = Window { end, used: 0 };
        }
        window.used += 1;
        let used = window.used.min(self.requests);
        let headers: Vec<(String, String)> = [
            ("x-ratelimit-limit", self.requests.to_string()),
            ("x-ratelimit-used", used.to_string()),
            ("x-ratelimit-remaining", (self.requests - used).to_string()),
            ("x-ratelimit-reset", window.end.as_second().to_string()),
            ("x-ratelimit-resource", "core".to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        if window.used > self.requests {
            let refused = Answer { headers, ..Answer::error(403, "API rate limit exceeded for installation ID 77.") };
            let is_first = window.used == self.requests + 1;
            return if is_first { Verdict::Exhausted(refused) } else { Verdict::Shameless(refused) };
        }
        if is_write {
            let writes = self.writes.entry(token.to_owned()).or_default();
            writes.push_back(Instant::now());
            writes.retain(|write| write.elapsed() < MINUTE);
            if writes.len() > WRITES {
                let mut refused = Answer::error(403, "You have exceeded a secondary rate limit.");
                refused.headers = headers;
                refused.headers.push(("retry-after".to_owned(), "60".to_owned()));
                return Verdict::Shameless(refused);
            }
        }
        Verdict::Passes(headers)
    }
}

/// When a request that was told to wait may come again.
#[derive(Default)]
pub struct Waits(BTreeMap<String, Timestamp>);

impl Waits {
    /// Notes down what an answer asks for.
    pub fn note(&mut self, request: &str, answer: &Answer) {
        let seconds =
            answer.headers.iter().find(|(name, _)| name == "retry-after").and_then(|(_, value)| value.parse().ok());
        if let Some(seconds) = seconds {
            self.0.insert(request.to_owned(), Timestamp::now() + SignedDuration::from_secs(seconds));
        }
    }

    /// Whether a request comes before it may.
    pub fn is_early(&mut self, request: &str) -> bool {
        self.0.remove(request).is_some_and(|until| Timestamp::now() < until)
    }
}
