from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Order


class OrderView(ModelView):
    datamodel = SQLAInterface(Order)
    list_columns = [
        "number",
        "state",
        "ordered_on",
        "shipped_on",
        "customer",
    ]
    add_columns = edit_columns = [
        "number",
        "state",
        "ordered_on",
        "shipped_on",
        "customer",
    ]
    show_columns = [
        "id",
        "number",
        "state",
        "ordered_on",
        "shipped_on",
        "customer",
    ]
