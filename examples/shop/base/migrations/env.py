"""Run the migrations of the shop in the context of its Flask application."""

from logging.config import fileConfig

from alembic import context
from flask import current_app

config = context.config
fileConfig(config.config_file_name, disable_existing_loggers=False)

database = current_app.extensions["migrate"].db
# Carries the naming convention, so that an unnamed constraint gets the same name in a
# migration as in the models.
target_metadata = database.metadata


def options(dialect: str) -> dict:
    return {
        "target_metadata": target_metadata,
        "compare_type": True,
        # SQLite can't alter a column in place: Alembic copies the table instead.
        "render_as_batch": dialect == "sqlite",
    }


def run_migrations_offline() -> None:
    """Print the SQL."""
    url = database.engine.url
    context.configure(
        url=url.render_as_string(hide_password=False),
        literal_binds=True,
        **options(url.get_backend_name()),
    )
    with context.begin_transaction():
        context.run_migrations()


def run_migrations_online() -> None:
    """Change the database."""
    with database.engine.connect() as connection:
        dialect = connection.dialect.name
        if dialect == "sqlite":
            # Dropping the old copy of a table would cascade to the rows that refer to
            # it. The pragma is ignored inside a transaction, so it comes first.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.commit()
        context.configure(connection=connection, **options(dialect))
        with context.begin_transaction():
            context.run_migrations()
        if dialect == "sqlite":
            connection.commit()
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
            if orphans:
                raise RuntimeError(f"rows without their parent: {orphans[:5]}")
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
