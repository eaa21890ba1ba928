from __future__ import annotations

import datetime
import enum

from flask_appbuilder import Model
from sqlalchemy import CheckConstraint, Date, Enum, ForeignKey, Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship


class OrderState(enum.Enum):
    draft = "draft"
    paid = "paid"
    shipped = "shipped"
    cancelled = "cancelled"


class Order(Model):
    __tablename__ = "orders"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'paid', 'shipped', 'cancelled')", name="ck_orders_state"
        ),
        CheckConstraint("shipped_on >= ordered_on", name="ck_orders_shipped_on"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(16), nullable=False, unique=True)
    state: Mapped[OrderState] = mapped_column(
        Enum(
            OrderState,
            native_enum=False,
            create_constraint=False,
            length=9,
            validate_strings=True,
        ),
        nullable=False,
        default=OrderState.draft,
        server_default="draft",
    )
    ordered_on: Mapped[datetime.date] = mapped_column(Date, nullable=False)
    shipped_on: Mapped[datetime.date | None] = mapped_column(Date)
    customer_id: Mapped[int] = mapped_column(
        ForeignKey("customer.id", name="fk_orders_customer_id"),
        nullable=False,
        index=True,
    )
    customer: Mapped[Customer] = relationship(  # noqa: F821
        "Customer", back_populates="orders"
    )
    order_items: Mapped[list[OrderItem]] = relationship(  # noqa: F821
        "OrderItem", back_populates="order", passive_deletes="all"
    )

    def __repr__(self) -> str:
        return self.number or ""
