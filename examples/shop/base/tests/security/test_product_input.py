"""Product: hostile text stays text, and nobody sets what they must not set."""

import pytest

from app.models import Product
from tests import factories
from tests.pages import assert_no_sql, assert_page, form_on
from tests.support import assert_status, assert_unchanged, filters

VIEW = "/productview"
API = "product/"
INJECTIONS = ["' OR '1'='1", "%' OR 1=1 --", "'; DROP TABLE users; --"]


def test_sku_is_never_run_as_markup(admin, rows):
    markup = "<svg onload=a()>"
    key = rows.add(factories.new_product, sku=markup)
    pages = [f"{VIEW}/list/", f"{VIEW}/show/{key}", f"{VIEW}/edit/{key}"]
    for page in pages:
        answer = admin.get(page)
        assert_page(answer)
        assert markup not in answer.text, f"{page} would run what people enter"


@pytest.mark.parametrize("text", INJECTIONS)
def test_sku_is_never_run_as_sql(admin, api, rows, text):
    key = rows.add(factories.new_product)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_sku": text})
    assert_page(page)
    assert f"{VIEW}/show/{key}" not in page.text, "the search found what it must not"
    answer = api.get(API, filters=filters("sku", "ct", text))
    assert_status(answer, 200)
    assert answer.json["count"] == 0, "the filter found what it must not"
    assert rows.get(Product, key) is not None


def test_name_is_never_run_as_markup(admin, rows):
    markup = "<script>alert('Fabwright')</script>"
    key = rows.add(factories.new_product, name=markup)
    pages = [f"{VIEW}/list/", f"{VIEW}/show/{key}", f"{VIEW}/edit/{key}"]
    for page in pages:
        answer = admin.get(page)
        assert_page(answer)
        assert markup not in answer.text, f"{page} would run what people enter"


@pytest.mark.parametrize("text", INJECTIONS)
def test_name_is_never_run_as_sql(admin, api, rows, text):
    key = rows.add(factories.new_product)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_name": text})
    assert_page(page)
    assert f"{VIEW}/show/{key}" not in page.text, "the search found what it must not"
    answer = api.get(API, filters=filters("name", "ct", text))
    assert_status(answer, 200)
    assert answer.json["count"] == 0, "the filter found what it must not"
    assert rows.get(Product, key) is not None


def test_description_is_never_run_as_markup(admin, rows):
    markup = "<script>alert('Fabwright')</script>"
    key = rows.add(factories.new_product, description=markup)
    pages = [f"{VIEW}/list/", f"{VIEW}/show/{key}", f"{VIEW}/edit/{key}"]
    for page in pages:
        answer = admin.get(page)
        assert_page(answer)
        assert markup not in answer.text, f"{page} would run what people enter"


@pytest.mark.parametrize("text", INJECTIONS)
def test_description_is_never_run_as_sql(admin, api, rows, text):
    key = rows.add(factories.new_product)
    page = admin.get(f"{VIEW}/list/", query_string={"_flt_0_description": text})
    assert_page(page)
    assert f"{VIEW}/show/{key}" not in page.text, "the search found what it must not"
    answer = api.get(API, filters=filters("description", "ct", text))
    assert_status(answer, 200)
    assert answer.json["count"] == 0, "the filter found what it must not"
    assert rows.get(Product, key) is not None


def test_id_cannot_be_set_through_the_api(api, rows):
    key = rows.add(factories.new_product)
    before = rows.get(Product, key)
    assert_status(api.put(f"{API}{key}", {"id": 424242}), 422)
    assert_unchanged(before, rows.get(Product, key))


def test_id_cannot_be_set_through_the_form(admin, rows):
    key = rows.add(factories.new_product)
    before = rows.get(Product, key)
    form = {**form_on(admin.get(f"{VIEW}/edit/{key}")), "id": 424242}
    admin.post(f"{VIEW}/edit/{key}", data=form)
    assert_unchanged(before, rows.get(Product, key))


def test_an_order_by_sql_is_refused(admin, api):
    text = "id; DROP TABLE users"
    answer = api.get(API, order_column=text, order_direction="asc")
    assert_status(answer, 400)
    query = {"_oc_ProductView": text, "_od_ProductView": "asc"}
    page = admin.get(f"{VIEW}/list/", query_string=query)
    assert page.status_code in (200, 400), f"answered {page.status_code}"
    assert_no_sql(page.text)


def test_a_key_that_is_sql_finds_nothing(admin, api):
    for page in ("show", "edit"):
        answer = admin.get(f"{VIEW}/{page}/1 OR 1=1")
        assert answer.status_code == 404, f"{page} answered {answer.status_code}"
    assert_status(api.get(f"{API}1 OR 1=1"), 404)
