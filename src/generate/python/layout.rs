//! Lays out expressions as `ruff format` does, so that a formatter has nothing to change.
//!
//! The rules, for what the generators write: an expression that fits stays on one line; a call that does not has
//! its arguments on one indented line, or, when they do not fit there, each on its own with a comma at the end;
//! lists, tuples and dictionaries always put each item on its own line. A text that is too long for any line is
//! cut at spaces into adjacent literals.

use super::string;

/// The longest line.
pub const LINE_LENGTH: usize = 88;

const INDENT: usize = 4;

/// An expression that may be laid out on one line or several.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Code {
    /// Text that is never broken.
    Plain(String),
    /// The value of a string literal.
    Text(String),
    /// `head(arguments)`.
    Call(String, Vec<Code>),
    /// `[items]`.
    List(Vec<Code>),
    /// `(items)`, with the comma that a single item needs.
    Tuple(Vec<Code>),
    /// `{key: value}`.
    Dict(Vec<(String, Code)>),
    /// `name=value`.
    Keyword(String, Box<Code>),
}

impl Code {
    /// Text that is never broken.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Plain(text.into())
    }

    /// A string literal.
    pub fn text(value: impl Into<String>) -> Self {
        Self::Text(value.into())
    }

    /// `head(arguments)`.
    pub fn call(head: impl Into<String>, arguments: Vec<Code>) -> Self {
        Self::Call(head.into(), arguments)
    }

    /// `object.name(arguments)`.
    pub fn method(object: &Code, name: &str, arguments: Vec<Code>) -> Self {
        Self::Call(format!("{}.{name}", object.flat()), arguments)
    }

    /// `name=value`.
    pub fn keyword(name: impl Into<String>, value: Code) -> Self {
        Self::Keyword(name.into(), Box::new(value))
    }

    /// A list of string literals.
    pub fn texts<'a>(values: impl IntoIterator<Item = &'a str>) -> Self {
        Self::List(values.into_iter().map(Self::text).collect())
    }

    /// The statement `prefix` + expression, laid out in a block that is indented by `indent` columns. The first
    /// line is indented too.
    pub fn statement(&self, indent: usize, prefix: &str) -> String {
        let mut out = " ".repeat(indent);
        out.push_str(prefix);
        let column = indent + prefix.chars().count();
        out.push_str(&self.layout(indent, column, 0));
        out
    }

    /// On one line.
    pub fn flat(&self) -> String {
        let join = |items: &[Code]| items.iter().map(Self::flat).collect::<Vec<_>>().join(", ");
        match self {
            Self::Plain(text) => text.clone(),
            Self::Text(value) => string(value),
            Self::Call(head, arguments) => format!("{head}({})", join(arguments)),
            Self::List(items) => format!("[{}]", join(items)),
            Self::Tuple(items) if items.len() == 1 => format!("({},)", join(items)),
            Self::Tuple(items) => format!("({})", join(items)),
            Self::Dict(items) => {
                let items: Vec<String> =
                    items.iter().map(|(key, value)| format!("{}: {}", string(key), value.flat())).collect();
                format!("{{{}}}", items.join(", "))
            }
            Self::Keyword(name, value) => format!("{name}={}", value.flat()),
        }
    }

    /// Lays out from `column` on, in a block indented by `indent`, with `after` more characters to come on the
    /// last line.
    fn layout(&self, indent: usize, column: usize, after: usize) -> String {
        let flat = self.flat();
        if !self.is_cut(indent, after) && column + flat.chars().count() + after <= LINE_LENGTH {
            return flat;
        }
        match self {
            Self::Plain(text) => text.clone(),
            Self::Text(value) => cut(value, indent, column, after),
            Self::Call(head, arguments) if arguments.is_empty() => format!("{head}()"),
            Self::Call(head, arguments) => {
                let inner = indent + INDENT;
                let line = arguments.iter().map(Self::flat).collect::<Vec<_>>().join(", ");
                let is_cut = arguments.iter().any(|argument| argument.is_cut(inner, 1));
                if !is_cut && inner + line.chars().count() <= LINE_LENGTH {
                    return format!("{head}(\n{}{line}\n{})", " ".repeat(inner), " ".repeat(indent));
                }
                format!("{head}({}{})", items(arguments, indent, arguments.len() > 1), " ".repeat(indent))
            }
            Self::List(list) if list.is_empty() => "[]".to_owned(),
            Self::List(list) => format!("[{}{}]", items(list, indent, true), " ".repeat(indent)),
            Self::Tuple(list) if list.is_empty() => "()".to_owned(),
            Self::Tuple(list) => format!("({}{})", items(list, indent, true), " ".repeat(indent)),
            Self::Dict(list) if list.is_empty() => "{}".to_owned(),
            Self::Dict(list) => {
                let inner = indent + INDENT;
                let mut out = "{\n".to_owned();
                for (key, value) in list {
                    let prefix = format!("{}: ", string(key));
                    let column = inner + prefix.chars().count();
                    out.push_str(&" ".repeat(inner));
                    out.push_str(&prefix);
                    out.push_str(&value.layout(inner, column, 1));
                    out.push_str(",\n");
                }
                out.push_str(&" ".repeat(indent));
                out.push('}');
                out
            }
            Self::Keyword(name, value) => {
                let prefix = format!("{name}=");
                let column = column + prefix.chars().count();
                format!("{prefix}{}", value.layout(indent, column, after))
            }
        }
    }

    /// Whether a literal in it has to be cut wherever it is put, so that nothing around it fits one line.
    fn is_cut(&self, indent: usize, after: usize) -> bool {
        match self {
            Self::Plain(_) | Self::Keyword(..) => false,
            Self::Text(value) => {
                value.trim().contains(' ') && indent + string(value).chars().count() + after > LINE_LENGTH
            }
            Self::Call(_, items) | Self::List(items) | Self::Tuple(items) => {
                items.iter().any(|item| item.is_cut(indent + INDENT, 1))
            }
            Self::Dict(_) => false,
        }
    }
}

fn items(items: &[Code], indent: usize, comma: bool) -> String {
    let inner = indent + INDENT;
    let mut out = "\n".to_owned();
    for item in items {
        out.push_str(&" ".repeat(inner));
        out.push_str(&item.layout(inner, inner, usize::from(comma)));
        out.push_str(if comma { ",\n" } else { "\n" });
    }
    out
}

/// Cuts a text after spaces into literals that fit.
fn cut(value: &str, indent: usize, column: usize, after: usize) -> String {
    let room = LINE_LENGTH.saturating_sub(column + after).max(20);
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    for word in value.split_inclusive(' ') {
        if !piece.is_empty() && string(&format!("{piece}{word}")).chars().count() > room {
            pieces.push(std::mem::take(&mut piece));
        }
        piece.push_str(word);
    }
    pieces.push(piece);
    let pieces: Vec<String> = pieces.iter().map(|piece| string(piece)).collect();
    pieces.join(&format!("\n{}", " ".repeat(indent)))
}
