from wtforms.validators import NumberRange

from ..fabkit.charts import ChartView
from ..fabkit.fields import decimal_field
from ..fabkit.interface import SQLAInterface
from ..fabkit.rules import Unique
from ..fabkit.views import ModelView
from ..models.order_item import OrderItem


class OrderItemView(ModelView):
    datamodel = SQLAInterface(OrderItem)
    list_title = "Order Items"
    show_title = "Order Item"
    add_title = "Add Order Item"
    edit_title = "Edit Order Item"
    list_columns = ["order", "product", "quantity", "price"]
    show_columns = ["id", "order", "product", "quantity", "price"]
    add_columns = edit_columns = ["order", "product", "quantity", "price"]
    search_columns = ["quantity", "price"]
    add_form_extra_fields = edit_form_extra_fields = {
        "price": decimal_field("Price", places=4),
    }
    validators_columns = {"quantity": [NumberRange(min=1)]}
    form_rules = [Unique("order", "product")]


class OrderItemChartView(ChartView):
    datamodel = SQLAInterface(OrderItem)
    model_view = OrderItemView
    chart_title = "Order Items"
    group_columns = ["product"]
    sum_columns = ["quantity"]
    average_columns = ["quantity", "price"]
