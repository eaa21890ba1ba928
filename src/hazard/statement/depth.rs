//! How deeply a text is nested: parsers go down as deep as the text does, and a hostile one must not take the stack.

/// Deeper than any migration that somebody wrote.
pub(super) const LIMIT: usize = 200;
/// Words and operators in a row without a comma, a bracket or a semicolon; each may be one level.
const LONGEST_CHAIN: usize = 4_000;

/// The deepest nesting of brackets in a text, or more than the limit where it is one long chain of operators.
pub(super) fn of(text: &str) -> usize {
    let (mut depth, mut deepest, mut chain, mut in_word) = (0_usize, 0, 0_usize, false);
    for byte in text.bytes() {
        let is_word = byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
        match byte {
            b'(' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
                chain += 1;
            }
            b')' | b']' => depth = depth.saturating_sub(1),
            b',' | b';' | b'\'' => chain = 0,
            _ if byte.is_ascii_whitespace() => {}
            _ if is_word && in_word => {}
            _ => chain += 1,
        }
        in_word = is_word;
        if chain > LONGEST_CHAIN {
            return LIMIT + 1;
        }
    }
    deepest
}
