//! Changes that break deployed code, with what the code of each side does.

/// A change, and the code on its two sides.
pub struct Scenario {
    pub name: &'static str,
    pub before: &'static str,
    pub after: &'static str,
    /// The table, or nothing for a table itself, with the old and the new name.
    pub renames: &'static [(&'static str, &'static str, &'static str)],
    /// What the old code sends. `{n}` is another number each time.
    pub old: &'static str,
    /// What the new code sends.
    pub new: &'static str,
    /// Fails where the two sides disagree.
    pub agree: &'static str,
    pub stages: &'static [&'static str],
}

const EXPAND: &str = "Expand: add what the new code needs";
const FILL: &str = "Fill what was added";
const CHECK: &str = "Check and index what was filled";
const RELEASE: &str = "Release the new code";
const LEFT: &str = "Fill what the old code left empty";
const LOOK: &str = "Look for rows that do not fit";
const CONTRACT: &str = "Contract: take away what only the old code needed";

const CUSTOMER: &str = "CREATE TABLE customer (id serial PRIMARY KEY, name varchar(80) NOT NULL, \
    mail varchar(120) NOT NULL CONSTRAINT uq_customer_mail UNIQUE, fax varchar(30) NOT NULL, age integer);
    CREATE INDEX ix_customer_mail_name ON customer (mail, name);";

pub const POSTGRES: &[Scenario] = &[
    Scenario {
        name: "a column renamed and another dropped",
        before: CUSTOMER,
        after: "CREATE TABLE customer (id serial PRIMARY KEY, name varchar(80) NOT NULL, \
            email varchar(120) NOT NULL CONSTRAINT uq_customer_mail UNIQUE, age integer);
            CREATE INDEX ix_customer_mail_name ON customer (email, name);",
        renames: &[("customer", "mail", "email")],
        old: "INSERT INTO customer (name, mail, fax) VALUES ('old', 'old{n}@example.org', '');
            UPDATE customer SET mail = 'changed' || mail, fax = '1' WHERE mail = 'old{n}@example.org';",
        new: "INSERT INTO customer (name, email) VALUES ('new', 'new{n}@example.org');
            UPDATE customer SET email = 'changed' || email WHERE email = 'new{n}@example.org';",
        agree: "SELECT 1 / (CASE WHEN count(*) = 0 THEN 1 ELSE 0 END) FROM customer \
            WHERE name = 'new' AND mail IS DISTINCT FROM email;",
        stages: &[EXPAND, FILL, CHECK, RELEASE, CONTRACT],
    },
    Scenario {
        name: "a table renamed, with a key that refers to it",
        before: "CREATE TABLE client (id serial PRIMARY KEY, name text NOT NULL DEFAULT 'x');
            CREATE TABLE visit (id serial PRIMARY KEY, client_id integer REFERENCES client (id));",
        after: "CREATE TABLE customer (id serial PRIMARY KEY, name text NOT NULL DEFAULT 'x');
            CREATE TABLE visit (id serial PRIMARY KEY, client_id integer REFERENCES customer (id));
            ALTER SEQUENCE customer_id_seq RENAME TO client_id_seq;
            ALTER INDEX customer_pkey RENAME TO client_pkey;",
        renames: &[("", "client", "customer")],
        old: "INSERT INTO client DEFAULT VALUES; INSERT INTO client (name) VALUES ('old{n}') RETURNING id;
            INSERT INTO visit (client_id) SELECT max(id) FROM client; UPDATE client SET name = 'o' WHERE name = 'old{n}';
            DELETE FROM client WHERE id NOT IN (SELECT client_id FROM visit);",
        new: "INSERT INTO customer (name) VALUES ('new{n}') RETURNING id;",
        agree: "SELECT 1 / (CASE WHEN (SELECT count(*) FROM client) = count(*) THEN 1 ELSE 0 END) FROM customer;",
        stages: &[EXPAND, RELEASE, CONTRACT],
    },
    Scenario {
        name: "a value of another kind",
        before: "CREATE TABLE item (id serial PRIMARY KEY, amount text);",
        after: "CREATE TABLE item (id serial PRIMARY KEY, amount date);",
        renames: &[],
        old: "INSERT INTO item (amount) VALUES ('2026-01-02');",
        new: "SELECT count(*) FROM item;",
        agree: "INSERT INTO item (amount_new) VALUES ('2026-02-03');
            SELECT 1 / (CASE WHEN count(*) = 0 THEN 1 ELSE 0 END) FROM item WHERE amount::date <> amount_new;",
        stages: &[EXPAND, FILL, RELEASE, CONTRACT],
    },
    Scenario {
        name: "a column required, one that comes required, and a narrower one",
        before: "CREATE TABLE city (id serial PRIMARY KEY, name varchar(100), state text);",
        after: "CREATE TABLE city (id serial PRIMARY KEY, name varchar(50), state text NOT NULL, \
            size integer NOT NULL, CONSTRAINT uq_city_name UNIQUE (name));",
        renames: &[],
        old: "INSERT INTO city (name) VALUES ('old{n}');",
        new: "INSERT INTO city (name, state, size) VALUES ('new{n}', 's', {n});",
        agree: "SELECT 1;",
        stages: &[EXPAND, RELEASE, LEFT, LOOK, CONTRACT],
    },
    Scenario {
        name: "a table dropped that refers to one that stays",
        before: "CREATE TABLE kept (id serial PRIMARY KEY); \
            CREATE TABLE gone (id serial PRIMARY KEY, kept_id integer REFERENCES kept (id));",
        after: "CREATE TABLE kept (id serial PRIMARY KEY);",
        renames: &[],
        old: "INSERT INTO kept DEFAULT VALUES; INSERT INTO gone (kept_id) SELECT max(id) FROM kept;",
        new: "INSERT INTO kept DEFAULT VALUES; INSERT INTO kept DEFAULT VALUES; DELETE FROM kept WHERE id % 7 = 1;",
        agree: "SELECT 1;",
        stages: &[EXPAND, RELEASE, CONTRACT],
    },
];

