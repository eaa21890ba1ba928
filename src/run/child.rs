//! The one way to start a child process.
//!
//! Every child runs the pull request's code, so it gets nothing that it was not given: a cleared environment, a
//! home and a temporary folder of its own, no standard input. It leads its own process group, and the group is
//! killed as a whole when the child ends, when its time is up, and when the caller stops waiting.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use process_wrap::tokio::{ChildWrapper, CommandWrap, ProcessGroup};
use tokio::io::{AsyncRead, AsyncReadExt};

use super::Error;

/// How long output is still read after the child has ended.
const DRAIN: Duration = Duration::from_secs(2);
/// A line longer than this is told to the callback in pieces.
const LINE: usize = 16 * 1024;

/// Told of each line of output as it comes.
pub type LineCallback = Arc<dyn Fn(&str) + Send + Sync>;

/// A child process to start.
#[derive(Clone)]
pub struct Child {
    program: PathBuf,
    arguments: Vec<OsString>,
    directory: PathBuf,
    environment: Vec<(OsString, OsString)>,
    home: Option<PathBuf>,
    limit: Duration,
    capture: usize,
    on_line: Option<LineCallback>,
}

/// What became of a child process.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Its exit status; `None` when it was stopped because its time was up.
    pub status: Option<ExitStatus>,
    /// Standard output: all of it, or its head and its tail.
    pub stdout: String,
    /// Standard error: all of it, or its head and its tail.
    pub stderr: String,
    /// Wall time in seconds.
    pub seconds: f64,
    /// Whether it was stopped because its time was up.
    pub timed_out: bool,
}

impl Outcome {
    /// Whether the child ended by itself with exit code 0.
    pub fn success(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }

    /// The exit code, when the child ended by itself and not by a signal.
    pub fn code(&self) -> Option<i32> {
        self.status.and_then(|status| status.code())
    }

    /// The last lines of what it said: of standard error, or of standard output when that is empty.
    pub fn tail(&self, lines: usize) -> String {
        let text = if self.stderr.trim().is_empty() { &self.stdout } else { &self.stderr };
        let all: Vec<&str> = text.trim_end().lines().collect();
        all.get(all.len().saturating_sub(lines)..).unwrap_or_default().join("\n")
    }
}

