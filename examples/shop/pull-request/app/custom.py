"""Pages of the shop that no table gives: written by hand."""

from flask import abort
from flask_appbuilder import BaseView, expose, has_access

from .extensions import db
from .models import Customer


def best_contact(customer: Customer) -> str:
    """How the customer wants to be reached, and where."""
    channel = (customer.preferences or {}).get("channel", "mail")
    if channel == "fax":
        return f"Fax {customer.fax}"
    if channel == "phone" and customer.phone:
        return f"Phone {customer.phone}"
    return customer.email


class CustomerCard(BaseView):
    """A customer on one printable page."""

    route_base = "/customers"

    @expose("/card/<int:pk>")
    @has_access
    def card(self, pk: int):
        customer = db.session.get(Customer, pk)
        if customer is None:
            abort(404)
        return self.render_template(
            "customer_card.html", customer=customer, contact=best_contact(customer)
        )


def register_custom_views(appbuilder) -> None:
    appbuilder.add_view_no_menu(CustomerCard)
