"""Product: what the model does, and what the database refuses.

Tests marked `schema` ask what the database is, and not what the code does.
"""

import datetime
from decimal import Decimal

import pytest

from app.models import Category, Product
from tests import factories
from tests.schema import assert_references, assert_type
from tests.support import (
    MISSING_ID,
    UNSET,
    assert_accepted,
    assert_deleted,
    assert_refused,
    assert_stored,
    key_of,
    refused,
    save,
    save_without,
)

# -- create, read, update, delete ------------------------------------------------------


def test_product_is_created_and_read_back(session):
    row = save(
        session,
        factories.new_product(
            sku="changed sku",
            name="changed name",
            description="changed description",
            price=Decimal("39.8765"),
            active=True,
            released_on=datetime.date(2028, 2, 29),
        ),
    )
    assert_stored(
        row,
        sku="changed sku",
        name="changed name",
        description="changed description",
        price=Decimal("39.8765"),
        active=True,
        released_on=datetime.date(2028, 2, 29),
    )
    assert session.get(Product, key_of(row)) is row


def test_product_is_deleted(session):
    row = save(session, factories.new_product())
    key = key_of(row)
    session.delete(row)
    session.flush()
    assert_deleted(session, row, key)


def test_product_has_a_name_for_people(session):
    row = save(session, factories.new_product())
    assert str(row).strip(), "product rows show as nothing in lists"
    assert repr(Product()) is not None


def test_product_needs_no_optional_column(session):
    row = save(
        session,
        factories.new_product(description=None, released_on=None, category=None),
    )
    assert str(row) is not None


def test_sku_can_be_changed(session):
    row = save(session, factories.new_product())
    row.sku = "changed sku"
    save(session, row)
    assert_stored(row, sku="changed sku")


def test_name_can_be_changed(session):
    row = save(session, factories.new_product())
    row.name = "changed name"
    save(session, row)
    assert_stored(row, name="changed name")


def test_description_can_be_changed(session):
    row = save(session, factories.new_product())
    row.description = "changed description"
    save(session, row)
    assert_stored(row, description="changed description")


def test_price_can_be_changed(session):
    row = save(session, factories.new_product())
    row.price = Decimal("39.8765")
    save(session, row)
    assert_stored(row, price=Decimal("39.8765"))


def test_active_can_be_changed(session):
    row = save(session, factories.new_product())
    row.active = True
    save(session, row)
    assert_stored(row, active=True)


def test_released_on_can_be_changed(session):
    row = save(session, factories.new_product())
    row.released_on = datetime.date(2028, 2, 29)
    save(session, row)
    assert_stored(row, released_on=datetime.date(2028, 2, 29))


# -- what a column holds ---------------------------------------------------------------


@pytest.mark.schema
def test_sku_is_declared_varchar_20(session):
    assert_type(session, "product", "sku", "VARCHAR(20)")


@pytest.mark.schema
def test_name_is_declared_varchar_100(session):
    assert_type(session, "product", "name", "VARCHAR(100)")


@pytest.mark.schema
def test_price_is_declared_numeric_12_4(session):
    assert_type(session, "product", "price", "NUMERIC(12, 4)")


def test_price_keeps_4_decimal_places(session):
    row = save(session, factories.new_product(price=Decimal("39.8765")))
    assert_stored(row, price=Decimal("39.8765"))


def test_sku_keeps_20_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀 Żółć ñ !"
    row = save(session, factories.new_product(sku=text))
    assert_stored(row, sku=text)


def test_name_keeps_100_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀" + "x" * 89
    row = save(session, factories.new_product(name=text))
    assert_stored(row, name=text)


def test_description_keeps_200_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀" + "x" * 189
    row = save(session, factories.new_product(description=text))
    assert_stored(row, description=text)


@pytest.mark.schema
def test_sku_must_not_be_null(session):
    row = save(session, factories.new_product())
    with refused(session, "NOT NULL", "product.sku is NULL"):
        row.sku = None


@pytest.mark.schema
def test_name_must_not_be_null(session):
    row = save(session, factories.new_product())
    with refused(session, "NOT NULL", "product.name is NULL"):
        row.name = None


@pytest.mark.schema
def test_price_must_not_be_null(session):
    row = save(session, factories.new_product())
    with refused(session, "NOT NULL", "product.price is NULL"):
        row.price = None


@pytest.mark.schema
def test_active_must_not_be_null(session):
    row = save(session, factories.new_product())
    with refused(session, "NOT NULL", "product.active is NULL"):
        row.active = None


def test_active_has_a_default(session):
    row = save(session, factories.new_product(active=UNSET))
    assert_stored(row, active=True)


@pytest.mark.schema
def test_active_is_filled_in_by_the_database(session):
    row = save_without(session, factories.new_product(), "active")
    assert_stored(row, active=True)


# -- rules of the table ----------------------------------------------------------------


@pytest.mark.schema
def test_sku_is_unique(session):
    first = save(session, factories.new_product())
    second = save(session, factories.new_product())
    with refused(session, "UNIQUE", "two rows of product share sku"):
        second.sku = first.sku


@pytest.mark.schema
def test_price_of_minus_0_0001_is_refused(session):
    row = factories.new_product(price=Decimal("-0.0001"))
    assert_refused(session, row, "CHECK", "price >= 0")


def test_price_of_0_0000_is_accepted(session):
    row = factories.new_product(price=Decimal("0.0000"))
    assert_accepted(session, row, "price >= 0")


# -- relations -------------------------------------------------------------------------


@pytest.mark.schema
def test_category_id_refers_to_category(session):
    assert_references(session, "product", ["category_id"], "category", ["id"])


@pytest.mark.schema
def test_category_id_must_exist(session):
    row = save(session, factories.new_product())
    with refused(session, "FOREIGN KEY", "product.category_id names no row"):
        row.category_id = MISSING_ID


def test_category_is_known_from_both_sides(session):
    row = save(session, factories.new_product())
    assert isinstance(row.category, Category)
    assert row in row.category.products


def test_category_in_use_cannot_be_deleted(session):
    row = save(session, factories.new_product())
    with refused(session, "FOREIGN KEY", "category was deleted under its product"):
        session.delete(row.category)


def test_tags_are_known_from_both_sides(session):
    row, other = factories.new_product(), factories.new_tag()
    row.tags.append(other)
    save(session, row)
    assert row.tags == [other]
    assert other.products == [row]


def test_deleting_one_of_tags_keeps_the_product(session):
    row, other = factories.new_product(), factories.new_tag()
    row.tags.append(other)
    save(session, row)
    session.delete(other)
    session.flush()
    session.refresh(row)
    assert row.tags == []
