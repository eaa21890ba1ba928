"""Drive an application's Alembic migrations and tell what happens, line by line.

Every answer is one line of JSON in the file named by --answers; standard output and
standard error belong to the application.
"""

from __future__ import annotations

import argparse
import ast
import json
import os
import re
import sqlite3
import sys
import time
import traceback
from contextlib import ExitStack

from fabwright_models import Models
from fabwright_probe import Probe
from fabwright_trace import Trace

# Parameters of a URL that lead to another server or database.
PLACES = {
    "database",
    "db",
    "dbname",
    "host",
    "hostaddr",
    "option_files",
    "port",
    "read_default_file",
    "service",
    "unix_sock",
    "unix_socket",
}
# Seconds.
LOCK_TIMEOUT = 30
# Words that a statement on rows begins with, and the characters of one that is told.
ON_ROWS = {"UPDATE", "INSERT", "DELETE", "WITH"}
LONGEST = 4000


class Run:
    """One run of the driver: the arguments, and what is going on right now.

    Used as a context: an error that leaves it is told as an answer on its way out.
    """

    def __init__(self, arguments, answers):
        self.arguments = arguments
        self.answers = answers
        self.phase = "load"
        self.revision = None
        self.path = None
        self.started = 0.0
        self.trace = Trace() if arguments.trace else None
        self.models = None
        self.probe = Probe(arguments.probe) if arguments.probe else None
        self.refused = False

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is None:
            self.tell("done")
        elif not self.refused:
            tell_failure(self, error)
        return False

    def tell(self, kind, **fields):
        self.answers.write(json.dumps({"kind": kind, **fields}) + "\n")
        self.answers.flush()

    def relative(self, path):
        """The path inside the application's folder, where it is inside."""
        path = os.path.realpath(path)
        inside = os.path.relpath(path, os.path.realpath(os.getcwd()))
        return path if inside.startswith("..") else inside

    def refuse(self, kind, **fields):
        self.tell("error", error=kind, **fields)
        self.refused = True
        raise SystemExit(1)

    def watch_statements(self):
        from sqlalchemy import event
        from sqlalchemy.engine import Engine

        def before(conn, cursor, statement, parameters, context, executemany):
            if self.revision is None:
                return
            self.tell("sent", revision=self.revision, sql=statement)
            if self.probe and (found := self.probe.starts(conn)):
                self.tell("culprit", **found)
            if self.trace:
                self.trace.starts(conn, statement, is_autocommit(conn))
            self.started = time.perf_counter()

        def after(conn, cursor, statement, parameters, context, executemany):
            if self.revision is None:
                return
            seconds = time.perf_counter() - self.started
            did = self.trace.ended(conn) if self.trace else None
            self.tell(
                "statement",
                revision=self.revision,
                sql=statement,
                seconds=seconds,
                line=self.line(),
                autocommit=is_autocommit(conn),
                tables=did or [],
                full=None if executemany else in_full(cursor, statement, parameters),
            )

        def over(conn):
            if self.trace:
                self.trace.forget(conn)
                self.tell("transaction_end")

        event.listen(Engine, "connect", wait_no_longer)
        event.listen(Engine, "before_cursor_execute", before)
        event.listen(Engine, "after_cursor_execute", after)
        event.listen(Engine, "commit", over)
        event.listen(Engine, "rollback", over)

    def line(self):
        """The line of the revision's file that is being run."""
        frame = sys._getframe(1)
        while frame is not None:
            if frame.f_code.co_filename == self.path:
                return frame.f_lineno
            frame = frame.f_back
        return None

    def step(self, step):
        """Wrap the function of one revision so that its start and end are told."""
        script = getattr(step, "revision", None)
        function = step.migration_fn
        if script is None or not hasattr(script, "path"):
            return step

        def migrate(**options):
            self.revision, self.path = script.revision, script.path
            self.tell(
                "start", revision=script.revision, path=self.relative(script.path)
            )
            started = time.perf_counter()
            function(**options)
            self.tell(
                "end",
                revision=script.revision,
                seconds=time.perf_counter() - started,
            )
            self.revision = None

        migrate.__name__ = function.__name__
        step.migration_fn = migrate
        return step


