"""Column types that SQLAlchemy has no class for."""

from __future__ import annotations

from sqlalchemy import Enum, Text, cast, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import UserDefinedType


class NativeType(UserDefinedType):
    """A type of the server's own: values are read and written as text in its words."""

    cache_ok = True
    python_type = str

    def __init__(self, sql):
        self.sql = sql

    def get_col_spec(self, **options):
        return self.sql

    def column_expression(self, column):
        return cast(column, Text)

    def result_processor(self, dialect, coltype):
        return lambda value: None if value is None else str(value)


class SpatialType(NativeType):
    """A geometry of MySQL or MariaDB, as well-known text."""

    def column_expression(self, column):
        return func.ST_AsText(column)

    def bind_expression(self, value):
        return func.ST_GeomFromText(value)


class TextEnum(Enum):
    """One of a list, in a column that is declared TEXT."""


class CharEnum(Enum):
    """One of a list, in a column that is declared CHAR."""


@compiles(TextEnum)
def _text(type_, compiler, **options):
    return "TEXT"


@compiles(CharEnum)
def _char(type_, compiler, **options):
    return f"CHAR({type_.length})"
