"""Tag: what clients of its REST API rely on."""

from app.models import Tag
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

API = "tag/"
SHOWN = {"id", "name", "products.id", "products.name"}
LISTED = {"id", "name"}


def _body(rows):
    """What a client could send for a new row."""
    return {
        "name": "changed name",
        "products": [rows.add(factories.new_product)],
    }


# -- the contract ----------------------------------------------------------------------


def test_get_answers_with_exactly_these_fields(api, rows):
    assert_status(api.post(API, _body(rows)), 201)
    answer = api.get(f"{API}{rows.newest(Tag)}")
    assert_status(answer, 200)
    assert_fields(answer.json["result"], SHOWN)


def test_list_answers_with_exactly_these_fields(api, rows):
    assert_status(api.post(API, _body(rows)), 201)
    answer = api.get(API)
    assert_status(answer, 200)
    assert_fields(answer.json["result"][0], LISTED)


def test_list_answers_with_each_row(api, rows):
    keys = [rows.add(factories.new_tag) for _ in range(2)]
    answer = api.get(API)
    assert_status(answer, 200)
    assert answer.json["count"] == 2
    assert {str(key) for key in answer.json["ids"]} == {str(key) for key in keys}


def test_post_saves_every_field(api, rows):
    body = _body(rows)
    answer = api.post(API, body)
    assert_status(answer, 201)
    key = rows.newest(Tag)
    assert str(answer.json["id"]) == str(key), "the answer names another row"
    assert_row(rows.get(Tag, key), name="changed name")
    related = rows.related(Tag, key, "products")
    assert related == body["products"]


def test_put_saves_every_field(api, rows):
    key = rows.add(factories.new_tag)
    body = _body(rows)
    assert_status(api.put(f"{API}{key}", body), 200)
    assert_row(rows.get(Tag, key), name="changed name")


def test_put_of_nothing_changes_nothing(api, rows):
    key = rows.add(factories.new_tag)
    before = rows.get(Tag, key)
    assert_status(api.put(f"{API}{key}", {}), 200)
    assert_unchanged(before, rows.get(Tag, key))


def test_delete_removes_the_row(api, rows):
    key = rows.add(factories.new_tag)
    assert_status(api.delete(f"{API}{key}"), 200)
    assert rows.get(Tag, key) is None


def test_pages_follow_each_other(api, rows):
    keys = [rows.add(factories.new_tag) for _ in range(3)]
    pages = [api.get(API, page=page, page_size=2) for page in (0, 1)]
    for answer in pages:
        assert_status(answer, 200)
        assert answer.json["count"] == 3
    assert [len(answer.json["ids"]) for answer in pages] == [2, 1]
    seen = {str(key) for answer in pages for key in answer.json["ids"]}
    assert seen == {str(key) for key in keys}


def test_a_list_never_reads_the_whole_table(app, api, rows):
    rows.add(factories.new_tag)
    with statements(app) as sent:
        assert_status(api.get(API), 200)
        assert_status(api.get(API, page_size=-1), 200)
    assert_paged(sent, "tag")


def test_list_is_ordered_by_name_both_ways(api, rows):
    keys = [rows.add(factories.new_tag) for _ in range(2)]
    keys.sort(key=lambda key: (rows.get(Tag, key)["name"], key))
    for direction in ("asc", "desc"):
        answer = api.get(API, order_column="name", order_direction=direction)
        assert_status(answer, 200)
        values = [row["name"] for row in answer.json["result"]]
        assert values == sorted(values, reverse=direction == "desc")
        assert len(values) == len(keys)


def test_filter_by_name_finds_only_its_rows(api, rows):
    wanted = "changed name"
    hit = rows.add(factories.new_tag, name="changed name")
    rows.add(factories.new_tag)
    answer = api.get(API, filters=filters("name", "eq", wanted))
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
    with rows.none_added(Tag):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "no_such_field" in answer.text


def test_text_that_is_no_json_is_refused(api, rows):
    with rows.none_added(Tag):
        answer = api.send(API, "{")
    assert_client_error(answer)


def test_an_order_by_nothing_known_is_refused(api):
    answer = api.get(API, order_column="no_such_field", order_direction="asc")
    assert_status(answer, 400)


def test_a_filter_on_nothing_known_is_refused(api):
    answer = api.get(API, filters=filters("no_such_field", "eq", "x"))
    assert_status(answer, 400)


def test_post_without_name_is_refused(api, rows):
    body = _body(rows)
    del body["name"]
    with rows.none_added(Tag):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "name" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_name_longer_than_30(api, rows):
    body = {**_body(rows), "name": "x" * 31}
    with rows.none_added(Tag):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_post_refuses_a_second_row_with_the_same_name(api, rows):
    body = _body(rows)
    rows.add(factories.new_tag, name="changed name")
    with rows.none_added(Tag):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_put_refuses_the_name_of_another_row(api, rows):
    body = _body(rows)
    rows.add(factories.new_tag, name="changed name")
    key = rows.add(factories.new_tag)
    before = rows.get(Tag, key)
    assert_status(api.put(f"{API}{key}", body), 422)
    assert_unchanged(before, rows.get(Tag, key))
