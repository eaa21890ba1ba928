//! Turns a change into the record that people and programs read.
