//! A commit onto a branch of a server.

use super::{Commit, NewCommit, Repository, backup};
use crate::store::{Error, Result};

/// A repository on a server, and who asks.
pub struct Remote<'a> {
    /// Its address, without any credential.
    pub url: &'a str,
    /// What the header `Authorization` says.
    pub authorization: &'a str,
}

/// How programs find their way out of a company's network.
const WAYS_OUT: [&str; 6] = ["https_proxy", "HTTPS_PROXY", "http_proxy", "no_proxy", "NO_PROXY", "GIT_SSL_CAINFO"];

impl Repository {
    /// Commits changes onto `branch` of a server, and gives the commit. `None` if they change nothing. The target of
    /// `new` is left alone, and so is everything else here.
    ///
    /// The branch moves only if it is at the parent, so that nobody's push is ever lost.
    ///
    /// # Errors
    ///
    /// [`Error::Moved`] if the branch is elsewhere, [`Error::BadPath`], or when git or the server refuses.
    pub fn push_files(&self, new: &NewCommit<'_>, branch: &str, remote: &Remote<'_>) -> Result<Option<Commit>> {
        for change in new.changes {
            backup::check(&self.root, &change.path)?;
        }
        let Some(commit) = self.write_commit(new)? else { return Ok(None) };
        let reference = format!("refs/heads/{branch}");
        // The lease makes this a compare-and-swap. It forces nothing: the commit follows what the branch has to be at.
        let lease = format!("--force-with-lease={reference}:{}", new.parent);
        let what = format!("{commit}:{reference}");
        let header = format!("http.{}.extraHeader", remote.url);
        let push = self
            .git(["push", "--porcelain", "--no-verify", "--no-follow-tags", &lease, remote.url, &what])
            // A checkout may have left a header of its own, and two are one too many.
            .setting(&header, "")
            .setting(&header, format!("Authorization: {}", remote.authorization))
            // Elsewhere, the header has no business.
            .setting("http.followRedirects", "false")
            .setting("credential.helper", "");
        let output = WAYS_OUT.into_iter().fold(push, super::command::Git::keep).run()?;
        if output.success {
            return Ok(Some(commit));
        }
        let said = String::from_utf8_lossy(&output.stdout);
        let refusal = said.lines().find_map(|line| line.strip_prefix('!')).unwrap_or_default();
        // The first is git's own word, the other two are the server's where it moved while git was at it.
        if ["(stale info)", "failed to update ref", "cannot lock ref"].iter().any(|sign| refusal.contains(sign)) {
            return Err(Error::Moved { reference, expected: new.parent.short().to_owned() });
        }
        let reason = refusal.rsplit_once('\t').map_or(output.stderr.as_str(), |(_, reason)| reason);
        Err(Error::Git { command: format!("push {} {branch}", remote.url), message: reason.replace('\n', "; ") })
    }
}
