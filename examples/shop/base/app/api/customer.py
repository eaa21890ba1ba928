from flask_appbuilder import expose
from flask_appbuilder.api import permission_name, protect, safe
from marshmallow.validate import Range
from sqlalchemy import func, select

from ..extensions import db
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

    @expose("/statuses", methods=["GET"])
    @protect()
    @safe
    @permission_name("get")
    def statuses(self):
        """How many customers are in which status.
        ---
        get:
          responses:
            200:
              description: Number of customers by status
        """
        query = select(Customer.status, func.count()).group_by(Customer.status)
        counts = {status.value: count for status, count in db.session.execute(query)}
        return self.response(200, result=counts)
