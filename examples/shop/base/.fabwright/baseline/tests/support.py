# ruff: noqa: E501
"""What the generated tests share: rows and the REST API, with clear failures."""

import json
from contextlib import contextmanager
from urllib.parse import quote

import prison
import pytest
import sqlalchemy as sa
from flask_appbuilder import Model
from sqlalchemy.exc import IntegrityError, StatementError

from tests.pages import assert_no_sql

MISSING_ID = 999_999_999
UNSET = object()


def database(app):
    """The application's Flask-SQLAlchemy object."""
    return app.extensions["sqlalchemy"]


# -- rows ------------------------------------------------------------------------------


def build(model, defaults, values):
    """An instance of the model; a value that is UNSET is left out."""
    given = {**defaults, **values}
    return model(**{key: value for key, value in given.items() if value is not UNSET})


def code(n, length):
    """A text of exactly this length that differs from row to row as long as it can."""
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    text = ""
    for _ in range(length):
        n, digit = divmod(n, len(letters))
        text = letters[digit] + text
    return text


def save(session, row):
    """Write a row and forget it, so that the next look reads the database."""
    session.add(row)
    session.flush()
    session.expire_all()
    return row


REASONS = {
    "NOT NULL": ("not null", "null value", "cannot be null"),
    "UNIQUE": ("unique", "duplicate"),
    "CHECK": ("check", "failed for"),
    "FOREIGN KEY": ("foreign key",),
    "VALUE": ("",),
}


@contextmanager
def refused(session, rule, why):
    """The database must refuse what happens inside, by this rule and no other."""
    try:
        with session.begin_nested():
            yield
            session.flush()
    except (IntegrityError, StatementError, LookupError) as error:
        session.expire_all()
        reason = str(getattr(error, "orig", error)).lower()
        if any(word in reason for word in REASONS[rule]):
            return
        pytest.fail(f"refused, but not by {rule}: {why} ({reason})", pytrace=False)
    pytest.fail(f"the {rule} rule let it through: {why}", pytrace=False)


def assert_refused(session, row, rule, why):
    """A row that breaks a rule must not get into the database."""
    with refused(session, rule, why):
        session.add(row)


def assert_accepted(session, row, why):
    """A row that just keeps a rule must get into the database."""
    try:
        save(session, row)
    except (IntegrityError, StatementError) as error:
        pytest.fail(f"the database refused it: {why} ({error.orig})", pytrace=False)


def assert_stored(row, **expected):
    """Each column holds the value, as the database gives it back."""
    for column, value in expected.items():
        actual = getattr(row, column)
        message = f"{row.__tablename__}.{column} should be {value!r}, is {actual!r}"
        assert actual == value, message


def values_of(row):
    """Every column of a row by attribute name."""
    return {one.key: getattr(row, one.key) for one in row.__mapper__.column_attrs}


def _place(row, *, typed):
    """The table and the row's place in it, with or without the types of the model."""
    mapper = row.__mapper__
    columns = (
        sa.column(column.name, column.type if typed else None)
        for column in mapper.columns
    )
    local = mapper.local_table
    table = sa.table(local.name, *columns, schema=local.schema)
    key = zip(mapper.primary_key, mapper.primary_key_from_instance(row), strict=True)
    place = sa.and_(*(table.c[column.name] == value for column, value in key))
    return table, place


def assert_database_refuses(session, row, column, value):
    """The database itself refuses a value, whatever the model would say to it."""
    save(session, row)
    table, place = _place(row, typed=False)
    with refused(session, "CHECK", f"{table.name}.{column} is {value!r}"):
        session.execute(sa.update(table).where(place).values({column: value}))


def save_without(session, row, column):
    """Write a row as another program would: one column is left to the database."""
    save(session, row)
    table, place = _place(row, typed=True)
    values = dict(session.execute(sa.select(table).where(place)).mappings().one())
    computed = {one.name for one in row.__mapper__.columns if one.computed is not None}
    values = {key: values[key] for key in values.keys() - computed - {column}}
    session.execute(sa.delete(table).where(place))
    session.execute(sa.insert(table).values(values))
    session.expire_all()
    return row


def assert_deleted(session, row, key):
    """No row has this key any more."""
    found = session.get(type(row), key, populate_existing=True)
    assert found is None, f"{row.__tablename__} {key} is still there"


