//! Uses in Jinja templates.
//!
//! Each tag is tokenised by itself, so that a tag which only an extension understands, or a broken one, hides
//! nothing but itself. Names are followed through loops, `set` and `with`.

mod tags;

use std::collections::HashMap;

use minijinja::machinery::Token;

use super::place::Sink;
use super::python::{Binding, Models, Rendering, Resolved, Type};
use super::subject::Subjects;
use super::{SourceFile, Usage, UsageConfidence, UsageKind};
use tags::{Tag, TagKind, tags};

/// Whether a path holds a template.
pub(super) fn is_template(path: &str) -> bool {
    let ends = |end: &str| path.ends_with(end);
    ends(".html") || ends(".jinja") || ends(".jinja2") || ends(".j2") || {
        let inside = path.split('/').any(|part| part == "templates");
        inside && (ends(".txt") || ends(".xml") || ends(".md"))
    }
}

/// Every use in one template.
pub(super) fn find(file: &SourceFile, models: &Models, renderings: &[Rendering], subjects: &Subjects) -> Vec<Usage> {
    let mut reader =
        Reader { models, subjects, sink: Sink::new(file), scopes: vec![HashMap::new()], opened: Vec::new() };
    for rendering in renderings.iter().filter(|rendering| renders(&rendering.template, &file.path)) {
        for (name, binding) in &rendering.variables {
            let how = format!("through render_template(\"{}\", {name}=…)", rendering.template);
            let binding = Binding { ty: binding.ty.clone(), sure: binding.sure, how };
            reader.scopes[0].insert(name.clone(), binding);
        }
    }
    for tag in tags(&file.text) {
        reader.tag(&tag);
    }
    reader.sink.finish()
}

fn renders(template: &str, path: &str) -> bool {
    path == template || path.strip_suffix(template).is_some_and(|before| before.ends_with('/'))
}

struct Reader<'a> {
    models: &'a Models,
    subjects: &'a Subjects,
    sink: Sink<'a>,
    scopes: Vec<HashMap<String, Binding>>,
    /// Tags that opened a scope.
    opened: Vec<String>,
}

