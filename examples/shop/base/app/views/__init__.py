from .category import CategoryView
from .customer import CustomerChartView, CustomerView
from .order_item import OrderItemChartView, OrderItemView
from .orders import OrderChartView, OrderMasterView, OrderView
from .product import ProductChartView, ProductView
from .supplier import SupplierView
from .tag import TagView


def register_views(appbuilder) -> None:
    """Add the pages of every table; details come before their masters."""
    appbuilder.add_view(OrderItemView, "Order Items", icon="fa-table", category="Data")
    appbuilder.add_view(
        OrderItemChartView,
        "Order Items in Charts",
        icon="fa-bar-chart",
        category="Data",
    )
    appbuilder.add_view(ProductView, "Products", icon="fa-table", category="Data")
    appbuilder.add_view(
        ProductChartView, "Products in Charts", icon="fa-bar-chart", category="Data"
    )
    appbuilder.add_view(CategoryView, "Categories", icon="fa-table", category="Data")
    appbuilder.add_view(OrderView, "Orders", icon="fa-table", category="Data")
    appbuilder.add_view(
        OrderMasterView, "Orders with Details", icon="fa-table", category="Data"
    )
    appbuilder.add_view(
        OrderChartView, "Orders in Charts", icon="fa-bar-chart", category="Data"
    )
    appbuilder.add_view(CustomerView, "Customers", icon="fa-table", category="Data")
    appbuilder.add_view(
        CustomerChartView, "Customers in Charts", icon="fa-bar-chart", category="Data"
    )
    appbuilder.add_view(SupplierView, "Suppliers", icon="fa-table", category="Data")
    appbuilder.add_view(TagView, "Tags", icon="fa-table", category="Data")
