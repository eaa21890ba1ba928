//! What goes wrong on demand.

use super::state::{Seen, State};

/// Something that goes wrong with the next requests that fit.
#[derive(Clone)]
pub struct Fault {
    pub method: &'static str,
    /// A part of the path.
    pub path: &'static str,
    /// Whether the request takes effect all the same.
    pub after: bool,
    pub times: usize,
    pub kind: Kind,
    pub message: &'static str,
}

/// How it goes wrong.
#[derive(Clone)]
pub enum Kind {
    /// This status with these headers.
    Status(u16, Vec<(&'static str, &'static str)>),
    /// The connection breaks in the middle of the answer.
    Cut,
    /// A success whose answer is no JSON.
    Unreadable,
    /// Somebody else changes something first.
    Meanwhile(fn(&mut State)),
}

impl Fault {
    /// The request takes effect, and its answer is a gateway's error.
    pub fn lost(method: &'static str, path: &'static str) -> Self {
        Self { method, path, after: true, times: 1, kind: Kind::Status(502, Vec::new()), message: "Bad Gateway" }
    }

    /// The request takes no effect, and its answer is a gateway's error.
    pub fn down(method: &'static str, path: &'static str) -> Self {
        Self { after: false, ..Self::lost(method, path) }
    }

    /// The request takes effect, and half of its answer arrives.
    pub fn cut(method: &'static str, path: &'static str) -> Self {
        Self { kind: Kind::Cut, ..Self::lost(method, path) }
    }

    /// The request is refused for now.
    pub fn limited(method: &'static str, path: &'static str, seconds: &'static str) -> Self {
        let kind = Kind::Status(403, vec![("retry-after", seconds)]);
        Self { kind, message: "You have exceeded a secondary rate limit.", ..Self::down(method, path) }
    }

    /// The request takes effect, and its whole answer is no JSON.
    pub fn unreadable(method: &'static str, path: &'static str) -> Self {
        Self { kind: Kind::Unreadable, ..Self::lost(method, path) }
    }

    /// The request takes no effect, because somebody else writes at the same time.
    pub fn conflict(method: &'static str, path: &'static str) -> Self {
        Self { kind: Kind::Status(409, Vec::new()), message: "Conflict", ..Self::down(method, path) }
    }

    /// Somebody else acts just before the request does.
    pub fn meanwhile(method: &'static str, path: &'static str, change: fn(&mut State)) -> Self {
        Self { kind: Kind::Meanwhile(change), ..Self::down(method, path) }
    }

    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }
}

/// The fault that a request meets, which is used up by it.
pub fn take(state: &mut State, seen: &Seen, after: bool) -> Option<Fault> {
    let fits = |fault: &Fault| {
        fault.after == after && fault.times > 0 && fault.method == seen.method && seen.path.contains(fault.path)
    };
    let fault = state.faults.iter_mut().find(|fault| fits(fault))?;
    fault.times -= 1;
    Some(fault.clone())
}
