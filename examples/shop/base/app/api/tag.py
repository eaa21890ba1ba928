from flask_appbuilder import ModelRestApi
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Tag


class TagApi(ModelRestApi):
    resource_name = "tag"
    datamodel = SQLAInterface(Tag)
    list_columns = show_columns = [
        "id",
        "name",
    ]
    add_columns = edit_columns = [
        "name",
    ]