def is_autocommit(conn):
    return conn.get_execution_options().get("isolation_level") == "AUTOCOMMIT"


def in_full(cursor, statement, parameters):
    """A statement on rows with the values of its parameters, where that can be told."""
    words = statement.split(None, 1)
    if not words or words[0].upper() not in ON_ROWS or len(statement) > LONGEST:
        return None
    if not parameters:
        # Drivers that take parameters read two percent signs as one only with them.
        return statement
    try:
        if hasattr(cursor, "mogrify"):
            text = cursor.mogrify(statement, parameters)
            text = text.decode() if isinstance(text, bytes) else text
        elif isinstance(cursor, sqlite3.Cursor) and isinstance(parameters, tuple):
            text = with_values(cursor.connection, statement, parameters)
        else:
            return None
    except Exception:  # noqa: BLE001  a driver that is not known well enough
        return None
    return text if text is not None and len(text) <= LONGEST else None


def with_values(connection, statement, parameters):
    """An SQLite statement with values in place of its question marks."""
    pieces = re.split(r"('(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\?)", statement)
    if pieces.count("?") != len(parameters):
        return None
    values = iter(parameters)
    return "".join(
        connection.execute("SELECT quote(?)", (next(values),)).fetchone()[0]
        if piece == "?"
        else piece
        for piece in pieces
    )


def wait_no_longer(connection, record):
    """Let a migration that waits for itself fail, where the server waits for a day.

    Nobody else uses the database. PostgreSQL's has such a limit of its own.
    """
    driver = type(connection).__module__.split(".")[0].lower()
    if driver in {"pymysql", "mysqldb", "mysql", "mariadb"}:
        cursor = connection.cursor()
        try:
            for limit in ("lock_wait_timeout", "innodb_lock_wait_timeout"):
                cursor.execute(f"SET SESSION {limit} = {LOCK_TIMEOUT}")
        finally:
            cursor.close()


def family(url):
    """What kind of server a SQLAlchemy URL leads to; MariaDB has a name of its own."""
    return url.get_backend_name().replace("mariadb", "mysql")


def same_database(actual, expected):
    """Whether two SQLAlchemy URLs lead to the same database."""
    if family(actual) != family(expected):
        return False
    if actual.get_backend_name() == "sqlite":
        if not actual.database or actual.database == ":memory:":
            return False
        files = [url.database.split("?")[0] for url in (actual, expected)]
        files = [name.removeprefix("file:") for name in files]
        return os.path.realpath(files[0]) == os.path.realpath(files[1])
    return address(actual) == address(expected)


def address(url):
    """What of a URL says where the database is, rather than how to speak to it."""
    query = {name: value for name, value in url.query.items() if name in PLACES}
    return url.host, url.port, url.database, query


def guard(run, environment):
    """Make env.py's context.configure() refuse a connection to any other database."""
    from sqlalchemy.engine import make_url

    configure = environment.configure

    def guarded(connection=None, *args, **options):
        if run.arguments.uri and connection is not None:
            actual = connection.engine.url
            if not same_database(actual, make_url(run.arguments.uri)):
                run.refuse("other_database", message=repr(actual))
        return configure(connection, *args, **options)

    environment.configure = guarded
    return environment


def makes_fab_tables(text):
    """Whether a migration creates Flask-AppBuilder's tables, rather than using them."""
    if "ab_view_menu" not in text:
        return False
    if "create table" in text.lower():
        return True
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return False
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            name = getattr(node.func, "attr", getattr(node.func, "id", None))
            first = getattr(node.args[0], "value", None)
            if name == "create_table" and first == "ab_view_menu":
                return True
    return False


