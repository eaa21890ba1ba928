"""Databases of the tests' own: copies of a migrated one, on whatever server that is."""

import itertools
import os
import shutil
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

GENERATED = ("VIRTUAL GENERATED", "STORED GENERATED")


class Databases:
    """Makes copies beside their original or in a folder, and takes them away."""

    def __init__(self, folder):
        self.folder, self.numbers, self.made = folder, itertools.count(), []

    def empty(self):
        """The URI of a new, empty SQLite file."""
        return f"sqlite:///{self.folder / f'{next(self.numbers)}.db'}"

    def copy(self, uri):
        """The URI of a copy. Nobody may be connected to the original."""
        url = make_url(uri)
        if url.get_backend_name() == "sqlite":
            copy = self.empty()
            shutil.copyfile(Path(url.database), make_url(copy).database)
            return copy
        name = f"{url.database}_{os.getpid()}_{next(self.numbers)}"
        if url.get_backend_name() == "postgresql":
            create = f'CREATE DATABASE "{name}" TEMPLATE "{url.database}"'
            _execute(url.set(database="postgres"), create)
            self.made.append((url.set(database="postgres"), f'DROP DATABASE "{name}"'))
        else:
            _execute(url, f"CREATE DATABASE `{name}`")
            self.made.append((url, f"DROP DATABASE `{name}`"))
            _copy_tables(url, name)
        return url.set(database=name).render_as_string(hide_password=False)

    def close(self):
        for url, drop in reversed(self.made):
            _execute(url, drop)


def _execute(url, statement):
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        connection.exec_driver_sql(statement)


def _copy_tables(url, target):
    """What PostgreSQL does by itself, on MySQL and MariaDB."""
    engine = sa.create_engine(url, future=True, poolclass=NullPool)
    with engine.connect() as connection:

        def tell(statement):
            return connection.exec_driver_sql(statement.replace("%", "%%"))

        def ask(statement):
            return tell(statement).all()

        tell("SET FOREIGN_KEY_CHECKS = 0")
        tell("SET sql_mode = 'NO_AUTO_VALUE_ON_ZERO'")
        kinds = ask("SHOW FULL TABLES")
        tables = [name for name, kind in kinds if kind == "BASE TABLE"]
        sequences = {
            name: ask(f"SELECT next_not_cached_value, increment FROM `{name}`")[0]
            for name, kind in kinds
            if kind == "SEQUENCE"
        }
        definitions = {
            name: ask(f"SHOW CREATE TABLE `{name}`")[0][1] for name in tables
        }
        columns = {name: ask(f"SHOW COLUMNS FROM `{name}`") for name in tables}
        names = [row[0] for row in ask("SHOW TRIGGERS")]
        triggers = [ask(f"SHOW CREATE TRIGGER `{name}`")[0][2] for name in names]
        tell(f"USE `{target}`")
        for name, (first, step) in sequences.items():
            tell(f"CREATE SEQUENCE `{name}` START WITH {first} INCREMENT BY {step}")
        for name in tables:
            tell(definitions[name])
            kept = [f"`{row[0]}`" for row in columns[name] if row[5] not in GENERATED]
            names = ", ".join(kept)
            source = f"`{url.database}`.`{name}`"
            tell(f"INSERT INTO `{name}` ({names}) SELECT {names} FROM {source}")
        for trigger in triggers:
            tell(trigger)
        connection.commit()
