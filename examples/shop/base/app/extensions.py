"""The Flask extensions, made once and bound to an application by the factory."""

import sqlite3

from flask_appbuilder import AppBuilder, Model
from flask_appbuilder.utils.legacy import get_sqla_class
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from sqlalchemy import event
from sqlalchemy.engine import Engine

# Constraints without a name of their own get one, so that a later migration can drop
# them. CHECK constraints are always named where they are written.
Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}

# Flask-AppBuilder's models have a MetaData of their own: without it here, Alembic would
# compare the database with an empty one.
db = get_sqla_class()(metadata=Model.metadata)
migrate = Migrate()
csrf = CSRFProtect()


def make_appbuilder() -> AppBuilder:
    return AppBuilder()


@event.listens_for(Engine, "connect")
def enforce_foreign_keys(connection, _record) -> None:
    """SQLite checks foreign keys only when a connection asks for it."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA foreign_keys = ON")
