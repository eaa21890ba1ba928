"""Types of SQLAlchemy 2 for SQLAlchemy 1.4."""

from __future__ import annotations

import uuid

from sqlalchemy import CHAR, Float
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import TypeDecorator, UserDefinedType


class DOMAIN(UserDefinedType):
    """A domain of PostgreSQL, whose values are those of its base type."""

    cache_ok = True

    def __init__(self, name, data_type):
        self.name, self.data_type = name, data_type

    @property
    def python_type(self):
        return self.data_type.python_type

    def get_col_spec(self, **options):
        return self.name


class Double(Float):
    """A floating-point number of eight bytes."""


@compiles(Double)
def _double(type_, compiler, **options):
    # SQLite has one size, and SQLAlchemy 1.4 reads each of its words as FLOAT.
    words = {"postgresql": "DOUBLE PRECISION", "sqlite": "FLOAT"}
    return words.get(compiler.dialect.name, "DOUBLE")


class MariaDBUUID(UserDefinedType):
    """The type that MariaDB has for UUIDs."""

    cache_ok = True

    def get_col_spec(self, **options):
        return "UUID"


class Uuid(TypeDecorator):
    """A UUID, in the type that the server has for it."""

    impl = CHAR(32)
    cache_ok = True
    python_type = uuid.UUID

    def load_dialect_impl(self, dialect):
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID(as_uuid=True))
        if getattr(dialect, "is_mariadb", False):
            return dialect.type_descriptor(MariaDBUUID())
        return dialect.type_descriptor(CHAR(32))

    def process_bind_param(self, value, dialect):
        if value is None or dialect.name == "postgresql":
            return value
        value = value if isinstance(value, uuid.UUID) else uuid.UUID(value)
        return str(value) if getattr(dialect, "is_mariadb", False) else value.hex

    def process_result_value(self, value, dialect):
        if value is None or isinstance(value, uuid.UUID):
            return value
        return uuid.UUID(value)


def with_variant(base, other, *dialects):
    """A type that some servers have in words of their own."""
    for dialect in dialects:
        base = base.with_variant(other, dialect)
    return base
