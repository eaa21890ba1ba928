from __future__ import annotations

import decimal

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, ForeignKey, Integer, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship


class OrderItem(Model):
    __tablename__ = "order_item"
    __table_args__ = (
        CheckConstraint("quantity > 0", name="ck_order_item_quantity"),
        UniqueConstraint(
            "order_id", "product_id", name="uq_order_item_order_id_product_id"
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    order_id: Mapped[int] = mapped_column(
        ForeignKey("orders.id", name="fk_order_item_order_id", ondelete="CASCADE"),
        nullable=False,
    )
    product_id: Mapped[int] = mapped_column(
        ForeignKey("product.id", name="fk_order_item_product_id"),
        nullable=False,
        index=True,
    )
    quantity: Mapped[int] = mapped_column(Integer, nullable=False)
    price: Mapped[decimal.Decimal] = mapped_column(Numeric(12, 4), nullable=False)
    order: Mapped[Order] = relationship(  # noqa: F821
        "Order", back_populates="order_items"
    )
    product: Mapped[Product] = relationship(  # noqa: F821
        "Product", back_populates="order_items"
    )

    def __repr__(self) -> str:
        return f"{self.quantity} x {self.product}"
