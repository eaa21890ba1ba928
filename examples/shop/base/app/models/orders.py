from __future__ import annotations

import datetime
import enum
from decimal import Decimal
from typing import TYPE_CHECKING

from flask_appbuilder import Model
from sqlalchemy import (
    CheckConstraint,
    Date,
    Enum,
    ForeignKey,
    Integer,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

if TYPE_CHECKING:
    from .customer import Customer
    from .order_item import OrderItem


class OrderState(enum.Enum):
    draft = "draft"
    paid = "paid"
    shipped = "shipped"
    cancelled = "cancelled"


class Order(Model):
    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("number", name="uq_orders_number"),
        CheckConstraint("shipped_on >= ordered_on", name="ck_orders_shipped_on"),
        CheckConstraint(
            "state IN ('draft', 'paid', 'shipped', 'cancelled')", name="ck_orders_state"
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(16))
    state: Mapped[OrderState] = mapped_column(
        Enum(
            OrderState,
            native_enum=False,
            create_constraint=False,
            validate_strings=True,
        ),
        default=OrderState.draft,
        server_default="draft",
    )
    ordered_on: Mapped[datetime.date] = mapped_column(Date)
    shipped_on: Mapped[datetime.date | None] = mapped_column(Date)
    customer_id: Mapped[int] = mapped_column(
        Integer, ForeignKey("customer.id", name="fk_orders_customer_id"), index=True
    )

    customer: Mapped[Customer] = relationship(back_populates="orders")
    order_items: Mapped[list[OrderItem]] = relationship(
        back_populates="order",
        cascade="all, delete-orphan",
        passive_deletes=True,
        lazy="selectin",
    )

    @property
    def total(self) -> Decimal:
        """What the whole order costs."""
        return sum((item.quantity * item.price for item in self.order_items), Decimal())

    def __repr__(self) -> str:
        return self.number or ""
