from flask import Flask

from .extensions import appbuilder, csrf, db


def create_app():
    app = Flask(__name__)
    app.config.update(
        SECRET_KEY="only-for-tests",
        SQLALCHEMY_DATABASE_URI="sqlite://",
        FAB_CREATE_DB=False,
        FAB_UPDATE_PERMS=False,
        SESSION_COOKIE_HTTPONLY=True,
    )
    with app.app_context():
        db.init_app(app)
        csrf.init_app(app)
        from . import models  # noqa: F401

        builder = appbuilder()
        builder.init_app(app, db.session)
        from .api import register_apis
        from .views import register_views

        register_views(builder)
        register_apis(builder)
    return app
