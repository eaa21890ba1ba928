from __future__ import annotations

from typing import TYPE_CHECKING

from flask_appbuilder import Model
from sqlalchemy import Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .product_tag import product_tag

if TYPE_CHECKING:
    from .product import Product


class Tag(Model):
    __tablename__ = "tag"
    __table_args__ = (UniqueConstraint("name", name="uq_tag_name"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(30))

    products: Mapped[list[Product]] = relationship(
        secondary=product_tag, back_populates="tags"
    )

    def __repr__(self) -> str:
        return self.name or ""
