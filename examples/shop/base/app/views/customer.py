from decimal import Decimal

from wtforms.validators import Length, NumberRange

from ..fabkit.charts import ChartView
from ..fabkit.fields import boolean_field, decimal_field, enum_field, json_field
from ..fabkit.interface import SQLAInterface
from ..fabkit.rules import Unique
from ..fabkit.views import ModelView
from ..models.customer import Customer, CustomerStatus
from .orders import OrderView


class CustomerView(ModelView):
    datamodel = SQLAInterface(Customer)
    list_title = "Customers"
    show_title = "Customer"
    add_title = "Add Customer"
    edit_title = "Edit Customer"
    list_columns = [
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
    add_form_extra_fields = edit_form_extra_fields = {
        "status": enum_field("Status", CustomerStatus, default=CustomerStatus.active),
        "credit_limit": decimal_field(
            "Credit Limit",
            places=4,
            default=Decimal("0"),
            validators=[NumberRange(min=0)],
        ),
        "newsletter": boolean_field("Newsletter"),
        "preferences": json_field("Preferences", nullable=True),
    }
    search_form_extra_fields = {
        "status": enum_field("Status", CustomerStatus, nullable=True),
    }
    form_rules = [Unique("vat_number")]
    validators_columns = {
        "name": [Length(min=2, message="A name has two letters at least.")],
    }
    related_views = [OrderView]


class CustomerChartView(ChartView):
    datamodel = SQLAInterface(Customer)
    model_view = CustomerView
    chart_title = "Customers"
    group_columns = ["status", "born_on", "created_at", "newsletter"]
    sum_columns = ["credit_limit"]
    average_columns = ["credit_limit"]
