# ruff: noqa: E501
"""What the generated tests ask of the database: its schema, and the SQL that it is sent."""

import re
from contextlib import contextmanager

import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

from tests.support import database

# -- SQL -------------------------------------------------------------------------------


@contextmanager
def statements(app):
    """The SQL that is sent inside, in order, without quotes and line breaks."""
    sent = []

    def note(_connection, _cursor, statement, *_):
        sent.append(" ".join(statement.replace('"', "").replace("`", "").split()))

    with app.app_context():
        connection = database(app).engine
    sa.event.listen(connection, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        sa.event.remove(connection, "before_cursor_execute", note)


def _reads_everything(statement, table):
    words = statement.lower()
    whole = re.search(rf"\bfrom ([a-z_]\w*\.)?{re.escape(table.lower())}\b", words)
    return whole and not any(part in words for part in (" where ", " limit ", "count("))


def assert_paged(sent, table):
    """No statement reads a whole table."""
    table = " ".join(table.replace('"', "").split())
    assert any(re.search(rf"\b{re.escape(table)}\b", one) for one in sent), "no query"
    for statement in sent:
        assert not _reads_everything(statement, table), f"reads all rows: {statement}"


# -- schema ----------------------------------------------------------------------------


def reflected(session, table, schema=None):
    """The table as it is in the database."""
    connection = session.connection()
    return sa.Table(table, sa.MetaData(), schema=schema, autoload_with=connection)


def _type(column, session):
    """A column's type in the words of the database."""
    dialect = session.connection().dialect
    words = column.type.compile(dialect=dialect).upper()
    if dialect.name in ("mysql", "mariadb"):
        # The width is for showing only, but for the one that makes a truth value.
        words = words.replace("BOOL", "TINYINT(1)").replace("YEAR(4)", "YEAR")
        words = re.sub(r"INT(EGER)?\((?!1\))\d+\)", "INT", words)
        words = words.replace("INTEGER", "INT").replace("NUMERIC", "DECIMAL")
        words = re.split(r" CHARACTER SET | COLLATE ", words)[0]
    return words.replace(" ", "")


def _is_known(column, session):
    """Whether SQLAlchemy has a class for the words that the column is declared with."""
    dialect = session.connection().dialect
    type_ = column.type.dialect_impl(dialect)
    if isinstance(getattr(type_, "impl", type_), UserDefinedType):
        return False
    if isinstance(column.type, sa.JSON) and dialect.name in ("mysql", "mariadb"):
        return False
    if dialect.name != "sqlite":
        return True
    name = column.table.name.replace('"', '""')
    rows = session.execute(sa.text(f'PRAGMA table_xinfo("{name}")')).mappings()
    words = {row["name"]: row["type"] for row in rows}[column.name]
    return words.split("(")[0].strip().upper() in dialect.ischema_names


def assert_type(session, table, column, expected, schema=None):
    """The column is declared with this type: no narrower, no wider."""
    actual = _type(reflected(session, table, schema).c[column], session)
    message = f"{table}.{column} is declared {actual}, not {expected}"
    assert actual == expected.replace(" ", ""), message


def _has_default(session, column):
    if session.connection().dialect.name not in ("mysql", "mariadb"):
        return column.server_default is not None
    ask = sa.text(
        "SELECT column_default FROM information_schema.columns WHERE"
        " table_schema = DATABASE() AND table_name = :table AND column_name = :name"
    )
    names = {"table": column.table.name, "name": column.name}
    default = session.execute(ask, names).scalar()
    # MariaDB has a word for none.
    generated = column.computed is not None
    return generated or default not in (None, "NULL")


def _references(table):
    return {
        (
            tuple(column.name for column in key.columns),
            key.referred_table.name,
            tuple(element.column.name for element in key.elements),
        )
        for key in table.foreign_key_constraints
    }


def assert_references(session, table, columns, target, target_columns, schema=None):
    """The foreign key on these columns points where it should."""
    found = _references(reflected(session, table, schema))
    wanted = (tuple(columns), target, tuple(target_columns))
    actual = [key[1:] for key in found if key[0] == wanted[0]]
    message = f"{table}{wanted[0]} should refer to {target}, refers to {actual}"
    assert wanted in found, message


def _on_delete(table):
    """What happens to the rows of each key; RESTRICT and nothing at all do the same."""
    return _that_matter(
        {
            tuple(column.name for column in key.columns): (key.ondelete or "").upper()
            for key in table.foreign_key_constraints
        }
    )


def _on_delete_in_database(session, table):
    """The same for the migrated table: SQLAlchemy doesn't read all that SQLite keeps."""
    if session.connection().dialect.name != "sqlite":
        return _on_delete(table)
    name = table.name.replace('"', '""')
    rows = session.execute(sa.text(f'PRAGMA foreign_key_list("{name}")')).mappings()
    columns, rules = {}, {}
    for row in sorted(rows, key=lambda row: row["seq"]):
        columns.setdefault(row["id"], []).append(row["from"])
        rules[row["id"]] = row["on_delete"]
    return _that_matter({tuple(columns[key]): rule for key, rule in rules.items()})


def _that_matter(rules):
    nothing = ("", "RESTRICT", "NO ACTION")
    return sorted(rule for rule in rules.items() if rule[1] not in nothing)


def _is_plain(index):
    """Whether it is an index of columns, as they are and in every row."""
    options = index.dialect_kwargs
    partial = any(options[name] is not None for name in options if "_where" in name)
    return not partial and all(isinstance(one, sa.Column) for one in index.expressions)


def _unread_sets(session, table):
    """Unique columns that SQLAlchemy doesn't find in the text that SQLite keeps."""
    if session.connection().dialect.name != "sqlite":
        return set()

    def ask(what, name):
        name = name.replace('"', '""')
        return session.execute(sa.text(f'PRAGMA {what}("{name}")')).mappings().all()

    indexes = [one for one in ask("index_list", table) if one["origin"] == "u"]
    columns = [ask("index_info", one["name"]) for one in indexes]
    return {frozenset(one["name"] for one in columns) for columns in columns}


def _unique_sets(table):
    keys = {
        frozenset(column.name for column in constraint.columns)
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint)
    }
    indexes = {
        frozenset(column.name for column in index.columns)
        for index in table.indexes
        if index.unique and _is_plain(index)
    }
    return keys | indexes


