//! The canonical text of a schema, one file a table, and its fingerprint.
