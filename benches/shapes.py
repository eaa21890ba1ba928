#!/usr/bin/env python3
"""Writes a schema with every shape that generated code must bear, as SQL.

Every type of the dialect, every kind of key (handed out by the server, text, UUID, date, composite, shared with another
table, none at all), every kind of relationship (one-to-one, one-to-many, many-to-many with and without more columns, to
itself, several to one table, over several columns, in a circle), names that need quotes or are words of SQL or Python,
comments, checks, defaults, generated columns and indexes. The same arguments always give the same text, and every type
comes up however few the tables are.

usage: shapes.py {postgres,mysql,sqlite} TABLES COLUMNS
"""

import argparse
import sys
from collections.abc import Callable, Iterator

# Each with a default that a column of it may have, as SQL; nothing where it has none.
TYPES = {
    "postgres": [
        ("smallint", "3"), ("integer", "-7"), ("bigint", "9000000000"), ("numeric(12,4)", "1.5"), ("numeric", "2"),
        ("numeric(6,0)", None), ("real", "0.5"), ("double precision", "2.25"), ("money", None), ("boolean", "true"),
        ("char(3)", "'abc'"), ("varchar(40)", "'it''s \"so\" \\ :x %s'"), ("varchar", None), ("text", "''"),
        ("bytea", None), ("date", "CURRENT_DATE"), ("time", None), ("time(0) with time zone", None),
        ("timestamp", "CURRENT_TIMESTAMP"), ("timestamptz", "now()"), ("timestamp(3)", None), ("interval", None),
        ("interval day to second(3)", None), ("json", "'{}'"), ("jsonb", "'[]'"), ("uuid", "gen_random_uuid()"),
        ("inet", "'10.0.0.1'"), ("cidr", None), ("macaddr", None), ("macaddr8", None), ("bit(8)", "B'00000001'"),
        ("bit varying(16)", None), ("bit varying", None), ("point", None), ("line", None), ("lseg", None),
        ("box", None), ("path", None), ("polygon", None), ("circle", None), ("tsvector", None), ("tsquery", None),
        ("xml", None), ("int4range", None), ("int8range", None), ("numrange", None), ("tsrange", None),
        ("tstzrange", None), ("daterange", None), ("int4multirange", None), ("integer[]", "'{}'"), ("text[]", None),
        ("varchar(20)[]", None), ("numeric(8,2)[]", None), ("uuid[]", None), ("jsonb[]", None), ("integer[][]", None),
        ("mood", "'it''s ok'"), ("mood[]", None), ("amount", None), ("pair", None), ("oid", None), ("pg_lsn", None),
        ("\"char\"", None), ("jsonpath", None), ("name", None), ("timetz", None), ("short_text", None),
    ],
    "mysql": [
        ("tinyint", "3"), ("smallint", None), ("mediumint", "-7"), ("int", "7"), ("bigint", "9000000000"),
        ("tinyint unsigned", "200"), ("smallint unsigned", None), ("mediumint unsigned", None), ("int unsigned", "5"),
        ("bigint unsigned", None), ("int(6) zerofill", None), ("decimal(12,4)", "1.5"), ("decimal(10,0)", None),
        ("decimal(8,2) unsigned", "0"), ("float", "0.5"), ("double", "2.25"), ("float(7,3)", None), ("bit(1)", "b'1'"),
        ("bit(8)", None), ("boolean", "true"), ("char(3)", "'abc'"), ("varchar(40)", "'it''s \"so\" \\\\ :x %s'"),
        ("tinytext", None), ("text", None), ("mediumtext", None), ("longtext", None), ("binary(16)", None),
        ("varbinary(40)", None), ("tinyblob", None), ("blob", None), ("mediumblob", None), ("longblob", None),
        ("date", None), ("time", None), ("time(3)", None), ("datetime", "CURRENT_TIMESTAMP"), ("datetime(6)", None),
        ("timestamp", "CURRENT_TIMESTAMP"), ("year", None), ("enum('ok','it''s ok','2')", "'ok'"),
        ("set('a','b')", None), ("json", None), ("uuid", None), ("inet6", None), ("point", None), ("geometry", None),
        ("linestring", None), ("polygon", None), ("varchar(20) CHARACTER SET ascii", "'x'"),
        ("varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin", None), ("national varchar(20)", None),
    ],
    "sqlite": [
        ("INTEGER", "-7"), ("INT", "3"), ("BIGINT", "9000000000"), ("SMALLINT", None), ("TINYINT", None),
        ("NUMERIC(12, 4)", "1.5"), ("NUMERIC", "2"), ("DECIMAL(8, 2)", "0"), ("REAL", "0.5"), ("FLOAT", "2.25"),
        ("DOUBLE", None), ("DOUBLE PRECISION", None), ("BOOLEAN", "1"), ("VARCHAR(40)", "'it''s \"so\" \\ :x %s'"),
        ("CHAR(3)", "'abc'"), ("NCHAR(4)", None), ("NVARCHAR(30)", None), ("VARCHAR", None), ("TEXT", "''"),
        ("CLOB", None), ("BLOB", None), ("DATE", "CURRENT_DATE"), ("TIME", None), ("DATETIME", "CURRENT_TIMESTAMP"),
        ("TIMESTAMP", None), ("JSON", "'{}'"), ("CHAR(32)", None), ("UUID", None), ("MONEY", None), ("", None),
        ("BINARY(16)", None), ("MEDIUMINT", None), ("UNSIGNED BIG INT", None), ("INT8", None), ("NATIVE CHARACTER(20)", None),
        ("VARYING CHARACTER(25)", None), ("STRING", None), ("POINT", None),
    ],
}  # fmt: skip
BEFORE = {
    "postgres": "CREATE TYPE mood AS ENUM ('ok', 'it''s ok', '2 bad');\n"
    "CREATE DOMAIN amount AS numeric(9,3) CHECK (VALUE >= 0);\n"
    "CREATE DOMAIN short_text AS varchar(10);\n"
    "CREATE TYPE pair AS (a integer, b text);\n",
    "mysql": "",
    "sqlite": "",
}
SERVER_KEY = {
    "postgres": "bigint GENERATED BY DEFAULT AS IDENTITY",
    "mysql": "bigint AUTO_INCREMENT",
    "sqlite": "INTEGER",
}
SMALL_KEY = {"postgres": "serial", "mysql": "int unsigned AUTO_INCREMENT", "sqlite": "INTEGER"}
BIG = {"postgres": "bigint", "mysql": "bigint", "sqlite": "INTEGER"}
SMALL = {"postgres": "integer", "mysql": "int unsigned", "sqlite": "INTEGER"}
UUID = {"postgres": "uuid", "mysql": "uuid", "sqlite": "UUID"}
UUID_DEFAULT = {
    "postgres": " DEFAULT gen_random_uuid()",
    "mysql": " DEFAULT uuid()",
    "sqlite": " DEFAULT (lower(hex(randomblob(16))))",
}
LENGTH = {"postgres": "char_length", "mysql": "char_length", "sqlite": "length"}
# Names of columns that somebody, somewhere, has.
HOSTILE = ["class", "select", "metadata", "2nd", "odd \"name\"", "größe", "a.b", "query", "self", "with space", "Camel"]
HOSTILE_TABLES = ["select", "bad \" name; DROP", "Model", "größe", "user", "import", "text", "column", "with space"]


