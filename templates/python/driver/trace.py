"""What each statement of a migration does to others: the locks that it takes on their
tables, which of these it writes anew, and how many rows it reads for that.

PostgreSQL only. A second connection looks at the locks: it sees a table only when others
can see it too, so that what the migration itself has made does not count. Nothing here may
disturb the migration: what cannot be seen is left out.
"""

from __future__ import annotations

STRENGTH = (
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
READS = {"SELECT", "SHOW", "SET", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE"}
OURS = "n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'"
TABLES = f"""
    SELECT c.oid::bigint, n.nspname::text, c.relname::text
      FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'm') AND c.relname <> 'alembic_version' AND {OURS}
"""
LOCKS = """
    SELECT l.relation::bigint, l.mode FROM pg_catalog.pg_locks l
     WHERE l.pid = {pid} AND l.granted AND l.relation IS NOT NULL
       AND l.database = (SELECT oid FROM pg_catalog.pg_database
                          WHERE datname = pg_catalog.current_database())
"""
FILES = """
    SELECT c.oid::bigint, c.relfilenode::bigint, c.relkind::text
      FROM pg_catalog.pg_class c WHERE c.relkind IN ('r', 'm')
"""
ROWS_READ = """
    SELECT relid::bigint, seq_tup_read FROM pg_catalog.pg_stat_xact_all_tables
     WHERE seq_tup_read > 0
"""


def query(connection, sql):
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        return cursor.fetchall()
    finally:
        cursor.close()


class Trace:
    """Follows the statements of one SQLAlchemy connection after the other."""

    def __init__(self):
        self.observers = {}
        self.before = None

    def starts(self, conn, statement):
        """To be called before a statement is sent."""
        self.before = None
        words = statement.split(None, 1)
        if conn.dialect.name != "postgresql" or not words or words[0].upper() in READS:
            return
        try:
            watched = conn.connection.dbapi_connection
            self.before = (watched, self.state(watched))
        except Exception:  # noqa: BLE001  a driver that is not known well enough
            self.before = None

    def ended(self, conn):
        """What the statement did, once it is done; None where it was not watched."""
        if self.before is None:
            return None
        watched, (files, read) = self.before
        try:
            held, observer = self.held(conn, watched)
            locks = query(observer, LOCKS.format(pid=held["pid"]))
            tables = {oid: names for oid, *names in query(observer, TABLES)}
            files_now, read_now = self.state(watched)
        except Exception:  # noqa: BLE001
            return None
        did = {}
        for oid, mode in locks:
            strength = STRENGTH.index(mode) if mode in STRENGTH else -1
            if oid in tables and strength > held["locks"].get(oid, -1):
                held["locks"][oid] = strength
                did.setdefault(oid, {})["lock"] = mode
        for oid in tables:
            rows = read_now.get(oid, 0) - read.get(oid, 0)
            rewritten = oid in files and files_now.get(oid, files[oid]) != files[oid]
            if rows > 0 or rewritten:
                entry = did.setdefault(oid, {})
                entry["rows_read"], entry["rewritten"] = max(rows, 0), rewritten
        return [
            {"namespace": tables[oid][0], "table": tables[oid][1], **entry}
            for oid, entry in sorted(did.items())
        ]

    def forget(self, conn):
        """The transaction is over, and its locks with it."""
        try:
            conn.info.pop("fabwright_held", None)
        except Exception:  # noqa: BLE001  a connection that is gone already
            return

    def state(self, watched):
        files = {oid: node for oid, node, _ in query(watched, FILES)}
        return files, dict(query(watched, ROWS_READ))

    def held(self, conn, watched):
        """What the connection held after its last statement, and who looks at it."""
        held = conn.info.get("fabwright_held")
        if held is None:
            [(pid,)] = query(watched, "SELECT pg_catalog.pg_backend_pid()")
            held = conn.info["fabwright_held"] = {"pid": pid, "locks": {}}
        key = str(conn.engine.url)
        if key not in self.observers:
            arguments, options = conn.dialect.create_connect_args(conn.engine.url)
            observer = conn.dialect.loaded_dbapi.connect(*arguments, **options)
            observer.autocommit = True
            self.observers[key] = observer
        return held, self.observers[key]

    def close(self):
        for observer in self.observers.values():
            observer.close()
