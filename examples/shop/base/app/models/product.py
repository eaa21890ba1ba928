from __future__ import annotations

import datetime
import decimal

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
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship


class Product(Model):
    __tablename__ = "product"
    __table_args__ = (CheckConstraint("price >= 0", name="ck_product_price"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    sku: Mapped[str] = mapped_column(String(20), nullable=False, unique=True)
    name: Mapped[str] = mapped_column(String(100), nullable=False)
    description: Mapped[str | None] = mapped_column(Text)
    price: Mapped[decimal.Decimal] = mapped_column(Numeric(12, 4), nullable=False)
    active: Mapped[bool] = mapped_column(
        Boolean, nullable=False, default=True, server_default=true()
    )
    category_id: Mapped[int | None] = mapped_column(
        ForeignKey("category.id", name="fk_product_category_id"), index=True
    )
    released_on: Mapped[datetime.date | None] = mapped_column(Date)
    category: Mapped[Category | None] = relationship(  # noqa: F821
        "Category", back_populates="products"
    )
    tags: Mapped[list[Tag]] = relationship(  # noqa: F821
        "Tag", secondary="product_tag", back_populates="products"
    )
    order_items: Mapped[list[OrderItem]] = relationship(  # noqa: F821
        "OrderItem", back_populates="product", passive_deletes="all"
    )

    def __repr__(self) -> str:
        return self.name or ""
