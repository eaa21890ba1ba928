//! Secrets that no log and no report can show.

use std::fmt;

/// What stands for a secret wherever it would be shown.
pub const HIDDEN: &str = "***";

/// A secret text: a token, or a key. It prints as `***`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A secret without the blanks around it. `None` if nothing is left: an input that was not given arrives empty.
    pub fn new(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.to_owned()))
    }

    /// The secret itself, for the one place that sends it.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The text with this secret hidden wherever it stands.
    pub fn hide_in(&self, text: &str) -> String {
        text.replace(&self.0, HIDDEN)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_prints() {
        let secret = Secret::new(" ghs_abc\n").expect("something");
        assert_eq!(format!("{secret} {secret:?} {:?}", Some(&secret)), "*** *** Some(***)");
        assert_eq!(secret.reveal(), "ghs_abc");
        assert_eq!(secret.hide_in("Bearer ghs_abc, twice ghs_abc"), "Bearer ***, twice ***");
        assert_eq!(Secret::new(" \n"), None);
    }
}
