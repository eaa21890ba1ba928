"""Order Item: its pages, as a browser sees them."""

from decimal import Decimal

from app.models import OrderItem
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

VIEW = "/orderitemview"
LISTED = ["order", "product", "quantity", "price"]
SHOWN = ["id", "order", "product", "quantity", "price"]


def _form(rows):
    """What a person could enter for a new row."""
    return {
        "order": str(rows.add(factories.new_orders)),
        "product": str(rows.add(factories.new_product)),
        "quantity": "35",
        "price": "39.8765",
    }


# -- the pages -------------------------------------------------------------------------


def test_list_links_to_each_row(admin, rows):
    key = rows.add(factories.new_order_item)
    page = admin.get(f"{VIEW}/list/")
    assert_page(page)
    assert f"{VIEW}/show/{key}" in page.text, (
        "the list doesn't show a row of order_item"
    )


def test_list_has_every_column(app, admin, rows):
    rows.add(factories.new_order_item)
    assert_headings(app, admin.get(f"{VIEW}/list/"), "OrderItemView", LISTED)


def test_show_has_every_column(app, admin, rows):
    key = rows.add(factories.new_order_item)
    assert_headings(app, admin.get(f"{VIEW}/show/{key}"), "OrderItemView", SHOWN)


def test_list_never_reads_the_whole_table(app, admin, rows):
    rows.add(factories.new_order_item)
    with statements(app) as sent:
        assert_page(admin.get(f"{VIEW}/list/"))
    assert_paged(sent, "order_item")


def test_add_saves_every_field(admin, rows):
    form = _form(rows)
    answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_flash(answer, "Added Row")
    key = rows.newest(OrderItem)
    assert_row(
        rows.get(OrderItem, key),
        order_id=int(form["order"]),
        product_id=int(form["product"]),
        quantity=35,
        price=Decimal("39.8765"),
    )


def test_edit_saves_every_field(admin, rows):
    key = rows.add(factories.new_order_item)
    form = _form(rows)
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_row(
        rows.get(OrderItem, key),
        order_id=int(form["order"]),
        product_id=int(form["product"]),
        quantity=35,
        price=Decimal("39.8765"),
    )


def test_edit_without_a_change_loses_nothing(admin, rows):
    key = rows.add(factories.new_order_item)
    before = rows.get(OrderItem, key)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_unchanged(before, rows.get(OrderItem, key))


def test_delete_removes_the_row(admin, rows):
    key = rows.add(factories.new_order_item)
    answer = admin.post(f"{VIEW}/delete/{key}", follow_redirects=True)
    assert_flash(answer, "Deleted Row")
    assert rows.get(OrderItem, key) is None


def test_a_missing_row_is_not_found(admin):
    for page in ("show", "edit"):
        answer = admin.get(f"{VIEW}/{page}/999999999")
        assert answer.status_code == 404, f"{page} answered {answer.status_code}"


# -- what a form refuses ---------------------------------------------------------------


def test_add_without_order_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["order"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "order")


def test_add_without_product_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["product"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "product")


def test_add_without_quantity_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["quantity"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "quantity")


def test_add_refuses_a_quantity_that_is_no_number(admin, rows):
    form = {**_form(rows), "quantity": "many"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "quantity")


def test_add_without_price_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["price"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "price")


def test_add_refuses_a_price_that_is_no_number(admin, rows):
    form = {**_form(rows), "price": "many"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "price")


def test_add_refuses_a_quantity_of_0(admin, rows):
    form = {**_form(rows), "quantity": "0"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "quantity")


def test_add_refuses_a_second_row_with_the_same_order_id_and_product_id(admin, rows):
    form = _form(rows)
    rows.add(
        factories.new_order_item,
        order_id=int(form["order"]),
        product_id=int(form["product"]),
    )
    with rows.none_added(OrderItem):
        answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_field_refused(answer, "product")
    assert_no_sql(answer.text)


# -- search and order ------------------------------------------------------------------


def test_search_by_quantity_finds_only_its_rows(admin, rows):
    wanted = "35"
    hit = rows.add(factories.new_order_item, quantity=35)
    miss = rows.add(factories.new_order_item)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_quantity": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_a_page_holds_as_many_rows_as_asked_for(admin, rows):
    keys = [rows.add(factories.new_order_item) for _ in range(3)]
    page = admin.get(f"{VIEW}/list/", query_string={"psize_OrderItemView": 2})
    assert_page(page)
    shown = [key for key in keys if f'{VIEW}/show/{key}"' in page.text]
    assert len(shown) == 2, f"asked for 2 rows, got {len(shown)}"
