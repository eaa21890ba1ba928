//! Views, triggers, routines, events and sequences.

use super::cursor::Cursor;
use crate::schema::lexer::TokenKind;
use crate::schema::lexer::mysql::{program_mode, tidy, tokens, unquoted};
use crate::schema::quote::identifier_in;
use crate::schema::{Dialect, ObjectName, Other, Trigger, View};

/// What the texts of a database say of itself and of the account that reads it, which counts for nothing.
pub(super) struct Home {
    pub database: String,
    /// The name of the account, without its host.
    pub account: String,
}

impl Home {
    /// The text without the name of the database before other names.
    ///
    /// A column may be called by the alias of its table alone, and that alias may be the name of the database.
    pub fn local(&self, sql: &str) -> String {
        if !sql.contains(&format!("{}.", quoted(&self.database))) {
            return sql.to_owned();
        }
        let all = tokens(sql);
        let is_home = |place: usize| {
            all.get(place).is_some_and(|token| token.kind == TokenKind::Quoted && unquoted(token) == self.database)
        };
        let dot = |place: usize| all.get(place).is_some_and(|token| token.is_symbol("."));
        let alias =
            (0..all.len()).any(|place| is_home(place) && !dot(place + 1) && !place.checked_sub(1).is_some_and(dot));
        let mut text = String::with_capacity(sql.len());
        let mut kept = 0;
        for place in 0..all.len() {
            let first = is_home(place) && dot(place + 1) && !place.checked_sub(1).is_some_and(dot);
            if first
                && (!alias || dot(place + 3) || follows_from(&all, place))
                && let (Some(token), Some(next)) = (all.get(place), all.get(place + 2))
            {
                text.push_str(sql.get(kept..token.start).unwrap_or_default());
                kept = next.start;
            }
        }
        text.push_str(sql.get(kept..).unwrap_or_default());
        text
    }

    /// What `sql`, which calls its columns by the names of their tables, may select from or call in this database.
    pub fn named(&self, sql: &str) -> Vec<String> {
        let local = self.local(sql);
        let all = tokens(&local);
        let is =
            |place: Option<usize>, symbol| place.and_then(|at| all.get(at)).is_some_and(|one| one.is_symbol(symbol));
        let quoted = all.iter().enumerate().filter(|(_, token)| token.kind == TokenKind::Quoted);
        let named = quoted.filter(|(place, _)| {
            let qualified = is(place.checked_sub(1), ".") || is(Some(place + 1), ".");
            !qualified && (is(Some(place + 1), "(") || follows_from(&all, *place))
        });
        named.map(|(_, token)| unquoted(token)).collect()
    }

    /// The DEFINER clause, unless the account itself is the definer.
    fn definer(&self, user: &str, host: &str) -> String {
        if user == self.account {
            return String::new();
        }
        format!(" DEFINER={}@{}", quoted(user), quoted(host))
    }

    /// Takes `DEFINER=…` and gives it as it counts.
    fn take_definer(&self, cursor: &mut Cursor<'_>) -> String {
        if !cursor.accept(&["DEFINER", "="]) {
            return String::new();
        }
        // Under ANSI_QUOTES, names stand in double quotes.
        let user = cursor.name().or_else(|| cursor.string()).unwrap_or_default();
        let host = if cursor.accept(&["@"]) {
            cursor.name().or_else(|| cursor.string())
        } else {
            // The host of an account without quotes is read as a variable.
            cursor
                .peek()
                .filter(|token| token.text.starts_with('@'))
                .map(|_| cursor.next())
                .and_then(|_| cursor.name().or_else(|| cursor.string()))
        };
        self.definer(&user, &host.unwrap_or_default())
    }
}

