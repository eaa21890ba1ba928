from .category import Category
from .customer import Customer, CustomerStatus
from .order_item import OrderItem
from .orders import Order, OrderState
from .product import Product
from .product_tag import product_tag
from .supplier import Supplier
from .tag import Tag

__all__ = [
    "Category",
    "Customer",
    "CustomerStatus",
    "Order",
    "OrderItem",
    "OrderState",
    "Product",
    "Supplier",
    "Tag",
    "product_tag",
]
