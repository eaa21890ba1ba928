//! Rows in files of JSON, YAML and CSV: fixtures, seeds and test data.
//!
//! A row belongs to a table where the file says so: `{"model": "shop.customer", "fields": {…}}`, `customer: [{…}]`, or
//! by the file's own name.

use tree_sitter::{Node, Parser};

use super::place::Sink;
use super::python::Models;
use super::subject::Subjects;
use super::{SourceFile, Usage, UsageConfidence, UsageKind};

/// Every use in one file; none where it is no data.
pub(super) fn find(file: &SourceFile, models: &Models, subjects: &Subjects) -> Vec<Usage> {
    let extension = file.path.rsplit('.').next().unwrap_or("");
    let language = match extension {
        "json" => tree_sitter_json::LANGUAGE,
        "yaml" | "yml" => tree_sitter_yaml::LANGUAGE,
        "csv" => return csv(file, models, subjects),
        _ => return Vec::new(),
    };
    let mut parser = Parser::new();
    let Some(tree) = parser.set_language(&language.into()).ok().and_then(|()| parser.parse(&file.text, None)) else {
        return Vec::new();
    };
    let mut reader = Reader { models, subjects, text: &file.text, sink: Sink::new(file) };
    match by_name(file, models, subjects) {
        Some(id) if matches!(reader.shape(tree.root_node()), Shape::Sequence(_)) => {
            reader.rows(tree.root_node(), id, UsageConfidence::Possible, 0);
        }
        _ => reader.visit(tree.root_node(), 0),
    }
    reader.sink.finish()
}

/// The table that the file's own name speaks of.
fn by_name(file: &SourceFile, models: &Models, subjects: &Subjects) -> Option<usize> {
    let name = file.path.rsplit('/').next()?;
    let stem = name.split('.').next()?;
    models.called(stem, subjects).or_else(|| models.by_variable(stem).map(|(id, _)| id))
}

/// The names in the first line of a file that is named after a table.
fn csv(file: &SourceFile, models: &Models, subjects: &Subjects) -> Vec<Usage> {
    let (Some(id), Some(first)) = (by_name(file, models, subjects), file.text.lines().next()) else {
        return Vec::new();
    };
    let mut sink = Sink::new(file);
    let mut at = 0;
    for part in first.split([',', ';', '\t']) {
        let name = part.trim().trim_matches('"').trim_start_matches('\u{feff}');
        if let Some((table, column)) = models.key(id, name, subjects) {
            let offset = at + part.find(name).unwrap_or(0);
            let text = format!("{table}.{column} by the header of a file that is named after it");
            let changes = subjects.column(&table, &column);
            sink.report(offset, changes, UsageKind::Fixture, UsageConfidence::Likely, &text);
        }
        at += part.len() + 1;
    }
    sink.finish()
}

/// How deep a file may nest.
const DEEPEST: usize = 200;

struct Reader<'a> {
    models: &'a Models,
    subjects: &'a Subjects,
    text: &'a str,
    sink: Sink<'a>,
}

/// A node without what only one of the two grammars puts around it.
enum Shape<'t> {
    Mapping(Vec<(String, usize, Node<'t>)>),
    Sequence(Vec<Node<'t>>),
    Scalar,
}

impl<'a> Reader<'a> {
    fn shape<'t>(&self, node: Node<'t>) -> Shape<'t> {
        let mut cursor = node.walk();
        let children: Vec<Node<'t>> = node
            .named_children(&mut cursor)
            .filter(|child| !matches!(child.kind(), "comment" | "anchor" | "tag"))
            .collect();
        match node.kind() {
            "object" | "block_mapping" | "flow_mapping" => Shape::Mapping(
                children
                    .into_iter()
                    .filter_map(|pair| {
                        let (key, value) = (pair.child_by_field_name("key")?, pair.child_by_field_name("value")?);
                        let (name, offset) = self.scalar(key)?;
                        Some((name, offset, value))
                    })
                    .collect(),
            ),
            "array" | "flow_sequence" | "block_sequence" => Shape::Sequence(children),
            "stream" if children.len() > 1 => Shape::Sequence(children),
            "document" | "stream" | "block_node" | "flow_node" | "block_sequence_item" => match children.first() {
                Some(only) => self.shape(*only),
                None => Shape::Scalar,
            },
            _ => Shape::Scalar,
        }
    }

    /// The text of a scalar without quotes, and where it begins.
    fn scalar(&self, node: Node<'_>) -> Option<(String, usize)> {
        let text = self.text.get(node.byte_range())?;
        let bare = text.trim_matches(['"', '\'']);
        Some((bare.to_owned(), node.start_byte() + usize::from(text.starts_with(['"', '\'']))))
    }

    fn visit(&mut self, node: Node<'_>, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match self.shape(node) {
            Shape::Scalar => {}
            Shape::Sequence(items) => items.into_iter().for_each(|item| self.visit(item, depth + 1)),
            Shape::Mapping(pairs) => {
                let value = |names: &[&str]| {
                    pairs.iter().find(|(key, ..)| names.contains(&key.as_str())).map(|(_, _, value)| *value)
                };
                let model = value(&["model", "table", "entity", "class"]).and_then(|model| self.scalar(model));
                let rows = value(&["fields", "rows", "data", "values", "attributes", "records"]);
                if let (Some((model, _)), Some(rows)) = (model, rows)
                    && let Some(id) = self.models.called(&model, self.subjects)
                {
                    self.rows(rows, id, UsageConfidence::Certain, depth + 1);
                    return;
                }
                for (key, _, value) in pairs {
                    let holds_rows = !matches!(self.shape(value), Shape::Scalar);
                    match self.models.called(&key, self.subjects).filter(|_| holds_rows) {
                        Some(id) => self.rows(value, id, UsageConfidence::Likely, depth + 1),
                        None => self.visit(value, depth + 1),
                    }
                }
            }
        }
    }

    /// Rows of one table: a row, a list of rows, or rows by their labels.
    fn rows(&mut self, node: Node<'_>, id: usize, sure: UsageConfidence, depth: usize) {
        if depth > DEEPEST {
            return;
        }
        match self.shape(node) {
            Shape::Scalar => {}
            Shape::Sequence(items) => items.into_iter().for_each(|item| self.rows(item, id, sure, depth + 1)),
            Shape::Mapping(pairs) => {
                let mut is_row = false;
                for (key, offset, _) in &pairs {
                    let Some((table, column)) = self.models.key(id, key, self.subjects) else { continue };
                    is_row = true;
                    let text = format!("{table}.{column} in a row of {table}");
                    self.sink.report(*offset, self.subjects.column(&table, &column), UsageKind::Fixture, sure, &text);
                }
                if !is_row {
                    pairs.into_iter().for_each(|(_, _, value)| self.rows(value, id, sure, depth + 1));
                }
            }
        }
    }
}
