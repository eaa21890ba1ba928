from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Supplier


class SupplierView(ModelView):
    datamodel = SQLAInterface(Supplier)
    list_columns = [
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
    show_columns = [
        "id",
        "name",
        "email",
        "phone",
        "active",
    ]
