//! Arguments and action inputs, turned into one request per command.
//!
//! The rest of Fabwright never sees a flag: [`parse`] yields an [`Invocation`] whose [`Request`] is all that the
//! `app` room is given.

pub mod action;
mod arguments;
mod secrets;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

use crate::app::{Exit, Request};
use arguments::{Arguments, LogFormat};

/// What the user asked for.
#[derive(Debug)]
pub struct Invocation {
    /// The command with its arguments.
    pub request: Request,
    /// Whether progress is left out.
    pub quiet: bool,
    log: LogFormat,
}

/// Why there is nothing to run.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The arguments do not fit, or help was asked for.
    #[error(transparent)]
    Arguments(#[from] clap::Error),
    /// The action's inputs or the event's payload do not fit.
    #[error(transparent)]
    Action(#[from] action::Error),
}

/// Parses this process's arguments.
///
/// # Errors
/// When they do not fit, or ask for help or the version.
pub fn parse() -> Result<Invocation, Error> {
    parse_from(std::env::args_os())
}

/// Parses `arguments`, the first of which is the name of the program.
///
/// # Errors
/// When they do not fit, or ask for help or the version.
pub fn parse_from(arguments: impl IntoIterator<Item = OsString>) -> Result<Invocation, Error> {
    let arguments = Arguments::try_parse_from(arguments)?;
    let (quiet, log) = (arguments.quiet, arguments.log_format);
    Ok(Invocation { request: arguments.command.into_request()?, quiet, log })
}

/// Says why there is nothing to run, on the stream where it belongs.
pub fn refuse(error: &Error) -> ExitCode {
    match error {
        Error::Arguments(error) => {
            // Help and the version are answers, not failures.
            let asked = !error.use_stderr();
            let _ = error.print();
            ExitCode::from(if asked { Exit::Done.code() } else { Exit::Usage.code() })
        }
        Error::Action(error) => {
            crate::app::Console::new(true).complain(&error.to_string());
            ExitCode::from(Exit::Usage.code())
        }
    }
}

/// Sends structured logs to standard error; `FABWRIGHT_LOG` chooses what (as in `fabwright=debug`).
pub fn start_tracing(invocation: &Invocation) {
    let filter = EnvFilter::try_from_env("FABWRIGHT_LOG").unwrap_or_else(|_| EnvFilter::new("warn"));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber in one process is a test's; the first one stays.
    let _ = match invocation.log {
        LogFormat::Text => subscriber.without_time().try_init(),
        LogFormat::Json => subscriber.json().try_init(),
    };
}
