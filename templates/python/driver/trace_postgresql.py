"""Statements on PostgreSQL.

A second connection looks at the locks: it sees a table only when others can see it too,
so that what the migration itself has made does not count. Inside a transaction locks
stay until its end, and are looked at once a statement is done. Outside of one they are
gone by then, so that a thread looks as long as the statement runs.
"""

from __future__ import annotations

import threading
import time

from fabwright_session import beside, query

STRENGTH = (
    "RowExclusiveLock",
    "ShareUpdateExclusiveLock",
    "ShareLock",
    "ShareRowExclusiveLock",
    "ExclusiveLock",
    "AccessExclusiveLock",
)
# Objects below are the server's own.
FIRST_OWN = 16384
# Seconds.
PATIENCE = 1
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


def strength(mode):
    return STRENGTH.index(mode) if mode in STRENGTH else -1


class Sampler(threading.Thread):
    """Looks at the locks again and again until it is told to stop.

    What works CONCURRENTLY waits for older snapshots: one is kept until a lock was seen,
    so that a short statement is not over too soon.
    """

    def __init__(self, observer, pid):
        super().__init__(daemon=True)
        self.observer, self.pid = observer, pid
        self.ready, self.done = threading.Event(), threading.Event()
        self.seen = {}

    def run(self):
        try:
            self.send("BEGIN ISOLATION LEVEL REPEATABLE READ")
            query(self.observer, "SELECT 1")
            waits = True
            started = time.monotonic()
            self.ready.set()
            while not self.done.is_set():
                for oid, mode in query(self.observer, LOCKS.format(pid=self.pid)):
                    if strength(mode) > strength(self.seen.get(oid)):
                        self.seen[oid] = mode
                is_seen = any(oid >= FIRST_OWN for oid in self.seen)
                if waits and (is_seen or time.monotonic() > started + PATIENCE):
                    self.send("COMMIT")
                    waits = False
            if waits:
                self.send("COMMIT")
        except Exception:  # noqa: BLE001  what was seen until then is true
            self.ready.set()

    def send(self, sql):
        cursor = self.observer.cursor()
        cursor.execute(sql)
        cursor.close()

    def stop(self):
        self.done.set()
        self.join(timeout=5)
        return list(self.seen.items())


class Watcher:
    """Follows the statements of one SQLAlchemy connection after the other."""

    def __init__(self):
        self.observers = {}
        self.before = None
        self.sampler = None

    def starts(self, conn, statement, autocommit):
        watched = conn.connection.dbapi_connection
        self.sampler = None
        self.before = (watched, self.state(watched))
        if autocommit:
            held, observer = self.held(conn, watched)
            held["locks"].clear()
            self.sampler = Sampler(observer, held["pid"])
            self.sampler.start()
            self.sampler.ready.wait(PATIENCE)

    def ended(self, conn):
        watched, (files, read) = self.before
        held, observer = self.held(conn, watched)
        if self.sampler:
            locks = self.sampler.stop()
        else:
            locks = query(observer, LOCKS.format(pid=held["pid"]))
        tables = {oid: names for oid, *names in query(observer, TABLES)}
        files_now, read_now = self.state(watched)
        did = {}
        for oid, mode in locks:
            if oid in tables and strength(mode) > held["locks"].get(oid, -1):
                held["locks"][oid] = strength(mode)
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
        conn.info.pop("fabwright_held", None)

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
            observer = self.observers[key] = beside(conn)
            observer.autocommit = True
        return held, self.observers[key]
