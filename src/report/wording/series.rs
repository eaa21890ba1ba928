//! The stages in which deployed code keeps working.

use super::sentence::Sentence;
use super::{count, thousands};
use crate::report::facts::{Series, Trial};

/// That there are stages, in a clause.
pub fn offer(series: &Series) -> Sentence {
    Sentence::words(format!("{} that keep it working are written out", stages(series)))
}

/// What the part about the stages is called.
pub fn title(series: &Series) -> String {
    format!("Without breaking deployed code: {}", stages(series))
}

fn stages(series: &Series) -> String {
    count(series.rollout.stages.len(), "stage", "stages")
}

/// How it went when the stages were gone through.
pub fn trial(series: &Series) -> Sentence {
    match &series.trial {
        Trial::NotTried => Sentence::words("These stages were not tried."),
        Trial::Arrived { rows } => Sentence::words(format!(
            "All stages were run on the base's schema with {} rows, and end at this pull request's schema ",
            thousands(*rows)
        ))
        .aside("measured")
        .text("."),
        Trial::Stopped { stage, error } => Sentence::words(format!(
            "Run on the rehearsal's rows, stage {stage} stops: rows have to be put right before it, as the migration may \
             do. The database says: "
        ))
        .code(error.as_str()),
    }
}

/// A task or a warning. What stands between backticks is code.
pub fn told(text: &str) -> Sentence {
    text.split('`').enumerate().fold(Sentence::new(), |sentence, (place, piece)| match (place % 2, piece) {
        (_, "") => sentence,
        (0, words) => sentence.text(words),
        (_, name) => sentence.code(name),
    })
}
