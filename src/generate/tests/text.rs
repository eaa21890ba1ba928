//! Text for rows: short enough, long enough, different from row to row, and readable.

use crate::generate::python::string;

/// What is known about a text column.
pub(super) struct Words<'a> {
    /// The table.
    pub table: &'a str,
    /// The attribute.
    pub column: &'a str,
    /// The least number of characters.
    pub shortest: u32,
    /// The greatest number of characters, when limited.
    pub longest: Option<u32>,
    /// Whether an email looks like an email.
    pub realistic: bool,
    /// Whether letters beyond ASCII are wanted.
    pub beyond_ascii: bool,
}

/// Digits that the number of a row may take.
const DIGITS: u32 = 5;

impl Words<'_> {
    /// A Python expression that gives each row its own text.
    pub(super) fn numbered(&self) -> String {
        let form = self.form();
        let longest = self.longest.unwrap_or(u32::MAX);
        if longest < form.width() {
            return format!("code(n, {longest})");
        }
        let text = form.python();
        if form.least() < self.shortest {
            return format!("{text}.ljust({}, \"x\")", self.shortest);
        }
        text
    }

    /// A text that no factory makes.
    pub(super) fn changed(&self) -> String {
        let wanted = match self.form() {
            Form::Before(before, after) if before.contains("://") || after.contains('@') => {
                format!("{before}changed{after}")
            }
            _ => format!("changed {}", spaced(self.column)),
        };
        fit(&wanted, self.shortest, self.longest)
    }

    fn form(&self) -> Form {
        let column = self.column.to_ascii_lowercase();
        let has = |words: &[&str]| words.iter().any(|word| column.split('_').any(|part| part == *word));
        let form = match () {
            () if !self.realistic => Form::new(&format!("{} ", spaced(&column)), ""),
            () if has(&["email", "mail"]) => Form::new("person", "@example.org"),
            () if has(&["url", "website", "link", "homepage"]) => Form::new("https://example.org/", ""),
            () if has(&["phone", "mobile", "fax"]) => Form::new("+49 30 ", ""),
            () if has(&["slug", "path", "key"]) => Form::new(&format!("{}-", column.replace('_', "-")), ""),
            () if has(&["sku", "code", "number", "no", "ref", "reference"]) => {
                Form::new(&format!("{}-", column.replace('_', "-").to_ascii_uppercase()), "")
            }
            () if has(&["name", "title", "label"]) => {
                let extra = if self.beyond_ascii { " Ø" } else { " " };
                Form::new(&format!("{}{extra}", capital(&spaced(self.table))), "")
            }
            () => {
                let extra = if self.beyond_ascii { " é" } else { " " };
                Form::new(&format!("{}{extra}", capital(&spaced(&column))), "")
            }
        };
        if self.longest.is_some_and(|longest| longest < form.width()) {
            let room = self.longest.unwrap_or(0).saturating_sub(DIGITS) as usize;
            let short: String = column.chars().filter(char::is_ascii_alphanumeric).take(room).collect();
            return Form::new(&short, "");
        }
        form
    }
}

enum Form {
    /// The number stands between these two.
    Before(String, String),
}

impl Form {
    fn new(before: &str, after: &str) -> Self {
        Self::Before(before.replace(['{', '}'], ""), after.to_owned())
    }

    fn width(&self) -> u32 {
        self.least() + DIGITS - 1
    }

    fn least(&self) -> u32 {
        let Self::Before(before, after) = self;
        u32::try_from(before.chars().count() + after.chars().count() + 1).unwrap_or(u32::MAX)
    }

    fn python(&self) -> String {
        let Self::Before(before, after) = self;
        format!("f{}", string(&format!("{before}{{n}}{after}")))
    }
}

/// Cuts or pads a text.
pub(super) fn fit(text: &str, shortest: u32, longest: Option<u32>) -> String {
    let longest = longest.map_or(usize::MAX, |longest| longest as usize);
    let mut fitted: String = text.chars().take(longest).collect();
    let mut count = fitted.chars().count();
    while count < shortest as usize && count < longest {
        fitted.push('x');
        count += 1;
    }
    fitted
}

/// A number in units of its last decimal place, as people write it.
pub(super) fn decimal(scaled: i128, scale: u32) -> String {
    if scale == 0 {
        return scaled.to_string();
    }
    let sign = if scaled < 0 { "-" } else { "" };
    let digits = format!("{:0>width$}", scaled.unsigned_abs(), width = scale as usize + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale as usize);
    format!("{sign}{whole}.{fraction}")
}

fn spaced(name: &str) -> String {
    name.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect::<String>().trim().to_lowercase()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(column: &str, longest: Option<u32>) -> Words<'_> {
        Words { table: "order_item", column, shortest: 0, longest, realistic: true, beyond_ascii: false }
    }

    #[test]
    fn text_looks_like_what_people_enter() {
        assert_eq!(words("email", None).numbered(), r#"f"person{n}@example.org""#);
        assert_eq!(words("name", Some(80)).numbered(), r#"f"Order item {n}""#);
        assert_eq!(words("sku", Some(20)).numbered(), r#"f"SKU-{n}""#);
    }

    #[test]
    fn text_fits_narrow_columns() {
        assert_eq!(words("country", Some(2)).numbered(), "code(n, 2)");
        assert_eq!(words("email", Some(10)).numbered(), r#"f"email{n}""#);
        assert_eq!(words("country", Some(2)).changed(), "ch");
    }

    #[test]
    fn text_is_long_enough() {
        let words = Words { shortest: 12, ..words("notes", None) };
        assert_eq!(words.numbered(), r#"f"Notes {n}".ljust(12, "x")"#);
        assert_eq!(fit("ab", 4, None), "abxx");
    }

    #[test]
    fn decimals_keep_their_places() {
        assert_eq!(decimal(5, 4), "0.0005");
        assert_eq!(decimal(-123, 2), "-1.23");
        assert_eq!(decimal(7, 0), "7");
    }
}
