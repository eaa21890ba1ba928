"""Rules for customers that no table gives: written by hand."""

import pytest

from app.models import Customer
from tests import factories
from tests.pages import assert_field_refused, form_on, invalid_fields


def test_a_name_of_one_letter_is_refused_for_a_new_customer(admin, rows):
    form = form_on(admin.get("/customerview/add"))
    with rows.none_added(Customer):
        answer = admin.post("/customerview/add", data={**form, "name": "A"})
    assert_field_refused(answer, "name")


def test_a_name_of_one_letter_is_refused_for_a_customer_who_is_there(admin, rows):
    key = rows.add(factories.new_customer)
    form = form_on(admin.get(f"/customerview/edit/{key}"))
    answer = admin.post(f"/customerview/edit/{key}", data={**form, "name": "A"})
    assert_field_refused(answer, "name")


@pytest.mark.parametrize("name", ["Al", "Ada Lovelace"])
def test_a_name_of_two_letters_is_enough(admin, name):
    form = form_on(admin.get("/customerview/add"))
    answer = admin.post("/customerview/add", data={**form, "name": name})
    assert "name" not in invalid_fields(answer.text)
