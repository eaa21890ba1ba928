"""Tag: what the model does, and what the database refuses.

Tests marked `schema` ask what the database is, and not what the code does.
"""

import pytest

from app.models import Tag
from tests import factories
from tests.schema import assert_type
from tests.support import assert_deleted, assert_stored, key_of, refused, save

# -- create, read, update, delete ------------------------------------------------------


def test_tag_is_created_and_read_back(session):
    row = save(session, factories.new_tag(name="changed name"))
    assert_stored(row, name="changed name")
    assert session.get(Tag, key_of(row)) is row


def test_tag_is_deleted(session):
    row = save(session, factories.new_tag())
    key = key_of(row)
    session.delete(row)
    session.flush()
    assert_deleted(session, row, key)


def test_tag_has_a_name_for_people(session):
    row = save(session, factories.new_tag())
    assert str(row).strip(), "tag rows show as nothing in lists"
    assert repr(Tag()) is not None


def test_name_can_be_changed(session):
    row = save(session, factories.new_tag())
    row.name = "changed name"
    save(session, row)
    assert_stored(row, name="changed name")


# -- what a column holds ---------------------------------------------------------------


@pytest.mark.schema
def test_name_is_declared_varchar_30(session):
    assert_type(session, "tag", "name", "VARCHAR(30)")


def test_name_keeps_30_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀 Żółć ñ 東京 🦀 Żółć !"
    row = save(session, factories.new_tag(name=text))
    assert_stored(row, name=text)


@pytest.mark.schema
def test_name_must_not_be_null(session):
    row = save(session, factories.new_tag())
    with refused(session, "NOT NULL", "tag.name is NULL"):
        row.name = None


# -- rules of the table ----------------------------------------------------------------


@pytest.mark.schema
def test_name_is_unique(session):
    first = save(session, factories.new_tag())
    second = save(session, factories.new_tag())
    with refused(session, "UNIQUE", "two rows of tag share name"):
        second.name = first.name


# -- relations -------------------------------------------------------------------------


def test_products_are_known_from_both_sides(session):
    row, other = factories.new_tag(), factories.new_product()
    row.products.append(other)
    save(session, row)
    assert row.products == [other]
    assert other.tags == [row]


def test_deleting_one_of_products_keeps_the_tag(session):
    row, other = factories.new_tag(), factories.new_product()
    row.products.append(other)
    save(session, row)
    session.delete(other)
    session.flush()
    session.refresh(row)
    assert row.products == []
