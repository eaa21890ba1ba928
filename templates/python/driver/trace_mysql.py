"""Statements on MySQL and MariaDB.

The server takes the best algorithm and the weakest lock that a change of a table allows,
and tells neither. So the same change is made on an empty table of the same definition,
with each algorithm and then each lock demanded, the best one first, until the server
agrees.
"""

from __future__ import annotations

import re

from fabwright_session import beside

ALGORITHMS = ("INSTANT", "NOCOPY", "INPLACE", "COPY")
LOCKS = ("NONE", "SHARED", "EXCLUSIVE")
# The server does not know the word, or not for this change: the next one.
REFUSED = {1800, 1845, 1846}
NAME = r"(?:`(?:[^`]|``)+`|[\w$]+)"
ALTER = re.compile(
    rf"\s*ALTER\s+(?:ONLINE\s+|IGNORE\s+)*TABLE\s+(?:IF\s+EXISTS\s+)?"
    rf"(?:{NAME}\s*\.\s*)?({NAME})\s+(.*)",
    re.IGNORECASE | re.DOTALL,
)
CREATE_INDEX = re.compile(
    rf"(\s*CREATE\s+(?:OR\s+REPLACE\s+)?(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?INDEX\s+"
    rf"(?:IF\s+NOT\s+EXISTS\s+)?{NAME}\s+(?:USING\s+\w+\s+)?ON\s+)({NAME})(\s*\(.*)",
    re.IGNORECASE | re.DOTALL,
)
DROP_INDEX = re.compile(
    rf"(\s*DROP\s+INDEX\s+(?:IF\s+EXISTS\s+)?{NAME}\s+ON\s+)({NAME})(.*)",
    re.IGNORECASE | re.DOTALL,
)
PROBE = "`fabwright_probe`"
# Seconds.
PATIENCE = 2


class Watcher:
    """Follows the statements of one SQLAlchemy connection after the other."""

    def __init__(self):
        self.observers = {}
        self.found = []

    def starts(self, conn, statement, autocommit):
        self.found = []
        table, form = probing(statement)
        if table is None or re.search(
            r"\b(ALGORITHM|LOCK)\s*=", statement, re.IGNORECASE
        ):
            return
        name = table.strip("`").replace("``", "`")
        observer = self.observer(conn)
        algorithm = self.first(observer, table, form, "ALGORITHM", ALGORITHMS, "")
        if algorithm is None:
            return
        demanded = f"ALGORITHM={algorithm}"
        lock = self.first(observer, table, form, "LOCK", LOCKS, demanded)
        self.found = [
            {
                "namespace": "public",
                "table": name,
                "algorithm": algorithm,
                "lock": lock,
                "rewritten": algorithm == "COPY"
                or (algorithm == "INPLACE" and self.is_mariadb(conn)),
            }
        ]

    def ended(self, conn):
        return self.found

    def forget(self, conn):
        return

    def is_mariadb(self, conn):
        """MariaDB has NOCOPY before INPLACE, so that its INPLACE writes rows anew."""
        return bool(getattr(conn.dialect, "is_mariadb", False))

    def first(self, observer, table, form, word, values, given):
        for value in values:
            cursor = observer.cursor()
            try:
                cursor.execute(f"DROP TABLE IF EXISTS {PROBE}")
                cursor.execute(f"CREATE TABLE {PROBE} LIKE {table}")
                separator = form["separator"]
                demands = [one for one in (given, f"{word}={value}") if one]
                clause = separator + separator.join(demands)
                cursor.execute(form["text"].format(clause=clause))
                return value
            except Exception as error:  # noqa: BLE001
                if not error.args or error.args[0] not in REFUSED:
                    return None
            finally:
                try:
                    cursor.execute(f"DROP TABLE IF EXISTS {PROBE}")
                finally:
                    cursor.close()
        return None

    def observer(self, conn):
        key = str(conn.engine.url)
        if key not in self.observers:
            observer = self.observers[key] = beside(conn)
            cursor = observer.cursor()
            cursor.execute(f"SET SESSION lock_wait_timeout = {PATIENCE}")
            cursor.close()
        return self.observers[key]


def probing(statement):
    """The table that a statement changes, and the same change of the probe."""
    statement = statement.strip().rstrip(";").replace("{", "{{").replace("}", "}}")
    if match := ALTER.match(statement):
        table, change = match.groups()
        if re.match(
            r"RENAME\s+(TO\s+|AS\s+)?(?!COLUMN|INDEX|KEY)", change, re.IGNORECASE
        ):
            return None, None
        text = f"ALTER TABLE {PROBE} {change}{{clause}}"
        return table, {"text": text, "separator": ", "}
    for index in (CREATE_INDEX, DROP_INDEX):
        if match := index.match(statement):
            head, table, tail = match.groups()
            return table, {"text": f"{head}{PROBE}{tail}{{clause}}", "separator": " "}
    return None, None