def _index_columns(table, other):
    """The columns of each plain index, but for one that MySQL makes for a key."""
    keys = [[one.name for one in key.columns] for key in other.foreign_key_constraints]
    plain = {
        index.name: [column.name for column in index.columns]
        for index in table.indexes
        if not index.unique and _is_plain(index)
    }
    known = {index.name for index in other.indexes}
    odd = {index.name for index in other.indexes if not _is_plain(index)}
    return sorted(
        columns
        for name, columns in plain.items()
        if name not in odd and (name in known or columns not in keys)
    )


def assert_checks(session, table, names):
    """The table has these CHECK constraints, in the database and in the model."""
    inspector = sa.inspect(session.connection())
    in_database = inspector.get_check_constraints(table.name, table.schema)
    in_model = {str(one.name) for one in table.constraints}
    for where, known in (
        ("database", {one["name"] for one in in_database}),
        ("model", in_model),
    ):
        lost = sorted(set(names) - known)
        assert not lost, f"{table.name}: the {where} has no CHECK {', '.join(lost)}"


def assert_matches_model(session, table):
    """The migrated table is what the model believes it is."""
    actual, wrong = reflected(session, table.name, table.schema), []

    def compare(what, in_database, in_model):
        if in_database != in_model:
            wrong.append(f"{what}: database {in_database}, model {in_model}")

    compare("columns", sorted(actual.c.keys()), sorted(c.name for c in table.columns))
    for column in table.columns:
        found = actual.c.get(column.name)
        if found is None:
            continue
        if _is_known(column, session):
            types = _type(found, session), _type(column, session)
            compare(f"type of {column.name}", *types)
        nullable = found.nullable and not found.primary_key
        compare(f"{column.name} may be NULL", nullable, bool(column.nullable))
        if column is not table.autoincrement_column:
            in_database = _has_default(session, found)
            in_model = column.server_default is not None
            compare(f"{column.name} has a server default", in_database, in_model)
    keys = [column.name for column in actual.primary_key]
    compare("primary key", keys, [column.name for column in table.primary_key])
    compare("foreign keys", _references(actual), _references(table))
    in_database = _on_delete_in_database(session, actual)
    compare("ON DELETE", in_database, _on_delete(table))
    in_database = _unique_sets(actual) | _unread_sets(session, table.name)
    compare("unique columns", in_database, _unique_sets(table))
    compare("indexes", _index_columns(actual, table), _index_columns(table, actual))
    report = "; ".join(wrong)
    assert not wrong, f"{table.name}: the migrations and the model disagree: {report}"
