# ruff: noqa: E501
"""Valid rows. Every column that a test doesn't name gets a value; parents are made too.

Keyword arguments take precedence, and one that is UNSET leaves its column to the default.
"""

import datetime
import itertools
from decimal import Decimal

from app.models import (
    Category,
    Customer,
    CustomerStatus,
    Order,
    OrderItem,
    OrderState,
    Product,
    Supplier,
    Tag,
)
from tests.support import build

_numbers = itertools.count(1)


def new_category(**values):
    """A valid row of category, not yet written."""
    n = next(_numbers)
    defaults = {
        "name": f"Category Ø{n}",
        "slug": f"slug-{n}",
        "position": 5,
    }
    return build(Category, defaults, values)


def new_customer(**values):
    """A valid row of customer, not yet written."""
    n = next(_numbers)
    defaults = {
        "name": f"Customer Ø{n}",
        "mail": f"person{n}@example.org",
        "phone": f"+49 30 {n}",
        "fax": f"+49 30 {n}",
        "status": CustomerStatus.active,
        "born_on": datetime.date(2026, 1, 2),
        "credit_limit": Decimal("9.1234"),
        "newsletter": True,
        "preferences": {"number": n},
        "vat_number": f"VAT-NUMBER-{n}",
    }
    return build(Customer, defaults, values)


def new_order_item(**values):
    """A valid row of order_item, not yet written."""
    defaults = {
        "quantity": 5,
        "price": Decimal("9.1234"),
    }
    if not values.keys() & {"order", "order_id"}:
        defaults["order"] = new_orders()
    if not values.keys() & {"product", "product_id"}:
        defaults["product"] = new_product()
    return build(OrderItem, defaults, values)


def new_orders(**values):
    """A valid row of orders, not yet written."""
    n = next(_numbers)
    defaults = {
        "number": f"NUMBER-{n}",
        "state": OrderState.draft,
        "ordered_on": datetime.date(2026, 1, 2),
        "shipped_on": datetime.date(2026, 1, 2),
    }
    if not values.keys() & {"customer", "customer_id"}:
        defaults["customer"] = new_customer()
    return build(Order, defaults, values)


def new_product(**values):
    """A valid row of product, not yet written."""
    n = next(_numbers)
    defaults = {
        "sku": f"SKU-{n}",
        "name": f"Product Ø{n}",
        "description": f"Description é{n}",
        "price": Decimal("9.1234"),
        "active": False,
        "released_on": datetime.date(2026, 1, 2),
    }
    if not values.keys() & {"category", "category_id"}:
        defaults["category"] = new_category()
    return build(Product, defaults, values)


def new_supplier(**values):
    """A valid row of supplier, not yet written."""
    n = next(_numbers)
    defaults = {
        "name": f"Supplier Ø{n}",
        "email": f"person{n}@example.org",
        "phone": f"+49 30 {n}",
        "active": False,
    }
    return build(Supplier, defaults, values)


def new_tag(**values):
    """A valid row of tag, not yet written."""
    n = next(_numbers)
    defaults = {
        "name": f"Tag Ø{n}",
    }
    return build(Tag, defaults, values)
