"""Compare the tables that an application declares with those of its database."""

from __future__ import annotations

import inspect
import re

# More would be a database of something else.
MOST = 2000
LONGEST = 200


def short(value):
    return str(value)[:LONGEST]


def columns(constraint):
    return ", ".join(column.name for column in constraint.columns)


class Models:
    """The application's models, and what its env.py tells Alembic of them.

    It is made before the application is loaded, so that it hears of every class.
    """

    def __init__(self):
        from sqlalchemy import event
        from sqlalchemy.orm import Mapper

        self.classes = []
        self.engine = None
        self.options = {}

        @event.listens_for(Mapper, "instrument_class")
        def remember(mapper, cls):
            self.classes.append(cls)

    def watch(self, environment):
        """Keep env.py's connection and options, once it has run its migrations."""
        run_migrations = environment.run_migrations

        def watched(**options):
            run_migrations(**options)
            context = environment.get_context()
            if context.connection is not None:
                self.engine = context.connection.engine
                self.options = dict(context.opts)

        environment.run_migrations = watched

    def differences(self, relative):
        """What Alembic would put into a new revision, or None without models.

        A connection of its own leaves env.py's transaction alone.
        """
        metadata = self.options.get("target_metadata")
        if self.engine is None or metadata is None:
            return None
        from alembic.autogenerate import compare_metadata
        from alembic.migration import MigrationContext

        places = self.places(relative)
        with self.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts=self.options)
            found = []
            for item in compare_metadata(context, metadata):
                found += item if isinstance(item, list) else [item]
        told = [told for told in (difference(*item) for item in found) if told]
        if len(told) > MOST:
            raise ValueError(f"they differ in {len(told)} things")
        for item in told:
            item.update(places.get(item["table"], lambda column: {})(item["name"]))
        return told

    def places(self, relative):
        """For each table, where its class and a column of it are declared."""

        def place(cls):
            def of(column):
                try:
                    lines, first = inspect.getsourcelines(cls)
                    path = relative(inspect.getsourcefile(cls))
                except (OSError, TypeError):
                    return {}
                name = re.compile(rf"\s+{re.escape(column or '')}\s*[:=]")
                at = (n for n, line in enumerate(lines) if column and name.match(line))
                return {"path": path, "line": first + next(at, 0)}

            return of

        found = {}
        for cls in self.classes:
            table = getattr(cls, "__table__", None)
            if getattr(table, "name", None):
                found.setdefault(short(table.fullname), place(cls))
        return found


def difference(kind, *what):
    """One difference in plain values, or None for what does not matter."""
    item = {"difference": kind, "name": None, "was": None, "wanted": None}
    subject = what[-1]
    if kind in ("add_table", "remove_table"):
        item["table"] = short(subject.fullname)
    elif kind in ("add_column", "remove_column"):
        namespace, table, column = what
        item["table"] = short(f"{namespace}.{table}" if namespace else table)
        item["name"] = short(column.name)
    elif kind in ("modify_nullable", "modify_type", "modify_default"):
        namespace, table, column, _, was, wanted = what
        item["table"] = short(f"{namespace}.{table}" if namespace else table)
        item["name"] = short(column)
        if kind != "modify_default":
            item["was"], item["wanted"] = short(was), short(wanted)
    elif kind in ("add_index", "remove_index", "add_fk", "remove_fk") or (
        kind in ("add_constraint", "remove_constraint")
    ):
        item["table"] = short(subject.table.fullname)
        try:
            item["name"] = short(subject.name or columns(subject))
        except AttributeError:
            return None
    else:
        return None
    return item
