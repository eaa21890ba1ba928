from ..fabkit.interface import SQLAInterface
from ..fabkit.rules import Unique
from ..fabkit.views import ModelView
from ..models.category import Category
from .product import ProductView


class CategoryView(ModelView):
    datamodel = SQLAInterface(Category)
    list_title = "Categories"
    show_title = "Category"
    add_title = "Add Category"
    edit_title = "Edit Category"
    list_columns = ["name", "slug", "position", "parent"]
    show_columns = ["id", "name", "slug", "position", "parent", "children"]
    add_columns = edit_columns = ["name", "slug", "position", "parent"]
    search_columns = ["name", "slug", "position"]
    form_rules = [Unique("parent", "slug")]
    related_views = [ProductView]