pub const MYSQL: &[Scenario] = &[
    Scenario {
        name: "a column renamed and another dropped",
        before: "CREATE TABLE customer (id int PRIMARY KEY AUTO_INCREMENT, name varchar(80) NOT NULL, \
            mail varchar(120) NOT NULL, fax varchar(30) NOT NULL, UNIQUE KEY uq_customer_mail (mail), \
            changed timestamp DEFAULT current_timestamp ON UPDATE current_timestamp);",
        after: "CREATE TABLE customer (id int PRIMARY KEY AUTO_INCREMENT, name varchar(80) NOT NULL, \
            email varchar(120) NOT NULL, UNIQUE KEY uq_customer_mail (email), \
            changed timestamp DEFAULT current_timestamp ON UPDATE current_timestamp);",
        renames: &[("customer", "mail", "email")],
        old: "INSERT INTO customer (name, mail, fax) VALUES ('old', 'old{n}@example.org', '');
            UPDATE customer SET mail = concat('changed', mail), fax = '1' WHERE mail = 'old{n}@example.org';",
        new: "INSERT INTO customer (name, email) VALUES ('new', 'new{n}@example.org');
            UPDATE customer SET email = concat('changed', email) WHERE email = 'new{n}@example.org';",
        agree: "INSERT INTO customer (id, name) SELECT id, 'twice' FROM customer \
            WHERE name = 'new' AND NOT (mail <=> email);",
        stages: &[EXPAND, FILL, CHECK, RELEASE, LOOK, CONTRACT],
    },
    Scenario {
        name: "a table renamed",
        before: "CREATE TABLE client (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20) NOT NULL DEFAULT 'x');",
        after: "CREATE TABLE customer (id int PRIMARY KEY AUTO_INCREMENT, name varchar(20) NOT NULL DEFAULT 'x');",
        renames: &[("", "client", "customer")],
        old: "INSERT INTO client (name) VALUES ('old{n}');
            UPDATE client SET name = 'o' WHERE name = 'old{n}'; DELETE FROM client WHERE name = 'y';",
        new: "INSERT INTO customer (name) VALUES ('new{n}');",
        agree: "INSERT INTO customer (id) SELECT id FROM customer \
            WHERE (SELECT count(*) FROM client) <> (SELECT count(*) FROM customer);",
        stages: &[EXPAND, RELEASE, CONTRACT],
    },
    Scenario {
        name: "a column required and one that comes required",
        before: "CREATE TABLE city (id int PRIMARY KEY AUTO_INCREMENT, name varchar(100), state varchar(9));",
        after: "CREATE TABLE city (id int PRIMARY KEY AUTO_INCREMENT, name varchar(50), state varchar(9) NOT NULL, \
            size int NOT NULL);",
        renames: &[],
        old: "INSERT INTO city (name) VALUES ('old{n}');",
        new: "INSERT INTO city (name, state, size) VALUES ('new{n}', 's', {n});",
        agree: "SELECT 1;",
        stages: &[EXPAND, RELEASE, LEFT, LOOK, CONTRACT],
    },
];

