"""Reads and writes rows; what goes wrong comes out in words for people."""

from __future__ import annotations

import copy
import logging
import uuid

from flask import g, has_request_context
from flask_appbuilder.exceptions import DatabaseException, FABException
from flask_appbuilder.models.sqla import interface
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload

log = logging.getLogger(__name__)

MESSAGES = (
    ("unique", "A row with this value already exists."),
    ("duplicate", "A row with this value already exists."),
    ("foreign key", "A related row is missing or still in use."),
    ("check", "A value is outside its allowed range."),
    ("not null", "A required value is missing."),
    ("null value", "A required value is missing."),
)


class SQLAInterface(interface.SQLAInterface):
    """Reads and writes rows; errors of the database come out as plain sentences."""

    def add(self, item, commit=True):
        self._write(super().add, item, commit)

    def edit(self, item, commit=True):
        self._write(super().edit, item, commit)

    def delete(self, item, commit=True):
        self._write(super().delete, item, commit)

    def delete_all(self, items):
        self._write(super().delete_all, items)

    def _write(self, write, *arguments):
        try:
            write(*arguments)
        except DatabaseException as error:
            raise DatabaseException(explain(error.__cause__)) from None
        except (SQLAlchemyError, OverflowError) as error:
            self.session.rollback()
            raise DatabaseException(explain(error)) from None

    def get(self, id, filters=None, select_columns=None, outer_default_load=False):
        """The row with this key, or None; also for a key that can't be one."""
        try:
            key = self.obj.__mapper__.primary_key
            if len(key) == 1 and isinstance(id, str):
                id = key_value(key[0].type, id)
            return super().get(id, filters, select_columns, outer_default_load)
        except (SQLAlchemyError, OverflowError, ValueError):
            self.session.rollback()
            return None

    eager = ()
    """The relations that a list shows."""

    def apply_all(self, query, *arguments, **options):
        query = super().apply_all(query, *arguments, **options)
        return query.options(
            *(selectinload(getattr(self.obj, name)) for name in self.eager)
        )

    def query(self, *arguments, **options):
        try:
            return super().query(*arguments, **options)
        except (SQLAlchemyError, OverflowError) as error:
            log.warning("A query was refused: %s", type(error).__name__)
            self.session.rollback()
            raise FABException("A filter has a value that it can't have.") from None


def explain(error) -> str:
    """What a database says, for people, without SQL or values."""
    text = str(getattr(error, "orig", error)).lower()
    for sign, message in MESSAGES:
        if sign in text:
            return message
    return "The database rejected the change."


def key_value(type_, text):
    """A key from an address, as the column holds it."""
    python_type = type_.python_type
    return python_type(text) if python_type in (int, uuid.UUID) else text


class PerRequestFilters:
    """Gives each request filters of its own."""

    @property
    def _filters(self):
        shared = self.__dict__.get("_shared_filters")
        if shared is None or not has_request_context():
            return shared
        own = g.setdefault("fabkit_filters", {})
        if id(self) not in own:
            own[id(self)] = copy.copy(shared)
            own[id(self)].clear_filters()
        return own[id(self)]

    @_filters.setter
    def _filters(self, filters):
        self.__dict__["_shared_filters"] = filters
