# ruff: noqa: E501
"""What the generated tests share: rows, pages, forms, the REST API and clear failures."""

from contextlib import contextmanager
from html.parser import HTMLParser
from urllib.parse import urlsplit

import prison
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, StatementError

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
    "CHECK": ("check",),
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
    return {column.key: getattr(row, column.key) for column in row.__mapper__.columns}


def _place(row, *, typed):
    """The table and the row's place in it, with or without the types of the model."""
    mapper = row.__mapper__
    columns = (
        sa.column(column.name, column.type if typed else None)
        for column in mapper.columns
    )
    table = sa.table(mapper.local_table.name, *columns)
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
    del values[column]
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
        self.app = app

    @contextmanager
    def session(self):
        with self.app.app_context():
            session = database(self.app).session
            yield session
            session.remove()

    def add(self, factory, **values):
        """Commit a row of this factory and return its primary key."""
        with self.session() as session:
            row = factory(**values)
            session.add(row)
            session.commit()
            return key_of(row)

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
            session.add(row)
            session.commit()
            return str(row)

    def newest(self, model):
        """The primary key of the row that was written last."""
        with self.session() as session:
            key = sa.inspect(model).primary_key[0]
            row = session.scalars(sa.select(model).order_by(key.desc())).first()
            assert row is not None, f"{model.__tablename__} has no row"
            return key_of(row)

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


def key_of(row):
    """The primary key: a value, or a tuple when there are several columns."""
    key = tuple(row.__mapper__.primary_key_from_instance(row))
    return key[0] if len(key) == 1 else key


def assert_row(row, **expected):
    """The row that was read back holds these values."""
    assert row is not None, "the row is not there"
    wrong = [
        f"{column} should be {value!r}, is {row[column]!r}"
        for column, value in expected.items()
        if row[column] != value
    ]
    assert not wrong, "; ".join(wrong)


def assert_unchanged(before, after):
    """Two readings of a row are the same, column by column."""
    lost = [
        f"{column}: {value!r} became {after[column]!r}"
        for column, value in before.items()
        if after[column] != value
    ]
    assert not lost, "saving an unchanged form altered " + "; ".join(lost)


# -- pages -----------------------------------------------------------------------------


class _FormParser(HTMLParser):
    """The fields of the last POST form on a page, as a browser would send them."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.fields = {}
        self.selects = set()
        self._select = self._textarea = None

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name = given.get("name")
        if tag == "form" and given.get("method", "").lower() == "post":
            self.fields = {}
        elif tag == "input" and name:
            self._input(name, given)
        elif tag == "textarea" and name:
            self._textarea = name
            self.fields[name] = ""
        elif tag == "select" and name:
            self._select = name, "multiple" in given
            self.selects.add(name)
            self.fields[name] = [] if "multiple" in given else None
        elif tag == "option" and self._select and "selected" in given:
            name, multiple = self._select
            value = given.get("value", "")
            if multiple:
                self.fields[name].append(value)
            else:
                self.fields[name] = value
        elif tag == "option" and self._select and self.fields[self._select[0]] is None:
            self.fields[self._select[0]] = given.get("value", "")

    def _input(self, name, given):
        kind = given.get("type", "text").lower()
        if kind in ("submit", "button", "image", "file", "reset"):
            return
        if kind in ("checkbox", "radio"):
            if "checked" in given:
                self.fields[name] = given.get("value", "y")
            return
        self.fields[name] = given.get("value") or ""

    def handle_endtag(self, tag):
        if tag == "textarea":
            if self._textarea:
                # a browser drops the line break right after <textarea>
                text = self.fields[self._textarea].replace("\r\n", "\n")
                self.fields[self._textarea] = text.removeprefix("\n")
            self._textarea = None
        elif tag == "select":
            self._select = None

    def handle_data(self, data):
        if self._textarea:
            self.fields[self._textarea] += data


def form_on(answer):
    """What the form of a page would send if nobody touched it."""
    assert_page(answer)
    parser = _FormParser()
    parser.feed(answer.text)
    return parser.fields


class _TextParser(HTMLParser):
    def __init__(self, name):
        super().__init__(convert_charrefs=True)
        self.name, self.texts, self._open = name, [], []

    def handle_starttag(self, tag, attributes):
        if tag in ("br", "img", "input", "link", "meta", "hr"):
            return
        self._open.append(self.name in (dict(attributes).get("class") or "").split())

    def handle_endtag(self, tag):
        if self._open:
            self._open.pop()

    def handle_data(self, data):
        if any(self._open) and data.strip():
            self.texts.append(" ".join(data.split()))


def messages_on(answer):
    """The flashed messages of a page, without the close button."""
    parser = _TextParser("alert")
    parser.feed(answer.text)
    return [text for text in parser.texts if text != "\u00d7"]


def assert_page(answer):
    """A page came, and not an error or a redirect."""
    where = answer.request.path
    assert answer.status_code == 200, f"{where} answered {answer.status_code}"


def assert_flash(answer, message):
    """The page says that the work was done."""
    assert_page(answer)
    said = messages_on(answer)
    wrong = invalid_fields(answer.text)
    report = f"expected {message!r}, the page says {said}, wrong fields: {wrong}"
    assert any(message in text for text in said), report


def assert_no_flash(answer, message):
    """The page doesn't claim that the work was done."""
    said = messages_on(answer)
    assert not any(message in text for text in said), f"the page says {said}"


