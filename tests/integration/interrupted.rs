//! A command that is told to end takes along what it made outside the user's tree.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

#[test]
fn a_stopped_check_leaves_no_checkout_behind() {
    let folder = tempfile::tempdir().expect("a folder");
    let (temporary, shop) = (folder.path().join("tmp"), folder.path().join("shop"));
    std::fs::create_dir(&temporary).expect("a folder");
    let mut child = Command::new(env!("CARGO_BIN_EXE_fabwright"))
        .args([Path::new("demo"), Path::new("--no-tests"), Path::new("--keep"), &shop])
        .current_dir(folder.path())
        .env("TMPDIR", &temporary)
        .env("FABWRIGHT_PYTHON", crate::python::interpreter())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut said = BufReader::new(child.stderr.take().expect("standard error")).lines().map_while(Result::ok);
    assert!(said.any(|line| line.contains("Check out")), "it ended before it could be stopped");
    kill_process(Pid::from_child(&child), Signal::INT).expect("a signal");
    assert!(said.any(|line| line.contains("stopped before the end")));
    assert_eq!(child.wait().expect("its end").code(), Some(14));
    assert_eq!(std::fs::read_dir(&temporary).expect("readable").count(), 0, "temporary files are left behind");
    assert!(!shop.join(".git/worktrees").exists(), "the repository still lists a checkout");
}
