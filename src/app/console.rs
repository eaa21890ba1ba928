//! The terminal: results on standard output, progress and complaints on standard error.

use std::io::Write as _;
use std::time::{Duration, Instant};

use console::{Term, style};
use indicatif::{ProgressBar, ProgressStyle};
use tokio::sync::watch;

use super::{Error, Exit};
use crate::report::{Colour, Layout};

/// Where a command speaks to the person who started it.
#[derive(Debug)]
pub struct Console {
    quiet: bool,
    stderr: Term,
    /// The stage that is under way.
    stage: watch::Sender<&'static str>,
}

/// A stage that is under way. It ends with [`Step::done`], or silently when dropped.
#[derive(Debug)]
pub struct Step<'a> {
    console: &'a Console,
    label: &'static str,
    started: Instant,
    bar: ProgressBar,
}

impl Console {
    /// A console for this process; `quiet` leaves progress out.
    pub fn new(quiet: bool) -> Self {
        Self { quiet, stderr: Term::stderr(), stage: watch::Sender::new("") }
    }

    /// Tells which stage is under way, now and later.
    pub fn stages(&self) -> watch::Receiver<&'static str> {
        self.stage.subscribe()
    }

    /// Prints a result, followed by a line break where the text has none.
    pub fn print(&self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        // A reader that has gone away (`| head`) is no failure of ours.
        let _ = stdout.write_all(text.as_bytes());
        if !text.ends_with('\n') {
            let _ = stdout.write_all(b"\n");
        }
        let _ = stdout.flush();
    }

    /// How results are laid out: for the terminal that they go to, or plainly for a file or a pipe.
    pub fn layout(&self) -> Layout {
        let terminal = Term::stdout();
        if !terminal.is_term() {
            return Layout::default();
        }
        let colour = if console::colors_enabled() { Colour::Always } else { Colour::Never };
        Layout { colour, width: usize::from(terminal.size().1) }
    }

    /// Tells something on the side.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            let _ = self.stderr.write_line(&format!("{} {text}", style("note:").for_stderr().cyan()));
        }
    }

    /// Gives what tells the runner to hide a secret in its logs.
    pub fn masker(&self) -> impl Fn(&str) + Send + Sync + 'static {
        |secret| {
            // A workflow command goes to standard output, on a line of its own.
            let mut stdout = std::io::stdout().lock();
            let _ = writeln!(stdout, "::add-mask::{secret}");
            let _ = stdout.flush();
        }
    }

    /// Says what went wrong.
    pub fn complain(&self, text: &str) {
        let _ = self.stderr.write_line(&format!("{} {text}", style("error:").for_stderr().red().bold()));
    }

    /// Says why a command failed, with every cause, and how it ends for that.
    pub fn fail(&self, error: &Error) -> Exit {
        self.complain(&error.to_string());
        error.exit()
    }

    /// Begins a stage.
    pub fn step(&self, label: &'static str) -> Step<'_> {
        let bar = if self.quiet || !self.stderr.is_term() { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        if let Ok(template) = ProgressStyle::with_template("{spinner:.cyan} {prefix:24} {wide_msg:.dim} {elapsed}") {
            bar.set_style(template);
        }
        bar.set_prefix(label);
        bar.enable_steady_tick(Duration::from_millis(100));
        tracing::info!(step = label, "begins");
        self.stage.send_replace(label);
        Step { console: self, label, started: Instant::now(), bar }
    }
}

impl Step<'_> {
    /// Says what the stage is at.
    pub fn progress(&self, detail: impl Into<String>) {
        self.bar.set_message(detail.into());
    }

    /// Ends the stage with what came of it.
    pub fn done(self, detail: &str) {
        self.bar.finish_and_clear();
        let seconds = self.started.elapsed().as_secs_f64();
        tracing::info!(step = self.label, seconds, detail, "done");
        if !self.console.quiet {
            let line = format!(
                "{} {:24} {detail} {}",
                style("✓").for_stderr().green(),
                self.label,
                style(format!("({seconds:.1} s)")).for_stderr().dim()
            );
            let _ = self.console.stderr.write_line(&line);
        }
    }
}

impl Drop for Step<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
