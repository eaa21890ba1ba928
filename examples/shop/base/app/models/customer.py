from __future__ import annotations

import datetime
import enum
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Date,
    DateTime,
    Enum,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

if TYPE_CHECKING:
    from .orders import Order


class CustomerStatus(enum.Enum):
    active = "active"
    suspended = "suspended"
    closed = "closed"


class Customer(Model):
    __tablename__ = "customer"
    __table_args__ = (
        UniqueConstraint("vat_number", name="uq_customer_vat_number"),
        CheckConstraint("credit_limit >= 0", name="ck_customer_credit_limit"),
        CheckConstraint(
            "status IN ('active', 'suspended', 'closed')", name="ck_customer_status"
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    mail: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str | None] = mapped_column(String(30))
    fax: Mapped[str | None] = mapped_column(String(30))
    status: Mapped[CustomerStatus] = mapped_column(
        Enum(
            CustomerStatus,
            native_enum=False,
            create_constraint=False,
            validate_strings=True,
        ),
        default=CustomerStatus.active,
        server_default="active",
    )
    born_on: Mapped[datetime.date | None] = mapped_column(Date)
    created_at: Mapped[datetime.datetime] = mapped_column(
        DateTime, server_default=text("CURRENT_TIMESTAMP")
    )
    credit_limit: Mapped[Decimal] = mapped_column(
        Numeric(12, 4), default=Decimal("0"), server_default=text("0")
    )
    newsletter: Mapped[bool] = mapped_column(
        Boolean, default=False, server_default=text("0")
    )
    preferences: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    vat_number: Mapped[str | None] = mapped_column(String(20))

    orders: Mapped[list[Order]] = relationship(
        back_populates="customer", passive_deletes="all"
    )

    def __repr__(self) -> str:
        return self.name or ""
