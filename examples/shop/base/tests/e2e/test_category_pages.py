"""Category: what people do with its pages, in a browser."""

from app.models import Category
from tests import factories
from tests.support import assert_row, assert_unchanged

VIEW = "/categoryview"


def test_category_is_added_through_its_form(pages, live_rows):
    values = {
        "name": "changed name",
        "slug": "changed slug",
        "position": "35",
        "parent": live_rows.label(factories.new_category),
    }
    pages.open(f"{VIEW}/add")
    pages.enter(values)
    pages.save("Added Row")
    key = live_rows.newest(Category)
    assert_row(
        live_rows.get(Category, key),
        name="changed name",
        slug="changed slug",
        position=35,
    )


def test_category_loses_nothing_when_opened_and_saved(pages, live_rows):
    key = live_rows.add(factories.new_category)
    before = live_rows.get(Category, key)
    pages.open(f"{VIEW}/edit/{key}")
    pages.save("Changed Row")
    assert_unchanged(before, live_rows.get(Category, key))


def test_category_is_deleted_after_a_question(pages, live_rows):
    key = live_rows.add(factories.new_category)
    pages.open(f"{VIEW}/list/?psize_CategoryView=500")
    pages.delete(f"{VIEW}/delete/{key}")
    assert live_rows.get(Category, key) is None


def test_category_is_found_by_name(pages, live_rows):
    hit, miss = (live_rows.add(factories.new_category) for _ in range(2))
    pages.open(f"{VIEW}/list/")
    pages.search("name", live_rows.get(Category, hit)["name"])
    assert pages.links(f"{VIEW}/show/{hit}"), "the search lost the row"
    assert not pages.links(f"{VIEW}/show/{miss}"), "the search found another row"


def test_category_leads_to_its_products_and_back(pages, live_rows):
    key = live_rows.add(factories.new_category)
    own = live_rows.add(factories.new_product, category_id=key)
    pages.open(f"{VIEW}/show/{key}")
    pages.link(f"/productview/show/{own}").click()
    pages.page.wait_for_url(f"**/productview/show/{own}*")
    pages.page.go_back()
    pages.page.wait_for_url(f"**{VIEW}/show/{key}*")
