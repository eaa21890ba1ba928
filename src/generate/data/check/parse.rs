//! From the text of a condition to its tree.

use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value as Literal,
};
use sqlparser::dialect::GenericDialect;
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use super::pattern::Pattern;
use super::{Arithmetic, Comparison, Condition, Term};
use crate::generate::data::value::Value;

pub(super) fn condition(expression: &str) -> Result<Condition, String> {
    // The dialect of a condition is not worth asking for: the first that reads it is right.
    let dialects: [&dyn Dialect; 4] = [&PostgreSqlDialect {}, &SQLiteDialect {}, &MySqlDialect {}, &GenericDialect {}];
    let mut reason = String::new();
    for dialect in dialects {
        let parsed = Parser::new(dialect).try_with_sql(expression).and_then(|mut parser| {
            let parsed = parser.parse_expr()?;
            parser.expect_token(&sqlparser::tokenizer::Token::EOF)?;
            Ok(parsed)
        });
        match parsed {
            Ok(parsed) => return from(&parsed),
            Err(error) => reason = error.to_string(),
        }
    }
    Err(reason)
}

fn unknown<T>(expression: &Expr) -> Result<T, String> {
    Err(format!("`{expression}` is not understood"))
}

fn negated(condition: Condition, negated: bool) -> Condition {
    if negated { Condition::Not(Box::new(condition)) } else { condition }
}

fn from(expression: &Expr) -> Result<Condition, String> {
    Ok(match expression {
        Expr::Nested(inner) => from(inner)?,
        Expr::UnaryOp { op: UnaryOperator::Not, expr } => negated(from(expr)?, true),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => Condition::All(vec![from(left)?, from(right)?]),
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => Condition::Any(vec![from(left)?, from(right)?]),
        Expr::BinaryOp { left, op, right } if let Some((ignores_case, not)) = matching(op) => {
            negated(matches(left, right, ignores_case, expression)?, not)
        }
        Expr::RLike { negated: not, expr, pattern, .. } => negated(matches(expr, pattern, true, expression)?, *not),
        Expr::BinaryOp { left, op, right } => match comparison(op) {
            Some(comparison) => Condition::Compare(term(left)?, comparison, term(right)?),
            None => Condition::Truth(term(expression)?),
        },
        Expr::Between { expr, negated: not, low, high } => {
            let value = term(expr)?;
            let from_low = Condition::Compare(value.clone(), Comparison::GreaterOrEqual, term(low)?);
            let to_high = Condition::Compare(value, Comparison::LessOrEqual, term(high)?);
            negated(Condition::All(vec![from_low, to_high]), *not)
        }
        Expr::InList { expr, list, negated: not } => {
            let list = list.iter().map(term).collect::<Result<_, _>>()?;
            negated(Condition::In(term(expr)?, list), *not)
        }
        Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => {
            let Expr::Array(array) = uncast(right) else { return unknown(expression) };
            Condition::In(term(left)?, array.elem.iter().map(term).collect::<Result<_, _>>()?)
        }
        Expr::Like { negated: not, any: false, expr, pattern, escape_char: None }
        | Expr::ILike { negated: not, any: false, expr, pattern, escape_char: None } => match term(pattern)? {
            Term::Literal(Value::Text(pattern)) => negated(Condition::Like(term(expr)?, pattern), *not),
            _ => return unknown(expression),
        },
        Expr::IsNull(inner) => Condition::IsNull(term(inner)?),
        Expr::IsNotNull(inner) => negated(Condition::IsNull(term(inner)?), true),
        Expr::IsTrue(inner) => from(inner)?,
        Expr::IsFalse(inner) => negated(from(inner)?, true),
        other => Condition::Truth(term(other)?),
    })
}

/// Whether an operator of PostgreSQL's that matches a regular expression ignores case, and whether it means the opposite.
fn matching(operator: &BinaryOperator) -> Option<(bool, bool)> {
    Some(match operator {
        BinaryOperator::PGRegexMatch => (false, false),
        BinaryOperator::PGRegexIMatch | BinaryOperator::Regexp => (true, false),
        BinaryOperator::PGRegexNotMatch => (false, true),
        BinaryOperator::PGRegexNotIMatch => (true, true),
        _ => return None,
    })
}

fn matches(of: &Expr, pattern: &Expr, ignores_case: bool, whole: &Expr) -> Result<Condition, String> {
    match term(pattern)? {
        Term::Literal(Value::Text(pattern)) => {
            Ok(Condition::Matches(term(of)?, Pattern::parse(&pattern, ignores_case)?))
        }
        _ => unknown(whole),
    }
}

