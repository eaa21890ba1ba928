from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from flask_appbuilder import Model
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Date,
    ForeignKey,
    Integer,
    Numeric,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .product_tag import product_tag

if TYPE_CHECKING:
    from .category import Category
    from .order_item import OrderItem
    from .tag import Tag


class Product(Model):
    __tablename__ = "product"
    __table_args__ = (
        UniqueConstraint("sku", name="uq_product_sku"),
        CheckConstraint("price >= 0", name="ck_product_price"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sku: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(Text)
    price: Mapped[Decimal] = mapped_column(Numeric(12, 4))
    active: Mapped[bool] = mapped_column(
        Boolean, default=True, server_default=text("1")
    )
    category_id: Mapped[int | None] = mapped_column(
        Integer, ForeignKey("category.id", name="fk_product_category_id"), index=True
    )
    released_on: Mapped[datetime.date | None] = mapped_column(Date)

    category: Mapped[Category | None] = relationship(back_populates="products")
    order_items: Mapped[list[OrderItem]] = relationship(
        back_populates="product", passive_deletes="all"
    )
    tags: Mapped[list[Tag]] = relationship(
        secondary=product_tag, back_populates="products"
    )

    def __repr__(self) -> str:
        return self.name or ""
