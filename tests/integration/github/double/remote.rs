//! The repository itself, which git's own `http-backend` serves to whoever has a token.

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use axum::body::{Body, Bytes};
use axum::http::request::Parts;
use axum::response::Response;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::fault::{self, Kind};
use super::state::{REPOSITORY, Seen, State};
use crate::universe::Universe;

/// A repository without a working tree. It goes with the value.
pub struct Remote {
    folder: tempfile::TempDir,
}

/// What a push meets on the server: it notes down how every process of the machine was called.
const HOOK: &str = "#!/bin/sh\ncat /proc/[0-9]*/cmdline > called 2>/dev/null\nexit 0\n";

impl Remote {
    /// Serves a copy of a universe's branches.
    pub fn of(universe: &Universe) -> Self {
        let remote = Self { folder: tempfile::tempdir().unwrap() };
        universe.git(&["clone", "--quiet", "--bare", ".", &remote.path().to_string_lossy()]);
        let hook = remote.path().join("hooks/pre-receive");
        std::fs::write(&hook, HOOK).unwrap();
        std::fs::set_permissions(&hook, std::fs::Permissions::from_mode(0o755)).unwrap();
        remote
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(format!("{REPOSITORY}.git"))
    }

    /// How the machine's processes were called when the last push arrived.
    pub fn called(&self) -> String {
        String::from_utf8_lossy(&std::fs::read(self.path().join("called")).unwrap()).replace('\0', " ")
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        let identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.org"];
        let output = Command::new("git").args(identity).args(arguments).current_dir(self.path()).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    /// Lets somebody push a commit to a branch.
    pub fn push_of_somebody(&self, branch: &str) {
        let commit = self.git(&["commit-tree", &format!("{branch}^{{tree}}"), "-p", branch, "-m", "Somebody's"]);
        self.git(&["update-ref", &format!("refs/heads/{branch}"), &commit]);
    }
}

/// Whether a path is the repository's own, as git asks for it.
pub fn serves(path: &str) -> bool {
    path.starts_with(&format!("/{REPOSITORY}.git/"))
}

/// Answers git.
pub fn answer(state: &Mutex<State>, parts: &Parts, body: &Bytes) -> Response {
    let mut state = state.lock().unwrap();
    let (path, query) = (parts.uri.path().to_owned(), parts.uri.query().unwrap_or_default().to_owned());
    let credentials: Vec<String> =
        parts.headers.get_all("authorization").iter().filter_map(|it| basic(it.to_str().ok()?)).collect();
    let token = credentials.first().and_then(|it| it.strip_prefix("x-access-token:")).unwrap_or_default().to_owned();
    let method = parts.method.to_string();
    let seen =
        Seen { method, path: path.clone(), query: query.clone(), body: serde_json::Value::Null, token, status: 0 };
    state.log.push(seen.clone());
    if let Some(fault::Fault { kind: Kind::Meanwhile(change), .. }) = fault::take(&mut state, &seen, false) {
        change(&mut state);
    }
    let plain = |status: u16, text: &str| Response::builder().status(status).body(Body::from(text.to_owned())).unwrap();
    if credentials.len() > 1 {
        state.violations.push("two Authorization headers".to_owned());
        return plain(400, "Duplicate header: \"Authorization\"");
    }
    let Some(owner) = state.tokens.get(&seen.token) else {
        let refusal = Response::builder().status(401).header("www-authenticate", "Basic realm=\"GitHub\"");
        return refusal.body(Body::empty()).unwrap();
    };
    let writes = path.ends_with("git-receive-pack") || query == "service=git-receive-pack";
    if writes && owner.permissions.get("contents").is_none_or(|level| level != "write") {
        return plain(403, "Write access to repository not granted.");
    }
    let Some(remote) = &state.remote else { return plain(404, "Repository not found.") };
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut child = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", remote.folder.path())
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("REMOTE_USER", &owner.login)
        .env("REQUEST_METHOD", parts.method.as_str())
        .env("PATH_INFO", &path)
        .env("QUERY_STRING", &query)
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let sent = body.clone();
    std::thread::spawn(move || drop(stdin.write_all(&sent)));
    let output = child.wait_with_output().unwrap().stdout;
    for line in remote.git(&["for-each-ref", "--format=%(refname:lstrip=2) %(objectname)", "refs/heads"]).lines() {
        let (branch, sha) = line.split_once(' ').unwrap();
        state.branches.insert(branch.to_owned(), sha.to_owned());
    }
    of_cgi(&output)
}

/// The text of a Basic credential.
fn basic(header: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(header.strip_prefix("Basic ")?).ok()?).ok()
}

/// An answer as a CGI program writes it: headers, an empty line, the body.
fn of_cgi(output: &[u8]) -> Response {
    let end = output.windows(4).position(|window| window == b"\r\n\r\n").expect("headers");
    let mut response = Response::builder();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        let (name, value) = line.split_once(": ").expect("a header");
        response = match name {
            "Status" => response.status(value.split(' ').next().unwrap().parse::<u16>().unwrap()),
            _ => response.header(name, value),
        };
    }
    response.body(Body::from(output[end + 4..].to_vec())).unwrap()
}
