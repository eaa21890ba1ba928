use super::sample;
use super::*;

#[test]
fn the_comment_of_the_sample() {
    insta::assert_snapshot!(comment(&sample::facts(), &Limits::default()));
}

/// Writes what the documentation shows: `FABWRIGHT_SAMPLE_OUT=DIR cargo test --lib sample_files -- --ignored`.
#[test]
#[ignore = "writes files for people to look at"]
fn sample_files() {
    let out = std::path::PathBuf::from(std::env::var("FABWRIGHT_SAMPLE_OUT").expect("a folder to write to"));
    std::fs::create_dir_all(&out).expect("a folder");
    for (name, facts) in [("report", sample::facts()), ("failed", sample::failed()), ("nothing", sample::nothing())] {
        std::fs::write(out.join(format!("{name}.html")), html(&facts).expect("a page")).expect("a file");
        std::fs::write(out.join(format!("{name}.md")), summary(&facts)).expect("a file");
        std::fs::write(out.join(format!("{name}.txt")), terminal(&facts, Layout::default())).expect("a file");
    }
}
