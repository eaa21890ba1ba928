"""Commands of the shop's own."""

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_appbuilder.security.manager import BaseSecurityManager


def sync_security() -> None:
    """Create the roles, and a permission for every view and API that is registered."""
    appbuilder = current_app.appbuilder
    # With FAB_CREATE_DB off the SQL security manager returns early, before it makes the
    # roles, so the method of its base class is called.
    BaseSecurityManager.create_db(appbuilder.sm)
    appbuilder.add_permissions(update_perms=True)


@click.command("sync-security")
@with_appcontext
def sync_security_command() -> None:
    """Bring roles and permissions in line with the code."""
    sync_security()
    click.echo("Roles and permissions are in line with the code.")
