from flask_appbuilder import SQLA
from flask_appbuilder import AppBuilder as appbuilder
from flask_wtf import CSRFProtect

__all__ = ["appbuilder", "csrf", "db"]

db = SQLA()
csrf = CSRFProtect()
