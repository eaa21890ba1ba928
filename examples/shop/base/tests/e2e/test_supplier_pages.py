"""Supplier: what people do with its pages, in a browser."""

from app.models import Supplier
from tests import factories
from tests.support import assert_row, assert_unchanged

VIEW = "/supplierview"


def test_supplier_is_added_through_its_form(pages, live_rows):
    values = {
        "name": "changed name",
        "email": "personchanged@example.org",
        "phone": "changed phone",
        "active": True,
    }
    pages.open(f"{VIEW}/add")
    pages.enter(values)
    pages.save("Added Row")
    key = live_rows.newest(Supplier)
    assert_row(
        live_rows.get(Supplier, key),
        name="changed name",
        email="personchanged@example.org",
        phone="changed phone",
        active=True,
    )


def test_supplier_loses_nothing_when_opened_and_saved(pages, live_rows):
    key = live_rows.add(factories.new_supplier)
    before = live_rows.get(Supplier, key)
    pages.open(f"{VIEW}/edit/{key}")
    pages.save("Changed Row")
    assert_unchanged(before, live_rows.get(Supplier, key))


def test_supplier_is_deleted_after_a_question(pages, live_rows):
    key = live_rows.add(factories.new_supplier)
    pages.open(f"{VIEW}/list/?psize_SupplierView=500")
    pages.delete(f"{VIEW}/delete/{key}")
    assert live_rows.get(Supplier, key) is None


def test_supplier_is_found_by_name(pages, live_rows):
    hit, miss = (live_rows.add(factories.new_supplier) for _ in range(2))
    pages.open(f"{VIEW}/list/")
    pages.search("name", live_rows.get(Supplier, hit)["name"])
    assert pages.links(f"{VIEW}/show/{hit}"), "the search lost the row"
    assert not pages.links(f"{VIEW}/show/{miss}"), "the search found another row"
