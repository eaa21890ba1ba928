//! A server process in a temporary folder, gone with its value.
//!
//! A shell stands between this program and the server. It waits for the end of its input, which comes when the value
//! is dropped and also when this program ends in any way, be it killed; then it stops the server and removes the
//! folder. A signal for the death of a parent would not do: it is sent when the *thread* ends that started the child.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use super::{Error, Result};

/// Stops the server by the signal and removes its folder when the input ends. A key that interrupts the program must
/// not interrupt this.
const WATCH: &str = r#"trap '' HUP INT TERM
folder=$1; signal=$2; shift 2
"$@" >"$folder/log" 2>&1 </dev/null &
server=$!
read -r _
kill -"$signal" "$server"
wait "$server"
rm -rf "$folder""#;

/// How long a server may take to answer for the first time.
pub(super) const PATIENCE: Duration = Duration::from_secs(60);

/// A kind of server: what its errors call it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Product {
    pub name: &'static str,
    /// The package that has its programs.
    pub package: &'static str,
    /// The user of the system that runs it where the superuser may not.
    pub user: &'static str,
}

impl Product {
    pub fn not_installed(self, program: &str) -> Error {
        Error::NotInstalled { program: program.to_owned(), product: self.name, package: self.package }
    }

    pub fn not_started(self, reason: impl Into<String>) -> Error {
        Error::NotStarted { product: self.name, reason: reason.into() }
    }

    pub fn refused(self, output: &Output) -> Error {
        let said = [&output.stderr, &output.stdout].map(|text| String::from_utf8_lossy(text).trim().to_owned());
        self.not_started(said.join("\n").trim())
    }
}

/// A temporary folder for a server, and the user whom it belongs to.
#[derive(Debug)]
pub(super) struct Place {
    product: Product,
    folder: TempDir,
    as_user: Vec<String>,
}

impl Place {
    /// The superuser `root`, which servers refuse, leaves the folder to the user of the product.
    pub fn new(product: Product) -> Result<Self> {
        let folder =
            tempfile::Builder::new().prefix("fabwright-").tempdir().map_err(Error::io(std::env::temp_dir()))?;
        let as_user = user(folder.path(), product)?;
        Ok(Self { product, folder, as_user })
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A command that runs `program` as the user whom the folder belongs to.
    pub fn command(&self, program: &Path) -> Command {
        let mut command = match self.as_user.as_slice() {
            [first, rest @ ..] => {
                let mut command = Command::new(first);
                command.args(rest).arg(program);
                command
            }
            [] => Command::new(program),
        };
        command.current_dir(self.path());
        command
    }

    /// Starts the server, which `signal` stops at once. What it says goes to the file `log` in the folder.
    pub fn start(self, server: &Command, signal: &str) -> Result<ThrowAway> {
        let mut watch = Command::new("sh");
        watch.args(["-c", WATCH, "sh"]).arg(self.path()).arg(signal);
        watch.arg(server.get_program()).args(server.get_args());
        watch.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).process_group(0);
        let watcher = watch.spawn().map_err(|_| self.product.not_installed("sh"))?;
        Ok(ThrowAway { folder: self.folder.keep(), watcher })
    }
}

/// A running server.
#[derive(Debug)]
pub(super) struct ThrowAway {
    folder: PathBuf,
    watcher: Child,
}

impl ThrowAway {
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What the server said so far.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }
}

impl Drop for ThrowAway {
    fn drop(&mut self) {
        drop(self.watcher.stdin.take());
        let _ = self.watcher.wait();
    }
}

/// A path as it stands in the query of a URL.
pub(super) fn in_query(path: &Path) -> String {
    let escaped = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    path.to_string_lossy().bytes().map(escaped).collect()
}

/// The words before a command that run it as another user, where this one may not run a server. The folder becomes
/// that user's.
fn user(folder: &Path, product: Product) -> Result<Vec<String>> {
    let number = |words: &[&str]| -> Option<u32> {
        let output = Command::new("id").args(words).output().ok()?;
        String::from_utf8_lossy(&output.stdout).trim().parse().ok()
    };
    if number(&["-u"]) != Some(0) {
        return Ok(Vec::new());
    }
    let Product { user, .. } = product;
    let (Some(uid), Some(gid)) = (number(&["-u", user]), number(&["-g", user])) else {
        return Err(product.not_started(format!("root may not run it, and there is no user `{user}`")));
    };
    std::os::unix::fs::chown(folder, Some(uid), Some(gid)).map_err(Error::io(folder))?;
    Ok(vec!["setpriv".to_owned(), format!("--reuid={uid}"), format!("--regid={gid}"), "--clear-groups".to_owned()])
}