impl Child {
    /// A child that will run `program` in `directory` with a limit of ten minutes and 1 MiB kept of each stream.
    pub fn new(program: impl Into<PathBuf>, directory: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            arguments: Vec::new(),
            directory: directory.into(),
            environment: Vec::new(),
            home: None,
            limit: Duration::from_secs(600),
            capture: 1024 * 1024,
            on_line: None,
        }
    }

    /// Adds an argument.
    pub fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// Adds arguments.
    pub fn args<T: Into<OsString>>(mut self, arguments: impl IntoIterator<Item = T>) -> Self {
        self.arguments.extend(arguments.into_iter().map(Into::into));
        self
    }

    /// Sets a variable of the child's environment. A later value for a name replaces an earlier one.
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Sets several variables.
    pub fn envs<K: Into<OsString>, V: Into<OsString>>(mut self, variables: impl IntoIterator<Item = (K, V)>) -> Self {
        self.environment.extend(variables.into_iter().map(|(name, value)| (name.into(), value.into())));
        self
    }

    /// Hands on variables of our own environment, those of `names` that are set.
    pub fn inherit(self, names: &[&str]) -> Self {
        let set: Vec<_> =
            names.iter().filter_map(|name| std::env::var_os(name).map(|value| (OsString::from(name), value))).collect();
        self.envs(set)
    }

    /// Gives the child this home folder in place of an empty one.
    pub fn home(mut self, home: impl Into<PathBuf>) -> Self {
        self.home = Some(home.into());
        self
    }

    /// Sets the time after which it is stopped.
    pub fn limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sets how many bytes of each stream are kept: one half from its head, the other from its tail.
    pub fn capture(mut self, bytes: usize) -> Self {
        self.capture = bytes;
        self
    }

    /// Asks to be told of each line of standard output and standard error as it comes.
    pub fn on_line(mut self, callback: LineCallback) -> Self {
        self.on_line = Some(callback);
        self
    }

    /// The command as a person would type it.
    pub fn command_line(&self) -> String {
        std::iter::once(self.program.as_os_str())
            .chain(self.arguments.iter().map(OsString::as_os_str))
            .map(quoted)
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Runs it to its end.
    ///
    /// # Errors
    ///
    /// When it cannot be started. A child that fails or runs out of time is an [`Outcome`].
    pub async fn run(self) -> Result<Outcome, Error> {
        hide_environment();
        let own = tempfile::Builder::new().prefix("fabwright-").tempdir().map_err(Error::at(std::env::temp_dir()))?;
        let temporary = own.path().join("tmp");
        std::fs::create_dir(&temporary).map_err(Error::at(&temporary))?;
        let program = self.program.display().to_string();
        tracing::debug!(command = %self.command_line(), directory = %self.directory.display(), "starting a child");

        let mut wrap = CommandWrap::with_new(&self.program, |command| {
            command
                .args(&self.arguments)
                .current_dir(&self.directory)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .env_clear()
                .env("PATH", std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into()))
                .env("HOME", self.home.as_deref().unwrap_or(own.path()))
                .env("LANG", "C.UTF-8")
                .env("TMPDIR", &temporary)
                .envs(self.environment.iter().map(|(name, value)| (name, value)));
        });
        wrap.wrap(ProcessGroup::leader());
        let started = Instant::now();
        let mut group = Group(wrap.spawn().map_err(|source| Error::Start { program, source })?);
        let stdout = tokio::spawn(read(group.0.stdout().take(), self.capture, self.on_line.clone()));
        let stderr = tokio::spawn(read(group.0.stderr().take(), self.capture, self.on_line.clone()));

        // Only the leader is waited for: a process that it left behind in the background must not hold us up.
        let status = match tokio::time::timeout(self.limit, group.0.inner_mut().wait()).await {
            Ok(status) => Some(status.map_err(Error::at(&self.program))?),
            Err(_) => None,
        };
        group.kill();
        if status.is_none() {
            // Reap it; a killed leader ends at once.
            let _ = tokio::time::timeout(DRAIN, group.0.inner_mut().wait()).await;
        }
        let seconds = started.elapsed().as_secs_f64();
        Ok(Outcome {
            status,
            stdout: drained(stdout).await,
            stderr: drained(stderr).await,
            seconds,
            timed_out: status.is_none(),
        })
    }
}

/// Keeps children from reading in `/proc` what they were not given: a runner's tokens are in our environment.
fn hide_environment() {
    #[cfg(target_os = "linux")]
    {
        use rustix::process::{DumpableBehavior, set_dumpable_behavior};
        // Where the system knows no such wish, clearing the child's own environment is all that can be done.
        let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    }
}

/// Kills the whole group when it is dropped.
struct Group(Box<dyn ChildWrapper>);

impl Group {
    fn kill(&mut self) {
        // An error means that nobody is left in the group.
        let _ = self.0.start_kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
    }
}

async fn drained(mut reader: tokio::task::JoinHandle<String>) -> String {
    match tokio::time::timeout(DRAIN, &mut reader).await {
        Ok(Ok(text)) => text,
        Ok(Err(_)) => String::new(),
        Err(_) => {
            reader.abort();
            "[output not read: a process that left its group holds it open]".to_owned()
        }
    }
}

async fn read(stream: Option<impl AsyncRead + Unpin>, keep: usize, on_line: Option<LineCallback>) -> String {
    let Some(mut stream) = stream else { return String::new() };
    let mut kept = Kept::new(keep);
    let mut line = Vec::new();
    let mut buffer = vec![0; 8192];
    while let Ok(count) = stream.read(&mut buffer).await {
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        kept.push(bytes);
        if let Some(callback) = &on_line {
            for &byte in bytes {
                if byte == b'\n' || line.len() >= LINE {
                    callback(String::from_utf8_lossy(&line).trim_end());
                    line.clear();
                }
                if byte != b'\n' {
                    line.push(byte);
                }
            }
        }
    }
    if let Some(callback) = on_line.filter(|_| !line.is_empty()) {
        callback(String::from_utf8_lossy(&line).trim_end());
    }
    kept.text()
}

/// The head and the tail of a stream.
struct Kept {
    half: usize,
    head: Vec<u8>,
    tail: VecDeque<u8>,
    dropped: usize,
}

impl Kept {
    fn new(keep: usize) -> Self {
        Self { half: keep / 2, head: Vec::new(), tail: VecDeque::new(), dropped: 0 }
    }