class Rows:
    """Rows seen from outside of a request."""

    def __init__(self, app):
        self.app, self.known = app, set()

    @contextmanager
    def session(self):
        with self.app.app_context():
            session = database(self.app).session
            yield session
            session.remove()

    def know_what_is_there(self):
        """Rows that stayed from earlier tests are not new."""
        with self.session() as session:
            for mapper in Model.registry.mappers:
                rows = session.scalars(sa.select(mapper.class_))
                self.known.update((mapper.class_, key_of(row)) for row in rows)

    def add(self, factory, **values):
        """Commit a row of this factory and return its primary key."""
        with self.session() as session:
            row = factory(**values)
            self._commit(session, row)
            return key_of(row)

    def refer(self, factory, **columns):
        """Commit a row of this factory; its values for the columns that refer to it."""
        with self.session() as session:
            row = factory()
            self._commit(session, row)
            return {name: getattr(row, column) for name, column in columns.items()}

    def _commit(self, session, row):
        session.add(row)
        made = list(session.new)
        session.commit()
        self.known.update((type(one), key_of(one)) for one in made)

    def get(self, model, key):
        """The columns of a row as a dictionary, or None when there is no such row."""
        with self.session() as session:
            row = session.get(model, key)
            return None if row is None else values_of(row)

    def related(self, model, key, attribute):
        """The primary keys of the rows behind a relationship."""
        with self.session() as session:
            row = getattr(session.get(model, key), attribute)
            rows = row if isinstance(row, list) else [row]
            return sorted(key_of(each) for each in rows)

    def label(self, factory, **values):
        """Commit a row and return what pages call it."""
        with self.session() as session:
            row = factory(**values)
            self._commit(session, row)
            return str(row)

    def called(self, model, key):
        """What pages call the row with this key."""
        with self.session() as session:
            return str(session.get(model, key)) or str(key)

    def column(self, model, name):
        """The values of a column in all rows that have one."""
        with self.session() as session:
            values = session.scalars(sa.select(getattr(model, name)))
            return [value for value in values if value is not None]

    def newest(self, model):
        """The primary key of the row that this test did not make itself."""
        with self.session() as session:
            keys = [key_of(row) for row in session.scalars(sa.select(model))]
        new = [key for key in keys if (model, key) not in self.known]
        assert len(new) == 1, f"{model.__tablename__} has {len(new)} new rows"
        return new[0]

    def count(self, model):
        """How many rows there are."""
        with self.session() as session:
            return session.scalar(sa.select(sa.func.count()).select_from(model))

    @contextmanager
    def none_added(self, model):
        """What happens inside must not add a row."""
        before = self.count(model)
        yield
        added = self.count(model) - before
        assert added == 0, f"{added} rows were added to {model.__tablename__}"


class Key(tuple):
    """A key of several columns: its text is what the API answers with."""

    def __str__(self):
        plain = [one if isinstance(one, (int, str)) else str(one) for one in self]
        return json.dumps(plain, ensure_ascii=False, separators=(",", ":"))

    def __format__(self, _):
        """As it stands in an address."""
        return quote(str(self), safe="!$&'()*+,/:;=@")


class TextKey(str):
    """A key of letters, which addresses spell in their own way."""

    def __format__(self, _):
        return quote(self, safe="!$&'()*+,:;=@")


def key_of(row):
    """The primary key: a value, or several when there are several columns."""
    key = Key(row.__mapper__.primary_key_from_instance(row))
    if len(key) > 1:
        return key
    return TextKey(key[0]) if type(key[0]) is str else key[0]


def assert_row(row, **expected):
    """The row that was read back holds these values."""
    assert row is not None, "the row is not there"
    wrong = [
        f"{column} should be {value!r}, is {row[column]!r}"
        for column, value in expected.items()
        if row[column] != value
    ]
    assert not wrong, "; ".join(wrong)


def assert_unchanged(before, after, *others):
    """Two readings of a row are the same, but for the columns that others may change."""
    lost = [
        f"{column}: {value!r} became {after[column]!r}"
        for column, value in before.items()
        if after[column] != value and column not in others
    ]
    assert not lost, "saving an unchanged form altered " + "; ".join(lost)


# -- REST API --------------------------------------------------------------------------


class Api:
    """The REST API with the token of one user."""

    def __init__(self, client, headers):
        self.client, self.headers = client, headers

    def get(self, path, **query):
        url = f"/api/v1/{path}"
        if query:
            url = f"{url}?q={prison.dumps(query)}"
        return self.client.get(url, headers=self.headers)

    def post(self, path, body):
        return self.client.post(f"/api/v1/{path}", headers=self.headers, json=body)

    def send(self, path, text):
        """A POST of text that claims to be JSON."""
        headers = {**self.headers, "Content-Type": "application/json"}
        return self.client.post(f"/api/v1/{path}", headers=headers, data=text)

    def put(self, path, body):
        return self.client.put(f"/api/v1/{path}", headers=self.headers, json=body)

    def delete(self, path):
        return self.client.delete(f"/api/v1/{path}", headers=self.headers)


def assert_status(answer, expected):
    """The API answers with this status, and says nothing about its inside."""
    where = f"{answer.request.method} {answer.request.path}"
    report = f"{where} answered {answer.status_code}, not {expected}: {answer.text}"
    assert answer.status_code == expected, report
    if expected >= 400:
        assert_no_sql(answer.text)


def assert_client_error(answer):
    """The API says that the request is wrong, and doesn't break over it."""
    where = f"{answer.request.method} {answer.request.path}"
    report = f"{where} answered {answer.status_code}: {answer.text}"
    assert 400 <= answer.status_code < 500, report
    assert_no_sql(answer.text)


def _fields(row, expected):
    """The fields of a row, those of related rows with a dot; an empty relation has all."""
    fields = set()
    for name, value in row.items():
        related = {field for field in expected if field.startswith(f"{name}.")}
        inner = value[0] if isinstance(value, list) and value else value
        if not related:
            fields.add(name)
        elif isinstance(inner, dict):
            fields.update(f"{name}.{field}" for field in inner)
        else:
            fields.update(related if inner in (None, []) else {name})
    return fields


def assert_fields(row, expected):
    """Clients see exactly these fields: no more (a leak), no less (a broken client)."""
    actual = _fields(row, expected)
    leaked, lost = set(actual) - set(expected), set(expected) - set(actual)
    assert not leaked, f"clients now also see {sorted(leaked)}"
    assert not lost, f"clients no longer see {sorted(lost)}"


def filters(column, operation, value):
    """The filter argument of a list."""
    return [{"col": column, "opr": operation, "value": value}]
