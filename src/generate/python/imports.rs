//! Import blocks, sorted as ruff's isort rules sort them.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::{Code, Expression, Import, LINE_LENGTH};

/// Modules of the standard library that generated code imports.
const STANDARD: &[&str] = &["collections", "copy", "datetime", "decimal", "enum", "json", "logging", "typing", "uuid"];

/// What a file imports.
#[derive(Debug, Clone, Default)]
pub struct Imports {
    modules: BTreeSet<String>,
    names: BTreeMap<String, BTreeSet<String>>,
}

impl Imports {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one import.
    pub fn add(&mut self, import: Import) {
        match import.name {
            Some(name) => {
                self.names.entry(import.module).or_default().insert(name);
            }
            None => {
                self.modules.insert(import.module);
            }
        }
    }

    /// Adds `from module import name`.
    pub fn from(&mut self, module: &str, name: &str) {
        self.add(Import::from(module, name));
    }

    /// Adds what an expression needs.
    pub fn need(&mut self, expression: &Expression) {
        for import in &expression.imports {
            self.add(import.clone());
        }
    }

    /// The block, indented by `indent` columns, without a line break at its end.
    pub fn render(&self, indent: usize) -> String {
        let mut sections: BTreeMap<u8, Vec<String>> = BTreeMap::new();
        for module in &self.modules {
            sections.entry(section(module)).or_default().push(format!("{}import {module}", " ".repeat(indent)));
        }
        let mut modules: Vec<&String> = self.names.keys().collect();
        modules.sort_by(|left, right| dots(right).cmp(&dots(left)).then_with(|| natural(left, right)));
        for module in modules {
            let names = &self.names[module];
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.sort_by(|left, right| kind(left).cmp(&kind(right)).then_with(|| natural(left, right)));
            let (aliased, plain): (Vec<&str>, Vec<&str>) = names.into_iter().partition(|name| name.contains(" as "));
            let lines = sections.entry(section(module)).or_default();
            if !plain.is_empty() {
                lines.push(statement(module, &plain, indent));
            }
            lines.extend(aliased.into_iter().map(|name| statement(module, &[name], indent)));
        }
        sections.into_values().map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n")
    }

    /// Whether nothing is imported.
    pub fn is_empty(&self) -> bool {
        self.modules.is_empty() && self.names.is_empty()
    }
}

fn statement(module: &str, names: &[&str], indent: usize) -> String {
    let margin = " ".repeat(indent);
    let line = format!("{margin}from {module} import {}", names.join(", "));
    if line.chars().count() <= LINE_LENGTH {
        return line;
    }
    let names = names.iter().map(|name| Code::plain(*name)).collect();
    let wrapped = Code::Tuple(names).statement(indent, &format!("from {module} import "));
    if wrapped.contains('\n') { wrapped } else { line }
}

fn section(module: &str) -> u8 {
    let first = module.split('.').next().unwrap_or_default();
    match first {
        "__future__" => 0,
        "" => 3,
        _ if STANDARD.contains(&first) => 1,
        _ => 2,
    }
}

/// Relative imports go from the furthest to the closest.
fn dots(module: &str) -> usize {
    module.chars().take_while(|character| *character == '.').count()
}

/// Constants before classes before everything else.
fn kind(name: &str) -> u8 {
    let has_lower = name.chars().any(char::is_lowercase);
    let has_upper = name.chars().any(char::is_uppercase);
    if name.chars().count() > 1 && has_upper && !has_lower {
        0
    } else if name.starts_with(char::is_uppercase) {
        1
    } else {
        2
    }
}

/// The order that people expect: case aside, and numbers by their value.
fn natural(left: &str, right: &str) -> Ordering {
    let by_case = |text: &str| chunks(&text.to_lowercase());
    by_case(left).cmp(&by_case(right)).then_with(|| chunks(left).cmp(&chunks(right)))
}

fn chunks(text: &str) -> Vec<(u64, String)> {
    let mut result = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.chars().take_while(char::is_ascii_digit).count();
        if digits > 0 {
            result.push((rest[..digits].parse().unwrap_or(u64::MAX), String::new()));
            rest = &rest[digits..];
        } else {
            let end = rest.find(|character: char| character.is_ascii_digit()).unwrap_or(rest.len());
            result.push((u64::MAX, rest[..end].to_owned()));
            rest = &rest[end..];
        }
    }
    result
}
