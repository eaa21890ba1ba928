//! Holds the reports in `docs/reports` true: each is what a check of one change of the example says.
//!
//! `INSTA_UPDATE=always` writes them anew.

use std::path::{Path, PathBuf};

use crate::universe::Universe;

/// The revisions of the example's pull request in their order, each as a pull request of its own.
const CHANGES: [(&str, &str); 3] = [
    ("customer-email", "c5e09a7f13b8_customer_email.py"),
    ("product-sourcing", "d8134be6f02a_product_sourcing.py"),
    ("invoices-and-discounts", "f60b92d7a4c1_invoices_and_discounts.py"),
];

#[test]
fn each_change_of_the_example_has_the_report_that_the_documentation_shows() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let universe = Universe::shop();
    universe.git(&["switch", "--quiet", "main"]);
    let mut base = "main".to_owned();
    for (name, file) in CHANGES {
        let revision = root.join("examples/shop/pull-request/migrations/versions").join(file);
        universe.git(&["switch", "--quiet", "--create", name]);
        let text = std::fs::read_to_string(revision).expect("a revision");
        universe.commit_files(&[(&format!("migrations/versions/{file}"), &text)]);
        universe.fabwright(&["check", "--base", &base, "--no-tests"]);
        let report = without_the_moment(&universe.file("fabwright-report/report.md"));
        kept(&root.join("docs/reports").join(format!("{name}.md")), &report);
        base = name.to_owned();
    }
}

/// The report without what another run has otherwise: commits, versions, times.
fn without_the_moment(report: &str) -> String {
    let line = |line: &str| match line.split_once(" statements, ").filter(|_| line.ends_with(" ms)")) {
        Some((before, _)) => format!("{before} statements)"),
        None => match line.split_once(" changed in `") {
            Some((before, after)) => {
                format!("{before} changed, {}", after.split_once("`, ").map_or(after, |(_, rest)| rest))
            }
            None => line.to_owned(),
        },
    };
    let lines = report.lines().filter(|line| !line.starts_with("<sub>") && !line.starts_with("<!-- fabwright:"));
    let mut text: String = lines.map(|one| line(one) + "\n").collect();
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

fn kept(path: &PathBuf, report: &str) {
    if std::env::var_os("INSTA_UPDATE").is_some_and(|update| update == "always") {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        std::fs::write(path, report).expect("written");
    }
    let known = std::fs::read_to_string(path).unwrap_or_default();
    if known != report {
        let first = known.lines().zip(report.lines()).find(|(known, now)| known != now);
        panic!("{} is another report by now (INSTA_UPDATE=always writes it anew), first: {first:#?}", path.display());
    }
}
