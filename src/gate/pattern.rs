//! Wildcards within one name: `*` is any text, `?` any character.

/// Whether the whole of `text` fits `pattern`. Letters differ by case.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let text: Vec<char> = text.chars().collect();
    let (mut p, mut t) = (0, 0);
    // Where to go on when what follows the last `*` does not fit: one character later in the text.
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p + 1, t));
                p += 1;
            }
            Some(&letter) if letter == '?' || letter == text[t] => {
                p += 1;
                t += 1;
            }
            _ => match retry {
                Some((after, from)) => {
                    retry = Some((after, from + 1));
                    p = after;
                    t = from + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|letter| *letter == '*')
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn wildcards() {
        for (pattern, text, expected) in [
            ("customer", "customer", true),
            ("customer", "customers", false),
            ("billing_*", "billing_invoice", true),
            ("billing_*", "billing_", true),
            ("billing_*", "billing", false),
            ("*_log", "audit_log", true),
            ("*_log", "audit_logs", false),
            ("a*b*c", "axxbyybzc", true),
            ("a*b*c", "axxbyybz", false),
            ("t?st", "test", true),
            ("t?st", "tst", false),
            ("*", "", true),
            ("", "", true),
            ("", "x", false),
            ("a.b", "axb", false),
            ("*aaaaaaaaab", &"a".repeat(2000), false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} on {text:.20}");
        }
    }
}
