//! Which columns a trigger may change or refuse: what a test stores there need not be what it reads.

use crate::schema::{Dialect, ObjectName, Schema};

/// What a trigger does, in the words of its server and in lower case.
pub(super) struct Trigger {
    text: String,
    /// Whether it writes to its own table after the row is there.
    writes_again: bool,
}

/// The triggers of a table, each with the functions that it calls.
pub(super) fn of_table(schema: &Schema, table: &ObjectName) -> Vec<Trigger> {
    let own = schema.triggers.iter().filter(|trigger| &trigger.table == table);
    own.map(|trigger| {
        let mut text = trigger.definition.to_lowercase();
        if schema.dialect == Dialect::Postgres {
            for function in schema.others.iter().filter(|other| other.kind == "function") {
                let name = function.name.name.split('(').next().unwrap_or_default().to_lowercase();
                if text.contains(&format!("{name}(")) {
                    text.push_str(&function.definition.to_lowercase());
                }
            }
        }
        let words: String = text.chars().filter(|character| !"\"`[]".contains(*character)).collect();
        let writes_again = words.contains(&format!("update {} ", table.name.to_lowercase()));
        Trigger { text: words, writes_again }
    })
    .collect()
}

impl Trigger {
    /// Whether it has to do with the new value of a column.
    pub(super) fn concerns(&self, column: &str) -> bool {
        let decides = ["before", "raise", "signal"].iter().any(|word| self.text.contains(word));
        (decides && mentions(&self.text, &format!("new.{column}")))
            || (self.writes_again && mentions(&self.text, column))
    }
}

/// Whether a text holds a name that isn't part of a longer one.
fn mentions(text: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    text.match_indices(&name).any(|(at, _)| {
        let part = |character: char| character.is_alphanumeric() || character == '_';
        let (before, after) = (text.get(..at).unwrap_or(""), text.get(at + name.len()..).unwrap_or(""));
        !before.chars().next_back().is_some_and(part) && !after.chars().next().is_some_and(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema;

    fn concerned(definition: &str, columns: &[&str]) -> Vec<String> {
        let table = ObjectName::new("booking");
        let trigger = schema::Trigger { name: "t".to_owned(), table: table.clone(), definition: definition.to_owned() };
        let schema = Schema { triggers: vec![trigger], ..Schema::empty(Dialect::Sqlite) };
        let triggers = of_table(&schema, &table);
        let is_concerned = |column: &&&str| triggers.iter().any(|trigger| trigger.concerns(column));
        columns.iter().filter(is_concerned).map(|column| (*column).to_owned()).collect()
    }

    #[test]
    fn a_trigger_concerns_what_it_sets_and_what_it_judges() {
        let sets = "CREATE TRIGGER t BEFORE INSERT ON booking FOR EACH ROW SET NEW.`made_at` = NOW()";
        assert_eq!(concerned(sets, &["id", "made_at", "at"]), ["made_at"]);
        let judges = "CREATE TRIGGER t AFTER INSERT ON booking WHEN NEW.seats > 9 BEGIN SELECT RAISE(ABORT, 'no'); END";
        assert_eq!(concerned(judges, &["seats", "guest"]), ["seats"]);
        let again = "CREATE TRIGGER t AFTER INSERT ON booking BEGIN UPDATE booking SET guest = trim(guest); END";
        assert_eq!(concerned(again, &["seats", "guest"]), ["guest"]);
    }

    #[test]
    fn a_trigger_that_only_tells_others_concerns_nothing() {
        let tells = "CREATE TRIGGER t AFTER INSERT ON booking BEGIN INSERT INTO log VALUES (NEW.guest); END";
        assert!(concerned(tells, &["guest", "seats"]).is_empty());
    }
}
