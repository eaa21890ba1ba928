"""Serve the example application with rows, for the pictures of its pages.

    python docs/images/shop.py [PORT]

Needs an environment with `examples/shop/base/requirements.txt`. The database is in a
temporary folder; `admin` logs in with the password `admin`.
"""

import datetime
import os
import random
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

SHOP = Path(__file__).resolve().parents[2] / "examples/shop/base"
CATALOGUE = {
    "Tea": ["Assam", "Darjeeling", "Earl Grey", "Sencha", "White Peony"],
    "Coffee": ["Espresso Roast", "Filter Roast", "Decaf", "Coffee Grinder"],
    "Cups and Mugs": ["Porcelain Cup", "Travel Mug", "Glass Teapot"],
    "Kettles": ["Electric Kettle", "Gooseneck Kettle"],
    "Sweets": ["Shortbread", "Dark Chocolate", "Honey", "Rock Sugar"],
}
CUSTOMERS = """
Ada Lovelace, Alan Turing, Barbara Liskov, Donald Knuth, Edsger Dijkstra, Frances Allen,
Grace Hopper, John Backus, Karen Jones, Ken Thompson, Leslie Lamport, Margaret Hamilton,
Niklaus Wirth, Radia Perlman, Robin Milner, Tony Hoare
"""


def fill(session, models, choose):
    """A year and a half of orders, more of them from month to month."""
    products = []
    for place, (name, goods) in enumerate(CATALOGUE.items()):
        slug = name.lower().replace(" ", "-")
        category = models.Category(name=name, slug=slug, position=place + 1)
        for good in goods:
            product = models.Product(
                sku=f"{name[:3].upper()}-{choose.randint(100, 999)}",
                name=good,
                price=Decimal(choose.randint(60, 900)) / 20,
                active=choose.random() < 0.8,
                category=category,
                released_on=_day(choose.randint(-600, 0)),
            )
            products.append(product)
    customers = [
        models.Customer(
            name=name,
            mail=f"{name.split()[0].lower()}@example.com",
            credit_limit=Decimal(choose.randint(0, 50) * 100),
            newsletter=choose.random() < 0.5,
        )
        for name in " ".join(CUSTOMERS.split()).split(", ")
    ]
    session.add_all([*products, *customers])
    days = sorted(int(choose.triangular(0, 530, 530)) for _ in range(400))
    for number, day in enumerate(days, 1):
        states, weights = ["draft", "paid", "shipped", "cancelled"], [2, 4, 12, 1]
        state = choose.choices(states, weights)[0]
        order = models.Order(
            number=f"S-{number:04}",
            state=state,
            ordered_on=_day(day),
            shipped_on=_day(day + choose.randint(1, 9)) if state == "shipped" else None,
            customer=customers[int(choose.triangular(0, len(customers) - 0.1, 2))],
        )
        for product in choose.sample(products, choose.randint(1, 4)):
            quantity = choose.randint(1, 6)
            item = models.OrderItem(quantity=quantity, price=product.price)
            item.order, item.product = order, product
            session.add(item)
    session.commit()


def _day(number):
    return datetime.date(2025, 1, 8) + datetime.timedelta(days=number)


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5055
    sys.path.insert(0, str(SHOP))
    sys.dont_write_bytecode = True
    with tempfile.TemporaryDirectory() as folder:
        os.environ["DATABASE_URL"] = f"sqlite:///{folder}/shop.db"
        from app.cli import sync_security
        from app.extensions import db
        from flask_migrate import upgrade

        from app import create_app, models

        app = create_app()
        with app.app_context():
            upgrade(str(SHOP / "migrations"))
            sync_security()
            manager = app.appbuilder.sm
            role = manager.find_role("Admin")
            manager.add_user("admin", "Ada", "Admin", "ada@example.com", role, "admin")
            fill(db.session, models, random.Random(7))
        app.run(port=port)


if __name__ == "__main__":
    main()
