from flask_appbuilder import ModelRestApi
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Product


class ProductApi(ModelRestApi):
    resource_name = "product"
    datamodel = SQLAInterface(Product)
    list_columns = show_columns = [
        "id",
        "sku",
        "name",
        "description",
        "price",
        "active",
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
