from flask_appbuilder import AppBuilder as appbuilder
from flask_appbuilder import Model
from flask_appbuilder.utils.legacy import get_sqla_class
from flask_wtf import CSRFProtect

__all__ = ["appbuilder", "csrf", "db"]

db = get_sqla_class()(metadata=Model.metadata)
csrf = CSRFProtect()
