"""Category: what the model does, and what the database refuses.

Tests marked `schema` ask what the database is, and not what the code does.
"""

import pytest

from app.models import Category
from tests import factories
from tests.schema import assert_references, assert_type
from tests.support import (
    MISSING_ID,
    UNSET,
    assert_accepted,
    assert_deleted,
    assert_stored,
    key_of,
    refused,
    save,
    save_without,
)

# -- create, read, update, delete ------------------------------------------------------


def test_category_is_created_and_read_back(session):
    row = save(
        session,
        factories.new_category(name="changed name", slug="changed slug", position=35),
    )
    assert_stored(row, name="changed name", slug="changed slug", position=35)
    assert session.get(Category, key_of(row)) is row


def test_category_is_deleted(session):
    row = save(session, factories.new_category())
    key = key_of(row)
    session.delete(row)
    session.flush()
    assert_deleted(session, row, key)


def test_category_has_a_name_for_people(session):
    row = save(session, factories.new_category())
    assert str(row).strip(), "category rows show as nothing in lists"
    assert repr(Category()) is not None


def test_category_needs_no_optional_column(session):
    row = save(session, factories.new_category(parent=None))
    assert str(row) is not None


def test_name_can_be_changed(session):
    row = save(session, factories.new_category())
    row.name = "changed name"
    save(session, row)
    assert_stored(row, name="changed name")


def test_slug_can_be_changed(session):
    row = save(session, factories.new_category())
    row.slug = "changed slug"
    save(session, row)
    assert_stored(row, slug="changed slug")


def test_position_can_be_changed(session):
    row = save(session, factories.new_category())
    row.position = 35
    save(session, row)
    assert_stored(row, position=35)


# -- what a column holds ---------------------------------------------------------------


@pytest.mark.schema
def test_name_is_declared_varchar_60(session):
    assert_type(session, "category", "name", "VARCHAR(60)")


@pytest.mark.schema
def test_slug_is_declared_varchar_60(session):
    assert_type(session, "category", "slug", "VARCHAR(60)")


def test_name_keeps_60_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀 Żółć ñ 東京 🦀 Żółć ñ 東京 🦀 Żółć ñ 東京 🦀 Żółć ñ 東京 🦀!"
    row = save(session, factories.new_category(name=text))
    assert_stored(row, name=text)


def test_slug_keeps_60_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀 Żółć ñ 東京 🦀 Żółć ñ 東京 🦀 Żółć ñ 東京 🦀 Żółć ñ 東京 🦀!"
    row = save(session, factories.new_category(slug=text))
    assert_stored(row, slug=text)


@pytest.mark.schema
def test_name_must_not_be_null(session):
    row = save(session, factories.new_category())
    with refused(session, "NOT NULL", "category.name is NULL"):
        row.name = None


@pytest.mark.schema
def test_slug_must_not_be_null(session):
    row = save(session, factories.new_category())
    with refused(session, "NOT NULL", "category.slug is NULL"):
        row.slug = None


@pytest.mark.schema
def test_position_must_not_be_null(session):
    row = save(session, factories.new_category())
    with refused(session, "NOT NULL", "category.position is NULL"):
        row.position = None


def test_position_has_a_default(session):
    row = save(session, factories.new_category(position=UNSET))
    assert_stored(row, position=0)


@pytest.mark.schema
def test_position_is_filled_in_by_the_database(session):
    row = save_without(session, factories.new_category(), "position")
    assert_stored(row, position=0)


# -- rules of the table ----------------------------------------------------------------


@pytest.mark.schema
def test_parent_id_and_slug_are_unique_together(session):
    first = save(session, factories.new_category(parent=factories.new_category()))
    second = save(session, factories.new_category(parent=factories.new_category()))
    with refused(session, "UNIQUE", "two rows of category share parent_id_and_slug"):
        second.parent_id = first.parent_id
        second.slug = first.slug


def test_parent_id_may_repeat_beside_another_slug(session):
    first = save(session, factories.new_category(parent=factories.new_category()))
    second = save(session, factories.new_category(parent=factories.new_category()))
    second.parent_id = first.parent_id
    assert_accepted(session, second, "only parent_id_and_slug together are unique")


def test_slug_may_repeat_beside_another_parent_id(session):
    first = save(session, factories.new_category(parent=factories.new_category()))
    second = save(session, factories.new_category(parent=factories.new_category()))
    second.slug = first.slug
    assert_accepted(session, second, "only parent_id_and_slug together are unique")


# -- relations -------------------------------------------------------------------------


@pytest.mark.schema
def test_parent_id_refers_to_category(session):
    assert_references(session, "category", ["parent_id"], "category", ["id"])


@pytest.mark.schema
def test_parent_id_must_exist(session):
    row = save(session, factories.new_category(parent=factories.new_category()))
    with refused(session, "FOREIGN KEY", "category.parent_id names no row"):
        row.parent_id = MISSING_ID


def test_parent_is_known_from_both_sides(session):
    row = save(session, factories.new_category(parent=factories.new_category()))
    assert isinstance(row.parent, Category)
    assert row in row.parent.children


def test_category_outlives_its_parent(session):
    row = save(session, factories.new_category(parent=factories.new_category()))
    session.delete(row.parent)
    session.flush()
    session.refresh(row)
    assert_stored(row, parent_id=None)
