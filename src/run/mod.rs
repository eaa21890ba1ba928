//! Child processes: the application's Python, its migrations and its tests.
//!
//! 1. [`child`] is the one way to start a process: cleared environment, own group, time limit, bounded output;
//! 2. [`python`] makes or finds the interpreter that has the application's requirements;
//! 3. [`migrate`] tells how the application migrates, and drives its migrations up and down;
//! 4. [`pytest`] runs a test suite, kind by kind;
//! 5. [`schemathesis`] is let loose on a running application, for comparison.

pub mod child;
pub mod error;
pub mod migrate;
pub mod pytest;
pub mod python;
pub mod schemathesis;

pub use child::{Child, Outcome};
pub use error::{Error, Sent};
pub use python::{PythonEnvironment, PythonOptions};
