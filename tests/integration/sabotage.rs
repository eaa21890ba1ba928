//! The generated tests notice when somebody breaks the example.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use crate::python::interpreter;
use crate::rehearsal::copy;

fn shop() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/shop")
}

/// Python in a folder, which leaves no bytecode there: a patch may keep the size and the second of a file.
fn python(folder: &Path, arguments: &[&str], variable: (&str, &Path)) -> Output {
    Command::new(interpreter())
        .args(arguments)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env(variable.0, format!("sqlite:///{}", variable.1.display()))
        .current_dir(folder)
        .output()
        .unwrap()
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// The example's migrated, empty database. The first test makes it, under a name of its own until it is whole.
fn migrated() -> &'static Path {
    static DATABASE: OnceLock<PathBuf> = OnceLock::new();
    DATABASE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        copy(&shop().join("base"), folder.path());
        let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let made = kept.join(format!("sabotage-{}.db", std::process::id()));
        let upgraded = python(
            folder.path(),
            &["-m", "flask", "--app", "app:create_app", "db", "upgrade"],
            ("DATABASE_URL", &made),
        );
        assert!(upgraded.status.success(), "{}", text(&upgraded));
        let database = kept.join("sabotage.db");
        std::fs::rename(made, &database).unwrap();
        database
    })
}

fn is_caught(name: &str) {
    let patch = shop().join("sabotage").join(format!("{name}.patch"));
    let written = std::fs::read_to_string(&patch).unwrap();
    let test = written.lines().find_map(|line| line.strip_prefix("Caught-by: ")).unwrap().trim();
    let folder = tempfile::tempdir().unwrap();
    copy(&shop().join("base"), folder.path());
    let run = || {
        let arguments = ["-m", "pytest", "-q", "-rA", "--tb=short", "-p", "no:cacheprovider", test];
        python(folder.path(), &arguments, ("FABWRIGHT_DATABASE_URI", migrated()))
    };

    let before = run();
    assert!(before.status.success(), "{test} fails on the example as it is:\n{}", text(&before));

    let applied = Command::new("git")
        .args(["apply", "--whitespace=nowarn"])
        .arg(&patch)
        .env("GIT_CEILING_DIRECTORIES", folder.path().parent().unwrap())
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(applied.status.success(), "{name}.patch no longer applies:\n{}", text(&applied));

    let after = run();
    let report = text(&after);
    assert_eq!(after.status.code(), Some(1), "{test} lets {name} through, or did not run:\n{report}");
    assert!(report.contains(&format!("FAILED {test}")), "{name} broke something before {test} ran:\n{report}");
}

macro_rules! caught {
    ($($test:ident: $patch:literal),+ $(,)?) => {
        $(
            #[test]
            fn $test() {
                is_caught($patch);
            }
        )+

        #[test]
        fn every_patch_is_tried() {
            let mut known = vec![$($patch.to_owned()),+];
            let mut found: Vec<String> = std::fs::read_dir(shop().join("sabotage"))
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .filter(|path| path.extension().is_some_and(|extension| extension == "patch"))
                .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
                .collect();
            known.sort();
            found.sort();
            assert_eq!(known, found);
        }
    };
}

caught! {
    a_validator_that_was_dropped: "drop-validator",
    an_endpoint_that_became_public: "public-endpoint",
    decimal_places_that_were_lost: "lose-decimals",
    a_unique_constraint_that_was_dropped: "drop-unique",
    foreign_keys_that_were_swapped: "swap-foreign-keys",
}
