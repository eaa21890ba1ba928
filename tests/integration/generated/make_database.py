import sys

import sqlalchemy
from app import create_app
from flask_appbuilder import Model

create_app()
Model.metadata.create_all(sqlalchemy.create_engine(sys.argv[1]))
