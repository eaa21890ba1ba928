"""Customer: its pages, as a browser sees them."""

import datetime
from decimal import Decimal

from app.models import Customer, CustomerStatus, Order
from tests import factories
from tests.pages import (
    assert_field_refused,
    assert_flash,
    assert_headings,
    assert_no_flash,
    assert_no_sql,
    assert_page,
    form_on,
)
from tests.schema import assert_paged, statements
from tests.support import assert_row, assert_unchanged

VIEW = "/customerview"
LISTED = [
    "name",
    "mail",
    "phone",
    "fax",
    "status",
    "born_on",
    "created_at",
    "credit_limit",
    "newsletter",
    "vat_number",
]
SHOWN = [
    "id",
    "name",
    "mail",
    "phone",
    "fax",
    "status",
    "born_on",
    "created_at",
    "credit_limit",
    "newsletter",
    "preferences",
    "vat_number",
]


def _form(rows):
    """What a person could enter for a new row."""
    return {
        "name": "changed name",
        "mail": "personchanged@example.org",
        "phone": "changed phone",
        "fax": "changed fax",
        "status": "suspended",
        "born_on": "2028-02-29",
        "credit_limit": "39.8765",
        "preferences": '{"changed": [1, "two", null]}',
        "vat_number": "changed vat number",
    }


# -- the pages -------------------------------------------------------------------------


def test_list_links_to_each_row(admin, rows):
    key = rows.add(factories.new_customer)
    page = admin.get(f"{VIEW}/list/")
    assert_page(page)
    assert f"{VIEW}/show/{key}" in page.text, "the list doesn't show a row of customer"


def test_list_has_every_column(app, admin, rows):
    rows.add(factories.new_customer)
    assert_headings(app, admin.get(f"{VIEW}/list/"), "CustomerView", LISTED)


def test_show_has_every_column(app, admin, rows):
    key = rows.add(factories.new_customer)
    assert_headings(app, admin.get(f"{VIEW}/show/{key}"), "CustomerView", SHOWN)


def test_list_never_reads_the_whole_table(app, admin, rows):
    rows.add(factories.new_customer)
    with statements(app) as sent:
        assert_page(admin.get(f"{VIEW}/list/"))
    assert_paged(sent, "customer")


def test_add_saves_every_field(admin, rows):
    form = _form(rows)
    answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_flash(answer, "Added Row")
    key = rows.newest(Customer)
    assert_row(
        rows.get(Customer, key),
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


def test_edit_saves_every_field(admin, rows):
    key = rows.add(factories.new_customer)
    form = _form(rows)
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_row(
        rows.get(Customer, key),
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


def test_edit_without_a_change_loses_nothing(admin, rows):
    key = rows.add(factories.new_customer)
    before = rows.get(Customer, key)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_unchanged(before, rows.get(Customer, key))


def test_edit_of_a_row_without_optional_values_adds_none(admin, rows):
    key = rows.add(
        factories.new_customer,
        phone=None,
        fax=None,
        born_on=None,
        preferences=None,
        vat_number=None,
    )
    before = rows.get(Customer, key)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_unchanged(before, rows.get(Customer, key))


def test_delete_removes_the_row(admin, rows):
    key = rows.add(factories.new_customer)
    answer = admin.post(f"{VIEW}/delete/{key}", follow_redirects=True)
    assert_flash(answer, "Deleted Row")
    assert rows.get(Customer, key) is None


def test_a_missing_row_is_not_found(admin):
    for page in ("show", "edit"):
        answer = admin.get(f"{VIEW}/{page}/999999999")
        assert answer.status_code == 404, f"{page} answered {answer.status_code}"


# -- what a form refuses ---------------------------------------------------------------


def test_add_without_name_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["name"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "name")


def test_add_refuses_a_name_longer_than_80(admin, rows):
    form = {**_form(rows), "name": "x" * 81}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "name")


def test_add_without_mail_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["mail"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "mail")


def test_add_refuses_a_mail_longer_than_120(admin, rows):
    form = {**_form(rows), "mail": "x" * 121}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "mail")


def test_add_refuses_a_phone_longer_than_30(admin, rows):
    form = {**_form(rows), "phone": "x" * 31}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "phone")


def test_add_refuses_a_fax_longer_than_30(admin, rows):
    form = {**_form(rows), "fax": "x" * 31}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "fax")


def test_add_refuses_a_status_that_is_none_of_its_values(admin, rows):
    form = {**_form(rows), "status": "no such value"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "status")


