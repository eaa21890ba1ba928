"""Customer: what the model does, and what the database refuses.

Tests marked `schema` ask what the database is, and not what the code does.
"""

import datetime
from decimal import Decimal

import pytest

from app.models import Customer, CustomerStatus
from tests import factories
from tests.schema import assert_type
from tests.support import (
    UNSET,
    assert_accepted,
    assert_database_refuses,
    assert_deleted,
    assert_refused,
    assert_stored,
    key_of,
    refused,
    save,
    save_without,
)

# -- create, read, update, delete ------------------------------------------------------


def test_customer_is_created_and_read_back(session):
    row = save(
        session,
        factories.new_customer(
            name="changed name",
            mail="personchanged@example.org",
            phone="changed phone",
            fax="changed fax",
            status=CustomerStatus.suspended,
            born_on=datetime.date(2028, 2, 29),
            credit_limit=Decimal("39.8765"),
            newsletter=False,
            preferences={"changed": [1, "two", None]},
            vat_number="changed vat number",
        ),
    )
    assert_stored(
        row,
        name="changed name",
        mail="personchanged@example.org",
        phone="changed phone",
        fax="changed fax",
        status=CustomerStatus.suspended,
        born_on=datetime.date(2028, 2, 29),
        credit_limit=Decimal("39.8765"),
        newsletter=False,
        preferences={"changed": [1, "two", None]},
        vat_number="changed vat number",
    )
    assert session.get(Customer, key_of(row)) is row


def test_customer_is_deleted(session):
    row = save(session, factories.new_customer())
    key = key_of(row)
    session.delete(row)
    session.flush()
    assert_deleted(session, row, key)


def test_customer_has_a_name_for_people(session):
    row = save(session, factories.new_customer())
    assert str(row).strip(), "customer rows show as nothing in lists"
    assert repr(Customer()) is not None


def test_customer_needs_no_optional_column(session):
    row = save(
        session,
        factories.new_customer(
            phone=None,
            fax=None,
            born_on=None,
            preferences=None,
            vat_number=None,
        ),
    )
    assert str(row) is not None


def test_name_can_be_changed(session):
    row = save(session, factories.new_customer())
    row.name = "changed name"
    save(session, row)
    assert_stored(row, name="changed name")


def test_mail_can_be_changed(session):
    row = save(session, factories.new_customer())
    row.mail = "personchanged@example.org"
    save(session, row)
    assert_stored(row, mail="personchanged@example.org")


def test_phone_can_be_changed(session):
    row = save(session, factories.new_customer())
    row.phone = "changed phone"
    save(session, row)
    assert_stored(row, phone="changed phone")


def test_fax_can_be_changed(session):
    row = save(session, factories.new_customer())
    row.fax = "changed fax"
    save(session, row)
    assert_stored(row, fax="changed fax")


def test_status_can_be_changed(session):
    row = save(session, factories.new_customer())
    row.status = CustomerStatus.suspended
    save(session, row)
    assert_stored(row, status=CustomerStatus.suspended)


def test_born_on_can_be_changed(session):
    row = save(session, factories.new_customer())
    row.born_on = datetime.date(2028, 2, 29)
    save(session, row)
    assert_stored(row, born_on=datetime.date(2028, 2, 29))


def test_credit_limit_can_be_changed(session):
    row = save(session, factories.new_customer())
    row.credit_limit = Decimal("39.8765")
    save(session, row)
    assert_stored(row, credit_limit=Decimal("39.8765"))


def test_newsletter_can_be_changed(session):
    row = save(session, factories.new_customer())
    row.newsletter = False
    save(session, row)
    assert_stored(row, newsletter=False)


def test_preferences_can_be_changed(session):
    row = save(session, factories.new_customer())
    row.preferences = {"changed": [1, "two", None]}
    save(session, row)
    assert_stored(row, preferences={"changed": [1, "two", None]})


def test_vat_number_can_be_changed(session):
    row = save(session, factories.new_customer())
    row.vat_number = "changed vat number"
    save(session, row)
    assert_stored(row, vat_number="changed vat number")


# -- what a column holds ---------------------------------------------------------------


@pytest.mark.schema
def test_name_is_declared_varchar_80(session):
    assert_type(session, "customer", "name", "VARCHAR(80)")


@pytest.mark.schema
def test_mail_is_declared_varchar_120(session):
    assert_type(session, "customer", "mail", "VARCHAR(120)")


@pytest.mark.schema
def test_phone_is_declared_varchar_30(session):
    assert_type(session, "customer", "phone", "VARCHAR(30)")


@pytest.mark.schema
def test_fax_is_declared_varchar_30(session):
    assert_type(session, "customer", "fax", "VARCHAR(30)")


@pytest.mark.schema
def test_status_is_declared_varchar_9(session):
    assert_type(session, "customer", "status", "VARCHAR(9)")


@pytest.mark.schema
def test_credit_limit_is_declared_numeric_12_4(session):
    assert_type(session, "customer", "credit_limit", "NUMERIC(12, 4)")


