import sys
from unittest import mock

import sqlalchemy
from app import create_app
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.manager import SecurityManager

# Version 4 would make every table in a database of SQLite first.
with mock.patch.object(SecurityManager, "create_db"):
    create_app()
Model.metadata.create_all(sqlalchemy.create_engine(sys.argv[1]))
