from flask_appbuilder import ModelRestApi
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Supplier


class SupplierApi(ModelRestApi):
    resource_name = "supplier"
    datamodel = SQLAInterface(Supplier)
    list_columns = show_columns = [
        "id",
        "name",
        "email",
        "phone",
        "active",
    ]
    add_columns = edit_columns = [
        "name",
        "email",
        "phone",
        "active",
    ]
