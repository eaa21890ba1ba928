from flask_appbuilder import ModelRestApi
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Order


class OrderApi(ModelRestApi):
    resource_name = "orders"
    datamodel = SQLAInterface(Order)
    list_columns = show_columns = [
        "id",
        "number",
        "state",
        "ordered_on",
        "shipped_on",
    ]
    add_columns = edit_columns = [
        "number",
        "state",
        "ordered_on",
        "shipped_on",
        "customer",
    ]