fn comparison(operator: &BinaryOperator) -> Option<Comparison> {
    Some(match operator {
        BinaryOperator::Eq => Comparison::Equal,
        BinaryOperator::NotEq => Comparison::Unequal,
        BinaryOperator::Lt => Comparison::Less,
        BinaryOperator::LtEq => Comparison::LessOrEqual,
        BinaryOperator::Gt => Comparison::Greater,
        BinaryOperator::GtEq => Comparison::GreaterOrEqual,
        _ => return None,
    })
}

fn uncast(expression: &Expr) -> &Expr {
    match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => uncast(inner),
        other => other,
    }
}

fn term(expression: &Expr) -> Result<Term, String> {
    Ok(match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => term(inner)?,
        Expr::Collate { expr, .. } => term(expr)?,
        Expr::Identifier(name) => Term::Column(name.value.clone()),
        Expr::CompoundIdentifier(parts) => match parts.last() {
            Some(name) => Term::Column(name.value.clone()),
            None => return unknown(expression),
        },
        // PostgreSQL's parser takes `[a]` for an array.
        Expr::Array(array) if !array.named => match array.elem.as_slice() {
            [Expr::Identifier(name)] => Term::Column(name.value.clone()),
            _ => return unknown(expression),
        },
        Expr::Value(value) => {
            Term::Literal(literal(&value.value).ok_or_else(|| format!("`{value}` is not understood"))?)
        }
        Expr::TypedString(typed) => {
            Term::Literal(literal(&typed.value.value).ok_or_else(|| format!("`{typed}` is not understood"))?)
        }
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
            let zero = Box::new(Term::Literal(Value::Integer(0)));
            match term(expr)? {
                Term::Literal(Value::Integer(number)) => Term::Literal(Value::Integer(-number)),
                Term::Literal(Value::Decimal(number)) => Term::Literal(Value::Decimal(format!("-{number}"))),
                other => Term::Arithmetic(zero, Arithmetic::Subtract, Box::new(other)),
            }
        }
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } => term(expr)?,
        Expr::BinaryOp { left, op, right } => {
            let operation = match op {
                BinaryOperator::Plus => Arithmetic::Add,
                BinaryOperator::Minus => Arithmetic::Subtract,
                BinaryOperator::Multiply => Arithmetic::Multiply,
                BinaryOperator::Divide => Arithmetic::Divide,
                BinaryOperator::Modulo => Arithmetic::Remainder,
                _ => return unknown(expression),
            };
            Term::Arithmetic(Box::new(term(left)?), operation, Box::new(term(right)?))
        }
        Expr::Trim { trim_where: None, trim_what: None, expr, .. } => Term::Trim(Box::new(term(expr)?)),
        Expr::Function(function) => call(function, expression)?,
        other => return unknown(other),
    })
}

fn call(function: &Function, expression: &Expr) -> Result<Term, String> {
    let FunctionArguments::List(list) = &function.args else { return unknown(expression) };
    let mut arguments = Vec::new();
    for argument in &list.args {
        let FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) = argument else { return unknown(expression) };
        arguments.push(term(argument)?);
    }
    let name = function.name.to_string().to_lowercase();
    if ["coalesce", "ifnull"].contains(&name.as_str()) {
        return Ok(Term::Coalesce(arguments));
    }
    let ([_], Some(argument)) = (arguments.as_slice(), arguments.first()) else { return unknown(expression) };
    let argument = Box::new(argument.clone());
    Ok(match name.as_str() {
        "length" | "char_length" | "character_length" => Term::Length(argument),
        "trim" | "btrim" => Term::Trim(argument),
        "lower" => Term::Lower(argument),
        "upper" => Term::Upper(argument),
        "abs" => Term::Absolute(argument),
        _ => return unknown(expression),
    })
}

fn literal(value: &Literal) -> Option<Value> {
    Some(match value {
        Literal::Number(text, _) => match text.parse() {
            Ok(number) => Value::Integer(number),
            Err(_) => Value::Decimal(text.clone()),
        },
        Literal::SingleQuotedString(text)
        | Literal::DoubleQuotedString(text)
        | Literal::EscapedStringLiteral(text)
        | Literal::NationalStringLiteral(text) => Value::Text(text.clone()),
        Literal::Boolean(value) => Value::Boolean(*value),
        Literal::Null => Value::Null,
        _ => return None,
    })
}