def keep_fab_from_creating_tables(directory):
    """When the migrations own FAB's tables, loading the application must not.

    An application whose migrations do not create those tables lets FAB create them,
    and so it may here.
    """
    for folder, _, names in os.walk(directory):
        for name in sorted(names):
            if name.endswith(".py"):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8", errors="replace") as file:
                    if makes_fab_tables(file.read()):
                        break
        else:
            continue
        break
    else:
        return
    try:
        from flask_appbuilder import AppBuilder
        from flask_appbuilder.security.sqla.manager import SecurityManager
    except ImportError:
        return
    init_app = AppBuilder.init_app
    # Version 4 has no setting for it.
    SecurityManager.create_db = lambda self: None

    def quiet_init_app(self, app, *args, **options):
        app.config["FAB_CREATE_DB"] = False
        app.config["FAB_UPDATE_PERMS"] = False
        return init_app(self, app, *args, **options)

    AppBuilder.init_app = quiet_init_app


def load(run, stack):
    """The Alembic configuration and script directory; the application, if it needs one."""
    arguments = run.arguments
    needed = ["alembic", "sqlalchemy"]
    if arguments.tool == "flask":
        needed += ["flask", "flask_migrate"]
    missing = []
    for module in needed:
        try:
            __import__(module)
        except ImportError as error:
            missing.append(module if error.name == module else f"{module} ({error})")
    if missing:
        run.refuse("modules", message="", modules=missing)

    from alembic.config import Config
    from alembic.script import ScriptDirectory

    sys.path[0] = os.getcwd()
    run.watch_statements()
    if arguments.compare:
        run.models = Models()
    alone = arguments.command == "history" and not arguments.with_application
    if arguments.tool == "flask" and alone:
        # Most files tell it all, and loading the application would only take time.
        config = Config(os.path.join(arguments.location, "alembic.ini"))
        config.set_main_option("script_location", arguments.location)
        script = ScriptDirectory.from_config(config)
        try:
            list(script.walk_revisions())
        except Exception:  # noqa: BLE001
            # A migration that needs the application: begin again, as the import has
            # left parts of it behind.
            os.execv(sys.executable, [sys.executable, *sys.argv, "--with-application"])
        return config, script
    if arguments.tool == "flask":
        from flask.cli import ScriptInfo

        keep_fab_from_creating_tables(arguments.location)
        app = ScriptInfo(app_import_path=arguments.app or None).load_app()
        stack.enter_context(app.app_context())
        extension = app.extensions.get("migrate")
        if extension is None:
            run.refuse(
                "load",
                message="the application does not initialise Flask-Migrate: "
                "Migrate(app, db) is missing",
            )
        config = extension.migrate.get_config(arguments.location)
    else:
        config = Config(arguments.location)
        config.cmd_opts = argparse.Namespace(x=None)
        if arguments.uri:
            config.set_main_option("sqlalchemy.url", arguments.uri.replace("%", "%%"))
    return config, ScriptDirectory.from_config(config)


def way_down(path):
    """Whether the file's downgrade() does something, nothing, or refuses."""
    with open(path, "rb") as file:
        tree = ast.parse(file.read())
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "downgrade":
            body = [
                statement
                for statement in node.body
                if not isinstance(statement, ast.Pass)
                and not (
                    isinstance(statement, ast.Expr)
                    and isinstance(statement.value, ast.Constant)
                )
            ]
            if not body:
                return "empty"
            return "refuses" if isinstance(body[0], ast.Raise) else "written"
    return "empty"


def tell_history(run, script):
    revisions = []
    for item in script.walk_revisions():
        down = item.down_revision or ()
        revisions.append(
            {
                "revision": item.revision,
                "down_revisions": [down] if isinstance(down, str) else list(down),
                "path": run.relative(item.path),
                "doc": item.doc or "",
                "way_down": way_down(item.path),
            }
        )
    revisions.reverse()
    heads = list(script.get_heads())
    run.tell("history", heads=heads, revisions=revisions)


