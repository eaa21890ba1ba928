"""The database that the migrations build is the one that the models believe in."""

import pytest
import sqlalchemy as sa

from app import models
from app.models import Category, Customer, Order, OrderItem, Product, Supplier, Tag
from tests.schema import assert_checks, assert_matches_model

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
    inspector = sa.inspect(session.connection())
    actual = set(inspector.get_table_names())
    own = {name for name in actual if not name.startswith("ab_")} - {"alembic_version"}
    assert own == set(TABLES), "a table without a model, or a model without a table"


def test_category_matches_its_model(session):
    assert_matches_model(session, Category.__table__)


def test_customer_matches_its_model(session):
    assert_matches_model(session, Customer.__table__)
    assert_checks(
        session,
        Customer.__table__,
        ["ck_customer_credit_limit", "ck_customer_status"],
    )


def test_order_item_matches_its_model(session):
    assert_matches_model(session, OrderItem.__table__)
    assert_checks(session, OrderItem.__table__, ["ck_order_item_quantity"])


def test_orders_matches_its_model(session):
    assert_matches_model(session, Order.__table__)
    assert_checks(session, Order.__table__, ["ck_orders_shipped_on", "ck_orders_state"])


def test_product_matches_its_model(session):
    assert_matches_model(session, Product.__table__)
    assert_checks(session, Product.__table__, ["ck_product_price"])


def test_product_tag_matches_its_model(session):
    assert_matches_model(session, models.product_tag)


def test_supplier_matches_its_model(session):
    assert_matches_model(session, Supplier.__table__)


def test_tag_matches_its_model(session):
    assert_matches_model(session, Tag.__table__)
