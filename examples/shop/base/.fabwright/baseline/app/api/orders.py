from ..fabkit.api import ModelRestApi
from ..fabkit.interface import SQLAInterface
from ..models.orders import Order


class OrderApi(ModelRestApi):
    resource_name = "orders"
    datamodel = SQLAInterface(Order)
    list_columns = show_columns = [
        "id",
        "number",
        "state",
        "ordered_on",
        "shipped_on",
        "customer.id",
        "customer.name",
    ]
    add_columns = edit_columns = [
        "number",
        "state",
        "ordered_on",
        "shipped_on",
        "customer",
    ]
    search_columns = ["id", "number", "state", "ordered_on", "shipped_on", "customer"]
