"""Serve the application on a migrated database, and let schemathesis test its REST API.

Schemathesis is a process of its own, with a Python of its own. Its exit code is ours,
but for the two that say that it could not begin.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import subprocess
import sys
import threading
import traceback

NOT_STARTED = 30
NO_OPENAPI = 31
OPENAPI = "/api/v1/_openapi"
# In each table, so that what is asked for by its key can be there.
ROWS = 3
USER = "fabwright"


def load(name):
    """The application, which has to do with a throw-away database."""
    from flask.cli import ScriptInfo
    from flask_appbuilder import AppBuilder
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    init_app = AppBuilder.init_app

    def documented_init_app(self, app, *args, **options):
        # Without it Flask-AppBuilder gives no document of the API.
        app.config["FAB_API_SWAGGER_UI"] = True
        return init_app(self, app, *args, **options)

    AppBuilder.init_app = documented_init_app

    @event.listens_for(Engine, "connect")
    def careless(connection, _record):
        if type(connection).__module__ == "sqlite3":
            connection.execute("PRAGMA synchronous=OFF")
            connection.execute("PRAGMA foreign_keys=ON")

    app = ScriptInfo(app_import_path=name or None).load_app()
    app.config["RATELIMIT_ENABLED"] = False
    # Flask-JWT-Extended answers a forged token with 422, which schemathesis takes for an
    # open door: it could not tell one that was opened from the others.
    if jwt := app.extensions.get("flask-jwt-extended"):
        jwt.invalid_token_loader(lambda reason: ({"msg": reason}, 401))
    return app


def prepare(app):
    """Permissions, an administrator, rows where the tests can make them; a password."""
    from flask_appbuilder.security.manager import BaseSecurityManager

    password = secrets.token_hex()
    with app.app_context():
        manager = app.appbuilder.sm
        BaseSecurityManager.create_db(manager)
        app.appbuilder.add_permissions(update_perms=True)
        role = manager.find_role(manager.auth_role_admin)
        mail = f"{USER}@example.org"
        manager.add_user(USER, USER, USER, mail, role, password)
        database = app.extensions["sqlalchemy"]
        # Flask-SQLAlchemy 2 has it one level down.
        fill(getattr(database, "db", database).session)
    return password


def fill(session):
    try:
        from tests import factories
    except ImportError:
        return
    for name, factory in sorted(vars(factories).items()):
        if name.startswith("new_"):
            session.add_all([factory() for _ in range(ROWS)])
            session.commit()


def token(app, password):
    body = {"username": USER, "password": password, "provider": "db"}
    answer = app.test_client().post("/api/v1/security/login", json=body)
    return answer.json["access_token"]


def names(model):
    return {model.__name__, getattr(model, "__tablename__", None)}


def paths(app, subjects):
    """A pattern of the paths that have to do with these classes and tables, or None."""
    from sqlalchemy import inspect

    found = []
    for view in app.appbuilder.baseviews:
        model = getattr(getattr(view, "datamodel", None), "obj", None)
        route = getattr(view, "route_base", None) or ""
        if model is None or not route.startswith("/api/"):
            continue
        spoken = {type(view).__name__} | names(model)
        for relation in inspect(model).relationships:
            spoken |= names(relation.mapper.class_)
        if spoken & subjects:
            found.append(re.escape(route))
    return f"^({'|'.join(sorted(found))})(/|$)" if found else None


def serve(app):
    """The address of a server that ends with this process."""
    from werkzeug.serving import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        def log(self, *_):
            """Thousands of requests are of no interest."""

    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--app", default="")
    parser.add_argument("--subject", action="append", default=[])
    parser.add_argument("--folder", required=True)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    sys.path[0] = os.getcwd()
    try:
        app = load(arguments.app)
        key = {"Authorization": f"Bearer {token(app, prepare(app))}"}
    except Exception:  # noqa: BLE001  whatever the application does
        traceback.print_exc()
        return NOT_STARTED
    answer = app.test_client().get(OPENAPI, headers=key)
    if answer.status_code != 200:
        print(f"{OPENAPI} answered {answer.status_code}", file=sys.stderr)
        return NO_OPENAPI
    pattern = paths(app, set(arguments.subject)) if arguments.subject else None
    options = ["--include-path-regex", pattern] if pattern else []
    headers = [f"--header={name}: {value}" for name, value in key.items()]
    command = [*arguments.command, *headers, *options, serve(app) + OPENAPI]
    return subprocess.run(command, cwd=arguments.folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
