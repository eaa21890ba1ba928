from ..fabkit.charts import ChartView
from ..fabkit.fields import enum_field
from ..fabkit.interface import SQLAInterface
from ..fabkit.rules import Compare, Unique
from ..fabkit.views import MasterDetailView, ModelView
from ..models.orders import Order, OrderState
from .order_item import OrderItemView


class OrderView(ModelView):
    datamodel = SQLAInterface(Order)
    list_title = "Orders"
    show_title = "Order"
    add_title = "Add Order"
    edit_title = "Edit Order"
    list_columns = ["number", "state", "ordered_on", "shipped_on", "customer", "total"]
    show_columns = ["id", "number", "state", "ordered_on", "shipped_on", "customer"]
    add_columns = edit_columns = [
        "number",
        "state",
        "ordered_on",
        "shipped_on",
        "customer",
    ]
    search_columns = ["number", "state", "ordered_on", "shipped_on"]
    add_form_extra_fields = edit_form_extra_fields = {
        "state": enum_field("State", OrderState, default=OrderState.draft),
    }
    search_form_extra_fields = {"state": enum_field("State", OrderState, nullable=True)}
    form_rules = [Unique("number"), Compare("shipped_on", ">=", "ordered_on")]
    related_views = [OrderItemView]


class OrderMasterView(MasterDetailView):
    datamodel = SQLAInterface(Order)
    list_title = "Orders"
    list_columns = ["number"]
    search_columns = ["number", "ordered_on", "shipped_on"]
    related_views = [OrderItemView]


class OrderChartView(ChartView):
    datamodel = SQLAInterface(Order)
    model_view = OrderView
    chart_title = "Orders"
    group_columns = ["state", "customer", "ordered_on", "shipped_on"]
