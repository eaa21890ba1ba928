//! What was caught.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Mutant, Operator};

/// What came of a planted fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "verdict", rename_all = "lowercase")]
pub enum Verdict {
    /// A test failed.
    Caught {
        /// The first test that did.
        by: String,
        /// What it said, in one line.
        message: String,
    },
    /// Every test passed.
    Survived,
    /// The application does not start with it. Anybody would notice; it is not counted.
    Broken {
        /// What it said.
        message: String,
    },
    /// The tests took too long. It is not counted.
    TimedOut,
}

/// A fault, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Tried {
    /// The fault.
    #[serde(flatten)]
    pub mutant: Mutant,
    /// Fabwright's tests on it.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// What schemathesis says to it, where that was asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schemathesis: Option<Verdict>,
    /// How long our tests took, in seconds.
    pub seconds: f64,
}

/// Everything that was tried.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct MutationReport {
    /// The faults, in order of path and place.
    pub tried: Vec<Tried>,
    /// Tests that failed before anything was planted: false alarms, which were left out of every run.
    pub false_alarms: Vec<String>,
    /// How many tests the application passes as it is.
    pub tests: usize,
}

/// How many faults, and how many of them were caught.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Toll {
    /// Faults with which the application starts.
    pub planted: usize,
    /// Those that a test noticed.
    pub caught: usize,
}

impl Toll {
    fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Caught { .. } => {
                self.planted += 1;
                self.caught += 1;
            }
            Verdict::Survived => self.planted += 1,
            Verdict::Broken { .. } | Verdict::TimedOut => {}
        }
    }

    /// Caught faults in percent of all; 100 when there are none.
    pub fn percent(self) -> f64 {
        if self.planted == 0 {
            return 100.0;
        }
        // Counts of faults are far below what a float holds exactly.
        self.caught as f64 * 100.0 / self.planted as f64
    }
}

impl MutationReport {
    /// What our tests caught, by kind of fault and in all.
    pub fn toll(&self) -> (BTreeMap<Operator, Toll>, Toll) {
        self.count(|tried| Some(&tried.verdict))
    }

    /// What schemathesis caught; `None` when it was not asked.
    pub fn schemathesis(&self) -> Option<(BTreeMap<Operator, Toll>, Toll)> {
        let asked = self.tried.iter().any(|tried| tried.schemathesis.is_some());
        asked.then(|| self.count(|tried| tried.schemathesis.as_ref()))
    }

    fn count(&self, verdict: impl Fn(&Tried) -> Option<&Verdict>) -> (BTreeMap<Operator, Toll>, Toll) {
        let (mut by_kind, mut all) = (BTreeMap::<Operator, Toll>::new(), Toll::default());
        for tried in &self.tried {
            let Some(verdict) = verdict(tried) else { continue };
            by_kind.entry(tried.mutant.operator).or_default().add(verdict);
            all.add(verdict);
        }
        (by_kind, all)
    }
}
