# ruff: noqa: E501
"""The application as tests run it: on a database of its own, with settings for tests."""

import contextlib
import os
from pathlib import Path
from unittest import mock

import pytest
import sqlalchemy as sa
from flask_appbuilder import Model
from flask_appbuilder.security.manager import BaseSecurityManager
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import make_url

from tests import support

SETTINGS = {
    "TESTING": True,
    "SECRET_KEY": "only-for-tests-0123456789-0123456789",
    "FAB_CREATE_DB": False,
    "FAB_UPDATE_PERMS": False,
    "FAB_PASSWORD_HASH_METHOD": "pbkdf2:sha256:1",
    "RATELIMIT_ENABLED": False,
    "WTF_CSRF_ENABLED": False,
    "SEND_FILE_MAX_AGE_DEFAULT": 3600,
}
NO_PERMISSIONS = "Without permissions"
USERS = {"admin": "Admin", "nobody": NO_PERMISSIONS}


def make_application(uri, **settings):
    """The application on a database, with settings no factory has to know about."""
    from app import create_app

    settings = {**SETTINGS, "SQLALCHEMY_DATABASE_URI": uri, **settings}
    connect_db = SQLAlchemy.init_app

    def init_app(self, app):
        app.config.update(settings)
        connect_db(self, app)

    with (
        mock.patch.dict(os.environ, {"DATABASE_URL": uri}),
        mock.patch.object(SQLAlchemy, "init_app", init_app),
    ):
        app = create_app()
    if is_sqlite(uri):
        with app.app_context():
            engine = support.database(app).engine
            sa.event.listen(engine, "connect", _enforce_foreign_keys)
    return app


def is_sqlite(uri):
    return make_url(uri).get_backend_name() == "sqlite"


def _enforce_foreign_keys(connection, _record):
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=OFF")


def take_over_transactions(engine):
    """Python's sqlite3 begins transactions by itself and breaks SAVEPOINT."""
    if engine.dialect.name != "sqlite":
        return

    @sa.event.listens_for(engine, "connect")
    def connect(connection, _record):
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection):
        connection.exec_driver_sql("BEGIN")


def create_security_tables(engine):
    """The tables of users and roles, where no migration makes them."""
    tables = Model.metadata.tables
    own = [table for name, table in tables.items() if name.startswith("ab_")]
    Model.metadata.create_all(engine, own)


def migrated(databases):
    """A copy of the database that was given, or one that the migrations build."""
    given = os.environ.get("FABWRIGHT_DATABASE_URI")
    if not given:
        from flask_migrate import upgrade

        uri = databases.empty()
        with make_application(uri).app_context():
            upgrade()
        return uri
    name = make_url(given).database
    if not name:
        pytest.exit("FABWRIGHT_DATABASE_URI must name a database", returncode=4)
    if is_sqlite(given) and not Path(name).is_file():
        pytest.exit(f"FABWRIGHT_DATABASE_URI: no file {name}", returncode=4)
    return databases.copy(given)


@contextlib.contextmanager
def in_one_transaction(app):
    """Put one connection under the application and undo all that it did."""
    with app.app_context():
        engines = support.database(app).engines
    engine = engines[None]
    connection = engine.connect()
    outer = connection.begin()
    connection.begin_nested()
    connection.name = engine.name
    engines[None] = connection
    try:
        yield outer
    finally:
        engines[None] = engine
        if outer.is_active:
            outer.rollback()
        connection.close()


def create_users(app):
    """Roles, permissions and the users of the tests."""
    manager = app.appbuilder.sm
    BaseSecurityManager.create_db(manager)
    app.appbuilder.add_permissions(update_perms=True)
    manager.add_role(NO_PERMISSIONS)
    for name, role in USERS.items():
        email = f"{name}@example.org"
        manager.add_user(name, name, name, email, manager.find_role(role), name)
