"""Order: its pages, as a browser sees them."""

import datetime

from app.models import Order, OrderItem, OrderState
from tests import factories
from tests.pages import (
    assert_field_refused,
    assert_flash,
    assert_headings,
    assert_no_sql,
    assert_page,
    form_on,
)
from tests.schema import assert_paged, statements
from tests.support import assert_row, assert_unchanged

VIEW = "/orderview"
LISTED = ["number", "state", "ordered_on", "shipped_on", "customer"]
SHOWN = ["id", "number", "state", "ordered_on", "shipped_on", "customer"]


def _form(rows):
    """What a person could enter for a new row."""
    return {
        "number": "changed number",
        "state": "paid",
        "ordered_on": "2020-02-29",
        "shipped_on": "2028-02-29",
        "customer": str(rows.add(factories.new_customer)),
    }


# -- the pages -------------------------------------------------------------------------


def test_list_links_to_each_row(admin, rows):
    key = rows.add(factories.new_orders)
    page = admin.get(f"{VIEW}/list/")
    assert_page(page)
    assert f"{VIEW}/show/{key}" in page.text, "the list doesn't show a row of orders"


def test_list_has_every_column(app, admin, rows):
    rows.add(factories.new_orders)
    assert_headings(app, admin.get(f"{VIEW}/list/"), "OrderView", LISTED)


def test_show_has_every_column(app, admin, rows):
    key = rows.add(factories.new_orders)
    assert_headings(app, admin.get(f"{VIEW}/show/{key}"), "OrderView", SHOWN)


def test_list_never_reads_the_whole_table(app, admin, rows):
    rows.add(factories.new_orders)
    with statements(app) as sent:
        assert_page(admin.get(f"{VIEW}/list/"))
        assert_page(admin.get("/ordermasterview/list/"))
    assert_paged(sent, "orders")


def test_add_saves_every_field(admin, rows):
    form = _form(rows)
    answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_flash(answer, "Added Row")
    key = rows.newest(Order)
    assert_row(
        rows.get(Order, key),
        number="changed number",
        state=OrderState.paid,
        ordered_on=datetime.date(2020, 2, 29),
        shipped_on=datetime.date(2028, 2, 29),
        customer_id=int(form["customer"]),
    )


def test_edit_saves_every_field(admin, rows):
    key = rows.add(factories.new_orders)
    form = _form(rows)
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_row(
        rows.get(Order, key),
        number="changed number",
        state=OrderState.paid,
        ordered_on=datetime.date(2020, 2, 29),
        shipped_on=datetime.date(2028, 2, 29),
        customer_id=int(form["customer"]),
    )


def test_edit_without_a_change_loses_nothing(admin, rows):
    key = rows.add(factories.new_orders)
    before = rows.get(Order, key)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_unchanged(before, rows.get(Order, key))


def test_edit_of_a_row_without_optional_values_adds_none(admin, rows):
    key = rows.add(factories.new_orders, shipped_on=None)
    before = rows.get(Order, key)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_unchanged(before, rows.get(Order, key))


def test_delete_removes_the_row(admin, rows):
    key = rows.add(factories.new_orders)
    answer = admin.post(f"{VIEW}/delete/{key}", follow_redirects=True)
    assert_flash(answer, "Deleted Row")
    assert rows.get(Order, key) is None


def test_a_missing_row_is_not_found(admin):
    for page in ("show", "edit"):
        answer = admin.get(f"{VIEW}/{page}/999999999")
        assert answer.status_code == 404, f"{page} answered {answer.status_code}"


# -- what a form refuses ---------------------------------------------------------------


def test_add_without_number_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["number"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "number")


def test_add_refuses_a_number_longer_than_16(admin, rows):
    form = {**_form(rows), "number": "x" * 17}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "number")


def test_add_refuses_a_state_that_is_none_of_its_values(admin, rows):
    form = {**_form(rows), "state": "no such value"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "state")


def test_add_without_ordered_on_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["ordered_on"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "ordered_on")