def test_add_refuses_a_born_on_that_is_no_date(admin, rows):
    form = {**_form(rows), "born_on": "2026-02-30"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "born_on")


def test_add_refuses_a_credit_limit_that_is_no_number(admin, rows):
    form = {**_form(rows), "credit_limit": "many"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "credit_limit")


def test_add_refuses_a_vat_number_longer_than_20(admin, rows):
    form = {**_form(rows), "vat_number": "x" * 21}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "vat_number")


def test_add_refuses_a_credit_limit_of_minus_0_0001(admin, rows):
    form = {**_form(rows), "credit_limit": "-0.0001"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "credit_limit")


def test_add_refuses_a_second_row_with_the_same_vat_number(admin, rows):
    form = _form(rows)
    rows.add(factories.new_customer, vat_number="changed vat number")
    with rows.none_added(Customer):
        answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_field_refused(answer, "vat_number")
    assert_no_sql(answer.text)


# -- search and order ------------------------------------------------------------------


def test_search_by_name_finds_only_its_rows(admin, rows):
    wanted = "changed name"
    hit = rows.add(factories.new_customer, name="changed name")
    miss = rows.add(factories.new_customer)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_name": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_search_by_mail_finds_only_its_rows(admin, rows):
    wanted = "personchanged@example.org"
    hit = rows.add(factories.new_customer, mail="personchanged@example.org")
    miss = rows.add(factories.new_customer)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_mail": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_search_by_phone_finds_only_its_rows(admin, rows):
    wanted = "changed phone"
    hit = rows.add(factories.new_customer, phone="changed phone")
    miss = rows.add(factories.new_customer)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_phone": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_search_by_fax_finds_only_its_rows(admin, rows):
    wanted = "changed fax"
    hit = rows.add(factories.new_customer, fax="changed fax")
    miss = rows.add(factories.new_customer)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_fax": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_search_by_vat_number_finds_only_its_rows(admin, rows):
    wanted = "changed vat number"
    hit = rows.add(factories.new_customer, vat_number="changed vat number")
    miss = rows.add(factories.new_customer)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_vat_number": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_list_is_ordered_by_name_both_ways(admin, rows):
    keys = [rows.add(factories.new_customer) for _ in range(2)]
    keys.sort(key=lambda key: rows.get(Customer, key)["name"])
    for direction, first, second in (("asc", *keys), ("desc", *reversed(keys))):
        query = {"_oc_CustomerView": "name", "_od_CustomerView": direction}
        page = admin.get(f"{VIEW}/list/", query_string=query)
        assert_page(page)
        places = [page.text.index(f"{VIEW}/show/{key}") for key in (first, second)]
        assert places == sorted(places), f"not in {direction}ending order"


def test_a_page_holds_as_many_rows_as_asked_for(admin, rows):
    keys = [rows.add(factories.new_customer) for _ in range(3)]
    page = admin.get(f"{VIEW}/list/", query_string={"psize_CustomerView": 2})
    assert_page(page)
    shown = [key for key in keys if f'{VIEW}/show/{key}"' in page.text]
    assert len(shown) == 2, f"asked for 2 rows, got {len(shown)}"


# -- rows that belong to this one ------------------------------------------------------


def test_show_lists_its_orders(admin, rows):
    key, other = (rows.add(factories.new_customer) for _ in range(2))
    own = rows.add(factories.new_orders, customer_id=key)
    foreign = rows.add(factories.new_orders, customer_id=other)
    page = admin.get(f"{VIEW}/show/{key}")
    assert_page(page)
    assert f"/orderview/show/{own}" in page.text, "its own row is missing"
    assert f"/orderview/show/{foreign}" not in page.text, "shows another's row"


def test_delete_is_refused_while_there_are_orders(admin, rows):
    key = rows.add(factories.new_customer)
    rows.add(factories.new_orders, customer_id=key)
    answer = admin.post(f"{VIEW}/delete/{key}", follow_redirects=True)
    assert_no_flash(answer, "Deleted Row")
    assert_no_sql(answer.text)
    assert rows.get(Customer, key) is not None


def test_add_below_its_row_sets_customer_of_orders(admin, rows):
    key = rows.add(factories.new_customer)
    form = {
        "number": "changed number",
        "state": "paid",
        "ordered_on": "2020-02-29",
        "shipped_on": "2028-02-29",
    }
    url = f"/orderview/add?_flt_0_customer={key}"
    answer = admin.post(url, data=form, follow_redirects=True)
    assert_flash(answer, "Added Row")
    added = rows.get(Order, rows.newest(Order))
    assert_row(added, customer_id=key)
