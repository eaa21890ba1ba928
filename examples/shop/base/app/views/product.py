from wtforms.validators import NumberRange

from ..fabkit.charts import ChartView
from ..fabkit.fields import boolean_field, decimal_field
from ..fabkit.interface import SQLAInterface
from ..fabkit.rules import Unique
from ..fabkit.views import ModelView
from ..models.product import Product
from .order_item import OrderItemView


class ProductView(ModelView):
    datamodel = SQLAInterface(Product)
    list_title = "Products"
    show_title = "Product"
    add_title = "Add Product"
    edit_title = "Edit Product"
    list_columns = ["sku", "name", "price", "active", "category", "released_on"]
    show_columns = [
        "id",
        "sku",
        "name",
        "description",
        "price",
        "active",
        "category",
        "released_on",
        "tags",
    ]
    add_columns = edit_columns = [
        "sku",
        "name",
        "description",
        "price",
        "active",
        "category",
        "released_on",
        "tags",
    ]
    search_columns = ["sku", "name", "description", "price", "active", "released_on"]
    add_form_extra_fields = edit_form_extra_fields = {
        "price": decimal_field("Price", places=4, validators=[NumberRange(min=0)]),
        "active": boolean_field("Active", default=True),
    }
    form_rules = [Unique("sku")]
    related_views = [OrderItemView]


class ProductChartView(ChartView):
    datamodel = SQLAInterface(Product)
    model_view = ProductView
    chart_title = "Products"
    group_columns = ["category", "released_on", "active"]
    average_columns = ["price"]
