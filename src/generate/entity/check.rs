//! CHECK constraints read into shapes that forms, APIs and boundary tests can use.

use sqlparser::ast::{BinaryOperator, Expr, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value};
use sqlparser::dialect::{MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::parser::Parser;

use crate::schema::{CheckConstraint, Dialect};

/// A CHECK constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The constraint's name, where one was given.
    pub name: Option<String>,
    /// The condition as the server has it.
    pub expression: String,
    /// What it demands, each rule on its own; a single [`CheckRule::Opaque`] when it was not understood as a
    /// whole. Columns are named by their columns, not their attributes. A NULL passes every rule, as SQL has it.
    pub rules: Vec<CheckRule>,
}

/// One demand of a CHECK constraint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CheckRule {
    /// `column operator number`.
    Bound {
        /// The column.
        column: String,
        /// The comparison, with the column on the left.
        operator: Comparison,
        /// The number, as written, with its sign.
        value: String,
    },
    /// `column IN ('a', 'b')`.
    OneOf {
        /// The column.
        column: String,
        /// The strings, or numbers as written.
        values: Vec<String>,
        /// Whether the values are strings.
        text: bool,
    },
    /// `length(column) operator number`.
    Length {
        /// The column.
        column: String,
        /// The comparison, with the length on the left.
        operator: Comparison,
        /// The number of characters.
        value: u32,
    },
    /// `left operator right`, both columns of the row.
    Columns {
        /// The column on the left.
        left: String,
        /// The comparison.
        operator: Comparison,
        /// The column on the right.
        right: String,
    },
    /// A condition that is only known by its text.
    Opaque,
}

impl CheckRule {
    /// The columns that are named, when they are known.
    pub fn columns(&self) -> Vec<&str> {
        match self {
            Self::Bound { column, .. } | Self::OneOf { column, .. } | Self::Length { column, .. } => vec![column],
            Self::Columns { left, right, .. } => vec![left, right],
            Self::Opaque => Vec::new(),
        }
    }
}

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `=`
    Equal,
    /// `<>`
    NotEqual,
}

impl Comparison {
    /// The operator in Python.
    pub fn as_python(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Equal => "==",
            Self::NotEqual => "!=",
        }
    }

    /// The same comparison with its sides exchanged.
    fn mirrored(self) -> Self {
        match self {
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
            same @ (Self::Equal | Self::NotEqual) => same,
        }
    }

    fn of(operator: &BinaryOperator) -> Option<Self> {
        Some(match operator {
            BinaryOperator::Lt => Self::Less,
            BinaryOperator::LtEq => Self::LessOrEqual,
            BinaryOperator::Gt => Self::Greater,
            BinaryOperator::GtEq => Self::GreaterOrEqual,
            BinaryOperator::Eq => Self::Equal,
            BinaryOperator::NotEq => Self::NotEqual,
            _ => return None,
        })
    }
}

impl Check {
    /// Reads one constraint.
    pub(super) fn read(constraint: &CheckConstraint, dialect: Dialect) -> Self {
        let rules = parse(&constraint.expression, dialect).and_then(|expression| rules(&expression));
        Self {
            name: constraint.name.clone(),
            expression: constraint.expression.clone(),
            rules: rules.unwrap_or_else(|| vec![CheckRule::Opaque]),
        }
    }
}

fn parse(text: &str, dialect: Dialect) -> Option<Expr> {
    let dialect: &dyn sqlparser::dialect::Dialect = match dialect {
        Dialect::Postgres => &PostgreSqlDialect {},
        Dialect::Mysql => &MySqlDialect {},
        Dialect::Sqlite => &SQLiteDialect {},
    };
    let mut parser = Parser::new(dialect).try_with_sql(text).ok()?;
    let expression = parser.parse_expr().ok()?;
    (parser.peek_token().token == sqlparser::tokenizer::Token::EOF).then_some(expression)
}

