"""The database that the migrations build is the one that the models believe in."""

import pytest
import sqlalchemy as sa

from app.models import (
    Category,
    Customer,
    Order,
    OrderItem,
    Product,
    Supplier,
    Tag,
    product_tag,
)
from tests.support import assert_matches_model

pytestmark = pytest.mark.schema
TABLES = [
    "category",
    "customer",
    "order_item",
    "orders",
    "product",
    "product_tag",
    "supplier",
    "tag",
]


def test_migrations_make_exactly_the_known_tables(session):
    actual = set(sa.inspect(session.connection()).get_table_names())
    own = {name for name in actual if not name.startswith("ab_")} - {"alembic_version"}
    assert own == set(TABLES), "a table without a model, or a model without a table"


def test_category_matches_its_model(session):
    assert_matches_model(session, Category.__table__)


def test_customer_matches_its_model(session):
    assert_matches_model(session, Customer.__table__)


def test_order_item_matches_its_model(session):
    assert_matches_model(session, OrderItem.__table__)


def test_orders_matches_its_model(session):
    assert_matches_model(session, Order.__table__)


def test_product_matches_its_model(session):
    assert_matches_model(session, Product.__table__)


def test_product_tag_matches_its_model(session):
    assert_matches_model(session, product_tag)


def test_supplier_matches_its_model(session):
    assert_matches_model(session, Supplier.__table__)


def test_tag_matches_its_model(session):
    assert_matches_model(session, Tag.__table__)
