"""Reads rows, by keys of any type."""

from __future__ import annotations

import copy
import datetime
import decimal
import enum
import json
import logging
import uuid

from flask import g, has_request_context
from flask_appbuilder.exceptions import FABException
from flask_appbuilder.models.sqla import interface
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import aliased, selectinload

from .writes import Writes

log = logging.getLogger(__name__)


class SQLAInterface(Writes, interface.SQLAInterface):
    """Reads and writes rows; errors of the database come out as plain sentences."""

    def get(self, id, filters=None, select_columns=None, outer_default_load=False):
        """The row with this key, or None; also for a key that can't be one."""
        try:
            key = key_values(self.obj, id)
            id = key if len(key) > 1 else key[0]
            return super().get(id, filters, select_columns, outer_default_load)
        except (SQLAlchemyError, OverflowError, ValueError):
            self.session.rollback()
            return None

    def get_related_obj(self, col_name, value):
        model = self.get_related_model(col_name)
        try:
            return self.session.get(model, tuple(key_values(model, value)))
        except ValueError:
            return None

    def get_pk_value(self, item):
        return key_text(item)

    def get_keys(self, lst):
        return [key_text(item) for item in lst]

    def _get_pk_name(self, model):
        mapper = model.__mapper__
        names = [mapper.get_property_by_column(one).key for one in mapper.primary_key]
        return names if len(names) > 1 else names[0]

    eager = ()
    """The relations that a list shows."""

    def apply_all(self, query, *arguments, **options):
        query = super().apply_all(query, *arguments, **options)
        return query.options(
            *(selectinload(getattr(self.obj, name)) for name in self.eager)
        )

    def _query_join_relation(self, query, root_relation, aliases_mapping=None):
        # FAB looks for the foreign key in the condition, and finds the wrong one where
        # the key of the other side is a foreign key too.
        other = aliased(self.get_related_model(root_relation), name=root_relation)
        if aliases_mapping is not None:
            aliases_mapping[root_relation] = other
        return query.join(other, getattr(self.obj, root_relation), isouter=True)

    def query(self, *arguments, **options):
        try:
            return super().query(*arguments, **options)
        except (SQLAlchemyError, OverflowError) as error:
            log.warning("A query was refused: %s", type(error).__name__)
            self.session.rollback()
            raise FABException("A filter has a value that it can't have.") from None


def key_text(item):
    """The key of a row, as addresses and answers hold it: several columns as JSON."""
    values = [
        value if isinstance(value, (int, str)) else str(getattr(value, "value", value))
        for value in item.__mapper__.primary_key_from_instance(item)
    ]
    text = values[0]
    if len(values) > 1:
        text = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    elif isinstance(text, str) and (text in ("", ".", "..") or set(text) & {"/", '"'}):
        text = json.dumps(text, ensure_ascii=False)
    # A slash would end the key in an address.
    return text.replace("/", "\\u002f") if isinstance(text, str) else text


def key_values(model, key):
    """The values of a key, as the columns of the model hold them.

    ValueError for what can't be a key.
    """
    columns = model.__mapper__.primary_key
    if isinstance(key, str) and (len(columns) > 1 or key.startswith('"')):
        key = json.loads(key)
    values = list(key) if isinstance(key, (list, tuple)) else [key]
    if len(values) != len(columns):
        raise ValueError(key)
    return [_key_value(one.type, it) for one, it in zip(columns, values, strict=True)]


READERS = {
    int: int,
    float: float,
    decimal.Decimal: decimal.Decimal,
    uuid.UUID: uuid.UUID,
    datetime.date: datetime.date.fromisoformat,
    datetime.datetime: datetime.datetime.fromisoformat,
    datetime.time: datetime.time.fromisoformat,
}


def _key_value(type_, value):
    python_type = type_.python_type
    if not isinstance(value, str) or python_type is str:
        return value
    if issubclass(python_type, enum.Enum):
        return python_type(value)
    try:
        return READERS[python_type](value)
    except (KeyError, ArithmeticError):
        raise ValueError(value) from None


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
