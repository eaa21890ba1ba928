"""The smallest application around generated models, views and APIs."""

import os
import sqlite3

from flask import Flask
from flask_appbuilder import AppBuilder, Model
from sqlalchemy import event
from sqlalchemy.engine import Engine

try:
    from flask_appbuilder import SQLA
except ImportError:
    from flask_appbuilder.utils.legacy import get_sqla_class

    db = get_sqla_class()(metadata=Model.metadata)
else:
    db = SQLA()


@event.listens_for(Engine, "connect")
def enforce_foreign_keys(connection, _record) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = OFF")


def create_app() -> Flask:
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="only-for-this-test-0123456789abcdef",
        SQLALCHEMY_DATABASE_URI=os.environ["DATABASE_URL"],
        FAB_PASSWORD_HASH_METHOD="pbkdf2:sha256:1",
        FAB_UPDATE_PERMS=False,
        WTF_CSRF_ENABLED=False,
        FAB_CREATE_DB=False,
        FAB_API_SWAGGER_UI=True,
    )
    with app.app_context():
        db.init_app(app)
        from . import models  # noqa: F401
        from .api import register_apis
        from .views import register_views

        appbuilder = AppBuilder()
        appbuilder.init_app(app, db.session)
        register_views(appbuilder)
        register_apis(appbuilder)
    return app
