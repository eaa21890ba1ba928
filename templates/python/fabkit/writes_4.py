"""Writes rows; what goes wrong comes out in words for people."""

from __future__ import annotations

from contextvars import ContextVar

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from .messages import explain

_message = ContextVar("message", default=("", "info"))


class DatabaseException(IntegrityError):
    """A refusal: Flask-AppBuilder 4 answers with what an IntegrityError comes from."""

    def __init__(self, message):
        super().__init__(None, None, message)

    def __str__(self):
        return self.orig


class Writes:
    """Adds, edits and deletes rows; what pages say of it is a plain sentence."""

    @property
    def message(self):
        """What became of the last change in this request, and how a page shows it."""
        return _message.get()

    @message.setter
    def message(self, message):
        _message.set(message)

    def add(self, item, raise_exception=False):
        return self._write(super().add, item, raise_exception)

    def edit(self, item, raise_exception=False):
        return self._write(super().edit, item, raise_exception)

    def delete(self, item, raise_exception=False):
        return self._write(super().delete, item, raise_exception)

    def _write(self, write, item, raise_exception):
        try:
            return write(item, raise_exception=True)
        except (SQLAlchemyError, OverflowError) as error:
            self.session.rollback()
            reason = explain(error)
        self.message = reason, "danger"
        if raise_exception:
            raise DatabaseException(reason)
        return False
