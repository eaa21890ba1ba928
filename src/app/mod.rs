//! The commands. One file each, and the only place where rooms are wired together.

pub mod action;
mod application;
pub mod check;
mod console;
mod databases;
pub mod demo;
mod dialect;
pub mod diff;
mod ending;
mod error;
mod exit;
pub mod forge;
mod framework;
pub mod gate;
pub mod generate;
mod hazards;
pub mod history;
pub mod init;
pub mod lint;
pub mod migration;
pub mod mutate;
pub mod publish;
pub mod snapshot;
mod source;
pub mod test;

pub use console::{Console, Step};
use ending::Ending;
pub use error::Error;
pub use exit::Exit;

/// What a user asked for.
#[derive(Debug)]
#[allow(missing_docs)]
pub enum Request {
    Check(check::Request),
    Demo(demo::Request),
    Init(init::Request),
    Snapshot(snapshot::Request),
    Diff(diff::Request),
    Migration(migration::Request),
    Mutate(mutate::Request),
    Test(Box<test::Request>),
    Generate(generate::Request),
    Lint(lint::Request),
    History(history::Request),
    Gate(gate::Request),
    Action(Box<action::Request>),
    Publish(Box<publish::Request>),
}

/// What a command prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people, in a terminal.
    Text,
    /// For programs.
    Json,
    /// For a comment or a page.
    Markdown,
}

/// Does what was asked for.
///
/// A signal that asks the process to end stops the work at its next step, and what it made in temporary folders, the
/// repository's list of checkouts included, goes with it.
///
/// # Errors
/// When it could not be done; the error says what to do next and how the process should end.
pub async fn run(request: Request, console: &Console) -> Result<Exit, Error> {
    let ending = Ending::listen();
    // A step of a workflow has to say on GitHub that it was stopped, and so hears for itself.
    let hears = matches!(request, Request::Action(_));
    let work = command(request, &ending, console);
    if hears { work.await } else { ending.or(work).await }
}

async fn command(request: Request, ending: &Ending, console: &Console) -> Result<Exit, Error> {
    match request {
        Request::Check(request) => check::run(&request, console).await,
        Request::Demo(request) => demo::run(&request, console).await,
        Request::Init(request) => init::run(&request, console),
        Request::Snapshot(request) => snapshot::run(&request, console).await,
        Request::Diff(request) => diff::run(&request, console).await,
        Request::Migration(request) => migration::run(&request, console).await,
        Request::Mutate(request) => mutate::run(&request, console).await,
        Request::Test(request) => test::run(&request, console).await,
        Request::Gate(request) => gate::run(&request, console).await,
        Request::Generate(request) => generate::run(&request, console).await,
        Request::Lint(request) => lint::run(&request, console),
        Request::History(request) => history::run(&request, console),
        Request::Publish(request) => publish::run(&request, console).await,
        Request::Action(request) => action::run(*request, ending, console).await,
    }
}
