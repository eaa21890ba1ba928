from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Product


class ProductView(ModelView):
    datamodel = SQLAInterface(Product)
    list_columns = [
        "sku",
        "name",
        "price",
        "active",
        "category",
        "released_on",
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
