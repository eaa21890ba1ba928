"""Looks for the rows that a statement cannot stand, just before it is sent.

Only for a run whose end is known and whose database nobody needs: what a query disturbs
does not matter.
"""

from __future__ import annotations

import json


class Probe:
    """Counts statements up to the one that fails, and asks the queries then."""

    def __init__(self, file):
        with open(file, encoding="utf-8") as text:
            asked = json.load(text)
        self.left, self.queries = asked["number"], asked["queries"]

    def starts(self, conn):
        """To be called before a statement is sent; rows, if it is the one."""
        self.left -= 1
        if self.left != 0:
            return None
        raw = conn.connection.dbapi_connection
        postgres = conn.dialect.name == "postgresql" and not raw.autocommit
        for query in self.queries:
            cursor = raw.cursor()
            try:
                if postgres:
                    cursor.execute("SAVEPOINT fabwright_probe")
                if query["prepare"]:
                    cursor.execute(query["prepare"])
                cursor.execute(query["select"])
                names = [column[0] for column in cursor.description]
                rows = [list(zip(names, map(text, row))) for row in cursor.fetchall()]
                if rows:
                    return {"table": query["table"], "rows": rows}
            except Exception:  # noqa: BLE001  a guess that does not fit the table
                if postgres:
                    cursor.execute("ROLLBACK TO SAVEPOINT fabwright_probe")
            finally:
                cursor.close()
        return None


def text(value):
    return None if value is None else str(value)
