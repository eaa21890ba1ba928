from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import OrderItem


class OrderItemView(ModelView):
    datamodel = SQLAInterface(OrderItem)
    list_columns = [
        "order",
        "product",
        "quantity",
        "price",
    ]
    add_columns = edit_columns = [
        "order",
        "product",
        "quantity",
        "price",
    ]
    show_columns = [
        "id",
        "order",
        "product",
        "quantity",
        "price",
    ]