impl Reader<'_> {
    fn tag(&mut self, tag: &Tag<'_>) {
        let tokens = &tag.tokens;
        let word = |index: usize| match tokens.get(index) {
            Some((Token::Ident(word), _)) => Some(*word),
            _ => None,
        };
        if tag.kind == TagKind::Variable {
            self.expression(tokens);
            return;
        }
        match word(0) {
            Some("for") => {
                let end = tokens.iter().position(|(token, _)| matches!(token, Token::Ident("in"))).unwrap_or(1);
                let source = &tokens[(end + 1).min(tokens.len())..];
                // The condition of a loop speaks of the loop's own variable.
                let is_if = |(token, _): &(Token<'_>, usize)| matches!(token, Token::Ident("if"));
                let (source, condition) = source.split_at(source.iter().position(is_if).unwrap_or(source.len()));
                let element = self.expression(source).map(|source| element(&source));
                self.open("for");
                for (index, name) in (1..end).filter_map(word).enumerate() {
                    self.bind(name, element.clone().filter(|_| index == 0));
                }
                self.expression(condition);
            }
            Some("set") => {
                let value = tokens.iter().position(|(token, _)| matches!(token, Token::Assign));
                let binding = value.and_then(|at| self.expression(&tokens[at + 1..]));
                if let Some(name) = word(1) {
                    self.bind(name, binding);
                }
            }
            Some(opening @ ("macro" | "call" | "with" | "block")) => {
                self.open(opening);
                if opening == "macro" {
                    // A macro's parameters hide what was known of their names.
                    for name in (2..tokens.len()).filter_map(word) {
                        self.bind(name, None);
                    }
                } else {
                    self.assignments(&tokens[1..]);
                }
            }
            Some("endfor" | "endmacro" | "endcall" | "endwith" | "endblock") => self.close(word(0).unwrap_or("")),
            Some("import" | "from" | "extends" | "include" | "raw" | "endraw") => {}
            Some(_) => {
                self.expression(&tokens[1..]);
            }
            None => {}
        }
    }

    /// `a=b, c=d`, as `with` and the calls of extensions have it.
    fn assignments(&mut self, tokens: &[(Token<'_>, usize)]) {
        let mut starts: Vec<usize> = vec![0];
        starts.extend(
            tokens.iter().enumerate().filter(|(_, (token, _))| matches!(token, Token::Comma)).map(|(i, _)| i + 1),
        );
        starts.push(tokens.len() + 1);
        for pair in starts.windows(2) {
            let part = &tokens[pair[0].min(tokens.len())..(pair[1] - 1).min(tokens.len())];
            if let [(Token::Ident(name), _), (Token::Assign, _), value @ ..] = part {
                let binding = self.expression(value);
                self.bind(name, binding);
            } else {
                self.expression(part);
            }
        }
    }

    fn open(&mut self, tag: &str) {
        self.opened.push(tag.to_owned());
        self.scopes.push(HashMap::new());
    }

    fn close(&mut self, tag: &str) {
        let opening = tag.trim_start_matches("end");
        if let Some(at) = self.opened.iter().rposition(|opened| opened == opening) {
            self.opened.truncate(at);
            self.scopes.truncate(at + 1);
        }
    }

    fn bind(&mut self, name: &str, binding: Option<Binding>) {
        let unknown = Binding { ty: Type::Unknown, sure: UsageConfidence::Certain, how: String::new() };
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), binding.unwrap_or(unknown));
        }
    }

    fn lookup(&self, name: &str) -> Option<Binding> {
        let known = self.scopes.iter().rev().find_map(|scope| scope.get(name)).cloned();
        known.filter(|binding| binding.ty != Type::Unknown).or_else(|| self.by_variable(name))
    }

    fn by_variable(&self, name: &str) -> Option<Binding> {
        self.models.by_variable(name).map(|(id, several)| Binding {
            ty: if several { Type::Rows(id, None) } else { Type::One(id) },
            sure: UsageConfidence::Likely,
            how: "by the variable's name".to_owned(),
        })
    }

    /// Reads an expression, reports what it uses, and says what its first path stands for.
    fn expression(&mut self, tokens: &[(Token<'_>, usize)]) -> Option<Binding> {
        let mut first: Option<Option<Binding>> = None;
        let mut at = 0;
        while at < tokens.len() {
            let Token::Ident(name) = tokens[at].0 else {
                at += 1;
                continue;
            };
            let before = at.checked_sub(1).map(|index| &tokens[index].0);
            let keyword = matches!(tokens.get(at + 1), Some((Token::Assign, _)));
            if matches!(before, Some(Token::Pipe | Token::Dot)) || keyword || is_operator(name) {
                at += 1;
                continue;
            }
            let mut binding = self.lookup(name);
            at += 1;
            while let Some((member, offset, next)) = member(tokens, at) {
                if let Some(inner) = subscript(tokens, at) {
                    self.expression(inner);
                }
                binding = match member {
                    Some(member) => {
                        let called = matches!(tokens.get(next), Some((Token::ParenOpen, _)));
                        self.member(binding.as_ref(), &member, offset, called)
                    }
                    None => binding.as_ref().map(element),
                };
                at = next;
            }
            while let Some(after) = self.filter(binding.as_ref(), tokens, at) {
                at = after;
            }
            first.get_or_insert(binding);
        }
        first.flatten()
    }

    /// A filter that takes the name of an attribute (`|sort(attribute="fax")`), or keeps what it is given.
    fn filter(&mut self, binding: Option<&Binding>, tokens: &[(Token<'_>, usize)], at: usize) -> Option<usize> {
        let token = |index: usize| tokens.get(index).map(|(token, _)| token);
        let (Some(Token::Pipe), Some(Token::Ident(name))) = (token(at), token(at + 1)) else { return None };
        if !matches!(token(at + 2), Some(Token::ParenOpen)) {
            return Some(at + 2);
        }
        let end = (at + 2..tokens.len()).find(|index| matches!(token(*index), Some(Token::ParenClose)))?;
        let by_attribute = matches!(*name, "sort" | "map" | "groupby" | "unique" | "sum" | "min" | "max" | "join");
        let row = binding.map(element);
        for (index, (value, place)) in tokens.iter().enumerate().take(end).skip(at + 3) {
            let named = matches!(token(index - 1), Some(Token::Assign))
                && matches!(token(index.wrapping_sub(2)), Some(Token::Ident("attribute")));
            let first = index == at + 3 && matches!(*name, "selectattr" | "rejectattr" | "groupby");
            let Token::Str(value) = value else { continue };
            if first || (named && by_attribute) {
                self.member(row.as_ref(), value, place + 1, false);
            }
        }
        self.expression(&tokens[at + 3..end]);
        Some(end + 1)
    }

    /// Reports `binding.name` and says what it stands for.
    fn member(&mut self, binding: Option<&Binding>, name: &str, offset: usize, called: bool) -> Option<Binding> {
        let Some(binding) = binding else {
            if !called && let Some((table, column)) = self.models.only_owner(name, self.subjects) {
                let changes = self.subjects.column(table, &column);
                let text = format!("only {table} has a column {column}, the variable's type is unknown");
                self.sink.report(offset, changes, UsageKind::Template, UsageConfidence::Possible, &text);
            }
            return self.by_variable(name);
        };
        let other = Some(Binding { ty: Type::Other, sure: UsageConfidence::Certain, how: String::new() });
        match binding.ty {
            Type::One(id) | Type::Related(id) | Type::Class(id) => match self.models.resolve(id, name, self.subjects) {
                Resolved::Column { table, column } => {
                    let text = format!("{}.{name} {}", self.models.name(id), binding.how);
                    let changes = self.subjects.column(&table, &column);
                    self.sink.report(offset, changes, UsageKind::Template, binding.sure, &text);
                    other
                }
                Resolved::Related(target) => {
                    let how = format!("through the relationship {}.{name}", self.models.name(id));
                    Some(Binding { ty: Type::Related(target), sure: binding.sure, how })
                }
                Resolved::Other => other,
            },
            Type::Rows(..) if matches!(name, "all" | "items" | "first") => Some(binding.clone()),
            _ => other,
        }
    }
}

/// What a loop over the value yields.
fn element(value: &Binding) -> Binding {
    let ty = match value.ty {
        Type::Rows(id, _) | Type::Related(id) => Type::One(id),
        _ => Type::Unknown,
    };
    Binding { ty, sure: value.sure, how: value.how.clone() }
}

fn is_operator(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "not"
            | "in"
            | "is"
            | "if"
            | "else"
            | "true"
            | "false"
            | "none"
            | "True"
            | "False"
            | "None"
            | "recursive"
    )
}

/// The tokens inside brackets that hold more than a constant.
fn subscript<'t, 's>(tokens: &'t [(Token<'s>, usize)], at: usize) -> Option<&'t [(Token<'s>, usize)]> {
    match (&tokens.get(at)?.0, member(tokens, at)?) {
        (Token::BracketOpen, (None, _, next)) => tokens.get(at + 1..next - 1),
        _ => None,
    }
}

