//! How deeply a text is nested: parsers go down as deep as the text does, and a hostile one must not take the stack.

/// Deeper than any migration that somebody wrote.
pub(super) const LIMIT: usize = 200;

/// The deepest nesting of brackets, and of long chains of operators, in a text.
pub(super) fn of(text: &str) -> usize {
    let (mut depth, mut deepest, mut chain, mut longest) = (0_usize, 0, 0_usize, 0);
    for byte in text.bytes() {
        match byte {
            b'(' | b'[' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b')' | b']' => depth = depth.saturating_sub(1),
            b'+' | b'*' | b'/' | b'|' | b'~' | b'!' | b'@' | b'#' | b'&' | b'^' | b'<' | b'>' | b':' => chain += 1,
            b',' | b';' | b'\'' => chain = 0,
            _ => {}
        }
        longest = longest.max(chain);
    }
    deepest.max(longest / 10)
}
