"""Supplier: what the model does, and what the database refuses.

Tests marked `schema` ask what the database is, and not what the code does.
"""

import pytest

from app.models import Supplier
from tests import factories
from tests.schema import assert_type
from tests.support import (
    UNSET,
    assert_deleted,
    assert_stored,
    key_of,
    refused,
    save,
    save_without,
)

# -- create, read, update, delete ------------------------------------------------------


def test_supplier_is_created_and_read_back(session):
    row = save(
        session,
        factories.new_supplier(
            name="changed name",
            email="personchanged@example.org",
            phone="changed phone",
            active=True,
        ),
    )
    assert_stored(
        row,
        name="changed name",
        email="personchanged@example.org",
        phone="changed phone",
        active=True,
    )
    assert session.get(Supplier, key_of(row)) is row


def test_supplier_is_deleted(session):
    row = save(session, factories.new_supplier())
    key = key_of(row)
    session.delete(row)
    session.flush()
    assert_deleted(session, row, key)


def test_supplier_has_a_name_for_people(session):
    row = save(session, factories.new_supplier())
    assert str(row).strip(), "supplier rows show as nothing in lists"
    assert repr(Supplier()) is not None


def test_supplier_needs_no_optional_column(session):
    row = save(session, factories.new_supplier(email=None, phone=None))
    assert str(row) is not None


def test_name_can_be_changed(session):
    row = save(session, factories.new_supplier())
    row.name = "changed name"
    save(session, row)
    assert_stored(row, name="changed name")


def test_email_can_be_changed(session):
    row = save(session, factories.new_supplier())
    row.email = "personchanged@example.org"
    save(session, row)
    assert_stored(row, email="personchanged@example.org")


def test_phone_can_be_changed(session):
    row = save(session, factories.new_supplier())
    row.phone = "changed phone"
    save(session, row)
    assert_stored(row, phone="changed phone")


def test_active_can_be_changed(session):
    row = save(session, factories.new_supplier())
    row.active = True
    save(session, row)
    assert_stored(row, active=True)


# -- what a column holds ---------------------------------------------------------------


@pytest.mark.schema
def test_name_is_declared_varchar_120(session):
    assert_type(session, "supplier", "name", "VARCHAR(120)")


@pytest.mark.schema
def test_email_is_declared_varchar_120(session):
    assert_type(session, "supplier", "email", "VARCHAR(120)")


@pytest.mark.schema
def test_phone_is_declared_varchar_30(session):
    assert_type(session, "supplier", "phone", "VARCHAR(30)")


def test_name_keeps_120_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀" + "x" * 109
    row = save(session, factories.new_supplier(name=text))
    assert_stored(row, name=text)


def test_email_keeps_120_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀" + "x" * 109
    row = save(session, factories.new_supplier(email=text))
    assert_stored(row, email=text)


def test_phone_keeps_30_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀 Żółć ñ 東京 🦀 Żółć !"
    row = save(session, factories.new_supplier(phone=text))
    assert_stored(row, phone=text)


@pytest.mark.schema
def test_name_must_not_be_null(session):
    row = save(session, factories.new_supplier())
    with refused(session, "NOT NULL", "supplier.name is NULL"):
        row.name = None


@pytest.mark.schema
def test_active_must_not_be_null(session):
    row = save(session, factories.new_supplier())
    with refused(session, "NOT NULL", "supplier.active is NULL"):
        row.active = None


def test_active_has_a_default(session):
    row = save(session, factories.new_supplier(active=UNSET))
    assert_stored(row, active=True)


@pytest.mark.schema
def test_active_is_filled_in_by_the_database(session):
    row = save_without(session, factories.new_supplier(), "active")
    assert_stored(row, active=True)


# -- rules of the table ----------------------------------------------------------------


# -- relations -------------------------------------------------------------------------
