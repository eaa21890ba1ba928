"""What the office asks for each Monday."""

from __future__ import annotations

import decimal
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from .models import Customer, OrderItem, Product

# One line for each customer who has not closed the account, for the office's wall.
PHONE_LIST = text(
    """
    SELECT c.name,
           c.phone,
           c.fax
      FROM customer AS c
     WHERE c.status <> 'closed'
       AND (c.phone IS NOT NULL OR c.fax IS NOT NULL)
     ORDER BY c.name
    """
)

# Customers who owe an answer: something was ordered, and nothing has been shipped.
WAITING = text(
    """
    SELECT c.name, c.email, count(*) AS waiting
      FROM orders AS o
      JOIN customer AS c ON c.id = o.customer_id
     WHERE o.state = 'paid'
       AND o.shipped_on IS NULL
     GROUP BY c.id, c.name, c.email
     ORDER BY waiting DESC, c.name
    """
)


@dataclass(frozen=True)
class Turnover:
    """What one product has brought in."""

    sku: str
    pieces: int
    amount: decimal.Decimal


def phone_list(session: Session) -> list[tuple[str, str | None, str | None]]:
    """Name, phone and fax of the customers that have one of the two."""
    return [tuple(row) for row in session.execute(PHONE_LIST)]


def waiting_customers(session: Session) -> list[tuple[str, str, int]]:
    """Name, e-mail and number of paid orders that have not left the house."""
    return [tuple(row) for row in session.execute(WAITING)]


def newsletter_recipients(session: Session) -> list[str]:
    """The e-mail addresses that want the newsletter, sorted."""
    query = select(Customer.email).where(Customer.newsletter).order_by(Customer.email)
    return list(session.scalars(query))


def turnover_by_product(session: Session, at_least: int = 1) -> list[Turnover]:
    """Pieces and money of each product sold `at_least` times, the best first."""
    pieces = func.sum(OrderItem.quantity)
    amount = func.sum(OrderItem.quantity * OrderItem.price)
    query = (
        select(Product.sku, pieces, amount)
        .join(OrderItem.product)
        .group_by(Product.sku)
        .having(pieces >= at_least)
        .order_by(amount.desc(), Product.sku)
    )
    return [Turnover(*row) for row in session.execute(query)]