class _ErrorParser(HTMLParser):
    """Fields in whose form group an error text stands."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.field, self.errors, self._danger = None, {}, False

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        if tag in ("input", "select", "textarea") and given.get("name"):
            self.field = given["name"]
        classes = (given.get("class") or "").split()
        if tag == "div" and "alert-danger" in classes and self.field:
            self._danger = True

    def handle_endtag(self, tag):
        if tag == "div":
            self._danger = False

    def handle_data(self, data):
        if self._danger and data.strip():
            self.errors.setdefault(self.field, " ".join(data.split()))


def invalid_fields(html):
    """The message under each field that was refused."""
    parser = _ErrorParser()
    parser.feed(html)
    return parser.errors


def assert_field_refused(answer, field):
    """The form came back, with its message at this field."""
    assert_page(answer)
    errors = invalid_fields(answer.text)
    assert field in errors, f"no message at {field!r}, only at {sorted(errors)}"


def assert_no_sql(text):
    """What a user reads doesn't tell how the database is made."""
    for word in ("INSERT INTO", "UPDATE ", "SELECT ", "Traceback", "sqlite3."):
        assert word not in text, f"the answer shows internals: {word!r}"


def is_denied(answer):
    """Whether a request was turned away: refused, or sent to the login or start page."""
    if answer.status_code in (401, 403, 404, 405):
        return True
    if answer.status_code not in (302, 303):
        return False
    path = urlsplit(answer.headers["Location"]).path
    return path.startswith("/login") or path == "/"


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


def assert_fields(actual, expected):
    """Clients see exactly these fields: no more (a leak), no less (a broken client)."""
    leaked, lost = set(actual) - set(expected), set(expected) - set(actual)
    assert not leaked, f"clients now also see {sorted(leaked)}"
    assert not lost, f"clients no longer see {sorted(lost)}"


def filters(column, operation, value):
    """The filter argument of a list."""
    return [{"col": column, "opr": operation, "value": value}]


# -- schema ----------------------------------------------------------------------------


def reflected(session, table):
    """The table as it is in the database."""
    return sa.Table(table, sa.MetaData(), autoload_with=session.connection())


def _type(column, session):
    """A column's type in the words of the database."""
    return column.type.compile(dialect=session.connection().dialect).upper()


def assert_type(session, table, column, expected):
    """The column is declared with this type: no narrower, no wider."""
    actual = _type(reflected(session, table).c[column], session)
    message = f"{table}.{column} is declared {actual}, not {expected}"
    assert actual == expected, message


def _references(table):
    return {
        (
            tuple(column.name for column in key.columns),
            key.referred_table.name,
            tuple(element.column.name for element in key.elements),
        )
        for key in table.foreign_key_constraints
    }


def assert_references(session, table, columns, target, target_columns):
    """The foreign key on these columns points where it should."""
    found = _references(reflected(session, table))
    wanted = (tuple(columns), target, tuple(target_columns))
    actual = [key[1:] for key in found if key[0] == wanted[0]]
    message = f"{table}{wanted[0]} should refer to {target}, refers to {actual}"
    assert wanted in found, message


def _unique_sets(table):
    keys = {
        frozenset(column.name for column in constraint.columns)
        for constraint in table.constraints
        if isinstance(constraint, sa.UniqueConstraint)
    }
    indexes = {
        frozenset(column.name for column in index.columns)
        for index in table.indexes
        if index.unique
    }
    return keys | indexes


def _index_columns(table):
    return {
        tuple(column.name for column in index.columns)
        for index in table.indexes
        if not index.unique and len(index.columns)
    }


def assert_matches_model(session, table):
    """The migrated table is what the model believes it is."""
    actual, wrong = reflected(session, table.name), []

    def compare(what, in_database, in_model):
        if in_database != in_model:
            wrong.append(f"{what}: database {in_database}, model {in_model}")

    compare("columns", sorted(actual.c.keys()), sorted(c.name for c in table.columns))
    for column in table.columns:
        found = actual.c.get(column.name)
        if found is None:
            continue
        compare(f"type of {column.name}", _type(found, session), _type(column, session))
        nullable = found.nullable and not found.primary_key
        compare(f"{column.name} may be NULL", nullable, bool(column.nullable))
        in_database = found.server_default is not None
        in_model = column.server_default is not None
        compare(f"{column.name} has a server default", in_database, in_model)
    keys = [column.name for column in actual.primary_key]
    compare("primary key", keys, [column.name for column in table.primary_key])
    compare("foreign keys", _references(actual), _references(table))
    compare("unique columns", _unique_sets(actual), _unique_sets(table))
    compare("indexes", _index_columns(actual), _index_columns(table))
    report = "; ".join(wrong)
    assert not wrong, f"{table.name}: the migrations and the model disagree: {report}"
