from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import Integer, String
from sqlalchemy.orm import Mapped, mapped_column, relationship


class Tag(Model):
    __tablename__ = "tag"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(30), nullable=False, unique=True)
    products: Mapped[list[Product]] = relationship(  # noqa: F821
        "Product", secondary="product_tag", back_populates="tags"
    )

    def __repr__(self) -> str:
        return self.name or ""
