//! Tells a webhook and Slack what a check found.

use super::Request;
use crate::app::check::Checked;
use crate::app::{Console, Error, Exit};
use crate::github::event::Event;
use crate::notify::{Announcement, Channel, tell};
use crate::report::wording::{fits_on_one_line, headline};

/// Tells everybody who is to be told. Where that does not succeed, a note says so and the check goes on.
pub(super) async fn spread(
    request: &Request,
    event: &Event,
    checked: &Checked,
    console: &Console,
) -> Result<(), Error> {
    let is_news = |channel: &&Channel| {
        // People are left alone where there is nothing to look at.
        **channel == Channel::Webhook || checked.exit != Exit::Done || !fits_on_one_line(&checked.facts)
    };
    let mut announcement = None;
    for channel in checked.channels.iter().filter(is_news) {
        let Some(address) = request.addresses.of(*channel) else {
            // By default there is no webhook. Without secrets, as in a fork's job, there is no Slack either.
            if *channel == Channel::Slack {
                console.note(&format!("Slack was not told: input `{}` is empty", channel.input()));
            }
            continue;
        };
        let announcement = match &announcement {
            Some(made) => made,
            None => announcement.insert(Announcement {
                repository: request.forge.repository.clone(),
                pull_request: event.pull_request,
                commit: checked.facts.head.commit.clone(),
                conclusion: checked.exit.conclusion().to_owned(),
                headline: headline(&checked.facts),
                run_url: checked.facts.report_url.clone(),
                report: serde_json::from_str(&checked.json).map_err(|error| Error::bug("changes.json", error))?,
            }),
        };
        if let Err(error) = tell(*channel, address, announcement).await {
            console.note(&error.to_string());
        }
    }
    Ok(())
}
