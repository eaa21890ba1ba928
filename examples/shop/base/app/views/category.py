from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Category


class CategoryView(ModelView):
    datamodel = SQLAInterface(Category)
    list_columns = [
        "name",
        "slug",
        "position",
        "parent",
    ]
    add_columns = edit_columns = [
        "name",
        "slug",
        "position",
        "parent",
    ]
    show_columns = [
        "id",
        "name",
        "slug",
        "position",
        "parent",
    ]
