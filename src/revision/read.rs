//! What a revision's file says of itself.

use tree_sitter::{Node, Parser};

use super::RevisionFile;

/// A value with the line that it stands on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) line: u32,
}

/// One revision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Revision {
    pub(super) path: String,
    pub(super) id: Placed<String>,
    /// What it builds on; empty for the first.
    pub(super) down: Placed<Vec<String>>,
    pub(super) upgrade: Body,
    pub(super) downgrade: Body,
    /// The code without comments, docstrings and layout.
    pub(super) tokens: Vec<Placed<String>>,
}

/// What `upgrade` or `downgrade` does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Body {
    /// The function is not there.
    Missing,
    /// Nothing, on the line of the function's name.
    Empty(u32),
    /// It raises an exception at once.
    Refuses(u32),
    /// Statements.
    Written { operations: Vec<Operation>, plain: bool },
}

/// A call of one of Alembic's operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Operation {
    pub(super) name: String,
    pub(super) table: Option<String>,
    /// The column, index, constraint or other name that it is about.
    pub(super) subject: Option<String>,
    /// The new name, where it gives one.
    pub(super) renamed: Option<String>,
    pub(super) line: u32,
}

/// Reads a file; `None` when it is no revision.
pub(super) fn revision(file: &RevisionFile) -> Option<Revision> {
    if !file.path.ends_with(".py") || !file.text.contains("revision") {
        return None;
    }
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_python::LANGUAGE.into()).ok()?;
    let tree = parser.parse(&file.text, None)?;
    let reader = Reader { text: &file.text };
    let root = tree.root_node();
    let (mut id, mut down) = (None, None);
    let (mut upgrade, mut downgrade) = (Body::Missing, Body::Missing);
    for statement in children(root) {
        match statement.kind() {
            "expression_statement" => {
                for assignment in children(statement).into_iter().filter(|node| node.kind() == "assignment") {
                    let (Some(left), Some(right)) = (field(assignment, "left"), field(assignment, "right")) else {
                        continue;
                    };
                    match reader.text(left) {
                        "revision" => id = reader.string(right).map(|value| Placed { value, line: line(right) }),
                        "down_revision" => {
                            down = Some(Placed { value: reader.strings(right), line: line(assignment) });
                        }
                        _ => {}
                    }
                }
            }
            "function_definition" => match field(statement, "name").map(|name| reader.text(name)) {
                Some("upgrade") => upgrade = reader.body(statement),
                Some("downgrade") => downgrade = reader.body(statement),
                _ => {}
            },
            _ => {}
        }
    }
    let mut tokens = Vec::new();
    reader.tokens(root, &mut tokens);
    Some(Revision { path: file.path.clone(), id: id?, down: down?, upgrade, downgrade, tokens })
}

fn children(node: Node<'_>) -> Vec<Node<'_>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor).filter(|child| child.kind() != "comment").collect()
}

fn field<'t>(node: Node<'t>, name: &str) -> Option<Node<'t>> {
    node.child_by_field_name(name)
}

fn line(node: Node<'_>) -> u32 {
    u32::try_from(node.start_position().row + 1).unwrap_or(u32::MAX)
}

struct Reader<'a> {
    text: &'a str,
}

impl<'a> Reader<'a> {
    fn text(&self, node: Node<'_>) -> &'a str {
        self.text.get(node.byte_range()).unwrap_or("")
    }

    fn string(&self, node: Node<'_>) -> Option<String> {
        if node.kind() != "string" {
            return None;
        }
        let content = children(node).into_iter().filter(|part| part.kind() == "string_content");
        Some(content.map(|part| self.text(part)).collect())
    }

    fn strings(&self, node: Node<'_>) -> Vec<String> {
        match self.string(node) {
            Some(value) => vec![value],
            None => children(node).into_iter().flat_map(|child| self.strings(child)).collect(),
        }
    }

    fn body(&self, function: Node<'_>) -> Body {
        let says_something = |node: &Node<'_>| {
            let is_string = node.kind() == "expression_statement"
                && children(*node).iter().all(|inner| matches!(inner.kind(), "string" | "ellipsis"));
            node.kind() != "pass_statement" && !is_string
        };
        let statements: Vec<Node<'_>> =
            field(function, "body").map(children).unwrap_or_default().into_iter().filter(says_something).collect();
        let Some(first) = statements.first() else { return Body::Empty(line(function)) };
        if first.kind() == "raise_statement" {
            return Body::Refuses(line(*first));
        }
        let mut operations = Vec::new();
        let mut plain = true;
        for statement in statements {
            plain &= self.statement(statement, None, &mut operations);
        }
        Body::Written { operations, plain }
    }

