//! Sequences whose bounds get narrower: the server refuses while the sequence stands outside of the new ones.

/// The number behind the word.
fn number(options: &str, word: &str) -> Option<i128> {
    options.split_once(word)?.1.split_whitespace().next()?.parse().ok()
}

/// The statements that bring the sequence at `path` between its new bounds before it gets them. It keeps its place as
/// far as it can.
pub(super) fn within(path: &str, old: &str, new: &str) -> Vec<String> {
    let bounds = |text: &str| Some((number(text, " MINVALUE ")?, number(text, " MAXVALUE ")?));
    let (Some((old_least, old_most)), Some((least, most))) = (bounds(old), bounds(new)) else { return Vec::new() };
    if least <= old_least && most >= old_most {
        return Vec::new();
    }
    let (wide_least, wide_most) = (least.min(old_least), most.max(old_most));
    let mut statements = Vec::new();
    if wide_least < old_least || wide_most > old_most {
        statements.push(format!("ALTER SEQUENCE {path} AS bigint MINVALUE {wide_least} MAXVALUE {wide_most};"));
    }
    let name = path.replace('\'', "''");
    statements.push(format!(
        "SELECT pg_catalog.setval('{name}', LEAST(GREATEST(last_value, {least}), {most}), is_called) FROM {path};"
    ));
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_narrower_sequence_is_moved() {
        let (wide, narrow) = ("a MINVALUE 1 MAXVALUE 100 CACHE 1", "a MINVALUE 5 MAXVALUE 100 CACHE 1");
        assert_eq!(within("public.s", narrow, wide), Vec::<String>::new());
        assert_eq!(
            within("public.s", wide, narrow),
            ["SELECT pg_catalog.setval('public.s', LEAST(GREATEST(last_value, 5), 100), is_called) FROM public.s;"]
        );
    }

    #[test]
    fn bounds_that_do_not_meet_are_joined_first() {
        let statements = within("s", "a MINVALUE 1 MAXVALUE 9 CACHE 1", "a MINVALUE 20 MAXVALUE 90 CACHE 1");
        assert_eq!(statements.first().map(String::as_str), Some("ALTER SEQUENCE s AS bigint MINVALUE 1 MAXVALUE 90;"));
    }
}
