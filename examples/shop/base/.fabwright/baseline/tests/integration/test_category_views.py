"""Category: its pages, as a browser sees them."""

from app.models import Category, Product
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

VIEW = "/categoryview"
LISTED = ["name", "slug", "position", "parent"]
SHOWN = ["id", "name", "slug", "position", "parent", "children"]


def _form(rows):
    """What a person could enter for a new row."""
    return {
        "name": "changed name",
        "slug": "changed slug",
        "position": "35",
        "parent": str(rows.add(factories.new_category)),
    }


# -- the pages -------------------------------------------------------------------------


def test_list_links_to_each_row(admin, rows):
    key = rows.add(factories.new_category)
    page = admin.get(f"{VIEW}/list/")
    assert_page(page)
    assert f"{VIEW}/show/{key}" in page.text, "the list doesn't show a row of category"


def test_list_has_every_column(app, admin, rows):
    rows.add(factories.new_category)
    assert_headings(app, admin.get(f"{VIEW}/list/"), "CategoryView", LISTED)


def test_show_has_every_column(app, admin, rows):
    key = rows.add(factories.new_category)
    assert_headings(app, admin.get(f"{VIEW}/show/{key}"), "CategoryView", SHOWN)


def test_list_never_reads_the_whole_table(app, admin, rows):
    rows.add(factories.new_category)
    with statements(app) as sent:
        assert_page(admin.get(f"{VIEW}/list/"))
    assert_paged(sent, "category")


def test_add_saves_every_field(admin, rows):
    form = _form(rows)
    answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_flash(answer, "Added Row")
    key = rows.newest(Category)
    assert_row(
        rows.get(Category, key),
        name="changed name",
        slug="changed slug",
        position=35,
        parent_id=int(form["parent"]),
    )


def test_edit_saves_every_field(admin, rows):
    key = rows.add(factories.new_category)
    form = _form(rows)
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_row(
        rows.get(Category, key),
        name="changed name",
        slug="changed slug",
        position=35,
        parent_id=int(form["parent"]),
    )


def test_edit_without_a_change_loses_nothing(admin, rows):
    key = rows.add(factories.new_category)
    before = rows.get(Category, key)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_unchanged(before, rows.get(Category, key))


def test_edit_of_a_row_without_optional_values_adds_none(admin, rows):
    key = rows.add(factories.new_category, parent=None)
    before = rows.get(Category, key)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_unchanged(before, rows.get(Category, key))


def test_delete_removes_the_row(admin, rows):
    key = rows.add(factories.new_category)
    answer = admin.post(f"{VIEW}/delete/{key}", follow_redirects=True)
    assert_flash(answer, "Deleted Row")
    assert rows.get(Category, key) is None


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


def test_add_refuses_a_name_longer_than_60(admin, rows):
    form = {**_form(rows), "name": "x" * 61}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "name")


def test_add_without_slug_says_so_at_the_field(admin, rows):
    form = _form(rows)
    del form["slug"]
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "slug")


def test_add_refuses_a_slug_longer_than_60(admin, rows):
    form = {**_form(rows), "slug": "x" * 61}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "slug")


def test_add_refuses_a_position_that_is_no_number(admin, rows):
    form = {**_form(rows), "position": "many"}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "position")


def test_add_refuses_a_second_row_with_the_same_parent_id_and_slug(admin, rows):
    form = _form(rows)
    rows.add(factories.new_category, parent_id=int(form["parent"]), slug="changed slug")
    with rows.none_added(Category):
        answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_field_refused(answer, "slug")
    assert_no_sql(answer.text)


# -- search and order ------------------------------------------------------------------


def test_search_by_name_finds_only_its_rows(admin, rows):
    wanted = "changed name"
    hit = rows.add(factories.new_category, name="changed name")
    miss = rows.add(factories.new_category)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_name": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_search_by_slug_finds_only_its_rows(admin, rows):
    wanted = "changed slug"
    hit = rows.add(factories.new_category, slug="changed slug")
    miss = rows.add(factories.new_category)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_slug": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_search_by_position_finds_only_its_rows(admin, rows):
    wanted = "35"
    hit = rows.add(factories.new_category, position=35)
    miss = rows.add(factories.new_category)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_position": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_list_is_ordered_by_name_both_ways(admin, rows):
    keys = [rows.add(factories.new_category) for _ in range(2)]
    keys.sort(key=lambda key: rows.get(Category, key)["name"])
    for direction, first, second in (("asc", *keys), ("desc", *reversed(keys))):
        query = {"_oc_CategoryView": "name", "_od_CategoryView": direction}
        page = admin.get(f"{VIEW}/list/", query_string=query)
        assert_page(page)
        places = [page.text.index(f"{VIEW}/show/{key}") for key in (first, second)]
        assert places == sorted(places), f"not in {direction}ending order"


def test_a_page_holds_as_many_rows_as_asked_for(admin, rows):
    keys = [rows.add(factories.new_category) for _ in range(3)]
    page = admin.get(f"{VIEW}/list/", query_string={"psize_CategoryView": 2})
    assert_page(page)
    shown = [key for key in keys if f'{VIEW}/show/{key}"' in page.text]
    assert len(shown) == 2, f"asked for 2 rows, got {len(shown)}"


# -- rows that belong to this one ------------------------------------------------------


def test_show_lists_its_products(admin, rows):
    key, other = (rows.add(factories.new_category) for _ in range(2))
    own = rows.add(factories.new_product, category_id=key)
    foreign = rows.add(factories.new_product, category_id=other)
    page = admin.get(f"{VIEW}/show/{key}")
    assert_page(page)
    assert f"/productview/show/{own}" in page.text, "its own row is missing"
    assert f"/productview/show/{foreign}" not in page.text, "shows another's row"


def test_delete_is_refused_while_there_are_products(admin, rows):
    key = rows.add(factories.new_category)
    rows.add(factories.new_product, category_id=key)
    answer = admin.post(f"{VIEW}/delete/{key}", follow_redirects=True)
    assert_no_flash(answer, "Deleted Row")
    assert_no_sql(answer.text)
    assert rows.get(Category, key) is not None


def test_add_below_its_row_sets_category_of_products(admin, rows):
    key = rows.add(factories.new_category)
    form = {
        "sku": "changed sku",
        "name": "changed name",
        "description": "changed description",
        "price": "39.8765",
        "active": "y",
        "released_on": "2028-02-29",
        "tags": [str(rows.add(factories.new_tag))],
    }
    url = f"/productview/add?_flt_0_category={key}"
    answer = admin.post(url, data=form, follow_redirects=True)
    assert_flash(answer, "Added Row")
    added = rows.get(Product, rows.newest(Product))
    assert_row(added, category_id=key)