def test_add_refuses_a_ordered_on_that_is_no_date(admin, rows):
    form = {**_form(rows), "ordered_on": "2026-02-30"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "ordered_on")


def test_add_refuses_a_shipped_on_that_is_no_date(admin, rows):
    form = {**_form(rows), "shipped_on": "2026-02-30"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "shipped_on")


def test_add_without_customer_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["customer"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "customer")


def test_add_refuses_shipped_on_against_its_rule_with_ordered_on(admin, rows):
    dates = {"shipped_on": "2026-01-09", "ordered_on": "2026-01-10"}
    form = {**_form(rows), **dates}
    with rows.none_added(Order):
        answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "shipped_on")


def test_add_refuses_a_second_row_with_the_same_number(admin, rows):
    form = _form(rows)
    rows.add(factories.new_orders, number="changed number")
    with rows.none_added(Order):
        answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_field_refused(answer, "number")
    assert_no_sql(answer.text)


# -- search and order ------------------------------------------------------------------


def test_search_by_number_finds_only_its_rows(admin, rows):
    wanted = "changed number"
    hit = rows.add(factories.new_orders, number="changed number")
    miss = rows.add(factories.new_orders)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_number": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_list_is_ordered_by_number_both_ways(admin, rows):
    keys = [rows.add(factories.new_orders) for _ in range(2)]
    keys.sort(key=lambda key: rows.get(Order, key)["number"])
    for direction, first, second in (("asc", *keys), ("desc", *reversed(keys))):
        query = {"_oc_OrderView": "number", "_od_OrderView": direction}
        page = admin.get(f"{VIEW}/list/", query_string=query)
        assert_page(page)
        places = [page.text.index(f"{VIEW}/show/{key}") for key in (first, second)]
        assert places == sorted(places), f"not in {direction}ending order"


def test_a_page_holds_as_many_rows_as_asked_for(admin, rows):
    keys = [rows.add(factories.new_orders) for _ in range(3)]
    page = admin.get(f"{VIEW}/list/", query_string={"psize_OrderView": 2})
    assert_page(page)
    shown = [key for key in keys if f'{VIEW}/show/{key}"' in page.text]
    assert len(shown) == 2, f"asked for 2 rows, got {len(shown)}"


# -- rows that belong to this one ------------------------------------------------------


def test_show_lists_its_order_items(admin, rows):
    key, other = (rows.add(factories.new_orders) for _ in range(2))
    own = rows.add(factories.new_order_item, order_id=key)
    foreign = rows.add(factories.new_order_item, order_id=other)
    page = admin.get(f"{VIEW}/show/{key}")
    assert_page(page)
    assert f"/orderitemview/show/{own}" in page.text, "its own row is missing"
    assert f"/orderitemview/show/{foreign}" not in page.text, "shows another's row"


def test_master_page_lists_only_its_own_order_items(admin, rows):
    key, other = (rows.add(factories.new_orders) for _ in range(2))
    own = rows.add(factories.new_order_item, order_id=key)
    foreign = rows.add(factories.new_order_item, order_id=other)
    page = admin.get(f"/ordermasterview/list/{key}")
    assert_page(page)
    assert f"/orderitemview/show/{own}" in page.text, "its own row is missing"
    assert f"/orderitemview/show/{foreign}" not in page.text, "shows another's row"


def test_a_missing_master_of_order_items_is_not_found(admin):
    answer = admin.get("/ordermasterview/list/999999999")
    assert answer.status_code == 404, f"answered {answer.status_code}"


def test_add_below_its_row_sets_order_of_order_items(admin, rows):
    key = rows.add(factories.new_orders)
    form = {
        "product": str(rows.add(factories.new_product)),
        "quantity": "35",
        "price": "39.8765",
    }
    url = f"/orderitemview/add?_flt_0_order={key}"
    answer = admin.post(url, data=form, follow_redirects=True)
    assert_flash(answer, "Added Row")
    added = rows.get(OrderItem, rows.newest(OrderItem))
    assert_row(added, order_id=key)