pub const SQLITE: &[Scenario] = &[
    Scenario {
        name: "a column renamed and another dropped",
        before: "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL, \
            mail VARCHAR(120) NOT NULL, fax VARCHAR(30) NOT NULL, CONSTRAINT uq_customer_mail UNIQUE (mail));
            CREATE INDEX ix_customer_mail ON customer (mail);",
        after: "CREATE TABLE customer (id INTEGER PRIMARY KEY, name VARCHAR(80) NOT NULL, \
            email VARCHAR(120) NOT NULL, CONSTRAINT uq_customer_mail UNIQUE (email));
            CREATE INDEX ix_customer_mail ON customer (email);",
        renames: &[("customer", "mail", "email")],
        old: "INSERT INTO customer (name, mail, fax) VALUES ('old', 'old{n}@example.org', '');
            UPDATE customer SET mail = 'changed' || mail, fax = '1' WHERE mail = 'old{n}@example.org';",
        new: "INSERT INTO customer (name, email) VALUES ('new', 'new{n}@example.org');
            UPDATE customer SET email = 'changed' || email WHERE email = 'new{n}@example.org';",
        agree: "INSERT INTO customer (id, name) SELECT id, 'twice' FROM customer \
            WHERE name = 'new' AND mail IS NOT email;",
        stages: &[EXPAND, FILL, CHECK, RELEASE, LOOK, CONTRACT],
    },
    Scenario {
        name: "a table renamed",
        before: "CREATE TABLE client (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x');",
        after: "CREATE TABLE customer (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x');",
        renames: &[("", "client", "customer")],
        old: "INSERT INTO client DEFAULT VALUES; INSERT INTO client (name) VALUES ('old{n}');
            UPDATE client SET name = 'o' WHERE name = 'old{n}'; DELETE FROM client WHERE name = 'y';",
        new: "INSERT INTO customer (name) VALUES ('new{n}');",
        agree: "INSERT INTO customer (id) SELECT id FROM customer \
            WHERE (SELECT count(*) FROM client) <> (SELECT count(*) FROM customer);",
        stages: &[EXPAND, RELEASE, CONTRACT],
    },
    Scenario {
        name: "a column that comes required",
        before: "CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT);",
        after: "CREATE TABLE city (id INTEGER PRIMARY KEY, name TEXT, size INTEGER NOT NULL);",
        renames: &[],
        old: "INSERT INTO city (name) VALUES ('old{n}');",
        new: "INSERT INTO city (name, size) VALUES ('new{n}', {n});",
        agree: "SELECT 1;",
        stages: &[EXPAND, RELEASE, LEFT, LOOK, CONTRACT],
    },
];
