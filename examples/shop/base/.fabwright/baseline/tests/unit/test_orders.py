"""Order: what the model does, and what the database refuses.

Tests marked `schema` ask what the database is, and not what the code does.
"""

import datetime

import pytest

from app.models import Customer, Order, OrderState
from tests import factories
from tests.schema import assert_references, assert_type
from tests.support import (
    MISSING_ID,
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


def test_orders_is_created_and_read_back(session):
    row = save(
        session,
        factories.new_orders(
            number="changed number",
            state=OrderState.paid,
            ordered_on=datetime.date(2020, 2, 29),
            shipped_on=datetime.date(2028, 2, 29),
        ),
    )
    assert_stored(
        row,
        number="changed number",
        state=OrderState.paid,
        ordered_on=datetime.date(2020, 2, 29),
        shipped_on=datetime.date(2028, 2, 29),
    )
    assert session.get(Order, key_of(row)) is row


def test_orders_is_deleted(session):
    row = save(session, factories.new_orders())
    key = key_of(row)
    session.delete(row)
    session.flush()
    assert_deleted(session, row, key)


def test_orders_has_a_name_for_people(session):
    row = save(session, factories.new_orders())
    assert str(row).strip(), "orders rows show as nothing in lists"
    assert repr(Order()) is not None


def test_orders_needs_no_optional_column(session):
    row = save(session, factories.new_orders(shipped_on=None))
    assert str(row) is not None


def test_number_can_be_changed(session):
    row = save(session, factories.new_orders())
    row.number = "changed number"
    save(session, row)
    assert_stored(row, number="changed number")


def test_state_can_be_changed(session):
    row = save(session, factories.new_orders())
    row.state = OrderState.paid
    save(session, row)
    assert_stored(row, state=OrderState.paid)


def test_ordered_on_can_be_changed(session):
    row = save(session, factories.new_orders())
    row.ordered_on = datetime.date(2020, 2, 29)
    save(session, row)
    assert_stored(row, ordered_on=datetime.date(2020, 2, 29))


def test_shipped_on_can_be_changed(session):
    row = save(session, factories.new_orders())
    row.shipped_on = datetime.date(2028, 2, 29)
    save(session, row)
    assert_stored(row, shipped_on=datetime.date(2028, 2, 29))


# -- what a column holds ---------------------------------------------------------------


@pytest.mark.schema
def test_number_is_declared_varchar_16(session):
    assert_type(session, "orders", "number", "VARCHAR(16)")


@pytest.mark.schema
def test_state_is_declared_varchar_9(session):
    assert_type(session, "orders", "state", "VARCHAR(9)")


def test_number_keeps_16_characters_of_any_script(session):
    text = "Żółć ñ 東京 🦀 Żół!"
    row = save(session, factories.new_orders(number=text))
    assert_stored(row, number=text)


@pytest.mark.schema
def test_number_must_not_be_null(session):
    row = save(session, factories.new_orders())
    with refused(session, "NOT NULL", "orders.number is NULL"):
        row.number = None


@pytest.mark.schema
def test_state_must_not_be_null(session):
    row = save(session, factories.new_orders())
    with refused(session, "NOT NULL", "orders.state is NULL"):
        row.state = None


@pytest.mark.schema
def test_ordered_on_must_not_be_null(session):
    row = save(session, factories.new_orders())
    with refused(session, "NOT NULL", "orders.ordered_on is NULL"):
        row.ordered_on = None


@pytest.mark.schema
def test_customer_id_must_not_be_null(session):
    row = save(session, factories.new_orders())
    with refused(session, "NOT NULL", "orders.customer_id is NULL"):
        row.customer_id = None


def test_state_has_a_default(session):
    row = save(session, factories.new_orders(state=UNSET))
    assert_stored(row, state=OrderState.draft)


@pytest.mark.schema
def test_state_is_filled_in_by_the_database(session):
    row = save_without(session, factories.new_orders(), "state")
    assert_stored(row, state=OrderState.draft)


def test_state_has_exactly_these_values():
    assert {member.value for member in OrderState} == {
        "draft",
        "paid",
        "shipped",
        "cancelled",
    }


@pytest.mark.parametrize("member", list(OrderState), ids=lambda member: member.name)
def test_state_accepts(session, member):
    row = save(session, factories.new_orders(state=member))
    assert_stored(row, state=member)


def test_state_refuses_another_value(session):
    row = factories.new_orders(state="no such value")
    assert_refused(session, row, "VALUE", "orders.state is none of its values")


@pytest.mark.schema
def test_state_is_kept_to_its_values_by_the_database(session):
    row = factories.new_orders()
    assert_database_refuses(session, row, "state", "?")


# -- rules of the table ----------------------------------------------------------------


@pytest.mark.schema
def test_number_is_unique(session):
    first = save(session, factories.new_orders())
    second = save(session, factories.new_orders())
    with refused(session, "UNIQUE", "two rows of orders share number"):
        second.number = first.number


@pytest.mark.schema
def test_shipped_on_that_breaks_its_rule_with_ordered_on_is_refused(session):
    row = factories.new_orders()
    row.shipped_on = row.ordered_on - datetime.timedelta(days=1)
    assert_refused(session, row, "CHECK", "shipped_on >= ordered_on")


def test_shipped_on_that_just_keeps_its_rule_with_ordered_on_is_accepted(session):
    row = factories.new_orders()
    row.shipped_on = row.ordered_on
    assert_accepted(session, row, "shipped_on >= ordered_on")


# -- relations -------------------------------------------------------------------------


@pytest.mark.schema
def test_customer_id_refers_to_customer(session):
    assert_references(session, "orders", ["customer_id"], "customer", ["id"])


@pytest.mark.schema
def test_customer_id_must_exist(session):
    row = save(session, factories.new_orders())
    with refused(session, "FOREIGN KEY", "orders.customer_id names no row"):
        row.customer_id = MISSING_ID


def test_customer_is_known_from_both_sides(session):
    row = save(session, factories.new_orders())
    assert isinstance(row.customer, Customer)
    assert row in row.customer.orders


def test_customer_in_use_cannot_be_deleted(session):
    row = save(session, factories.new_orders())
    with refused(session, "FOREIGN KEY", "customer was deleted under its orders"):
        session.delete(row.customer)
