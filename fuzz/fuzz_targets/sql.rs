//! Any text has tokens, and its one-line form means the same.
#![no_main]

use fabwright::schema::lexer::{canonical, canonical_expression, tidy};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    assert_eq!(canonical(&tidy(text)), canonical(text));
    let _ = canonical_expression(text);
});
