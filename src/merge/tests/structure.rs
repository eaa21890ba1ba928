//! What holds for Python modules of any content.

use std::collections::BTreeSet;

use proptest::prelude::{prop, prop_assert, prop_assert_eq, proptest};
use proptest::strategy::Strategy as ProptestStrategy;

use super::*;

/// What a model file is made of.
#[derive(Debug, Clone)]
struct Module {
    imports: Vec<u8>,
    columns: Vec<(u8, u8)>,
    listed: Vec<u8>,
    methods: Vec<(u8, u8)>,
}

impl Module {
    fn edited(&self, edits: &[(u8, u8, u8)]) -> Self {
        let mut edited = self.clone();
        for (part, number, value) in edits {
            match part {
                0 => toggle(&mut edited.imports, *number),
                1 => toggle(&mut edited.listed, *number),
                _ => {
                    let (pairs, key) =
                        if *part == 2 { (&mut edited.columns, number % 7) } else { (&mut edited.methods, number % 7) };
                    match pairs.iter().position(|(other, _)| *other == key) {
                        Some(at) if value % 3 == 0 => drop(pairs.remove(at)),
                        Some(at) => pairs[at].1 = *value,
                        None => pairs.push((key, *value)),
                    }
                }
            }
        }
        edited
    }

    fn render(&self, by: &str) -> String {
        let names = |numbers: &[u8], prefix: &str| {
            numbers.iter().map(|number| format!("{prefix}{number}")).collect::<Vec<_>>().join(", ")
        };
        let mut text = String::new();
        if !self.imports.is_empty() {
            text.push_str(&format!("from sqlalchemy import {}\n\n\n", names(&self.imports, "T")));
        }
        text.push_str("class Customer(Model):\n    __tablename__ = \"customer\"\n");
        text.push_str(&format!("    listed = [{}]\n", names(&self.listed, "c")));
        for (column, size) in &self.columns {
            text.push_str(&format!("    column_{column} = mapped_column({size})\n"));
        }
        for (method, body) in &self.methods {
            let body = if *body < 3 { format!("{body}") } else { format!("\"{by} {body}\"") };
            text.push_str(&format!("\n    def method_{method}(self):\n        return {body}\n"));
        }
        text
    }
}

fn numbers() -> impl ProptestStrategy<Value = Vec<u8>> {
    prop::collection::btree_set(0u8..9, 0..5).prop_map(|set| set.into_iter().collect())
}

fn pairs(values: u8) -> impl ProptestStrategy<Value = Vec<(u8, u8)>> {
    prop::collection::btree_map(0u8..7, 0..values, 0..5).prop_map(|map| map.into_iter().collect())
}

fn modules() -> impl ProptestStrategy<Value = Module> {
    (numbers(), pairs(3), numbers(), pairs(3)).prop_map(|(imports, columns, listed, methods)| Module {
        imports,
        columns,
        listed,
        methods,
    })
}

/// A module and two versions of it, each changed in a few places.
fn versions() -> impl ProptestStrategy<Value = [Module; 3]> {
    let edits = || prop::collection::vec((0u8..4, 0u8..9, 0u8..5), 1..3);
    (modules(), edits(), edits())
        .prop_map(|(base, ours, theirs)| [base.clone(), base.edited(&ours), base.edited(&theirs)])
}

fn toggle(set: &mut Vec<u8>, number: u8) {
    if set.contains(&number) { set.retain(|other| *other != number) } else { set.push(number) }
}

fn keys(pairs: &[(u8, u8)]) -> BTreeSet<u8> {
    pairs.iter().map(|(key, _)| *key).collect()
}

proptest! {
    #[test]
    fn merged_models_parse_and_hold_what_both_want([base, ours, theirs] in versions()) {
        let texts = [base.render("x"), ours.render("ours"), theirs.render("theirs")];
        let merged = python(&texts[0], &texts[1], &texts[2]);
        let text = merged.text.clone().unwrap_or_default();
        if merged.is_conflict() {
            let markers = text.matches("<<<<<<< ").count();
            prop_assert!(markers > 0 && markers == text.matches(">>>>>>> ").count(), "{}", text);
            return Ok(());
        }
        let mut parser = tree_sitter::Parser::new();
        parser.set_language(&tree_sitter_python::LANGUAGE.into()).unwrap();
        prop_assert!(!parser.parse(&text, None).unwrap().root_node().has_error(), "{}", text);

        let (b, o, t) = (keys(&base.columns), keys(&ours.columns), keys(&theirs.columns));
        for column in 0..7u8 {
            let there = text.matches(&format!("    column_{column} =")).count();
            let [in_base, in_ours, in_theirs] = [&b, &o, &t].map(|set| set.contains(&column));
            let wanted = if in_base { in_ours && in_theirs } else { in_ours || in_theirs };
            prop_assert_eq!(there, usize::from(wanted), "column_{} in\n{}", column, text);
        }
        for method in 0..7u8 {
            let there = text.matches(&format!("    def method_{method}(")).count();
            prop_assert!(there <= 1, "method_{} twice in\n{}", method, text);
            let pick = |module: &Module| module.methods.iter().find(|(key, _)| *key == method).map(|(_, body)| *body);
            if let (before, Some(mine)) = (pick(&base), pick(&ours))
                && before != Some(mine)
            {
                let line = if mine < 3 { format!("return {mine}\n") } else { format!("return \"ours {mine}\"\n") };
                prop_assert!(text.contains(&line), "{} lost in\n{}", line, text);
            }
        }
        let list = text.lines().find(|line| line.contains("listed = ")).unwrap_or_default();
        for element in 0..9u8 {
            let [in_base, in_ours, in_theirs] =
                [&base, &ours, &theirs].map(|module| module.listed.contains(&element));
            let wanted = if in_base { in_ours && in_theirs } else { in_ours || in_theirs };
            prop_assert_eq!(list.contains(&format!("c{element}")), wanted, "c{} in {}", element, list);
        }
    }

    /// Whatever a file holds, merging it never fails and never invents a clean result that is no Python.
    #[test]
    fn hostile_text_is_only_text(base in "[a-z(){}\\[\\]\"'#:,=\n @\\\\]{0,60}", ours in "[a-z(){}\\[\\]\"'#:,=\n @\\\\]{0,60}", theirs in "[a-z(){}\\[\\]\"'#:,=\n @\\\\é]{0,60}") {
        let merged = python(&base, &ours, &theirs);
        prop_assert!(merged.text.is_some());
    }
}

#[test]
fn deep_nesting_is_no_danger() {
    let deep = |inner: &str| format!("x = {}{inner}{}\ny = [1]\n", "[".repeat(3000), "]".repeat(3000));
    let merged = python(&deep("1"), &deep("2"), &deep("3"));
    assert!(merged.is_conflict());
    let classes = |inner: &str| {
        let mut text = String::new();
        for level in 0..60 {
            text.push_str(&format!("{}class C{level}:\n", " ".repeat(level)));
        }
        text + &format!("{}x = [{inner}]\n", " ".repeat(60))
    };
    let merged = python(&classes("1"), &classes("1, 2"), &classes("1, 3"));
    assert_eq!(merged.text.unwrap(), classes("1, 3, 2"));
    let classes = |inner: &str| {
        let levels = (0..3000).map(|level| format!("{}class C{level}:\n", " ".repeat(level))).collect::<String>();
        levels + &format!("{}x = [{inner}]\n", " ".repeat(3000))
    };
    assert!(python(&classes("1"), &classes("1, 2"), &classes("1, 3")).is_conflict(), "Python allows no such depth");
}
