//! The stages in which deployed code keeps working, as the page's template shows them.

use serde::Serialize;

use super::{code, inline};
use crate::report::facts::Series;
use crate::report::markdown::Links;
use crate::report::wording::series::{title, told, trial};
use crate::rollout::{Stage, Work};

#[derive(Serialize)]
pub struct SeriesView {
    title: String,
    trial: String,
    stages: Vec<StageView>,
    by_hand: Vec<String>,
    files: bool,
}

#[derive(Serialize)]
struct StageView {
    title: &'static str,
    why: &'static str,
    tasks: Vec<String>,
    sql: Option<String>,
}

/// The stages of a run.
pub fn view(series: &Series, links: Links<'_>) -> SeriesView {
    let stage = |stage: &Stage| StageView {
        title: stage.title,
        why: stage.why,
        tasks: match &stage.work {
            Work::Release(tasks) => tasks.iter().map(|task| inline::sentence(&told(task), links)).collect(),
            Work::Migrate { .. } | Work::Fill(_) | Work::Rows(_) | Work::Check(_) => Vec::new(),
        },
        sql: stage.sql().map(|sql| code::sql(&sql)),
    };
    SeriesView {
        title: title(series),
        trial: inline::sentence(&trial(series), links),
        stages: series.rollout.stages.iter().map(stage).collect(),
        by_hand: series.rollout.by_hand.iter().map(|one| inline::sentence(&told(one), links)).collect(),
        files: !series.files.is_empty(),
    }
}
