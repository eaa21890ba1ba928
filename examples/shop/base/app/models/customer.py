from __future__ import annotations

import datetime
import decimal
import enum
from typing import Any

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
    false,
    func,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship


class CustomerStatus(enum.Enum):
    active = "active"
    suspended = "suspended"
    closed = "closed"


class Customer(Model):
    __tablename__ = "customer"
    __table_args__ = (
        CheckConstraint(
            "status IN ('active', 'suspended', 'closed')", name="ck_customer_status"
        ),
        CheckConstraint("credit_limit >= 0", name="ck_customer_credit_limit"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(80), nullable=False)
    mail: Mapped[str] = mapped_column(String(120), nullable=False)
    phone: Mapped[str | None] = mapped_column(String(30))
    fax: Mapped[str | None] = mapped_column(String(30))
    status: Mapped[CustomerStatus] = mapped_column(
        Enum(
            CustomerStatus,
            native_enum=False,
            create_constraint=False,
            length=9,
            validate_strings=True,
        ),
        nullable=False,
        default=CustomerStatus.active,
        server_default="active",
    )
    born_on: Mapped[datetime.date | None] = mapped_column(Date)
    created_at: Mapped[datetime.datetime] = mapped_column(
        DateTime, nullable=False, server_default=func.current_timestamp()
    )
    credit_limit: Mapped[decimal.Decimal] = mapped_column(
        Numeric(12, 4), nullable=False, default=0, server_default="0"
    )
    newsletter: Mapped[bool] = mapped_column(
        Boolean, nullable=False, default=False, server_default=false()
    )
    preferences: Mapped[Any | None] = mapped_column(JSON(none_as_null=True))
    vat_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    orders: Mapped[list[Order]] = relationship(  # noqa: F821
        "Order", back_populates="customer", passive_deletes="all"
    )

    def __repr__(self) -> str:
        return self.name or ""
