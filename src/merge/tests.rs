use super::{Merged, Outcome, Strategy, Versions, file};

mod cases;

/// Merges as a Python module.
fn python(base: &str, ours: &str, theirs: &str) -> Merged {
    let versions = Versions { base: Some(base), ours: Some(ours), theirs: Some(theirs) };
    file("app/models/customer.py", versions, Strategy::Merge)
}
