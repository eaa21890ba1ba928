//! Compares two schemas object by object.
