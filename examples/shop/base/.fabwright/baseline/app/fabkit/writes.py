"""Writes rows; what goes wrong comes out in words for people."""

from __future__ import annotations

from flask_appbuilder.exceptions import DatabaseException
from sqlalchemy.exc import SQLAlchemyError

from .messages import explain


class Writes:
    """Adds, edits and deletes rows; refusals are errors with a plain sentence."""

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
