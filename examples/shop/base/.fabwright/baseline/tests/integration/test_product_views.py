"""Product: its pages, as a browser sees them."""

import datetime
from decimal import Decimal

from app.models import OrderItem, Product
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

VIEW = "/productview"
LISTED = ["sku", "name", "price", "active", "category", "released_on"]
SHOWN = [
    "id",
    "sku",
    "name",
    "description",
    "price",
    "active",
    "category",
    "released_on",
    "tags",
]


def _form(rows):
    """What a person could enter for a new row."""
    return {
        "sku": "changed sku",
        "name": "changed name",
        "description": "changed description",
        "price": "39.8765",
        "active": "y",
        "category": str(rows.add(factories.new_category)),
        "released_on": "2028-02-29",
        "tags": [str(rows.add(factories.new_tag))],
    }


# -- the pages -------------------------------------------------------------------------


def test_list_links_to_each_row(admin, rows):
    key = rows.add(factories.new_product)
    page = admin.get(f"{VIEW}/list/")
    assert_page(page)
    assert f"{VIEW}/show/{key}" in page.text, "the list doesn't show a row of product"


def test_list_has_every_column(app, admin, rows):
    rows.add(factories.new_product)
    assert_headings(app, admin.get(f"{VIEW}/list/"), "ProductView", LISTED)


def test_show_has_every_column(app, admin, rows):
    key = rows.add(factories.new_product)
    assert_headings(app, admin.get(f"{VIEW}/show/{key}"), "ProductView", SHOWN)


def test_list_never_reads_the_whole_table(app, admin, rows):
    rows.add(factories.new_product)
    with statements(app) as sent:
        assert_page(admin.get(f"{VIEW}/list/"))
    assert_paged(sent, "product")


def test_add_saves_every_field(admin, rows):
    form = _form(rows)
    answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_flash(answer, "Added Row")
    key = rows.newest(Product)
    assert_row(
        rows.get(Product, key),
        sku="changed sku",
        name="changed name",
        description="changed description",
        price=Decimal("39.8765"),
        active=True,
        category_id=int(form["category"]),
        released_on=datetime.date(2028, 2, 29),
    )
    related = rows.related(Product, key, "tags")
    assert [str(one) for one in related] == form["tags"]


def test_edit_saves_every_field(admin, rows):
    key = rows.add(factories.new_product)
    form = _form(rows)
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_row(
        rows.get(Product, key),
        sku="changed sku",
        name="changed name",
        description="changed description",
        price=Decimal("39.8765"),
        active=True,
        category_id=int(form["category"]),
        released_on=datetime.date(2028, 2, 29),
    )


def test_edit_without_a_change_loses_nothing(admin, rows):
    key = rows.add(factories.new_product)
    before = rows.get(Product, key)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_unchanged(before, rows.get(Product, key))


def test_edit_of_a_row_without_optional_values_adds_none(admin, rows):
    key = rows.add(
        factories.new_product,
        description=None,
        released_on=None,
        category=None,
    )
    before = rows.get(Product, key)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_unchanged(before, rows.get(Product, key))


def test_edit_without_a_change_keeps_tags(admin, rows):
    form = _form(rows)
    admin.post(f"{VIEW}/add", data=form)
    key = rows.newest(Product)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert len(rows.related(Product, key, "tags")) == 1


def test_delete_removes_the_row(admin, rows):
    key = rows.add(factories.new_product)
    answer = admin.post(f"{VIEW}/delete/{key}", follow_redirects=True)
    assert_flash(answer, "Deleted Row")
    assert rows.get(Product, key) is None


def test_a_missing_row_is_not_found(admin):
    for page in ("show", "edit"):
        answer = admin.get(f"{VIEW}/{page}/999999999")
        assert answer.status_code == 404, f"{page} answered {answer.status_code}"


# -- what a form refuses ---------------------------------------------------------------


def test_add_without_sku_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["sku"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "sku")


def test_add_refuses_a_sku_longer_than_20(admin, rows):
    form = {**_form(rows), "sku": "x" * 21}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "sku")


