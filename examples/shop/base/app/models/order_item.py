from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Integer, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

if TYPE_CHECKING:
    from .orders import Order
    from .product import Product


class OrderItem(Model):
    __tablename__ = "order_item"
    __table_args__ = (
        UniqueConstraint(
            "order_id", "product_id", name="uq_order_item_order_id_product_id"
        ),
        CheckConstraint("quantity > 0", name="ck_order_item_quantity"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    order_id: Mapped[int] = mapped_column(
        Integer,
        ForeignKey("orders.id", name="fk_order_item_order_id", ondelete="CASCADE"),
    )
    product_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("product.id", name="fk_order_item_product_id"), index=True
    )
    quantity: Mapped[int] = mapped_column(Integer)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 4))

    order: Mapped[Order] = relationship(back_populates="order_items")
    product: Mapped[Product] = relationship(back_populates="order_items")

    def __repr__(self) -> str:
        return f"Order Item {self.id}"