def migrate(run, config, script):
    target = run.arguments.target
    up = run.arguments.command == "upgrade"
    if up and target == "head" and len(script.get_heads()) > 1:
        heads = [
            f"{head} ({run.relative(script.get_revision(head).path)})"
            for head in script.get_heads()
        ]
        run.refuse("heads", message="", heads=heads)

    def steps(revision, context):
        plan = script._upgrade_revs if up else script._downgrade_revs
        return [run.step(step) for step in plan(target, revision)]

    from alembic.runtime.environment import EnvironmentContext

    run.phase = "migrate"
    environment = EnvironmentContext(
        config, script, fn=steps, destination_rev=target if up else None
    )
    with guard(run, environment):
        if run.models:
            run.models.watch(environment)
        script.run_env()
    if run.models:
        compare(run)


def compare(run):
    """Tell where models and database differ. The migration itself has succeeded."""
    try:
        found = run.models.differences(run.relative)
        run.tell("models", differences=found or [])
    except Exception as error:  # noqa: BLE001
        run.tell("models", unread=f"{type(error).__name__}: {error}"[:500])


def tell_failure(run, error):
    """Answer with the place of the error in the repository and the database's words."""
    frames = traceback.extract_tb(error.__traceback__)
    here = os.path.realpath(os.getcwd()) + os.sep
    inside = []
    for frame in frames:
        path = os.path.realpath(frame.filename)
        if run.path is not None and path == os.path.realpath(run.path):
            inside.append((1, path, frame.lineno))
        elif path.startswith(here) and "site-packages" not in path:
            inside.append((0, path, frame.lineno))
    own = [place for place in inside if place[0] == 1] or inside
    at = f"{run.relative(own[-1][1])}:{own[-1][2]}" if own else None
    if isinstance(error, SyntaxError) and error.filename:
        at = f"{run.relative(error.filename)}:{error.lineno}"
    orig = getattr(error, "orig", None)
    message = str(orig) if orig is not None else str(error)
    if hasattr(error, "format_message"):
        message = error.format_message()
    named = isinstance(orig or error, Exception) and message
    run.tell(
        "error",
        error="migration" if run.phase == "migrate" else "load",
        message=f"{type(orig or error).__name__}: {message}" if named else repr(error),
        revision=run.revision,
        at=at,
        statement=getattr(error, "statement", None),
        rows=refused_for_rows(error),
        code=failed_by_itself(error),
    )


def failed_by_itself(error):
    """Whether a revision's own code gave up, rather than the database."""
    from sqlalchemy import exc

    return not isinstance(error, (exc.DBAPIError, SystemExit, KeyboardInterrupt))


def refused_for_rows(error):
    """Whether the database refused a statement for what is in the rows."""
    from sqlalchemy import exc

    if isinstance(error, exc.OperationalError):
        # MySQL and MariaDB tell a broken CHECK so.
        return type(error.orig).__module__.startswith(("pymysql", "MySQLdb"))
    return isinstance(error, (exc.IntegrityError, exc.DataError))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--answers", required=True)
    parser.add_argument("--tool", choices=["flask", "alembic"], required=True)
    parser.add_argument("--location", required=True)
    parser.add_argument("--app", default="")
    parser.add_argument("--uri", default="")
    parser.add_argument("--trace", action="store_true")
    parser.add_argument("--compare", action="store_true")
    parser.add_argument("--probe", default="")
    parser.add_argument("--with-application", action="store_true")
    parser.add_argument("command", choices=["history", "upgrade", "downgrade"])
    parser.add_argument("target", nargs="?", default="head")
    arguments = parser.parse_args()
    with (
        open(arguments.answers, "a", encoding="utf-8") as answers,
        Run(arguments, answers) as run,
        ExitStack() as stack,
    ):
        config, script = load(run, stack)
        if arguments.command == "history":
            tell_history(run, script)
        else:
            migrate(run, config, script)


if __name__ == "__main__":
    main()