class Writer:
    """Writes the tables of one dialect, one after the other."""

    def __init__(self, dialect: str, columns: int) -> None:
        self.dialect, self.columns = dialect, columns
        self.types = iter(self._types())
        self.names: dict[str, str] = {}

    def _types(self) -> Iterator[tuple[str, str | None]]:
        while True:
            yield from TYPES[self.dialect]

    def quote(self, name: str) -> str:
        mark = "`" if self.dialect == "mysql" else '"'
        return mark + name.replace(mark, mark * 2) + mark

    def comment(self, text: str) -> str:
        return " COMMENT '" + text.replace("'", "''") + "'" if self.dialect == "mysql" else ""

    def fill(self, name: str, used: int, number: int) -> tuple[list[str], list[str]]:
        """Columns of the next types, then constraints and statements about them."""
        lines, after = [], []
        for place in range(self.columns - used):
            column = HOSTILE[(number + place) % len(HOSTILE)] if place == 3 else f"column_{place:02}"
            words, default = next(self.types)
            line = f"    {self.quote(column)} {words}".rstrip()
            if place % 3 == 0:
                line += " NOT NULL"
            if default and place % 2:
                line += f" DEFAULT {default}"
            comment = f"What it's for: \"{column}\""
            if place % 5 == 0:
                line += self.comment(comment)
                if self.dialect == "postgres":
                    comment = comment.replace("'", "''")
                    after.append(f"COMMENT ON COLUMN {self.quote(name)}.{self.quote(column)} IS '{comment}';")
            lines.append(line)
        return lines, after

    def rules(self, name: str, number: int) -> tuple[list[str], list[str], list[str]]:
        """Columns with checks, unique sets, a generated column and indexes: every fourth table has them."""
        length, table = LENGTH[self.dialect], self.quote(name)
        key = f"rules_{number:03}"
        columns = [
            "    title varchar(60) NOT NULL",
            "    state varchar(12) NOT NULL DEFAULT 'open'",
            "    quantity int NOT NULL DEFAULT 1",
            "    opened_on date NOT NULL",
            "    closed_on date",
            "    rating decimal(5,2)",
            "    slug varchar(30)",
            "    double_quantity int GENERATED ALWAYS AS (quantity * 2) STORED",
        ]
        checks = [
            f"CONSTRAINT {key}_state CHECK (state IN ('open', 'it''s done', '2-late'))",
            f"CONSTRAINT {key}_quantity CHECK (quantity > 0 AND quantity <= 999)",
            f"CONSTRAINT {key}_dates CHECK (closed_on IS NULL OR closed_on >= opened_on)",
            f"CONSTRAINT {key}_title CHECK ({length}(title) >= 3)",
            f"CONSTRAINT {key}_rating CHECK (rating BETWEEN 0 AND 100)",
            f"CONSTRAINT {key}_slug CHECK (slug NOT LIKE '% %')",
            f"CONSTRAINT {key}_pair UNIQUE (title, opened_on)",
            f"CONSTRAINT {key}_slug_unique UNIQUE (slug)",
        ]
        after = [f"CREATE INDEX {key}_index ON {table} (state, quantity DESC);"]
        if self.dialect == "postgres":
            after.append(f"CREATE UNIQUE INDEX {key}_part ON {table} (lower(slug)) WHERE state = 'open';")
            after.append(f"COMMENT ON TABLE {table} IS 'Rows with rules, \"{number}\"';")
        return columns, checks, after

    def table(self, number: int, name: str, columns: list[str], constraints: list[str]) -> str:
        after: list[str] = []
        if number % 4 == 0:
            more, checks, after = self.rules(name, number)
            columns, constraints = columns + more, constraints + checks
        filled, comments = self.fill(name, len(columns), number)
        lines = [f"    {line}" if not line.startswith("    ") else line for line in columns + filled]
        lines += [f"    {constraint}" for constraint in constraints]
        text = f"CREATE TABLE {self.quote(name)} (\n" + ",\n".join(lines) + "\n)"
        text += self.comment(f"Table {number}, \"as it's\"") if number % 3 == 0 else ""
        return "\n".join([text + ";", *after, *comments]) + "\n"

    def key_to(self, column: str, target: str, referenced: str = "id", then: str = "") -> str:
        return f"FOREIGN KEY ({column}) REFERENCES {self.quote(target)} ({referenced}){then}"


