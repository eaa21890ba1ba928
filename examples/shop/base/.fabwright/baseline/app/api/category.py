from ..fabkit.api import ModelRestApi
from ..fabkit.interface import SQLAInterface
from ..models.category import Category


class CategoryApi(ModelRestApi):
    resource_name = "category"
    datamodel = SQLAInterface(Category)
    list_columns = show_columns = [
        "id",
        "name",
        "slug",
        "position",
        "parent.id",
        "parent.name",
    ]
    add_columns = edit_columns = ["name", "slug", "position", "parent"]
    search_columns = ["id", "name", "slug", "position", "parent"]
