"""Tag: what people do with its pages, in a browser."""

from app.models import Tag
from tests import factories
from tests.support import assert_row, assert_unchanged

VIEW = "/tagview"


def test_tag_is_added_through_its_form(pages, live_rows):
    values = {
        "name": "changed name",
        "products": [live_rows.label(factories.new_product)],
    }
    pages.open(f"{VIEW}/add")
    pages.enter(values)
    pages.save("Added Row")
    key = live_rows.newest(Tag)
    assert_row(live_rows.get(Tag, key), name="changed name")


def test_tag_loses_nothing_when_opened_and_saved(pages, live_rows):
    key = live_rows.add(factories.new_tag)
    before = live_rows.get(Tag, key)
    pages.open(f"{VIEW}/edit/{key}")
    pages.save("Changed Row")
    assert_unchanged(before, live_rows.get(Tag, key))


def test_tag_is_deleted_after_a_question(pages, live_rows):
    key = live_rows.add(factories.new_tag)
    pages.open(f"{VIEW}/list/?psize_TagView=500")
    pages.delete(f"{VIEW}/delete/{key}")
    assert live_rows.get(Tag, key) is None


def test_tag_is_found_by_name(pages, live_rows):
    hit, miss = (live_rows.add(factories.new_tag) for _ in range(2))
    pages.open(f"{VIEW}/list/")
    pages.search("name", live_rows.get(Tag, hit)["name"])
    assert pages.links(f"{VIEW}/show/{hit}"), "the search lost the row"
    assert not pages.links(f"{VIEW}/show/{miss}"), "the search found another row"
