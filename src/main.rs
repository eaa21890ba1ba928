//! The `fabwright` binary: parse, start tracing, turn an error into an exit code.

use std::process::ExitCode;

use fabwright::{app, cli};

#[tokio::main]
async fn main() -> ExitCode {
    let invocation = match cli::parse() {
        Ok(invocation) => invocation,
        Err(error) => return cli::refuse(&error),
    };
    cli::start_tracing(&invocation);
    let console = app::Console::new(invocation.quiet);
    let exit = match app::run(invocation.request, &console).await {
        Ok(exit) => exit,
        Err(error) => console.fail(&error),
    };
    ExitCode::from(exit.code())
}
