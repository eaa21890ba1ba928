"""One application and one migrated database a session; every test is rolled back.

Set FABWRIGHT_DATABASE_URI to the SQLAlchemy URI of a migrated, empty database to test
that one (it is copied and never written). Without it, the application's own migrations
build an SQLite database in a temporary folder.
"""

import time
from pathlib import Path

import pytest
from flask.sessions import SecureCookieSessionInterface

from tests import application, databases, failures, support
from tests.browser import browser, live, live_rows, pages, signed_in  # noqa: F401

KINDS = ("unit", "integration", "security", "e2e", "accessibility", "performance")
SCHEMA = "what the database is, which a migration may change, and not what code does"


def pytest_configure(config):
    for kind in KINDS:
        config.addinivalue_line("markers", f"{kind}: the tests in tests/{kind}")
    config.addinivalue_line("markers", f"schema: {SCHEMA}")


def pytest_collection_modifyitems(items):
    """The folder of a test is its marker."""
    for item in items:
        for kind in KINDS:
            if kind in Path(item.path).parent.parts:
                item.add_marker(getattr(pytest.mark, kind))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A picture of what a browser showed when a test failed."""
    report = yield
    shown = getattr(item, "funcargs", {}).get("browser")
    if report.failed and shown:
        failures.keep(item, shown)
    return report


@pytest.fixture(scope="session")
def copies(tmp_path_factory):
    """Where the databases of this session are made."""
    made = databases.Databases(tmp_path_factory.mktemp("databases"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def migrated_database(copies):
    """The database exactly as the migrations leave it."""
    return application.migrated(copies)


@pytest.fixture(scope="session")
def prepared_database(migrated_database, copies):
    """A migrated database with roles, permissions and the users of the tests."""
    uri = copies.copy(migrated_database)
    app = application.make_application(uri)
    with app.app_context():
        engine = support.database(app).engine
        application.create_security_tables(engine)
        application.take_over_transactions(engine)
    with application.in_one_transaction(app) as transaction, app.app_context():
        application.create_users(app)
        support.database(app).session.commit()
        support.database(app).session.remove()
        transaction.commit()
    engine.dispose()
    return uri


@pytest.fixture(scope="session")
def app(prepared_database, copies):
    """The application under test, one for the whole session."""
    app = application.make_application(copies.copy(prepared_database))
    with app.app_context():
        engine = support.database(app).engine
        application.take_over_transactions(engine)
    yield app
    engine.dispose()


@pytest.fixture(autouse=True)
def _rollback(request):
    if "app" not in request.fixturenames:
        yield
        return
    with application.in_one_transaction(request.getfixturevalue("app")):
        yield


@pytest.fixture
def session(app):
    """A database session for tests that make no HTTP request."""
    with app.app_context():
        yield support.database(app).session
        support.database(app).session.remove()


@pytest.fixture
def rows(app):
    """Rows for tests over HTTP: `rows.add(...)`, `rows.get(...)`, `rows.count(...)`."""
    return support.Rows(app)


@pytest.fixture(scope="session")
def _known():
    """Session cookies and tokens of users who logged in already, by user."""
    return {}


@pytest.fixture
def login(app, _known):
    """`login("admin")` is a browser in which that user is logged in."""
    name = app.config["SESSION_COOKIE_NAME"]
    # any other kind of session is a row, and gone with the test that logged in
    keeps = type(app.session_interface) is SecureCookieSessionInterface

    def log_in(user):
        client = app.test_client()
        if cookie := _known.get(("cookie", user)):
            client.set_cookie(name, cookie)
            return client
        answer = client.post("/login/", data={"username": user, "password": user})
        assert answer.status_code == 302, f"{user} could not log in"
        assert "/login" not in answer.headers["Location"], f"{user} could not log in"
        if keeps and (cookie := client.get_cookie(name)):
            _known["cookie", user] = cookie.value
        return client

    return log_in


@pytest.fixture
def admin(login):
    """A browser in which an administrator is logged in."""
    return login("admin")


@pytest.fixture
def nobody(login):
    """A browser in which a user without any permission is logged in."""
    return login("nobody")


@pytest.fixture
def anonymous(app):
    """A browser in which nobody is logged in."""
    return app.test_client()


@pytest.fixture
def token(app, _known):
    """`token("admin")` is the Authorization header of that user for the REST API."""

    def get_token(user):
        # tokens expire: one is used for less than a minute
        key = "token", user, time.monotonic() // 60
        if key in _known:
            return _known[key]
        body = {"username": user, "password": user, "provider": "db"}
        answer = app.test_client().post("/api/v1/security/login", json=body)
        assert answer.status_code == 200, f"{user} got no token: {answer.text}"
        _known[key] = {"Authorization": f"Bearer {answer.json['access_token']}"}
        return _known[key]

    return get_token


@pytest.fixture
def api(app, token):
    """The REST API as an administrator sees it."""
    return support.Api(app.test_client(), token("admin"))
