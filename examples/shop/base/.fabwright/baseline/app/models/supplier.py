from __future__ import annotations

from flask_appbuilder import Model
from sqlalchemy import Boolean, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column


class Supplier(Model):
    __tablename__ = "supplier"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str | None] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(30))
    active: Mapped[bool] = mapped_column(
        Boolean, default=True, server_default=text("1")
    )

    def __repr__(self) -> str:
        return self.name or ""
