"""Statements on SQLite, which locks the whole database for whoever writes: what counts is
which tables are written anew.

A table that is made anew stands on another page of the file in the end, under the name
that it had.
"""

from __future__ import annotations

import re

from fabwright_session import query

PAGES = "SELECT name, rootpage FROM sqlite_master WHERE type = 'table'"
DROP_COLUMN = re.compile(
    r"\s*ALTER\s+TABLE\s+(\"(?:[^\"]|\"\")+\"|\[[^\]]+\]|`[^`]+`|[\w$]+)\s+DROP\s",
    re.IGNORECASE,
)


class Watcher:
    """Follows the statements of one SQLAlchemy connection after the other."""

    def __init__(self):
        self.pages = None
        self.statement = ""

    def starts(self, conn, statement, autocommit):
        self.statement = statement
        if self.pages is None:
            self.pages = self.now(conn)

    def ended(self, conn):
        pages = self.now(conn)
        # What the migration itself makes is nobody else's. A name that is gone for a
        # moment is remembered, as a copy may take it.
        anew = [
            name
            for name in self.pages
            if pages.get(name, 0) not in (0, self.pages[name])
        ]
        for name in anew:
            self.pages[name] = pages[name]
        if match := DROP_COLUMN.match(self.statement):
            # It stays where it is, but each of its rows is written.
            name = match.group(1).strip('"`[]').replace('""', '"')
            anew += [table for table in pages if table.lower() == name.lower()]
        return [
            {"namespace": "public", "table": name, "rewritten": True}
            for name in sorted(set(anew))
            if name != "alembic_version"
        ]

    def forget(self, conn):
        return

    def now(self, conn):
        return dict(query(conn.connection.dbapi_connection, PAGES))