Shape = Callable[[Writer, int, str, Callable[[str], str]], tuple[list[str], list[str]]]


def served(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    return [f"id {SERVER_KEY[out.dialect]} PRIMARY KEY", "name varchar(50) NOT NULL"], []


def child(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    columns = [f"id {SMALL_KEY[out.dialect]} PRIMARY KEY", f"served_id {BIG[out.dialect]} NOT NULL"]
    return columns, [out.key_to("served_id", of("served"), then=" ON DELETE CASCADE")]


def natural(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    return ["code varchar(20) NOT NULL PRIMARY KEY", "label varchar(50)"], []


def universal(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    columns = [f"id {UUID[out.dialect]} NOT NULL PRIMARY KEY", "natural_code varchar(20)"]
    return columns, [out.key_to("natural_code", of("natural"), "code", " ON DELETE SET NULL ON UPDATE CASCADE")]


def generated(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    uuid = UUID[out.dialect]
    columns = [f"id {uuid} NOT NULL{UUID_DEFAULT[out.dialect]} PRIMARY KEY", f"universal_id {uuid} NOT NULL"]
    return columns, [out.key_to("universal_id", of("universal"))]


def composite(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    columns = [f"served_id {BIG[out.dialect]} NOT NULL", "line_number int NOT NULL", "label varchar(30) NOT NULL"]
    return columns, ["PRIMARY KEY (served_id, line_number)", out.key_to("served_id", of("served"))]


def under_composite(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    null = "" if number % 2 else " NOT NULL"
    columns = [
        f"id {SERVER_KEY[out.dialect]} PRIMARY KEY",
        f"served_id {BIG[out.dialect]}{null}",
        f"line_number int{null}",
        "remark varchar(30)",
    ]
    return columns, [out.key_to("served_id, line_number", of("composite"), "served_id, line_number", " ON DELETE CASCADE")]


def keyless(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    return [f"served_id {BIG[out.dialect]}", "line varchar(80)"], [out.key_to("served_id", of("served"))]


def link(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    columns = [f"child_id {SMALL[out.dialect]} NOT NULL", "natural_code varchar(20) NOT NULL"]
    keys = [
        out.key_to("child_id", of("child"), then=" ON DELETE CASCADE"),
        out.key_to("natural_code", of("natural"), "code", " ON DELETE CASCADE"),
    ]
    return columns, ["PRIMARY KEY (child_id, natural_code)", *keys]


def loaded_link(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    columns = [
        f"id {SERVER_KEY[out.dialect]} PRIMARY KEY",
        f"served_id {BIG[out.dialect]} NOT NULL",
        "natural_code varchar(20) NOT NULL",
        "since date NOT NULL",
    ]
    keys = [
        out.key_to("served_id", of("served"), then=" ON DELETE CASCADE"),
        out.key_to("natural_code", of("natural"), "code"),
    ]
    return columns, [f"CONSTRAINT loaded_{number:03} UNIQUE (served_id, natural_code)", *keys]


def composite_link(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    columns = [f"served_id {BIG[out.dialect]} NOT NULL", f"child_id {SMALL[out.dialect]} NOT NULL", "weight int"]
    keys = [out.key_to("served_id", of("served")), out.key_to("child_id", of("child"), then=" ON DELETE CASCADE")]
    return columns, ["PRIMARY KEY (served_id, child_id)", *keys]


def one_to_one(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    columns = [f"id {SERVER_KEY[out.dialect]} PRIMARY KEY", f"served_id {BIG[out.dialect]} NOT NULL UNIQUE"]
    return columns, [out.key_to("served_id", of("served"), then=" ON DELETE CASCADE")]


def shared_key(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    columns = [f"child_id {SMALL[out.dialect]} NOT NULL PRIMARY KEY", "motto varchar(40)"]
    return columns, [out.key_to("child_id", of("child"), then=" ON DELETE CASCADE")]


def itself(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    small = SMALL[out.dialect]
    columns = [
        f"id {SMALL_KEY[out.dialect]} PRIMARY KEY",
        f"parent_id {small}",
        f"from_child_id {small} NOT NULL",
        f"to_child_id {small}",
        "name varchar(30) NOT NULL UNIQUE",
    ]
    keys = [
        out.key_to("parent_id", name, then=" ON DELETE SET NULL"),
        out.key_to("from_child_id", of("child"), then=" ON DELETE CASCADE"),
        out.key_to("to_child_id", of("child"), then=" ON DELETE SET NULL"),
    ]
    return columns, keys


def circle(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """Half of a circle: `circle_back` refers to this one. Only SQLite lets a key refer to what is yet to come."""
    columns = [f"id {SERVER_KEY[out.dialect]} PRIMARY KEY", f"lead_id {BIG[out.dialect]}", "name varchar(30) NOT NULL"]
    return columns, [out.key_to("lead_id", of("circle_back"))] if out.dialect == "sqlite" else []


def circle_back(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    columns = [f"id {SERVER_KEY[out.dialect]} PRIMARY KEY", f"circle_id {BIG[out.dialect]}", "name varchar(30)"]
    return columns, [out.key_to("circle_id", of("circle"))]


def dated(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    return ["day date NOT NULL PRIMARY KEY", "caption varchar(30) NOT NULL"], []


def friends(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    small = SMALL[out.dialect]
    columns = [f"left_id {small} NOT NULL", f"right_id {small} NOT NULL"]
    keys = [out.key_to(column, of("itself"), then=" ON DELETE CASCADE") for column in ("left_id", "right_id")]
    return columns, ["PRIMARY KEY (left_id, right_id)", *keys]


def hostile(out: Writer, number: int, name: str, of: Callable[[str], str]) -> tuple[list[str], list[str]]:
    return [f"id {SERVER_KEY[out.dialect]} PRIMARY KEY", f"natural_code varchar(20) NOT NULL"], [
        out.key_to("natural_code", of("natural"), "code")
    ]


SHAPES: list[tuple[str, Shape]] = [
    ("served", served), ("natural", natural), ("child", child), ("composite", composite), ("universal", universal),
    ("under_composite", under_composite), ("keyless", keyless), ("link", link), ("loaded_link", loaded_link),
    ("composite_link", composite_link), ("one_to_one", one_to_one), ("shared_key", shared_key), ("itself", itself),
    ("circle", circle), ("circle_back", circle_back), ("generated", generated), ("dated", dated),
    ("friends", friends), ("hostile", hostile), ("hostile", hostile),
]  # fmt: skip
# These are no more than their two keys, whatever the number of columns.
NARROW = ("link", "friends")


def statements(dialect: str, tables: int, columns: int) -> Iterator[str]:
    out = Writer(dialect, columns)
    yield BEFORE[dialect]
    for number in range(tables):
        kind, shape = SHAPES[number % len(SHAPES)]
        turn = number // len(SHAPES)
        suffix = f"_{turn}" if turn else ""
        name = kind + suffix
        if kind == "hostile":
            place = 2 * turn + (number % len(SHAPES)) % 2
            name = HOSTILE_TABLES[place % len(HOSTILE_TABLES)] + (f"_{place}" if place >= len(HOSTILE_TABLES) else "")
        lines, constraints = shape(out, number, name, lambda target: target + suffix)
        if kind in NARROW:
            out.columns = len(lines)
            yield out.table(number * 4 + 1, name, lines, constraints)
            out.columns = columns
        else:
            yield out.table(number, name, lines, constraints)
        if kind == "circle_back" and dialect != "sqlite":
            circle_name = "circle" + suffix
            yield (
                f"ALTER TABLE {out.quote(circle_name)} ADD CONSTRAINT {circle_name}_lead "
                + out.key_to("lead_id", name, then=" ON DELETE SET NULL") + ";\n"
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dialect", choices=sorted(TYPES))
    parser.add_argument("tables", type=int)
    parser.add_argument("columns", type=int)
    arguments = parser.parse_args()
    sys.stdout.write("".join(statements(arguments.dialect, arguments.tables, arguments.columns)))


if __name__ == "__main__":
    main()
