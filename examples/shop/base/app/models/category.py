from __future__ import annotations

from typing import TYPE_CHECKING

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

if TYPE_CHECKING:
    from .product import Product


class Category(Model):
    __tablename__ = "category"
    __table_args__ = (
        UniqueConstraint("parent_id", "slug", name="uq_category_parent_id_slug"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    slug: Mapped[str] = mapped_column(String(60))
    position: Mapped[int] = mapped_column(Integer, default=0, server_default=text("0"))
    parent_id: Mapped[int | None] = mapped_column(
        Integer,
        ForeignKey("category.id", name="fk_category_parent_id", ondelete="SET NULL"),
    )

    parent: Mapped[Category | None] = relationship(
        remote_side=[id], back_populates="children"
    )
    children: Mapped[list[Category]] = relationship(
        back_populates="parent", passive_deletes="all"
    )
    products: Mapped[list[Product]] = relationship(
        back_populates="category", passive_deletes="all"
    )

    def __repr__(self) -> str:
        return self.name or ""
