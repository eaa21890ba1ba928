"""Product: what clients of its REST API rely on."""

import datetime
from decimal import Decimal

from app.models import Product
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

API = "product/"
SHOWN = {
    "id",
    "sku",
    "name",
    "description",
    "price",
    "active",
    "category.id",
    "category.name",
    "released_on",
    "tags.id",
    "tags.name",
}
LISTED = {
    "id",
    "sku",
    "name",
    "price",
    "active",
    "category.id",
    "category.name",
    "released_on",
}


def _body(rows):
    """What a client could send for a new row."""
    return {
        "sku": "changed sku",
        "name": "changed name",
        "description": "changed description",
        "price": "39.8765",
        "active": True,
        "category": rows.add(factories.new_category),
        "released_on": "2028-02-29",
        "tags": [rows.add(factories.new_tag)],
    }


# -- the contract ----------------------------------------------------------------------


def test_get_answers_with_exactly_these_fields(api, rows):
    assert_status(api.post(API, _body(rows)), 201)
    answer = api.get(f"{API}{rows.newest(Product)}")
    assert_status(answer, 200)
    assert_fields(answer.json["result"], SHOWN)


def test_list_answers_with_exactly_these_fields(api, rows):
    assert_status(api.post(API, _body(rows)), 201)
    answer = api.get(API)
    assert_status(answer, 200)
    assert_fields(answer.json["result"][0], LISTED)


def test_list_answers_with_each_row(api, rows):
    keys = [rows.add(factories.new_product) for _ in range(2)]
    answer = api.get(API)
    assert_status(answer, 200)
    assert answer.json["count"] == 2
    assert {str(key) for key in answer.json["ids"]} == {str(key) for key in keys}


def test_post_saves_every_field(api, rows):
    body = _body(rows)
    answer = api.post(API, body)
    assert_status(answer, 201)
    key = rows.newest(Product)
    assert str(answer.json["id"]) == str(key), "the answer names another row"
    assert_row(
        rows.get(Product, key),
        sku="changed sku",
        name="changed name",
        description="changed description",
        price=Decimal("39.8765"),
        active=True,
        category_id=body["category"],
        released_on=datetime.date(2028, 2, 29),
    )
    related = rows.related(Product, key, "tags")
    assert related == body["tags"]


def test_put_saves_every_field(api, rows):
    key = rows.add(factories.new_product)
    body = _body(rows)
    assert_status(api.put(f"{API}{key}", body), 200)
    assert_row(
        rows.get(Product, key),
        sku="changed sku",
        name="changed name",
        description="changed description",
        price=Decimal("39.8765"),
        active=True,
        category_id=body["category"],
        released_on=datetime.date(2028, 2, 29),
    )


def test_put_of_nothing_changes_nothing(api, rows):
    key = rows.add(factories.new_product)
    before = rows.get(Product, key)
    assert_status(api.put(f"{API}{key}", {}), 200)
    assert_unchanged(before, rows.get(Product, key))


def test_delete_removes_the_row(api, rows):
    key = rows.add(factories.new_product)
    assert_status(api.delete(f"{API}{key}"), 200)
    assert rows.get(Product, key) is None


def test_pages_follow_each_other(api, rows):
    keys = [rows.add(factories.new_product) for _ in range(3)]
    pages = [api.get(API, page=page, page_size=2) for page in (0, 1)]
    for answer in pages:
        assert_status(answer, 200)
        assert answer.json["count"] == 3
    assert [len(answer.json["ids"]) for answer in pages] == [2, 1]
    seen = {str(key) for answer in pages for key in answer.json["ids"]}
    assert seen == {str(key) for key in keys}


def test_a_list_never_reads_the_whole_table(app, api, rows):
    rows.add(factories.new_product)
    with statements(app) as sent:
        assert_status(api.get(API), 200)
        assert_status(api.get(API, page_size=-1), 200)
    assert_paged(sent, "product")


