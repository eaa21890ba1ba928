from ..fabkit.api import ModelRestApi
from ..fabkit.interface import SQLAInterface
from ..models.supplier import Supplier


class SupplierApi(ModelRestApi):
    resource_name = "supplier"
    datamodel = SQLAInterface(Supplier)
    list_columns = show_columns = ["id", "name", "email", "phone", "active"]
    add_columns = edit_columns = ["name", "email", "phone", "active"]
    search_columns = ["id", "name", "email", "phone", "active"]
