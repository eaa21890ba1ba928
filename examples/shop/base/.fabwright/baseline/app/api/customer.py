from marshmallow.validate import Range

from ..fabkit.api import ModelRestApi
from ..fabkit.interface import SQLAInterface
from ..models.customer import Customer


class CustomerApi(ModelRestApi):
    resource_name = "customer"
    datamodel = SQLAInterface(Customer)
    list_columns = [
        "id",
        "name",
        "mail",
        "phone",
        "fax",
        "status",
        "born_on",
        "created_at",
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
        "created_at",
        "credit_limit",
        "newsletter",
        "preferences",
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
        "preferences",
        "vat_number",
    ]
    search_columns = [
        "id",
        "name",
        "mail",
        "phone",
        "fax",
        "status",
        "born_on",
        "created_at",
        "credit_limit",
        "newsletter",
        "vat_number",
    ]
    validators_columns = {"credit_limit": Range(min=0)}
