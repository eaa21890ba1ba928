from flask_appbuilder import ModelRestApi
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Category


class CategoryApi(ModelRestApi):
    resource_name = "category"
    datamodel = SQLAInterface(Category)
    list_columns = show_columns = [
        "id",
        "name",
        "slug",
        "position",
    ]
    add_columns = edit_columns = [
        "name",
        "slug",
        "position",
        "parent",
    ]
