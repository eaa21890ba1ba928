//! Understands CHECK conditions well enough to make rows that keep them.
//!
//! A condition is read into a small tree. What the tree has no room for is refused with its reason, and the
//! database decides about it.

mod parse;
mod pattern;

use std::cmp::Ordering;

use self::pattern::Pattern;
use super::value::Value;

/// A condition that can be decided.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    condition: Condition,
}

#[derive(Debug, Clone, PartialEq)]
enum Condition {
    Compare(Term, Comparison, Term),
    In(Term, Vec<Term>),
    Like(Term, String),
    Matches(Term, Pattern),
    IsNull(Term),
    Truth(Term),
    Not(Box<Condition>),
    All(Vec<Condition>),
    Any(Vec<Condition>),
}

#[derive(Debug, Clone, PartialEq)]
enum Term {
    Column(String),
    Literal(Value),
    Length(Box<Term>),
    Trim(Box<Term>),
    Lower(Box<Term>),
    Upper(Box<Term>),
    Absolute(Box<Term>),
    Coalesce(Vec<Term>),
    Arithmetic(Box<Term>, Arithmetic, Box<Term>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
    Remainder,
}

/// A value that is worth a try where a condition does not hold.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::generate) enum Candidate {
    /// This value.
    Value(Value),
    /// The value of another column, shifted by this many steps.
    Near(String, i64),
}

impl Check {
    /// Reads a condition in any of the dialects.
    ///
    /// # Errors
    ///
    /// The part that is not understood, as a person reads it.
    pub fn parse(expression: &str) -> Result<Self, String> {
        parse::condition(expression).map(|condition| Self { condition })
    }

    /// Whether a row keeps it. As in SQL, an unknown answer (because of a NULL) keeps it.
    pub fn holds(&self, row: &dyn Fn(&str) -> Value) -> bool {
        self.condition.holds(row) != Some(false)
    }

    /// The beginning of each text that a regular expression in it asks for, as far as that is the same in all of them.
    pub(in crate::generate) fn beginnings(&self) -> Vec<&str> {
        let mut found = Vec::new();
        self.condition.beginnings(&mut found);
        found
    }

    /// The columns that it speaks of, in the order of their first mention.
    pub fn columns(&self) -> Vec<&str> {
        let mut names = Vec::new();
        self.condition.terms(&mut |term| {
            if let Term::Column(name) = term
                && !names.contains(&name.as_str())
            {
                names.push(name);
            }
        });
        names
    }

    /// The closed list of values that it allows for `column`, when it is nothing but such a list.
    pub fn domain(&self, column: &str) -> Option<Vec<Value>> {
        self.condition.domain(column)
    }

    /// Values for `column` that may make the condition hold.
    pub(in crate::generate) fn candidates(&self, column: &str) -> Vec<Candidate> {
        let mut found = Vec::new();
        self.condition.candidates(column, &mut found);
        found
    }
}

impl Condition {
    fn holds(&self, row: &dyn Fn(&str) -> Value) -> Option<bool> {
        match self {
            Self::Compare(left, comparison, right) => Some(comparison.holds(left.value(row).order(&right.value(row))?)),
            Self::In(term, list) => {
                let value = term.value(row);
                let orders: Vec<_> = list.iter().map(|item| value.order(&item.value(row))).collect();
                if orders.contains(&Some(Ordering::Equal)) {
                    return Some(true);
                }
                if orders.contains(&None) { None } else { Some(false) }
            }
            Self::Like(term, pattern) => match term.value(row) {
                Value::Text(text) => Some(like(&text.to_lowercase(), &pattern.to_lowercase())),
                _ => None,
            },
            Self::Matches(term, pattern) => match term.value(row) {
                Value::Text(text) => Some(pattern.is_match(&text)),
                _ => None,
            },
            Self::IsNull(term) => Some(term.value(row).is_null()),
            Self::Truth(term) => Some(term.value(row).number()? != 0.0),
            Self::Not(condition) => condition.holds(row).map(|holds| !holds),
            Self::All(conditions) => {
                let answers: Vec<_> = conditions.iter().map(|condition| condition.holds(row)).collect();
                if answers.contains(&Some(false)) {
                    return Some(false);
                }
                if answers.contains(&None) { None } else { Some(true) }
            }
            Self::Any(conditions) => {
                let answers: Vec<_> = conditions.iter().map(|condition| condition.holds(row)).collect();
                if answers.contains(&Some(true)) {
                    return Some(true);
                }
                if answers.contains(&None) { None } else { Some(false) }
            }
        }
    }

