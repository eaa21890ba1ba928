use super::*;

#[test]
fn strings_in_python() {
    let cases = [
        "session.execute(text('SELECT phone FROM customer'))\n",
        "session.execute(text('SELECT c.phone FROM customer AS c JOIN supplier s ON s.id = c.id'))\n",
        "QUERY = 'UPDATE customer SET phone = NULL WHERE id = :id'\n",
        "cursor.execute('INSERT INTO customer (id, phone) VALUES (%s, %s)', (1, 2))\n",
        "cursor.execute(f'SELECT phone FROM customer WHERE name = {name!r} LIMIT {n}')\n",
        "text('DELETE FROM customer WHERE phone IS NULL')\n",
        "text('WITH c AS (SELECT phone AS x FROM customer) SELECT x FROM c')\n",
        "text('SELECT \"phone\" FROM \"customer\"')\n",
        "text('select PHONE from CUSTOMER')\n",
        "text('SELECT name FROM customer ORDER BY phone')\n",
        "text('SELECT 1 FROM supplier WHERE EXISTS (SELECT 1 FROM customer c WHERE c.phone = supplier.phone)')\n",
    ];
    for case in cases {
        expect_python(case, &[(2, SqlString, Certain)]);
    }
}

#[test]
fn other_tables_in_sql() {
    let cases = [
        "text('SELECT phone FROM supplier')\n",
        "text('SELECT s.phone, c.name FROM supplier s JOIN customer c ON c.id = s.id')\n",
        "text('WITH customer AS (SELECT phone FROM supplier) SELECT phone FROM customer')\n",
        "text('SELECT name AS phone FROM customer')\n",
        "text(\"SELECT name FROM customer WHERE name = 'phone'\")\n",
    ];
    for case in cases {
        expect_python(case, &[]);
    }
}

#[test]
fn the_line_inside_a_long_string() {
    let text = "
REPORT = text(
    \"\"\"
    SELECT c.name,
           c.phone -- the old number
    FROM customer c
    \"\"\"
)
SHORT = ('SELECT name, '
         'fax '
         'FROM customer')
";
    expect_python(text, &[(6, SqlString, Certain), (11, SqlString, Certain)]);
    let found = uses("app/use.py", text);
    assert_eq!((found[0].line, found[0].column), (5, 14));
    assert_eq!((found[1].line, found[1].column), (10, 11));
}

#[test]
fn escapes_do_not_move_the_place() {
    let found = uses("app/use.py", "Q = 'SELECT name,\\n\\tfax FROM customer'\n");
    assert_eq!((found[0].line, found[0].column), (1, 22));
}

#[test]
fn what_does_not_parse_is_read_word_by_word() {
    expect_python("q = 'SELECT c.phone FROM customer c WHERE WHERE ('\n", &[(2, SqlString, Likely)]);
    expect_python("q = 'SELECT s.phone FROM supplier s WHERE WHERE ('\n", &[]);
}

#[test]
fn files() {
    let text = "-- phone of customer
SELECT phone FROM supplier;
SELECT phone
FROM customer;
broken ( from customer set fax;
CREATE INDEX ix ON customer (fax);
CREATE TRIGGER t AFTER UPDATE ON customer BEGIN
  UPDATE orders SET number = NEW.fax WHERE customer_id = NEW.id;
END;
";
    expect(
        "app/reports.sql",
        text,
        &[(3, SqlFile, Certain), (5, SqlFile, Likely), (6, SqlFile, Certain), (8, SqlFile, Certain)],
    );
    expect("migrations/0001.sql", text, &[]);
}

#[track_caller]
fn expect_sql(text: &str) {
    expect_marked(&[("app/reports.sql", text)]);
}

#[test]
fn through_queries_and_their_names() {
    expect_sql(
        "WITH c AS (SELECT * FROM customer) -- possible
SELECT c.phone FROM c; -- certain
WITH c AS (SELECT id, phone AS number FROM customer) SELECT c.number FROM c; -- certain
WITH c(id, phone) AS (SELECT id, name FROM customer) SELECT c.phone FROM c;
SELECT x.fax
FROM (SELECT s.* FROM supplier s) x;
SELECT x.phone -- certain
FROM (SELECT id, phone -- certain
      FROM customer) x;
SELECT x.phone FROM (SELECT name AS phone FROM customer) x;
WITH RECURSIVE tree AS (
  SELECT id, fax FROM customer -- certain
  UNION ALL
  SELECT t.id, t.fax FROM tree t -- certain
)
SELECT fax FROM tree; -- certain
",
    );
}

#[test]
fn stars_and_places() {
    expect_sql(
        "SELECT * FROM customer; -- possible
SELECT c.*, o.* FROM customer c JOIN orders o ON o.customer_id = c.id; -- possible
SELECT o.* FROM customer c JOIN orders o ON o.customer_id = c.id;
SELECT count(*) FROM customer;
SELECT 1 FROM orders WHERE EXISTS (SELECT * FROM customer);
INSERT INTO customer VALUES (1, 'a', 'b', 'c', 'd'); -- likely
INSERT INTO supplier VALUES (1, 'a');
INSERT INTO customer (id, name) VALUES (1, 'a');
",
    );
}

#[test]
fn through_views() {
    let mut schema = base();
    let view = |name: &str, definition: &str| crate::schema::View {
        name: crate::schema::ObjectName::new(name),
        materialized: false,
        definition: definition.to_owned(),
    };
    schema.views = vec![
        view("book", "SELECT d.id, d.fax FROM directory d"),
        view("directory", "CREATE VIEW directory AS SELECT id, fax, name AS phone FROM customer"),
    ];
    let text = "SELECT fax FROM directory;\nSELECT b.fax FROM book b;\nSELECT phone FROM directory;\n";
    let found = find(&schema, &[dropped("customer", "fax"), dropped("customer", "phone")], &[source("a.sql", text)]);
    let lines: Vec<(u32, &str)> = found.iter().map(|usage| (usage.line, usage.explanation.as_str())).collect();
    assert_eq!(lines, [(1, "directory.fax in SQL"), (2, "book.fax in SQL")]);
}
