"""The shop: customers, a catalogue and orders, on Flask-AppBuilder."""

from collections.abc import Mapping
from typing import Any

from flask import Flask

from .extensions import csrf, db, make_appbuilder, migrate


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """Build the application.

    Settings come from `config.Config`, then FLASK_* variables, then `overrides`.
    """
    from config import ROOT, Config, database_uri

    app = Flask(__name__, instance_path=str(ROOT / "instance"))
    app.config.from_object(Config)
    app.config["SQLALCHEMY_DATABASE_URI"] = database_uri()
    app.config.from_prefixed_env()
    app.config.from_mapping(overrides or {})

    with app.app_context():
        db.init_app(app)
        csrf.init_app(app)

        from . import models  # noqa: F401  (registers the tables)

        migrate.init_app(app, db)
        appbuilder = make_appbuilder()
        appbuilder.init_app(app, db.session)

        from .api import register_apis
        from .cli import sync_security_command
        from .custom import register_custom_views
        from .views import register_views

        register_views(appbuilder)
        register_apis(appbuilder)
        register_custom_views(appbuilder)
        app.cli.add_command(sync_security_command)
    return app
