//! Character sets and collations by the names that they have today.

use std::collections::HashMap;

/// The default collation of each character set of the server.
pub(super) struct Collations(HashMap<String, String>);

impl Collations {
    pub fn new(defaults: HashMap<String, String>) -> Self {
        Self(defaults)
    }

    pub fn default_of(&self, charset: &str) -> Option<String> {
        self.0.get(charset).or_else(|| self.0.get(&self.current(charset))).map(|name| self.current(name))
    }

    /// What was called `utf8` is `utf8mb3`.
    pub fn current(&self, name: &str) -> String {
        match name.strip_prefix("utf8") {
            Some(rest) if rest.is_empty() || rest.starts_with('_') => format!("utf8mb3{rest}"),
            _ => name.to_owned(),
        }
    }
}
