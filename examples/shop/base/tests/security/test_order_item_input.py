"""Order Item: hostile text stays text, and nobody sets what they must not set."""

from app.models import OrderItem
from tests import factories
from tests.pages import assert_no_sql, form_on
from tests.support import assert_status, assert_unchanged

VIEW = "/orderitemview"
API = "order_item/"


def test_id_cannot_be_set_through_the_api(api, rows):
    key = rows.add(factories.new_order_item)
    before = rows.get(OrderItem, key)
    assert_status(api.put(f"{API}{key}", {"id": 424242}), 422)
    assert_unchanged(before, rows.get(OrderItem, key))


def test_id_cannot_be_set_through_the_form(admin, rows):
    key = rows.add(factories.new_order_item)
    before = rows.get(OrderItem, key)
    form = {**form_on(admin.get(f"{VIEW}/edit/{key}")), "id": 424242}
    admin.post(f"{VIEW}/edit/{key}", data=form)
    assert_unchanged(before, rows.get(OrderItem, key))


def test_an_order_by_sql_is_refused(admin, api):
    text = "id; DROP TABLE users"
    answer = api.get(API, order_column=text, order_direction="asc")
    assert_status(answer, 400)
    query = {"_oc_OrderItemView": text, "_od_OrderItemView": "asc"}
    page = admin.get(f"{VIEW}/list/", query_string=query)
    assert page.status_code in (200, 400), f"answered {page.status_code}"
    assert_no_sql(page.text)


def test_a_key_that_is_sql_finds_nothing(admin, api):
    for page in ("show", "edit"):
        answer = admin.get(f"{VIEW}/{page}/1 OR 1=1")
        assert answer.status_code == 404, f"{page} answered {answer.status_code}"
    assert_status(api.get(f"{API}1 OR 1=1"), 404)
