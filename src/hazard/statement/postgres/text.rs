//! Names, types and expressions out of Squawk's tree.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use crate::hazard::statement::{Expression, TypeName};
use crate::schema::ObjectName;

/// What PostgreSQL keeps of a name, in bytes.
const LONGEST: usize = 63;

/// The text of a node on one line, without comments.
pub(super) fn flat(node: &SyntaxNode) -> String {
    let mut text = String::new();
    for token in node.descendants_with_tokens().filter_map(|element| element.into_token()) {
        match token.kind() {
            SyntaxKind::COMMENT | SyntaxKind::WHITESPACE => {
                if !text.ends_with(' ') {
                    text.push(' ');
                }
            }
            _ => text.push_str(token.text()),
        }
    }
    text.trim().trim_end_matches(';').trim_end().to_owned()
}

/// A name as the server keeps it. A quote that was opened may have been forgotten.
pub(super) fn spelled(text: &str) -> String {
    let text = text.trim();
    match text.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').unwrap_or(rest).replace("\"\"", "\""),
        None => text.to_lowercase(),
    }
}

/// The name that a node is.
pub(super) fn word(node: &SyntaxNode) -> String {
    let kinds = [SyntaxKind::COMMENT, SyntaxKind::WHITESPACE];
    let mut tokens = node.descendants_with_tokens().filter_map(|element| element.into_token());
    let first = tokens.find(|token| !kinds.contains(&token.kind()));
    first.map_or_else(String::new, |token| spelled(token.text()))
}

/// The name that a node is, where there is one.
pub(super) fn name<N: AstNode>(node: Option<N>) -> String {
    node.map_or_else(String::new, |node| word(node.syntax()))
}

/// Every name in a node.
pub(super) fn names(node: &SyntaxNode) -> Vec<String> {
    node.descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| !matches!(token.kind(), SyntaxKind::COMMENT | SyntaxKind::WHITESPACE))
        .map(|token| spelled(token.text()))
        .collect()
}

/// The first qualified name in a node, and whether it was written with its schema.
pub(super) fn object(node: &SyntaxNode) -> Option<(ObjectName, bool)> {
    let path = node.descendants().find(|inner| matches!(inner.kind(), SyntaxKind::PATH | SyntaxKind::PATH_REF))?;
    let parts: Vec<String> = path
        .descendants()
        .filter(|inner| matches!(inner.kind(), SyntaxKind::PATH_SEGMENT | SyntaxKind::PATH_SEGMENT_REF))
        .map(|segment| word(&segment))
        .collect();
    match parts.as_slice() {
        [.., schema, name] if schema == "public" => Some((ObjectName::new(name), true)),
        [.., schema, name] => Some((ObjectName::qualified(schema, name), true)),
        [name] => Some((ObjectName::new(name), false)),
        [] => None,
    }
}

/// The value of a string literal.
pub(super) fn quoted_value(literal: &ast::Literal) -> String {
    literal.string_value().unwrap_or_else(|| flat(literal.syntax()).trim_matches('\'').to_owned())
}

/// Every name in a node that is longer than the server keeps.
pub(super) fn long_names(node: &SyntaxNode) -> Vec<String> {
    let tokens = node.descendants_with_tokens().filter_map(|element| element.into_token());
    let mut found: Vec<String> = tokens
        .filter(|token| token.kind() == SyntaxKind::IDENT && token.text().len() > LONGEST)
        .map(|token| spelled(token.text()))
        .filter(|name| name.len() > LONGEST)
        .collect();
    found.dedup();
    found
}

/// A type.
pub(super) fn type_name(data_type: &ast::Type) -> TypeName {
    let sql = flat(data_type.syntax());
    let (array, element) = match data_type {
        ast::Type::ArrayType(array) => (true, array.ty().map_or_else(|| sql.clone(), |inner| flat(inner.syntax()))),
        _ => (false, sql.clone()),
    };
    let lower = element.to_lowercase();
    let arguments = lower.split_once('(').and_then(|(_, rest)| rest.split_once(')')).map(|(inside, _)| inside);
    let arguments = arguments.into_iter().flat_map(|inside| inside.split(',')).map(|it| it.trim().to_owned()).collect();
    let outside = match (element.split_once('('), element.split_once(')')) {
        (Some((before, _)), Some((_, after))) => format!("{} {}", before.trim(), after.trim()),
        _ => element.clone(),
    };
    let words = outside.split_whitespace().collect::<Vec<_>>().join(" ");
    let last = words.rsplit('.').next().unwrap_or(&words);
    let lower = spelled(last.split(" array").next().unwrap_or(last));
    let with_time_zone = lower.ends_with("with time zone") || lower == "timestamptz" || lower == "timetz";
    let base = match lower.as_str() {
        "character varying"
        | "char varying"
        | "varchar"
        | "national character varying"
        | "nchar varying"
        | "national char varying" => "varchar",
        "character" | "char" | "nchar" | "national character" | "national char" | "bpchar" => "char",
        "timestamp without time zone" => "timestamp",
        "timestamp with time zone" => "timestamptz",
        "time without time zone" => "time",
        "time with time zone" => "timetz",
        other => other,
    };
    TypeName { base: base.trim_end_matches("[]").to_owned(), sql, arguments, with_time_zone, array }
}

/// An expression.
pub(super) fn expression(expression: &ast::Expr) -> Expression {
    let node = expression.syntax();
    let calls: Vec<(String, usize)> = node
        .descendants()
        .filter_map(ast::CallExpr::cast)
        .map(|call| {
            let callee = call.expr().map(|callee| flat(callee.syntax())).unwrap_or_else(|| {
                let text = flat(call.syntax());
                text.split('(').next().unwrap_or_default().trim().to_owned()
            });
            let name = callee.rsplit('.').next().map(spelled).unwrap_or_default();
            (name, call.arg_list().map_or(0, |list| list.args().count()))
        })
        .collect();
    let constant = calls.is_empty()
        && !node.descendants().any(|inner| {
            matches!(inner.kind(), SyntaxKind::NAME_REF | SyntaxKind::FIELD_EXPR)
                && !matches!(inner.parent().map(|parent| parent.kind()), Some(SyntaxKind::PATH_TYPE))
        });
    Expression { sql: flat(node), calls, constant }
}
