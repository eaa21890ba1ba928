from ..fabkit.fields import boolean_field
from ..fabkit.interface import SQLAInterface
from ..fabkit.views import ModelView
from ..models.supplier import Supplier


class SupplierView(ModelView):
    datamodel = SQLAInterface(Supplier)
    list_title = "Suppliers"
    show_title = "Supplier"
    add_title = "Add Supplier"
    edit_title = "Edit Supplier"
    list_columns = ["name", "email", "phone", "active"]
    show_columns = ["id", "name", "email", "phone", "active"]
    add_columns = edit_columns = ["name", "email", "phone", "active"]
    search_columns = ["name", "email", "phone", "active"]
    add_form_extra_fields = edit_form_extra_fields = {
        "active": boolean_field("Active", default=True),
    }