    fn terms<'a>(&'a self, visit: &mut dyn FnMut(&'a Term)) {
        match self {
            Self::Compare(left, _, right) => {
                left.terms(visit);
                right.terms(visit);
            }
            Self::In(term, list) => {
                term.terms(visit);
                list.iter().for_each(|item| item.terms(visit));
            }
            Self::Like(term, _) | Self::Matches(term, _) | Self::IsNull(term) | Self::Truth(term) => {
                term.terms(visit);
            }
            Self::Not(condition) => condition.terms(visit),
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().for_each(|condition| condition.terms(visit));
            }
        }
    }

    fn beginnings<'a>(&'a self, found: &mut Vec<&'a str>) {
        match self {
            Self::Matches(_, pattern) => found.push(pattern.beginning()),
            Self::Not(condition) => condition.beginnings(found),
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().for_each(|condition| condition.beginnings(found));
            }
            Self::Compare(..) | Self::In(..) | Self::Like(..) | Self::IsNull(..) | Self::Truth(..) => {}
        }
    }

    fn domain(&self, column: &str) -> Option<Vec<Value>> {
        match self {
            Self::In(Term::Column(name), list) if name == column => list
                .iter()
                .map(|item| if let Term::Literal(value) = item { Some(value.clone()) } else { None })
                .collect(),
            Self::Compare(Term::Column(name), Comparison::Equal, Term::Literal(value)) if name == column => {
                Some(vec![value.clone()])
            }
            Self::All(conditions) => conditions.iter().find_map(|condition| condition.domain(column)),
            // "IS NULL OR IN (…)" is a list for all that is not NULL.
            Self::Any(conditions) => {
                let mut values = Vec::new();
                for condition in conditions {
                    match condition {
                        Self::IsNull(Term::Column(name)) if name == column => {}
                        other => values.extend(other.domain(column)?),
                    }
                }
                Some(values).filter(|values| !values.is_empty())
            }
            _ => None,
        }
    }

    fn candidates(&self, column: &str, found: &mut Vec<Candidate>) {
        let is_column = |term: &Term| matches!(term.bare(), Term::Column(name) if name == column);
        match self {
            Self::Compare(left, _, right) => {
                for (term, other) in [(left, right), (right, left)] {
                    if is_column(term) {
                        near(other.bare(), found);
                    } else if let (Term::Length(inner), Term::Literal(Value::Integer(length))) = (term, other)
                        && is_column(inner)
                    {
                        for length in length - 1..=length + 1 {
                            let length = usize::try_from(length.clamp(0, 10_000)).unwrap_or(0);
                            found.push(Candidate::Value(Value::text("x".repeat(length))));
                        }
                    } else {
                        arithmetic(term, column, found);
                    }
                }
            }
            Self::In(term, list) if is_column(term) => list.iter().for_each(|item| near(item, found)),
            Self::Like(term, pattern) if is_column(term) => {
                found.push(Candidate::Value(Value::text(pattern.replace('%', "abc").replace('_', "a"))));
            }
            Self::Matches(term, pattern) if is_column(term) => {
                found.extend(pattern.examples().map(|text| Candidate::Value(Value::Text(text))));
            }
            Self::IsNull(term) if is_column(term) => found.push(Candidate::Value(Value::Null)),
            Self::Truth(term) if is_column(term) => {
                found.extend([true, false].map(|value| Candidate::Value(Value::Boolean(value))));
            }
            Self::In(..) | Self::Like(..) | Self::Matches(..) | Self::IsNull(..) | Self::Truth(..) => {}
            Self::Not(condition) => condition.candidates(column, found),
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().for_each(|condition| condition.candidates(column, found));
            }
        }
    }
}