fn follows_from(all: &[crate::schema::lexer::Token<'_>], place: usize) -> bool {
    let before = place.checked_sub(1).and_then(|before| all.get(before));
    before.is_some_and(|token| token.is("from") || token.is("join") || token.is_symbol("(") || token.is_symbol(","))
}

fn quoted(name: &str) -> String {
    identifier_in(Dialect::Mysql, name)
}

/// `account@host` as the catalog has it, at its last sign.
fn account(definer: &str) -> (&str, &str) {
    definer.rsplit_once('@').unwrap_or((definer, "%"))
}

/// The view that `statement` makes, with what it stands on.
pub(super) fn view(name: &str, statement: &str, home: &Home) -> (View, Vec<String>) {
    let mut cursor = Cursor::new(statement);
    cursor.next();
    let mut words = String::from("CREATE");
    if cursor.accept(&["ALGORITHM", "="])
        && let Some(algorithm) = cursor.name().filter(|word| word != "UNDEFINED")
    {
        words.push_str(&format!(" ALGORITHM={algorithm}"));
    }
    words.push_str(&home.take_definer(&mut cursor));
    if cursor.accept(&["SQL", "SECURITY", "INVOKER"]) {
        words.push_str(" SQL SECURITY INVOKER");
    }
    while let Some(token) = cursor.next() {
        if token.is("AS") {
            break;
        }
    }
    let mut columns = String::new();
    let select = cursor.rest();
    // What stood between the name and AS: MySQL keeps a list of columns there.
    if let Some(list) = column_list(statement) {
        columns = format!(" {list}");
    }
    let definition = format!("{words} VIEW {}{columns} AS {}", quoted(name), home.local(select));
    (View { name: ObjectName::new(name), materialized: false, definition }, home.named(select))
}

fn column_list(statement: &str) -> Option<String> {
    let mut cursor = Cursor::new(statement);
    while !cursor.accept(&["VIEW"]) {
        cursor.next()?;
    }
    cursor.name()?;
    if cursor.accept(&["."]) {
        cursor.name()?;
    }
    let start = cursor.place();
    cursor.group()?;
    Some(cursor.since(start).to_owned())
}

/// A row of the catalog's list of triggers.
pub(super) struct TriggerRow {
    pub name: String,
    pub table: String,
    pub timing: String,
    pub event: String,
    pub body: String,
    pub definer: String,
    /// The `sql_mode` that it was written under.
    pub mode: String,
    /// The one that runs before it at the same moment.
    pub previous: Option<String>,
}

pub(super) fn trigger(row: &TriggerRow, home: &Home) -> Trigger {
    let (user, host) = account(&row.definer);
    let order = row.previous.as_ref().map(|name| format!(" FOLLOWS {}", quoted(name))).unwrap_or_default();
    let definition = format!(
        "{}CREATE{} TRIGGER {} {} {} ON {} FOR EACH ROW{order} {}",
        program_mode::mark(&row.mode),
        home.definer(user, host),
        quoted(&row.name),
        row.timing,
        row.event,
        quoted(&row.table),
        row.body
    );
    Trigger { name: row.name.clone(), table: ObjectName::new(&row.table), definition }
}

/// A procedure, function or event by its own CREATE statement, with the `sql_mode` that it is written under.
pub(super) fn routine(kind: &str, name: &str, (mode, statement): (&str, &str), home: &Home) -> Other {
    let mut cursor = Cursor::new(statement);
    cursor.next();
    let definer = home.take_definer(&mut cursor);
    let definition = format!("{}CREATE{definer} {}", program_mode::mark(mode), cursor.rest());
    other(kind, name, definition)
}

/// An event, whose start goes without saying where it is the moment at which the event was made.
pub(super) fn event(name: &str, text: (&str, &str), started_when_made: bool, home: &Home) -> Other {
    let mut object = routine("event", name, text, home);
    if started_when_made {
        let mut cursor = Cursor::new(&object.definition);
        while cursor.peek().is_some_and(|token| !token.is("STARTS")) {
            cursor.next();
        }
        let start = cursor.place();
        cursor.next();
        cursor.next();
        let (before, after) = (object.definition.get(..start).unwrap_or_default(), cursor.rest());
        object.definition = format!("{before}{after}");
    }
    object
}

/// A sequence by its own CREATE statement.
pub(super) fn sequence(name: &str, statement: &str, home: &Home) -> Other {
    other("sequence", name, tidy(&home.local(statement)))
}

fn other(kind: &str, name: &str, definition: String) -> Other {
    let removal = format!("DROP {} {}", kind.to_uppercase(), quoted(name));
    Other { kind: kind.to_owned(), name: ObjectName::new(name), definition, removal: Some(removal) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn home() -> Home {
        Home { database: "shop".to_owned(), account: "root".to_owned() }
    }

    #[test]
    fn the_name_of_the_database_does_not_count() {
        let home = home();
        let text = "select `shop`.`a`.`id` AS `id`,'`shop`.`a`',`shop`.`f`(1) from (`shop`.`a` join `shop`.`b` on(1))";
        assert_eq!(home.local(text), "select `a`.`id` AS `id`,'`shop`.`a`',`f`(1) from (`a` join `b` on(1))");
        assert_eq!(home.named(text), ["f", "a", "b"]);
        let alias = "select `shop`.`id` AS `id` from `shop`.`a` `shop`";
        assert_eq!(home.local(alias), "select `shop`.`id` AS `id` from `a` `shop`");
    }

    #[test]
    fn a_definer_counts_when_it_is_somebody_else() {
        let text = |definer: &str| {
            format!(
                "CREATE ALGORITHM=UNDEFINED DEFINER={definer} SQL SECURITY INVOKER VIEW `shop`.`v` AS select 1 AS `1`"
            )
        };
        let (own, _) = view("v", &text("`root`@`%`"), &home());
        assert_eq!(own.definition, "CREATE SQL SECURITY INVOKER VIEW `v` AS select 1 AS `1`");
        let (other, uses) = view("v", &text("`a``b`@`local host`"), &home());
        assert_eq!(
            other.definition,
            "CREATE DEFINER=`a``b`@`local host` SQL SECURITY INVOKER VIEW `v` AS select 1 AS `1`"
        );
        assert_eq!(uses, [] as [&str; 0]);
    }

    #[test]
    fn an_event_starts_when_it_is_made_unless_it_says_when() {
        let text = "CREATE DEFINER=`root`@`localhost` EVENT `e` ON SCHEDULE EVERY 1 DAY STARTS '2024-01-01 00:00:00' ENABLE DO SELECT 1";
        let made = event("e", ("", text), true, &home());
        assert_eq!(made.definition, "CREATE EVENT `e` ON SCHEDULE EVERY 1 DAY ENABLE DO SELECT 1");
        assert!(event("e", ("", text), false, &home()).definition.contains("STARTS '2024-01-01 00:00:00'"));
    }
}
