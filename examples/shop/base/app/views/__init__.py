"""The pages of the shop."""

from .category import CategoryView
from .customer import CustomerView
from .order_item import OrderItemView
from .orders import OrderView
from .product import ProductView
from .supplier import SupplierView
from .tag import TagView


def register_views(appbuilder) -> None:
    # A detail is registered before its master.
    appbuilder.add_view(OrderItemView, "Order Items", category="Shop")
    appbuilder.add_view(OrderView, "Orders", category="Shop")
    appbuilder.add_view(CustomerView, "Customers", category="Shop")
    appbuilder.add_view(ProductView, "Products", category="Shop")
    appbuilder.add_view(CategoryView, "Categories", category="Shop")
    appbuilder.add_view(TagView, "Tags", category="Shop")
    appbuilder.add_view(SupplierView, "Suppliers", category="Shop")
