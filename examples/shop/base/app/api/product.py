from marshmallow.validate import Range

from ..fabkit.api import ModelRestApi
from ..fabkit.interface import SQLAInterface
from ..models.product import Product


class ProductApi(ModelRestApi):
    resource_name = "product"
    datamodel = SQLAInterface(Product)
    list_columns = [
        "id",
        "sku",
        "name",
        "price",
        "active",
        "category.id",
        "category.name",
        "released_on",
    ]
    show_columns = [
        "id",
        "sku",
        "name",
        "description",
        "price",
        "active",
        "category.id",
        "category.name",
        "released_on",
        "tags.id",
        "tags.name",
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
    search_columns = [
        "id",
        "sku",
        "name",
        "description",
        "price",
        "active",
        "category",
        "released_on",
    ]
    validators_columns = {"price": Range(min=0)}