def test_list_is_ordered_by_sku_both_ways(api, rows):
    keys = [rows.add(factories.new_product) for _ in range(2)]
    keys.sort(key=lambda key: (rows.get(Product, key)["sku"], key))
    for direction in ("asc", "desc"):
        answer = api.get(API, order_column="sku", order_direction=direction)
        assert_status(answer, 200)
        values = [row["sku"] for row in answer.json["result"]]
        assert values == sorted(values, reverse=direction == "desc")
        assert len(values) == len(keys)


def test_filter_by_sku_finds_only_its_rows(api, rows):
    wanted = "changed sku"
    hit = rows.add(factories.new_product, sku="changed sku")
    rows.add(factories.new_product)
    answer = api.get(API, filters=filters("sku", "eq", wanted))
    assert_status(answer, 200)
    assert [str(key) for key in answer.json["ids"]] == [str(hit)]


def test_filter_by_name_finds_only_its_rows(api, rows):
    wanted = "changed name"
    hit = rows.add(factories.new_product, name="changed name")
    rows.add(factories.new_product)
    answer = api.get(API, filters=filters("name", "eq", wanted))
    assert_status(answer, 200)
    assert [str(key) for key in answer.json["ids"]] == [str(hit)]


def test_filter_by_description_finds_only_its_rows(api, rows):
    wanted = "changed description"
    hit = rows.add(factories.new_product, description="changed description")
    rows.add(factories.new_product)
    answer = api.get(API, filters=filters("description", "eq", wanted))
    assert_status(answer, 200)
    assert [str(key) for key in answer.json["ids"]] == [str(hit)]


def test_filter_by_category_finds_only_its_rows(api, rows):
    wanted = rows.add(factories.new_category)
    hit = rows.add(factories.new_product, category_id=wanted)
    rows.add(factories.new_product)
    answer = api.get(API, filters=filters("category", "rel_o_m", wanted))
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
    with rows.none_added(Product):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "no_such_field" in answer.text


def test_text_that_is_no_json_is_refused(api, rows):
    with rows.none_added(Product):
        answer = api.send(API, "{")
    assert_client_error(answer)


def test_an_order_by_nothing_known_is_refused(api):
    answer = api.get(API, order_column="no_such_field", order_direction="asc")
    assert_status(answer, 400)


def test_a_filter_on_nothing_known_is_refused(api):
    answer = api.get(API, filters=filters("no_such_field", "eq", "x"))
    assert_status(answer, 400)


def test_post_without_sku_is_refused(api, rows):
    body = _body(rows)
    del body["sku"]
    with rows.none_added(Product):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "sku" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_sku_longer_than_20(api, rows):
    body = {**_body(rows), "sku": "x" * 21}
    with rows.none_added(Product):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_post_without_name_is_refused(api, rows):
    body = _body(rows)
    del body["name"]
    with rows.none_added(Product):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "name" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_name_longer_than_100(api, rows):
    body = {**_body(rows), "name": "x" * 101}
    with rows.none_added(Product):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_post_without_price_is_refused(api, rows):
    body = _body(rows)
    del body["price"]
    with rows.none_added(Product):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "price" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_price_that_is_no_number(api, rows):
    body = {**_body(rows), "price": "many"}
    with rows.none_added(Product):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "price" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_released_on_that_is_no_date(api, rows):
    body = {**_body(rows), "released_on": "2026-02-30"}
    with rows.none_added(Product):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "released_on" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_price_of_minus_0_0001(api, rows):
    body = {**_body(rows), "price": "-0.0001"}
    with rows.none_added(Product):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "price" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_second_row_with_the_same_sku(api, rows):
    body = _body(rows)
    rows.add(factories.new_product, sku="changed sku")
    with rows.none_added(Product):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_put_refuses_the_sku_of_another_row(api, rows):
    body = _body(rows)
    rows.add(factories.new_product, sku="changed sku")
    key = rows.add(factories.new_product)
    before = rows.get(Product, key)
    assert_status(api.put(f"{API}{key}", body), 422)
    assert_unchanged(before, rows.get(Product, key))


def test_delete_is_refused_while_there_are_order_items(api, rows):
    key = rows.add(factories.new_product)
    rows.add(factories.new_order_item, product_id=key)
    assert_status(api.delete(f"{API}{key}"), 422)
    assert rows.get(Product, key) is not None
