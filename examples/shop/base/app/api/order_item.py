from marshmallow.validate import Range

from ..fabkit.api import ModelRestApi
from ..fabkit.interface import SQLAInterface
from ..models.order_item import OrderItem


class OrderItemApi(ModelRestApi):
    resource_name = "order_item"
    datamodel = SQLAInterface(OrderItem)
    list_columns = show_columns = [
        "id",
        "order.id",
        "order.number",
        "product.id",
        "product.name",
        "quantity",
        "price",
    ]
    add_columns = edit_columns = ["order", "product", "quantity", "price"]
    search_columns = ["id", "order", "product", "quantity", "price"]
    validators_columns = {"quantity": Range(min=1)}
