from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Tag


class TagView(ModelView):
    datamodel = SQLAInterface(Tag)
    list_columns = [
        "name",
    ]
    add_columns = edit_columns = [
        "name",
    ]
    show_columns = [
        "id",
        "name",
    ]
