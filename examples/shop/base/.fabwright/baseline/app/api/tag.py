from ..fabkit.api import ModelRestApi
from ..fabkit.interface import SQLAInterface
from ..models.tag import Tag


class TagApi(ModelRestApi):
    resource_name = "tag"
    datamodel = SQLAInterface(Tag)
    list_columns = ["id", "name"]
    show_columns = ["id", "name", "products.id", "products.name"]
    add_columns = edit_columns = ["name", "products"]
    search_columns = ["id", "name"]
