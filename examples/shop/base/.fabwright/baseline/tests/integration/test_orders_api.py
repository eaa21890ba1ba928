"""Order: what clients of its REST API rely on."""

import datetime

from app.models import Order, OrderState
from tests import factories
from tests.schema import assert_paged, statements
from tests.support import (
    assert_client_error,
    assert_fields,
    assert_row,
    assert_status,
    assert_unchanged,
    filters,
)

API = "orders/"
SHOWN = {
    "id",
    "number",
    "state",
    "ordered_on",
    "shipped_on",
    "customer.id",
    "customer.name",
}
LISTED = {
    "id",
    "number",
    "state",
    "ordered_on",
    "shipped_on",
    "customer.id",
    "customer.name",
}


def _body(rows):
    """What a client could send for a new row."""
    return {
        "number": "changed number",
        "state": "paid",
        "ordered_on": "2020-02-29",
        "shipped_on": "2028-02-29",
        "customer": rows.add(factories.new_customer),
    }


# -- the contract ----------------------------------------------------------------------


def test_get_answers_with_exactly_these_fields(api, rows):
    assert_status(api.post(API, _body(rows)), 201)
    answer = api.get(f"{API}{rows.newest(Order)}")
    assert_status(answer, 200)
    assert_fields(answer.json["result"], SHOWN)


def test_list_answers_with_exactly_these_fields(api, rows):
    assert_status(api.post(API, _body(rows)), 201)
    answer = api.get(API)
    assert_status(answer, 200)
    assert_fields(answer.json["result"][0], LISTED)


def test_list_answers_with_each_row(api, rows):
    keys = [rows.add(factories.new_orders) for _ in range(2)]
    answer = api.get(API)
    assert_status(answer, 200)
    assert answer.json["count"] == 2
    assert {str(key) for key in answer.json["ids"]} == {str(key) for key in keys}


def test_post_saves_every_field(api, rows):
    body = _body(rows)
    answer = api.post(API, body)
    assert_status(answer, 201)
    key = rows.newest(Order)
    assert str(answer.json["id"]) == str(key), "the answer names another row"
    assert_row(
        rows.get(Order, key),
        number="changed number",
        state=OrderState.paid,
        ordered_on=datetime.date(2020, 2, 29),
        shipped_on=datetime.date(2028, 2, 29),
        customer_id=body["customer"],
    )


def test_put_saves_every_field(api, rows):
    key = rows.add(factories.new_orders)
    body = _body(rows)
    assert_status(api.put(f"{API}{key}", body), 200)
    assert_row(
        rows.get(Order, key),
        number="changed number",
        state=OrderState.paid,
        ordered_on=datetime.date(2020, 2, 29),
        shipped_on=datetime.date(2028, 2, 29),
        customer_id=body["customer"],
    )


def test_put_of_nothing_changes_nothing(api, rows):
    key = rows.add(factories.new_orders)
    before = rows.get(Order, key)
    assert_status(api.put(f"{API}{key}", {}), 200)
    assert_unchanged(before, rows.get(Order, key))


def test_delete_removes_the_row(api, rows):
    key = rows.add(factories.new_orders)
    assert_status(api.delete(f"{API}{key}"), 200)
    assert rows.get(Order, key) is None


def test_pages_follow_each_other(api, rows):
    keys = [rows.add(factories.new_orders) for _ in range(3)]
    pages = [api.get(API, page=page, page_size=2) for page in (0, 1)]
    for answer in pages:
        assert_status(answer, 200)
        assert answer.json["count"] == 3
    assert [len(answer.json["ids"]) for answer in pages] == [2, 1]
    seen = {str(key) for answer in pages for key in answer.json["ids"]}
    assert seen == {str(key) for key in keys}


def test_a_list_never_reads_the_whole_table(app, api, rows):
    rows.add(factories.new_orders)
    with statements(app) as sent:
        assert_status(api.get(API), 200)
        assert_status(api.get(API, page_size=-1), 200)
    assert_paged(sent, "orders")


