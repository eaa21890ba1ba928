"""Connections of a driver, beneath SQLAlchemy."""

from __future__ import annotations


def query(connection, sql):
    """All rows that a statement gives."""
    cursor = connection.cursor()
    try:
        cursor.execute(sql)
        return cursor.fetchall()
    finally:
        cursor.close()


def beside(conn):
    """Another connection to the same database, by the same driver."""
    arguments, options = conn.dialect.create_connect_args(conn.engine.url)
    return conn.dialect.loaded_dbapi.connect(*arguments, **options)
