"""What each statement of a migration does to others: the locks that it takes on their
tables, which of these it writes anew, and how many rows it reads for that.

Each server has a module of its own. Nothing here may disturb the migration: what cannot
be seen is left out.
"""

from __future__ import annotations

import fabwright_trace_mysql
import fabwright_trace_postgresql
import fabwright_trace_sqlite

READS = {"SELECT", "SHOW", "SET", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"}
WATCHERS = {
    "postgresql": fabwright_trace_postgresql.Watcher,
    "mysql": fabwright_trace_mysql.Watcher,
    "mariadb": fabwright_trace_mysql.Watcher,
    "sqlite": fabwright_trace_sqlite.Watcher,
}


class Trace:
    """Follows the statements of one SQLAlchemy connection after the other."""

    def __init__(self):
        self.watchers = {}
        self.is_watched = False

    def watcher(self, conn):
        name = conn.dialect.name
        if name not in self.watchers:
            self.watchers[name] = WATCHERS[name]() if name in WATCHERS else None
        return self.watchers[name]

    def starts(self, conn, statement, autocommit):
        """To be called before a statement is sent."""
        self.is_watched = False
        words = statement.split(None, 1)
        if not words or words[0].upper() in READS:
            return
        try:
            watcher = self.watcher(conn)
            if watcher:
                watcher.starts(conn, statement, autocommit)
                self.is_watched = True
        except Exception:  # noqa: BLE001  a driver that is not known well enough
            self.is_watched = False

    def ended(self, conn):
        """What the statement did, once it is done; None where it was not watched."""
        if not self.is_watched:
            return None
        try:
            return self.watcher(conn).ended(conn)
        except Exception:  # noqa: BLE001
            return None

    def forget(self, conn):
        """The transaction is over, and its locks with it."""
        try:
            watcher = self.watcher(conn)
            if watcher:
                watcher.forget(conn)
        except Exception:  # noqa: BLE001  a connection that is gone already
            return