def test_add_without_name_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["name"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "name")


def test_add_refuses_a_name_longer_than_100(admin, rows):
    form = {**_form(rows), "name": "x" * 101}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "name")


def test_add_without_price_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["price"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "price")


def test_add_refuses_a_price_that_is_no_number(admin, rows):
    form = {**_form(rows), "price": "many"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "price")


def test_add_refuses_a_released_on_that_is_no_date(admin, rows):
    form = {**_form(rows), "released_on": "2026-02-30"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "released_on")


def test_add_refuses_a_price_of_minus_0_0001(admin, rows):
    form = {**_form(rows), "price": "-0.0001"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "price")


def test_add_refuses_a_second_row_with_the_same_sku(admin, rows):
    form = _form(rows)
    rows.add(factories.new_product, sku="changed sku")
    with rows.none_added(Product):
        answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_field_refused(answer, "sku")
    assert_no_sql(answer.text)


# -- search and order ------------------------------------------------------------------


def test_search_by_sku_finds_only_its_rows(admin, rows):
    wanted = "changed sku"
    hit = rows.add(factories.new_product, sku="changed sku")
    miss = rows.add(factories.new_product)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_sku": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_search_by_name_finds_only_its_rows(admin, rows):
    wanted = "changed name"
    hit = rows.add(factories.new_product, name="changed name")
    miss = rows.add(factories.new_product)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_name": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_search_by_description_finds_only_its_rows(admin, rows):
    wanted = "changed description"
    hit = rows.add(factories.new_product, description="changed description")
    miss = rows.add(factories.new_product)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_description": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_list_is_ordered_by_sku_both_ways(admin, rows):
    keys = [rows.add(factories.new_product) for _ in range(2)]
    keys.sort(key=lambda key: rows.get(Product, key)["sku"])
    for direction, first, second in (("asc", *keys), ("desc", *reversed(keys))):
        query = {"_oc_ProductView": "sku", "_od_ProductView": direction}
        page = admin.get(f"{VIEW}/list/", query_string=query)
        assert_page(page)
        places = [page.text.index(f"{VIEW}/show/{key}") for key in (first, second)]
        assert places == sorted(places), f"not in {direction}ending order"


def test_a_page_holds_as_many_rows_as_asked_for(admin, rows):
    keys = [rows.add(factories.new_product) for _ in range(3)]
    page = admin.get(f"{VIEW}/list/", query_string={"psize_ProductView": 2})
    assert_page(page)
    shown = [key for key in keys if f'{VIEW}/show/{key}"' in page.text]
    assert len(shown) == 2, f"asked for 2 rows, got {len(shown)}"


# -- rows that belong to this one ------------------------------------------------------


def test_show_lists_its_order_items(admin, rows):
    key, other = (rows.add(factories.new_product) for _ in range(2))
    own = rows.add(factories.new_order_item, product_id=key)
    foreign = rows.add(factories.new_order_item, product_id=other)
    page = admin.get(f"{VIEW}/show/{key}")
    assert_page(page)
    assert f"/orderitemview/show/{own}" in page.text, "its own row is missing"
    assert f"/orderitemview/show/{foreign}" not in page.text, "shows another's row"


def test_delete_is_refused_while_there_are_order_items(admin, rows):
    key = rows.add(factories.new_product)
    rows.add(factories.new_order_item, product_id=key)
    answer = admin.post(f"{VIEW}/delete/{key}", follow_redirects=True)
    assert_no_flash(answer, "Deleted Row")
    assert_no_sql(answer.text)
    assert rows.get(Product, key) is not None


def test_add_below_its_row_sets_product_of_order_items(admin, rows):
    key = rows.add(factories.new_product)
    form = {
        "order": str(rows.add(factories.new_orders)),
        "quantity": "35",
        "price": "39.8765",
    }
    url = f"/orderitemview/add?_flt_0_product={key}"
    answer = admin.post(url, data=form, follow_redirects=True)
    assert_flash(answer, "Added Row")
    added = rows.get(OrderItem, rows.newest(OrderItem))
    assert_row(added, product_id=key)