/// The neighbourhood of a term.
fn near(term: &Term, found: &mut Vec<Candidate>) {
    match term {
        Term::Literal(value @ Value::Text(_)) => {
            found.push(Candidate::Value(value.clone()));
            found.extend(
                [1, -1]
                    .map(|steps| value.shifted(steps))
                    .into_iter()
                    .filter(|next| next != value)
                    .map(Candidate::Value),
            );
        }
        Term::Literal(value) => found.extend([0, 1, -1, 10].map(|steps| Candidate::Value(value.shifted(steps)))),
        Term::Column(name) => found.extend([0, 1, -1].map(|steps| Candidate::Near(name.clone(), steps))),
        _ => {}
    }
}

/// Small numbers for a column inside a sum or a product: `a + b <= 100`, `quantity % 5 = 0`.
fn arithmetic(term: &Term, column: &str, found: &mut Vec<Candidate>) {
    let mut inside = false;
    term.terms(&mut |part| inside |= matches!(part, Term::Column(name) if name == column));
    if inside && !matches!(term, Term::Length(_)) {
        found.extend([0, 1, 2, 5, 10, -1].map(|value| Candidate::Value(Value::Integer(value))));
    }
}

impl Term {
    /// The term without what only changes its letters.
    fn bare(&self) -> &Self {
        match self {
            Self::Trim(inner) | Self::Lower(inner) | Self::Upper(inner) | Self::Absolute(inner) => inner.bare(),
            other => other,
        }
    }

    fn terms<'a>(&'a self, visit: &mut dyn FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::Column(_) | Self::Literal(_) => {}
            Self::Length(term) | Self::Trim(term) | Self::Lower(term) | Self::Upper(term) | Self::Absolute(term) => {
                term.terms(visit);
            }
            Self::Coalesce(terms) => terms.iter().for_each(|term| term.terms(visit)),
            Self::Arithmetic(left, _, right) => {
                left.terms(visit);
                right.terms(visit);
            }
        }
    }

    fn value(&self, row: &dyn Fn(&str) -> Value) -> Value {
        let letters = |term: &Self, change: fn(&str) -> String| match term.value(row) {
            Value::Text(text) => Value::Text(change(&text)),
            other => other,
        };
        match self {
            Self::Column(name) => row(name),
            Self::Literal(value) => value.clone(),
            Self::Length(term) => match term.value(row) {
                Value::Null => Value::Null,
                Value::Text(text) | Value::Decimal(text) => Value::Integer(text.chars().count() as i64),
                Value::Binary(bytes) => Value::Integer(bytes.len() as i64),
                Value::Boolean(_) => Value::Integer(1),
                Value::Integer(number) => Value::Integer(number.to_string().len() as i64),
                Value::Float(number) => Value::Integer(number.to_string().len() as i64),
            },
            Self::Trim(term) => letters(term, |text| text.trim_matches(' ').to_owned()),
            Self::Lower(term) => letters(term, str::to_lowercase),
            Self::Upper(term) => letters(term, str::to_uppercase),
            Self::Absolute(term) => match term.value(row) {
                Value::Integer(number) => Value::Integer(number.saturating_abs()),
                Value::Null => Value::Null,
                other => other.number().map_or(Value::Null, |number| Value::Float(number.abs())),
            },
            Self::Coalesce(terms) => {
                terms.iter().map(|term| term.value(row)).find(|value| !value.is_null()).unwrap_or(Value::Null)
            }
            Self::Arithmetic(left, operation, right) => operation.of(&left.value(row), &right.value(row)),
        }
    }
}

