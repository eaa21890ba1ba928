"""Customer: what people do with its pages, in a browser."""

import datetime
from decimal import Decimal

from app.models import Customer, CustomerStatus
from tests import factories
from tests.support import assert_row, assert_unchanged

VIEW = "/customerview"


def test_customer_is_added_through_its_form(pages, live_rows):
    values = {
        "name": "changed name",
        "mail": "personchanged@example.org",
        "phone": "changed phone",
        "fax": "changed fax",
        "status": "suspended",
        "born_on": "2028-02-29",
        "credit_limit": "39.8765",
        "newsletter": False,
        "preferences": '{"changed": [1, "two", null]}',
        "vat_number": "changed vat number",
    }
    pages.open(f"{VIEW}/add")
    pages.enter(values)
    pages.save("Added Row")
    key = live_rows.newest(Customer)
    assert_row(
        live_rows.get(Customer, key),
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


def test_customer_loses_nothing_when_opened_and_saved(pages, live_rows):
    key = live_rows.add(factories.new_customer)
    before = live_rows.get(Customer, key)
    pages.open(f"{VIEW}/edit/{key}")
    pages.save("Changed Row")
    assert_unchanged(before, live_rows.get(Customer, key))


def test_customer_is_deleted_after_a_question(pages, live_rows):
    key = live_rows.add(factories.new_customer)
    pages.open(f"{VIEW}/list/?psize_CustomerView=500")
    pages.delete(f"{VIEW}/delete/{key}")
    assert live_rows.get(Customer, key) is None


def test_customer_is_found_by_name(pages, live_rows):
    hit, miss = (live_rows.add(factories.new_customer) for _ in range(2))
    pages.open(f"{VIEW}/list/")
    pages.search("name", live_rows.get(Customer, hit)["name"])
    assert pages.links(f"{VIEW}/show/{hit}"), "the search lost the row"
    assert not pages.links(f"{VIEW}/show/{miss}"), "the search found another row"


def test_customer_leads_to_its_orders_and_back(pages, live_rows):
    key = live_rows.add(factories.new_customer)
    own = live_rows.add(factories.new_orders, customer_id=key)
    pages.open(f"{VIEW}/show/{key}")
    pages.link(f"/orderview/show/{own}").click()
    pages.page.wait_for_url(f"**/orderview/show/{own}*")
    pages.page.go_back()
    pages.page.wait_for_url(f"**{VIEW}/show/{key}*")