    /// Collects the operations of a statement; false when it does more than that.
    fn statement(&self, node: Node<'_>, batch: Option<(&str, &str)>, found: &mut Vec<Operation>) -> bool {
        match node.kind() {
            "expression_statement" => match children(node).as_slice() {
                [call] if call.kind() == "call" => self.operation(*call, batch, found),
                [only] => only.kind() == "string",
                _ => false,
            },
            "with_statement" => {
                let Some((table, name)) = self.batch(node) else { return false };
                let inner = field(node, "body").map(children).unwrap_or_default();
                let mut plain = true;
                for statement in inner {
                    plain &= self.statement(statement, Some((table.as_str(), name.as_str())), found);
                }
                plain
            }
            "pass_statement" => true,
            _ => false,
        }
    }

    /// `with op.batch_alter_table("customer") as batch_op:`: the table and the name.
    fn batch(&self, node: Node<'_>) -> Option<(String, String)> {
        let clause = children(node).into_iter().find(|child| child.kind() == "with_clause")?;
        let item = children(clause).first().copied()?;
        let pattern = field(item, "value")?;
        let [call, target] = children(pattern)[..] else { return None };
        let function = field(call, "function")?;
        if !self.text(function).ends_with(".batch_alter_table") {
            return None;
        }
        let table = children(field(call, "arguments")?).first().and_then(|first| self.string(*first))?;
        Some((table, self.text(target).to_owned()))
    }

    fn operation(&self, call: Node<'_>, batch: Option<(&str, &str)>, found: &mut Vec<Operation>) -> bool {
        let Some(function) = field(call, "function").filter(|function| function.kind() == "attribute") else {
            return false;
        };
        let (Some(object), Some(name)) = (field(function, "object"), field(function, "attribute")) else {
            return false;
        };
        let (object, name) = (self.text(object), self.text(name));
        let in_batch = batch.is_some_and(|(_, variable)| variable == object);
        if object != "op" && !in_batch {
            return false;
        }
        let (mut given, mut keywords) = (Vec::new(), Vec::new());
        for argument in field(call, "arguments").map(children).unwrap_or_default() {
            match (argument.kind(), field(argument, "name"), field(argument, "value")) {
                ("keyword_argument", Some(name), Some(value)) => keywords.push((self.text(name), value)),
                _ => given.push(argument),
            }
        }
        let keyword =
            |wanted: &str| keywords.iter().find(|(name, _)| *name == wanted).and_then(|(_, value)| self.name(*value));
        let at = |index: usize| given.get(index).and_then(|node| self.name(*node));
        let own = in_batch.then_some(batch).flatten().map(|(table, _)| table.to_owned());
        // Outside of a batch the table is an argument of its own, before or after the subject.
        let shift = usize::from(own.is_none());
        let (table, subject) = match name {
            "create_table" | "drop_table" => (at(0), None),
            "rename_table" => (at(0), at(1)),
            "add_column" | "drop_column" | "alter_column" => {
                (own.or_else(|| at(0)).or_else(|| keyword("table_name")), at(shift).or_else(|| keyword("column_name")))
            }
            _ => (own.or_else(|| at(1)).or_else(|| keyword("table_name")), at(0)),
        };
        let (name, renamed) = (name.to_owned(), keyword("new_column_name"));
        found.push(Operation { name, table, subject, renamed, line: line(call) });
        true
    }

    /// The name that an argument gives: `"fax"`, `op.f("ix")`, `sa.Column("fax", …)`.
    fn name(&self, node: Node<'_>) -> Option<String> {
        if node.kind() == "call" {
            return children(field(node, "arguments")?).first().and_then(|first| self.string(*first));
        }
        self.string(node)
    }

    /// The words and signs of the code; quotes alike, and no comma before a closing bracket.
    fn tokens(&self, node: Node<'_>, tokens: &mut Vec<Placed<String>>) {
        if node.kind() == "comment" || is_docstring(node) {
            return;
        }
        if node.child_count() == 0 {
            let text = self.text(node);
            if matches!(text, ")" | "]" | "}") && tokens.last().is_some_and(|last| last.value == ",") {
                tokens.pop();
            }
            let value = if node.kind().starts_with("string_") && node.kind() != "string_content" {
                text.replace('\'', "\"")
            } else {
                text.to_owned()
            };
            if !value.trim().is_empty() {
                tokens.push(Placed { value, line: line(node) });
            }
            return;
        }
        let mut cursor = node.walk();
        let inner: Vec<Node<'_>> = node.children(&mut cursor).collect();
        inner.into_iter().for_each(|child| self.tokens(child, tokens));
    }
}

fn is_docstring(node: Node<'_>) -> bool {
    node.kind() == "expression_statement"
        && matches!(children(node).as_slice(), [only] if matches!(only.kind(), "string" | "concatenated_string"))
}
