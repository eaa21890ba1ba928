from .category import CategoryApi
from .customer import CustomerApi
from .order_item import OrderItemApi
from .orders import OrderApi
from .product import ProductApi
from .supplier import SupplierApi
from .tag import TagApi


def register_apis(appbuilder) -> None:
    """Add the REST API of every table."""
    appbuilder.add_api(CategoryApi)
    appbuilder.add_api(CustomerApi)
    appbuilder.add_api(OrderApi)
    appbuilder.add_api(OrderItemApi)
    appbuilder.add_api(ProductApi)
    appbuilder.add_api(SupplierApi)
    appbuilder.add_api(TagApi)