def test_list_is_ordered_by_number_both_ways(api, rows):
    keys = [rows.add(factories.new_orders) for _ in range(2)]
    keys.sort(key=lambda key: (rows.get(Order, key)["number"], key))
    for direction in ("asc", "desc"):
        answer = api.get(API, order_column="number", order_direction=direction)
        assert_status(answer, 200)
        values = [row["number"] for row in answer.json["result"]]
        assert values == sorted(values, reverse=direction == "desc")
        assert len(values) == len(keys)


def test_filter_by_number_finds_only_its_rows(api, rows):
    wanted = "changed number"
    hit = rows.add(factories.new_orders, number="changed number")
    rows.add(factories.new_orders)
    answer = api.get(API, filters=filters("number", "eq", wanted))
    assert_status(answer, 200)
    assert [str(key) for key in answer.json["ids"]] == [str(hit)]


def test_filter_by_customer_finds_only_its_rows(api, rows):
    wanted = rows.add(factories.new_customer)
    hit = rows.add(factories.new_orders, customer_id=wanted)
    rows.add(factories.new_orders)
    answer = api.get(API, filters=filters("customer", "rel_o_m", wanted))
    assert_status(answer, 200)
    assert [str(key) for key in answer.json["ids"]] == [str(hit)]


# -- what the API refuses --------------------------------------------------------------


def test_a_missing_row_is_not_found(api):
    url = f"{API}999999999"
    assert_status(api.get(url), 404)
    assert_status(api.put(url, {}), 404)
    assert_status(api.delete(url), 404)


def test_a_field_that_does_not_exist_is_refused(api, rows):
    body = {**_body(rows), "no_such_field": 1}
    with rows.none_added(Order):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "no_such_field" in answer.text


def test_text_that_is_no_json_is_refused(api, rows):
    with rows.none_added(Order):
        answer = api.send(API, "{")
    assert_client_error(answer)


def test_an_order_by_nothing_known_is_refused(api):
    answer = api.get(API, order_column="no_such_field", order_direction="asc")
    assert_status(answer, 400)


def test_a_filter_on_nothing_known_is_refused(api):
    answer = api.get(API, filters=filters("no_such_field", "eq", "x"))
    assert_status(answer, 400)


def test_post_without_number_is_refused(api, rows):
    body = _body(rows)
    del body["number"]
    with rows.none_added(Order):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "number" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_number_longer_than_16(api, rows):
    body = {**_body(rows), "number": "x" * 17}
    with rows.none_added(Order):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_post_refuses_a_state_that_is_none_of_its_values(api, rows):
    body = {**_body(rows), "state": "no such value"}
    with rows.none_added(Order):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "state" in answer.text, "the answer doesn't name the field"


def test_post_without_ordered_on_is_refused(api, rows):
    body = _body(rows)
    del body["ordered_on"]
    with rows.none_added(Order):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "ordered_on" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_ordered_on_that_is_no_date(api, rows):
    body = {**_body(rows), "ordered_on": "2026-02-30"}
    with rows.none_added(Order):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "ordered_on" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_shipped_on_that_is_no_date(api, rows):
    body = {**_body(rows), "shipped_on": "2026-02-30"}
    with rows.none_added(Order):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "shipped_on" in answer.text, "the answer doesn't name the field"


def test_post_without_customer_is_refused(api, rows):
    body = _body(rows)
    del body["customer"]
    with rows.none_added(Order):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "customer" in answer.text, "the answer doesn't name the field"


def test_post_refuses_shipped_on_against_its_rule_with_ordered_on(api, rows):
    dates = {"shipped_on": "2026-01-09", "ordered_on": "2026-01-10"}
    body = {**_body(rows), **dates}
    with rows.none_added(Order):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_post_refuses_a_second_row_with_the_same_number(api, rows):
    body = _body(rows)
    rows.add(factories.new_orders, number="changed number")
    with rows.none_added(Order):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_put_refuses_the_number_of_another_row(api, rows):
    body = _body(rows)
    rows.add(factories.new_orders, number="changed number")
    key = rows.add(factories.new_orders)
    before = rows.get(Order, key)
    assert_status(api.put(f"{API}{key}", body), 422)
    assert_unchanged(before, rows.get(Order, key))
