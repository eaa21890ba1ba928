"""Tag: its pages, as a browser sees them."""

from app.models import Tag
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

VIEW = "/tagview"
LISTED = ["name"]
SHOWN = ["id", "name", "products"]


def _form(rows):
    """What a person could enter for a new row."""
    return {
        "name": "changed name",
        "products": [str(rows.add(factories.new_product))],
    }


# -- the pages -------------------------------------------------------------------------


def test_list_links_to_each_row(admin, rows):
    key = rows.add(factories.new_tag)
    page = admin.get(f"{VIEW}/list/")
    assert_page(page)
    assert f"{VIEW}/show/{key}" in page.text, "the list doesn't show a row of tag"


def test_list_has_every_column(app, admin, rows):
    rows.add(factories.new_tag)
    assert_headings(app, admin.get(f"{VIEW}/list/"), "TagView", LISTED)


def test_show_has_every_column(app, admin, rows):
    key = rows.add(factories.new_tag)
    assert_headings(app, admin.get(f"{VIEW}/show/{key}"), "TagView", SHOWN)


def test_list_never_reads_the_whole_table(app, admin, rows):
    rows.add(factories.new_tag)
    with statements(app) as sent:
        assert_page(admin.get(f"{VIEW}/list/"))
    assert_paged(sent, "tag")


def test_add_saves_every_field(admin, rows):
    form = _form(rows)
    answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_flash(answer, "Added Row")
    key = rows.newest(Tag)
    assert_row(rows.get(Tag, key), name="changed name")
    related = rows.related(Tag, key, "products")
    assert [str(one) for one in related] == form["products"]


def test_edit_saves_every_field(admin, rows):
    key = rows.add(factories.new_tag)
    form = _form(rows)
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_row(rows.get(Tag, key), name="changed name")


def test_edit_without_a_change_loses_nothing(admin, rows):
    key = rows.add(factories.new_tag)
    before = rows.get(Tag, key)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert_unchanged(before, rows.get(Tag, key))


def test_edit_without_a_change_keeps_products(admin, rows):
    form = _form(rows)
    admin.post(f"{VIEW}/add", data=form)
    key = rows.newest(Tag)
    form = form_on(admin.get(f"{VIEW}/edit/{key}"))
    answer = admin.post(f"{VIEW}/edit/{key}", data=form, follow_redirects=True)
    assert_flash(answer, "Changed Row")
    assert len(rows.related(Tag, key, "products")) == 1


def test_delete_removes_the_row(admin, rows):
    key = rows.add(factories.new_tag)
    answer = admin.post(f"{VIEW}/delete/{key}", follow_redirects=True)
    assert_flash(answer, "Deleted Row")
    assert rows.get(Tag, key) is None


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


def test_add_refuses_a_name_longer_than_30(admin, rows):
    form = {**_form(rows), "name": "x" * 31}
    answer = admin.post(f"{VIEW}/add", data=form)
    assert_field_refused(answer, "name")


def test_add_refuses_a_second_row_with_the_same_name(admin, rows):
    form = _form(rows)
    rows.add(factories.new_tag, name="changed name")
    with rows.none_added(Tag):
        answer = admin.post(f"{VIEW}/add", data=form, follow_redirects=True)
    assert_field_refused(answer, "name")
    assert_no_sql(answer.text)


# -- search and order ------------------------------------------------------------------


def test_search_by_name_finds_only_its_rows(admin, rows):
    wanted = "changed name"
    hit = rows.add(factories.new_tag, name="changed name")
    miss = rows.add(factories.new_tag)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_name": wanted})
    assert_page(page)
    assert f"{VIEW}/show/{hit}" in page.text, "the search lost the row"
    assert f"{VIEW}/show/{miss}" not in page.text, "the search found another row"


def test_list_is_ordered_by_name_both_ways(admin, rows):
    keys = [rows.add(factories.new_tag) for _ in range(2)]
    keys.sort(key=lambda key: rows.get(Tag, key)["name"])
    for direction, first, second in (("asc", *keys), ("desc", *reversed(keys))):
        query = {"_oc_TagView": "name", "_od_TagView": direction}
        page = admin.get(f"{VIEW}/list/", query_string=query)
        assert_page(page)
        places = [page.text.index(f"{VIEW}/show/{key}") for key in (first, second)]
        assert places == sorted(places), f"not in {direction}ending order"


def test_a_page_holds_as_many_rows_as_asked_for(admin, rows):
    keys = [rows.add(factories.new_tag) for _ in range(3)]
    page = admin.get(f"{VIEW}/list/", query_string={"psize_TagView": 2})
    assert_page(page)
    shown = [key for key in keys if f'{VIEW}/show/{key}"' in page.text]
    assert len(shown) == 2, f"asked for 2 rows, got {len(shown)}"
