from flask_appbuilder import ModelRestApi
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import OrderItem


class OrderItemApi(ModelRestApi):
    resource_name = "order_item"
    datamodel = SQLAInterface(OrderItem)
    list_columns = show_columns = [
        "id",
        "quantity",
        "price",
    ]
    add_columns = edit_columns = [
        "order",
        "product",
        "quantity",
        "price",
    ]
