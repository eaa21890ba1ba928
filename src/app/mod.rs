//! The commands. One file each, and the only place where rooms are wired together.

pub mod action;
pub mod check;
mod console;
pub mod demo;
pub mod diff;
mod error;
mod exit;
pub mod forge;
pub mod gate;
pub mod generate;
mod hazards;
pub mod init;
pub mod lint;
pub mod migration;
pub mod publish;
pub mod snapshot;
mod source;

pub use console::{Console, Step};
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
    Generate(generate::Request),
    Lint(lint::Request),
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
    tokio::select! {
        // Listening begins before the command does.
        biased;
        () = told_to_end() => Err(Error::Interrupted),
        done = command(request, console) => done,
    }
}

/// Waits for a signal that asks the process to end. Where none can be heard, nobody is waited for.
async fn told_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}

async fn command(request: Request, console: &Console) -> Result<Exit, Error> {
    match request {
        Request::Check(request) => check::run(&request, console).await,
        Request::Demo(request) => demo::run(&request, console).await,
        Request::Init(request) => init::run(&request, console),
        Request::Snapshot(request) => snapshot::run(&request, console).await,
        Request::Diff(request) => diff::run(&request, console).await,
        Request::Migration(request) => migration::run(&request, console).await,
        Request::Gate(request) => gate::run(&request, console).await,
        Request::Generate(request) => generate::run(&request, console).await,
        Request::Lint(request) => lint::run(&request, console),
        Request::Publish(request) => publish::run(&request, console).await,
        Request::Action(request) => action::run(*request, console).await,
    }
}