impl Arithmetic {
    fn of(self, left: &Value, right: &Value) -> Value {
        if let (Value::Integer(left), Value::Integer(right)) = (left, right) {
            let result = match self {
                Self::Add => left.checked_add(*right),
                Self::Subtract => left.checked_sub(*right),
                Self::Multiply => left.checked_mul(*right),
                Self::Divide => left.checked_div(*right),
                Self::Remainder => left.checked_rem(*right),
            };
            return result.map_or(Value::Null, Value::Integer);
        }
        let (Some(left), Some(right)) = (left.number(), right.number()) else { return Value::Null };
        let result = match self {
            Self::Add => left + right,
            Self::Subtract => left - right,
            Self::Multiply => left * right,
            Self::Divide => left / right,
            Self::Remainder => left % right,
        };
        if result.is_finite() { Value::Float(result) } else { Value::Null }
    }
}

impl Comparison {
    fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order.is_eq(),
            Self::Unequal => order.is_ne(),
            Self::Less => order.is_lt(),
            Self::LessOrEqual => order.is_le(),
            Self::Greater => order.is_gt(),
            Self::GreaterOrEqual => order.is_ge(),
        }
    }
}

fn like(text: &str, pattern: &str) -> bool {
    // The classic two-pointer match: on a mismatch, let the last `%` take one more character.
    let (text, pattern): (Vec<char>, Vec<char>) = (text.chars().collect(), pattern.chars().collect());
    let (mut at, mut of, mut star) = (0, 0, None);
    while at < text.len() {
        match pattern.get(of) {
            Some('%') => {
                star = Some((of, at));
                of += 1;
            }
            Some(&c) if c == '_' || Some(&c) == text.get(at) => {
                at += 1;
                of += 1;
            }
            _ => match star {
                Some((percent, start)) => {
                    star = Some((percent, start + 1));
                    at = start + 1;
                    of = percent + 1;
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(of).all(|&c| c == '%')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(expression: &str, row: &[(&str, Value)]) -> bool {
        let check = Check::parse(expression).unwrap_or_else(|reason| panic!("{expression}: {reason}"));
        check.holds(&|name| {
            row.iter().find(|(column, _)| *column == name).map_or(Value::Null, |(_, value)| value.clone())
        })
    }

    #[test]
    fn common_conditions_are_decided() {
        let row = [
            ("price", Value::Decimal("9.50".into())),
            ("state", Value::text("open")),
            ("start", Value::text("2024-01-01")),
            ("stop", Value::text("2024-01-02")),
            ("name", Value::text("Zoë")),
            ("flag", Value::Integer(1)),
        ];
        for (expression, expected) in [
            ("price >= 0", true),
            ("price > 9.5", false),
            ("\"price\" BETWEEN 1 AND 9", false),
            ("state IN ('open', 'closed')", true),
            ("state NOT IN ('open', 'closed')", false),
            ("missing IN ('a')", true),
            ("missing IS NULL OR missing > 3", true),
            ("missing IS NOT NULL", false),
            ("length(name) = 3", true),
            ("char_length(trim(name)) > 3", false),
            ("start < stop AND NOT (price < 0)", true),
            ("stop <= start", false),
            ("name LIKE 'z%'", true),
            ("flag IN (0, 1)", true),
            ("flag", true),
            ("price * 2 = 19", true),
            ("coalesce(missing, 5) = 5", true),
            ("((state)::text = ANY ((ARRAY['open'::character varying, 'x'::character varying])::text[]))", true),
            ("[state] <> `name`", true),
        ] {
            assert_eq!(holds(expression, &row), expected, "{expression}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        assert!(Check::parse("json_valid(body)").unwrap_err().contains("json_valid"));
        assert!(Check::parse("a >").is_err());
        assert!(Check::parse("id IN (SELECT 1)").is_err());
    }

    #[test]
    fn a_list_of_values_is_a_domain() {
        let check = Check::parse("state IS NULL OR state IN ('a','b')").unwrap();
        assert_eq!(check.domain("state"), Some(vec![Value::text("a"), Value::text("b")]));
        assert_eq!(Check::parse("price > 0").unwrap().domain("price"), None);
    }
}
