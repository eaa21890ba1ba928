from ..fabkit.interface import SQLAInterface
from ..fabkit.rules import Unique
from ..fabkit.views import ModelView
from ..models.tag import Tag


class TagView(ModelView):
    datamodel = SQLAInterface(Tag)
    list_title = "Tags"
    show_title = "Tag"
    add_title = "Add Tag"
    edit_title = "Edit Tag"
    list_columns = ["name"]
    show_columns = ["id", "name", "products"]
    add_columns = edit_columns = ["name", "products"]
    search_columns = ["name"]
    form_rules = [Unique("name")]
