use super::{ConflictReason, Merged, Outcome, Strategy, Versions, file};

mod cases;
mod lines;
mod structure;
mod trees;

/// Merges as a Python module.
fn python(base: &str, ours: &str, theirs: &str) -> Merged {
    let versions = Versions { base: Some(base), ours: Some(ours), theirs: Some(theirs) };
    file("app/models/customer.py", versions, Strategy::Merge)
}

fn text_file(base: Option<&str>, ours: Option<&str>, theirs: Option<&str>, strategy: Strategy) -> Merged {
    file("notes.txt", Versions { base, ours, theirs }, strategy)
}
