//! Any text is no snapshot, or one that comes back as it was.
#![no_main]

use fabwright::schema::snapshot;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    if let Ok(schema) = snapshot::from_text(text) {
        let again = snapshot::from_text(&snapshot::to_text(&schema)).expect("what was written can be read");
        assert_eq!(again, schema);
    }
});