    fn push(&mut self, bytes: &[u8]) {
        let (head, rest) = bytes.split_at(bytes.len().min(self.half - self.head.len()));
        self.head.extend_from_slice(head);
        self.tail.extend(rest);
        let over = self.tail.len().saturating_sub(self.half);
        self.tail.drain(..over);
        self.dropped += over;
    }

    fn text(self) -> String {
        let tail = Vec::from(self.tail);
        if self.dropped == 0 {
            // A character may straddle head and tail.
            return String::from_utf8_lossy(&[self.head, tail].concat()).into_owned();
        }
        let (head, tail) = (String::from_utf8_lossy(&self.head), String::from_utf8_lossy(&tail));
        format!("{head}\n[… {} bytes left out …]\n{tail}", self.dropped)
    }
}

fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,@%+".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.into_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// The first executable called `name` on PATH.
pub fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_executable(file))
}

/// Whether `file` is a file that may be run.
pub fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    fn shell(script: &str) -> Child {
        Child::new("/bin/sh", std::env::temp_dir()).args(["-c", script])
    }

    #[tokio::test]
    async fn environment_holds_only_what_was_given() {
        let outcome = shell("env").env("DATABASE_URL", "sqlite:x").run().await.unwrap();
        let names: Vec<&str> = outcome.stdout.lines().filter_map(|line| line.split('=').next()).collect();
        for name in &names {
            assert!(
                ["PATH", "HOME", "LANG", "TMPDIR", "DATABASE_URL", "PWD", "SHLVL", "_", "OLDPWD"].contains(name),
                "{name}"
            );
        }
        assert!(names.contains(&"DATABASE_URL"));
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn our_own_environment_is_hidden() {
        shell("true").run().await.unwrap();
        let behavior = rustix::process::dumpable_behavior().unwrap();
        assert_eq!(behavior, rustix::process::DumpableBehavior::NotDumpable);
    }

    #[tokio::test]
    async fn time_limit_stops_the_whole_group() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let script = format!("(sleep 1; echo late > '{}') & sleep 30", mark.display());
        let outcome = shell(&script).limit(Duration::from_millis(200)).run().await.unwrap();
        assert!(outcome.timed_out && outcome.status.is_none() && outcome.seconds < 5.0);
        tokio::time::sleep(Duration::from_millis(1300)).await;
        assert!(!mark.exists(), "a grandchild survived");
    }

    #[tokio::test]
    async fn dropping_the_future_stops_the_group() {
        let folder = tempfile::tempdir().unwrap();
        let mark = folder.path().join("mark");
        let running = shell(&format!("sleep 1; echo late > '{}'", mark.display())).run();
        assert!(tokio::time::timeout(Duration::from_millis(200), running).await.is_err());
        tokio::time::sleep(Duration::from_millis(1300)).await;
        assert!(!mark.exists());
    }

    #[tokio::test]
    async fn a_background_process_does_not_hold_up_the_end() {
        let outcome = shell("sleep 30 & echo done").run().await.unwrap();
        assert!(outcome.success() && outcome.seconds < 5.0);
        assert_eq!(outcome.stdout, "done\n");
    }

    #[tokio::test]
    async fn long_output_keeps_head_and_tail() {
        let outcome = shell("echo first; seq 1 100000; echo last").capture(2000).run().await.unwrap();
        assert!(outcome.stdout.starts_with("first\n") && outcome.stdout.ends_with("last\n"));
        assert!(outcome.stdout.contains("bytes left out") && outcome.stdout.len() < 2200);
    }

    #[tokio::test]
    async fn lines_are_told_as_they_come() {
        let seen = Arc::new(Mutex::new(Vec::new()));
        let sink = seen.clone();
        let callback: LineCallback = Arc::new(move |line| sink.lock().unwrap().push(line.to_owned()));
        shell("printf 'a\\nb'").on_line(callback).run().await.unwrap();
        assert_eq!(*seen.lock().unwrap(), ["a", "b"]);
    }

    #[tokio::test]
    async fn a_missing_program_is_named() {
        let error = Child::new("no-such-program", "/").run().await.unwrap_err();
        assert!(error.to_string().contains("no-such-program"));
    }

    #[test]
    fn command_lines_can_be_typed() {
        assert_eq!(
            Child::new("pip", "/").args(["install", "-r", "my file.txt"]).command_line(),
            "pip install -r 'my file.txt'"
        );
    }
}
