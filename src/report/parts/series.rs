//! The stages in which deployed code keeps working.

use super::{Part, part};
use crate::report::facts::Facts;
use crate::report::markdown::{self, Links};
use crate::report::wording::series::{title, told, trial};
use crate::rollout::{Stage, Work};

pub(super) fn part_of(facts: &Facts, links: Links<'_>) -> Option<Part> {
    let series = facts.series.as_ref()?;
    let mut blocks = vec![markdown::sentence(&trial(series), links)];
    blocks.extend(series.rollout.stages.iter().enumerate().map(|(place, stage)| stage_of(place + 1, stage, links)));
    if !series.rollout.by_hand.is_empty() {
        let list = series.rollout.by_hand.iter().map(|one| item(one, links));
        blocks.push(format!("These stages do not make safe:\n\n{}", list.collect::<Vec<_>>().join("\n")));
    }
    if !series.files.is_empty() {
        blocks.push("As revisions, they are in `stages/` beside the report.".to_owned());
    }
    Some(part("the stages that keep deployed code working", 68, &title(series), &blocks.join("\n\n")))
}

fn stage_of(number: usize, stage: &Stage, links: Links<'_>) -> String {
    let head = format!("**{number}. {}.** {}", markdown::escape(stage.title), markdown::escape(stage.why));
    let body = match &stage.work {
        Work::Release(tasks) => tasks.iter().map(|task| item(task, links)).collect::<Vec<_>>().join("\n"),
        Work::Migrate { .. } | Work::Fill(_) | Work::Rows(_) | Work::Check(_) => {
            markdown::fence("sql", &stage.sql().unwrap_or_default())
        }
    };
    format!("{head}\n\n{body}")
}

fn item(text: &str, links: Links<'_>) -> String {
    format!("- {}", markdown::sentence(&told(text), links))
}
