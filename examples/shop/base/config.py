"""Settings of the shop. Anything here can be overridden by a FLASK_* variable."""

import os
from pathlib import Path

from flask_appbuilder.const import AUTH_DB

ROOT = Path(__file__).resolve().parent


def database_uri() -> str:
    """Where the shop keeps its data: DATABASE_URL, else a file in instance/."""
    default = ROOT / "instance" / "shop.db"
    return os.environ.get("DATABASE_URL") or f"sqlite:///{default}"


class Config:
    APP_NAME = "Shop"
    SECRET_KEY = os.environ.get("SECRET_KEY", "only-for-development-0123456789abcdef")

    AUTH_TYPE = AUTH_DB
    AUTH_ROLE_ADMIN = "Admin"
    AUTH_ROLE_PUBLIC = "Public"

    # Migrations own every table, those of Flask-AppBuilder included, and
    # `flask sync-security` owns roles and permissions: loading the application
    # never writes to the database.
    FAB_CREATE_DB = False
    FAB_UPDATE_PERMS = False

    FAB_API_SWAGGER_UI = True
    FAB_API_MAX_PAGE_SIZE = 100

    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"

    # May look at everything and change nothing.
    FAB_ROLES = {
        "Viewer": [
            [".*View", "can_list|can_show|can_chart"],
            [".*Api", "can_get|can_info"],
            ["CustomerCard", "can_card"],
            [".*", "menu_access"],
        ],
    }