fn rules(expression: &Expr) -> Option<Vec<CheckRule>> {
    match expression {
        Expr::Nested(inner) => rules(inner),
        Expr::BinaryOp { left, op: BinaryOperator::And, right } => {
            let mut all = rules(left)?;
            all.extend(rules(right)?);
            Some(all)
        }
        Expr::BinaryOp { left, op: BinaryOperator::Or, right } => {
            // `a IS NULL OR …` says nothing that NULL's own way through a CHECK does not.
            let null = null_tested(left)?;
            let rest = rules(right)?;
            rest.iter().all(|rule| rule.columns().contains(&null.as_str())).then_some(rest)
        }
        Expr::Between { expr, negated: false, low, high } => {
            let subject = Subject::of(expr)?;
            let low = subject.compared(Comparison::GreaterOrEqual, low)?;
            Some(vec![low, subject.compared(Comparison::LessOrEqual, high)?])
        }
        Expr::InList { expr, list, negated: false } => one_of(expr, list),
        // PostgreSQL's own words for IN.
        Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => match uncast(right) {
            Expr::Array(array) => one_of(left, &array.elem),
            _ => None,
        },
        Expr::BinaryOp { left, op, right } => {
            let operator = Comparison::of(op)?;
            if let (Some(left), Some(right)) = (column(left), column(right)) {
                return Some(vec![CheckRule::Columns { left, operator, right }]);
            }
            if let Some(subject) = Subject::of(left) {
                return Some(vec![subject.compared(operator, right)?]);
            }
            Some(vec![Subject::of(right)?.compared(operator.mirrored(), left)?])
        }
        _ => None,
    }
}

fn uncast(expression: &Expr) -> &Expr {
    match expression {
        Expr::Nested(inner) | Expr::Cast { expr: inner, .. } => uncast(inner),
        other => other,
    }
}

fn one_of(expression: &Expr, list: &[Expr]) -> Option<Vec<CheckRule>> {
    let column = column(expression)?;
    if let Some(values) = list.iter().map(text).collect::<Option<Vec<String>>>() {
        return Some(vec![CheckRule::OneOf { column, values, text: true }]);
    }
    let values = list.iter().map(number).collect::<Option<Vec<String>>>()?;
    Some(vec![CheckRule::OneOf { column, values, text: false }])
}

fn null_tested(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Nested(inner) => null_tested(inner),
        Expr::IsNull(inner) => column(inner),
        _ => None,
    }
}

enum Subject {
    Column(String),
    Length(String),
}

impl Subject {
    fn of(expression: &Expr) -> Option<Self> {
        match expression {
            Expr::Nested(inner) => Self::of(inner),
            Expr::Function(function) => {
                let name = function.name.to_string().to_ascii_lowercase();
                if !["length", "char_length", "character_length"].contains(&name.as_str()) {
                    return None;
                }
                let FunctionArguments::List(arguments) = &function.args else { return None };
                match arguments.args.as_slice() {
                    [FunctionArg::Unnamed(FunctionArgExpr::Expr(inner))] => column(inner).map(Self::Length),
                    _ => None,
                }
            }
            _ => column(expression).map(Self::Column),
        }
    }

    fn compared(&self, operator: Comparison, value: &Expr) -> Option<CheckRule> {
        let value = number(value)?;
        Some(match self {
            Self::Column(column) => CheckRule::Bound { column: column.clone(), operator, value },
            Self::Length(column) => CheckRule::Length { column: column.clone(), operator, value: value.parse().ok()? },
        })
    }
}

/// The column, through the casts that PostgreSQL writes into conditions.
fn column(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Identifier(identifier) => Some(identifier.value.clone()),
        Expr::CompoundIdentifier(parts) => parts.last().map(|part| part.value.clone()),
        Expr::Nested(inner) => column(inner),
        Expr::Cast { expr, .. } => column(expr),
        _ => None,
    }
}

fn number(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Nested(inner) => number(inner),
        // PostgreSQL writes a negative number as a text with a cast.
        Expr::Cast { expr, .. } => {
            number(expr).or_else(|| text(expr).filter(|value| value.parse::<f64>().is_ok_and(f64::is_finite)))
        }
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => number(expr).map(|value| format!("-{value}")),
        Expr::UnaryOp { op: UnaryOperator::Plus, expr } => number(expr),
        Expr::Value(value) => match &value.value {
            Value::Number(number, _) => Some(number.to_string()),
            _ => None,
        },
        _ => None,
    }
}

fn text(expression: &Expr) -> Option<String> {
    match expression {
        Expr::Nested(inner) => text(inner),
        Expr::Cast { expr, .. } => text(expr),
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) => Some(text.clone()),
            _ => None,
        },
        _ => None,
    }
}