@pytest.mark.schema
def test_vat_number_is_declared_varchar_20(session):
    assert_type(session, "customer", "vat_number", "VARCHAR(20)")


def test_credit_limit_keeps_4_decimal_places(session):
    row = save(session, factories.new_customer(credit_limit=Decimal("39.8765")))
    assert_stored(row, credit_limit=Decimal("39.8765"))


def test_name_keeps_80_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀" + "x" * 69
    row = save(session, factories.new_customer(name=text))
    assert_stored(row, name=text)


def test_mail_keeps_120_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀" + "x" * 109
    row = save(session, factories.new_customer(mail=text))
    assert_stored(row, mail=text)


def test_phone_keeps_30_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀 Żółć ñ 東京 🦀 Żółć !"
    row = save(session, factories.new_customer(phone=text))
    assert_stored(row, phone=text)


def test_fax_keeps_30_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀 Żółć ñ 東京 🦀 Żółć !"
    row = save(session, factories.new_customer(fax=text))
    assert_stored(row, fax=text)


def test_vat_number_keeps_20_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀 Żółć ñ !"
    row = save(session, factories.new_customer(vat_number=text))
    assert_stored(row, vat_number=text)


@pytest.mark.schema
def test_name_must_not_be_null(session):
    row = save(session, factories.new_customer())
    with refused(session, "NOT NULL", "customer.name is NULL"):
        row.name = None


@pytest.mark.schema
def test_mail_must_not_be_null(session):
    row = save(session, factories.new_customer())
    with refused(session, "NOT NULL", "customer.mail is NULL"):
        row.mail = None


@pytest.mark.schema
def test_status_must_not_be_null(session):
    row = save(session, factories.new_customer())
    with refused(session, "NOT NULL", "customer.status is NULL"):
        row.status = None


@pytest.mark.schema
def test_created_at_must_not_be_null(session):
    row = save(session, factories.new_customer())
    with refused(session, "NOT NULL", "customer.created_at is NULL"):
        row.created_at = None


@pytest.mark.schema
def test_credit_limit_must_not_be_null(session):
    row = save(session, factories.new_customer())
    with refused(session, "NOT NULL", "customer.credit_limit is NULL"):
        row.credit_limit = None


@pytest.mark.schema
def test_newsletter_must_not_be_null(session):
    row = save(session, factories.new_customer())
    with refused(session, "NOT NULL", "customer.newsletter is NULL"):
        row.newsletter = None


def test_status_has_a_default(session):
    row = save(session, factories.new_customer(status=UNSET))
    assert_stored(row, status=CustomerStatus.active)


def test_credit_limit_has_a_default(session):
    row = save(session, factories.new_customer(credit_limit=UNSET))
    assert_stored(row, credit_limit=Decimal("0"))


def test_newsletter_has_a_default(session):
    row = save(session, factories.new_customer(newsletter=UNSET))
    assert_stored(row, newsletter=False)


@pytest.mark.schema
def test_status_is_filled_in_by_the_database(session):
    row = save_without(session, factories.new_customer(), "status")
    assert_stored(row, status=CustomerStatus.active)


def test_created_at_is_filled_in_by_the_database(session):
    row = save_without(session, factories.new_customer(), "created_at")
    assert row.created_at is not None


@pytest.mark.schema
def test_credit_limit_is_filled_in_by_the_database(session):
    row = save_without(session, factories.new_customer(), "credit_limit")
    assert_stored(row, credit_limit=Decimal("0"))


@pytest.mark.schema
def test_newsletter_is_filled_in_by_the_database(session):
    row = save_without(session, factories.new_customer(), "newsletter")
    assert_stored(row, newsletter=False)


def test_status_has_exactly_these_values():
    assert {member.value for member in CustomerStatus} == {
        "active",
        "suspended",
        "closed",
    }


@pytest.mark.parametrize("member", list(CustomerStatus), ids=lambda member: member.name)
def test_status_accepts(session, member):
    row = save(session, factories.new_customer(status=member))
    assert_stored(row, status=member)


def test_status_refuses_another_value(session):
    row = factories.new_customer(status="no such value")
    assert_refused(session, row, "VALUE", "customer.status is none of its values")


@pytest.mark.schema
def test_status_is_kept_to_its_values_by_the_database(session):
    row = factories.new_customer()
    assert_database_refuses(session, row, "status", "?")


# -- rules of the table ----------------------------------------------------------------


@pytest.mark.schema
def test_vat_number_is_unique(session):
    first = save(session, factories.new_customer())
    second = save(session, factories.new_customer())
    with refused(session, "UNIQUE", "two rows of customer share vat_number"):
        second.vat_number = first.vat_number


@pytest.mark.schema
def test_credit_limit_of_minus_0_0001_is_refused(session):
    row = factories.new_customer(credit_limit=Decimal("-0.0001"))
    assert_refused(session, row, "CHECK", "credit_limit >= 0")


def test_credit_limit_of_0_0000_is_accepted(session):
    row = factories.new_customer(credit_limit=Decimal("0.0000"))
    assert_accepted(session, row, "credit_limit >= 0")


# -- relations -------------------------------------------------------------------------