/// The member that is taken at `at`: its name (`None` for an index), its place, and where the path goes on.
fn member(tokens: &[(Token<'_>, usize)], at: usize) -> Option<(Option<String>, usize, usize)> {
    let token = |index: usize| tokens.get(index).map(|(token, _)| token);
    let place = |index: usize| tokens.get(index).map_or(0, |(_, place)| *place);
    let constant = |index: usize| match token(index) {
        Some(Token::Str(value)) => Some((*value).to_owned()),
        Some(Token::String(value)) => Some(value.to_string()),
        _ => None,
    };
    match (token(at)?, token(at + 1)) {
        (Token::Dot, Some(Token::Ident(name))) => Some((Some((*name).to_owned()), place(at + 1), at + 2)),
        (Token::BracketOpen, Some(_)) => {
            if let (Some(name), Some(Token::BracketClose)) = (constant(at + 1), token(at + 2)) {
                return Some((Some(name), place(at + 1) + 1, at + 3));
            }
            let mut depth = 0_usize;
            for index in at..tokens.len() {
                match token(index) {
                    Some(Token::BracketOpen) => depth += 1,
                    Some(Token::BracketClose) if depth == 1 => return Some((None, place(at), index + 1)),
                    Some(Token::BracketClose) => depth -= 1,
                    _ => {}
                }
            }
            None
        }
        (Token::Pipe, Some(Token::Ident("attr"))) => {
            let name = constant(at + 3).filter(|_| matches!(token(at + 4), Some(Token::ParenClose)))?;
            Some((Some(name), place(at + 3) + 1, at + 5))
        }
        _ => None,
    }
}
