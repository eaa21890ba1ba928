from flask_appbuilder import ModelView
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..models import Customer


class CustomerView(ModelView):
    datamodel = SQLAInterface(Customer)
    list_columns = [
        "name",
        "mail",
        "phone",
        "fax",
        "status",
        "born_on",
        "credit_limit",
        "newsletter",
        "vat_number",
    ]
    add_columns = edit_columns = [
        "name",
        "mail",
        "phone",
        "fax",
        "status",
        "born_on",
        "credit_limit",
        "newsletter",
        "vat_number",
    ]
    show_columns = [
        "id",
        "name",
        "mail",
        "phone",
        "fax",
        "status",
        "born_on",
        "credit_limit",
        "newsletter",
        "vat_number",
    ]
