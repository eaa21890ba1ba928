//! Runs `git` as a child process that asks nothing, runs no hooks and ends in time.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::store::{Error, Result};

/// How long one git command may take.
const LIMIT: Duration = Duration::from_secs(120);

/// What of the environment git may see: where programs, the user's configuration and temporary files are.
const KEPT: [&str; 6] = ["PATH", "HOME", "XDG_CONFIG_HOME", "TMPDIR", "SYSTEMROOT", "USERPROFILE"];

/// A git command to be.
#[derive(Debug, Clone)]
pub(super) struct Git {
    folder: PathBuf,
    arguments: Vec<OsString>,
    environment: Vec<(OsString, OsString)>,
    settings: Vec<(String, OsString)>,
    input: Vec<u8>,
    limit: Duration,
}

/// What a finished command said.
#[derive(Debug)]
pub(super) struct Output {
    pub success: bool,
    pub stdout: Vec<u8>,
    pub stderr: String,
}

impl Git {
    /// A command that runs in `folder`.
    pub(super) fn new<I, A>(folder: &Path, arguments: I) -> Self
    where
        I: IntoIterator<Item = A>,
        A: AsRef<OsStr>,
    {
        Self {
            folder: folder.to_owned(),
            arguments: arguments.into_iter().map(|argument| argument.as_ref().to_owned()).collect(),
            environment: Vec::new(),
            settings: Vec::new(),
            input: Vec::new(),
            limit: LIMIT,
        }
    }

    /// Sets a variable of the environment.
    pub(super) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.environment.push((name.into(), value.as_ref().to_owned()));
        self
    }

    /// Lets through a variable of this process's environment.
    pub(super) fn keep(self, name: &str) -> Self {
        match std::env::var_os(name) {
            Some(value) => self.env(name, value),
            None => self,
        }
    }

    /// Sets a configuration value, which no other process sees in this one's arguments. It comes after those before it,
    /// and after all that is configured elsewhere.
    pub(super) fn setting(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.settings.push((name.to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Uses another index than the user's.
    pub(super) fn index(self, file: &Path) -> Self {
        self.env("GIT_INDEX_FILE", file)
    }

    /// Gives bytes to standard input.
    pub(super) fn input(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.input = bytes.into();
        self
    }

    /// Runs to the end, whether it succeeds or not.
    pub(super) fn run(self) -> Result<Output> {
        let mut command = Command::new("git");
        command.env_clear();
        for name in KEPT {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        let folder = self.folder.as_os_str();
        // Nothing that the repository or the machine configures may run a program of its own choice.
        let settings: [(&str, &OsStr); 9] = [
            ("safe.directory", folder),
            ("core.hooksPath", OsStr::new("/dev/null")),
            ("core.fsmonitor", OsStr::new("false")),
            ("core.quotePath", OsStr::new("false")),
            ("core.pager", OsStr::new("cat")),
            ("gc.auto", OsStr::new("0")),
            ("maintenance.auto", OsStr::new("false")),
            ("submodule.recurse", OsStr::new("false")),
            ("advice.detachedHead", OsStr::new("false")),
        ];
        let own = self.settings.iter().map(|(name, value)| (name.as_str(), value.as_os_str()));
        for (number, (name, value)) in settings.into_iter().chain(own).enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{number}"), name).env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        command
            .env("GIT_CONFIG_COUNT", (settings.len() + self.settings.len()).to_string())
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_LITERAL_PATHSPECS", "1")
            .env("GIT_NO_REPLACE_OBJECTS", "1")
            .env("GIT_LFS_SKIP_SMUDGE", "1")
            .env("LC_ALL", "C")
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .current_dir(&self.folder)
            .args(&self.arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let shown = self.shown();
        let mut child = command.spawn().map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound if self.folder.is_dir() => Error::GitMissing,
            _ => Error::File { path: self.folder.clone(), source: error },
        })?;
        if let Some(mut stdin) = child.stdin.take() {
            let input = self.input;
            // A command that ends early closes the pipe; its exit status tells why.
            std::thread::spawn(move || drop(stdin.write_all(&input)));
        }
        let stdout = child.stdout.take().map(collect);
        let stderr = child.stderr.take().map(collect);
        let deadline = Instant::now() + self.limit;
        let mut pause = Duration::from_micros(300);
        let status = loop {
            match child.try_wait() {
                Ok(Some(status)) => break status,
                Ok(None) if Instant::now() >= deadline => {
                    drop(child.kill());
                    drop(child.wait());
                    return Err(Error::TimedOut { command: shown, limit: self.limit });
                }
                Ok(None) => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(10));
                }
                Err(error) => return Err(Error::Git { command: shown, message: error.to_string() }),
            }
        };
        let rest = |stream: Option<mpsc::Receiver<Vec<u8>>>| {
            let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_secs(1));
            stream.and_then(|stream| stream.recv_timeout(left).ok())
        };
        // Half an answer must not be taken for a whole one.
        let Some(stdout) = rest(stdout) else { return Err(Error::TimedOut { command: shown, limit: self.limit }) };
        let stderr = String::from_utf8_lossy(&rest(stderr).unwrap_or_default()).trim().to_owned();
        Ok(Output { success: status.success(), stdout, stderr })
    }

    /// Runs to the end and takes a failure for an error.
    pub(super) fn bytes(self) -> Result<Vec<u8>> {
        let shown = self.shown();
        let output = self.run()?;
        if output.success {
            Ok(output.stdout)
        } else {
            Err(Error::Git { command: shown, message: first_lines(&output.stderr) })
        }
    }

    /// Runs to the end and gives the output without the line end.
    pub(super) fn text(self) -> Result<String> {
        Ok(String::from_utf8_lossy(&self.bytes()?).trim_end_matches(['\n', '\r']).to_owned())
    }

    fn shown(&self) -> String {
        let words: Vec<String> =
            self.arguments.iter().map(|word| word.to_string_lossy().chars().take(80).collect()).collect();
        words.join(" ")
    }
}

fn collect(mut stream: impl Read + Send + 'static) -> mpsc::Receiver<Vec<u8>> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        drop(stream.read_to_end(&mut bytes));
        drop(sender.send(bytes));
    });
    receiver
}

fn first_lines(text: &str) -> String {
    text.lines().take(6).collect::<Vec<_>>().join("; ")
}
