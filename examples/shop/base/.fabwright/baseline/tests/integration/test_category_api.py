"""Category: what clients of its REST API rely on."""

from app.models import Category
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

API = "category/"
SHOWN = {"id", "name", "slug", "position", "parent.id", "parent.name"}
LISTED = {"id", "name", "slug", "position", "parent.id", "parent.name"}


def _body(rows):
    """What a client could send for a new row."""
    return {
        "name": "changed name",
        "slug": "changed slug",
        "position": 35,
        "parent": rows.add(factories.new_category),
    }


# -- the contract ----------------------------------------------------------------------


def test_get_answers_with_exactly_these_fields(api, rows):
    assert_status(api.post(API, _body(rows)), 201)
    answer = api.get(f"{API}{rows.newest(Category)}")
    assert_status(answer, 200)
    assert_fields(answer.json["result"], SHOWN)


def test_list_answers_with_exactly_these_fields(api, rows):
    assert_status(api.post(API, _body(rows)), 201)
    answer = api.get(API)
    assert_status(answer, 200)
    assert_fields(answer.json["result"][0], LISTED)


def test_list_answers_with_each_row(api, rows):
    keys = [rows.add(factories.new_category) for _ in range(2)]
    answer = api.get(API)
    assert_status(answer, 200)
    assert answer.json["count"] == 2
    assert {str(key) for key in answer.json["ids"]} == {str(key) for key in keys}


def test_post_saves_every_field(api, rows):
    body = _body(rows)
    answer = api.post(API, body)
    assert_status(answer, 201)
    key = rows.newest(Category)
    assert str(answer.json["id"]) == str(key), "the answer names another row"
    assert_row(
        rows.get(Category, key),
        name="changed name",
        slug="changed slug",
        position=35,
        parent_id=body["parent"],
    )


def test_put_saves_every_field(api, rows):
    key = rows.add(factories.new_category)
    body = _body(rows)
    assert_status(api.put(f"{API}{key}", body), 200)
    assert_row(
        rows.get(Category, key),
        name="changed name",
        slug="changed slug",
        position=35,
        parent_id=body["parent"],
    )


def test_put_of_nothing_changes_nothing(api, rows):
    key = rows.add(factories.new_category)
    before = rows.get(Category, key)
    assert_status(api.put(f"{API}{key}", {}), 200)
    assert_unchanged(before, rows.get(Category, key))


def test_delete_removes_the_row(api, rows):
    key = rows.add(factories.new_category)
    assert_status(api.delete(f"{API}{key}"), 200)
    assert rows.get(Category, key) is None


def test_pages_follow_each_other(api, rows):
    keys = [rows.add(factories.new_category) for _ in range(3)]
    pages = [api.get(API, page=page, page_size=2) for page in (0, 1)]
    for answer in pages:
        assert_status(answer, 200)
        assert answer.json["count"] == 3
    assert [len(answer.json["ids"]) for answer in pages] == [2, 1]
    seen = {str(key) for answer in pages for key in answer.json["ids"]}
    assert seen == {str(key) for key in keys}


def test_a_list_never_reads_the_whole_table(app, api, rows):
    rows.add(factories.new_category)
    with statements(app) as sent:
        assert_status(api.get(API), 200)
        assert_status(api.get(API, page_size=-1), 200)
    assert_paged(sent, "category")


def test_list_is_ordered_by_name_both_ways(api, rows):
    keys = [rows.add(factories.new_category) for _ in range(2)]
    keys.sort(key=lambda key: (rows.get(Category, key)["name"], key))
    for direction in ("asc", "desc"):
        answer = api.get(API, order_column="name", order_direction=direction)
        assert_status(answer, 200)
        values = [row["name"] for row in answer.json["result"]]
        assert values == sorted(values, reverse=direction == "desc")
        assert len(values) == len(keys)


def test_filter_by_name_finds_only_its_rows(api, rows):
    wanted = "changed name"
    hit = rows.add(factories.new_category, name="changed name")
    rows.add(factories.new_category)
    answer = api.get(API, filters=filters("name", "eq", wanted))
    assert_status(answer, 200)
    assert [str(key) for key in answer.json["ids"]] == [str(hit)]


def test_filter_by_slug_finds_only_its_rows(api, rows):
    wanted = "changed slug"
    hit = rows.add(factories.new_category, slug="changed slug")
    rows.add(factories.new_category)
    answer = api.get(API, filters=filters("slug", "eq", wanted))
    assert_status(answer, 200)
    assert [str(key) for key in answer.json["ids"]] == [str(hit)]


def test_filter_by_position_finds_only_its_rows(api, rows):
    wanted = 35
    hit = rows.add(factories.new_category, position=35)
    rows.add(factories.new_category)
    answer = api.get(API, filters=filters("position", "eq", wanted))
    assert_status(answer, 200)
    assert [str(key) for key in answer.json["ids"]] == [str(hit)]


def test_filter_by_parent_finds_only_its_rows(api, rows):
    wanted = rows.add(factories.new_category)
    hit = rows.add(factories.new_category, parent_id=wanted)
    rows.add(factories.new_category)
    answer = api.get(API, filters=filters("parent", "rel_o_m", wanted))
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
    with rows.none_added(Category):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "no_such_field" in answer.text


def test_text_that_is_no_json_is_refused(api, rows):
    with rows.none_added(Category):
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
    with rows.none_added(Category):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "name" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_name_longer_than_60(api, rows):
    body = {**_body(rows), "name": "x" * 61}
    with rows.none_added(Category):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_post_without_slug_is_refused(api, rows):
    body = _body(rows)
    del body["slug"]
    with rows.none_added(Category):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "slug" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_slug_longer_than_60(api, rows):
    body = {**_body(rows), "slug": "x" * 61}
    with rows.none_added(Category):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_post_refuses_a_position_that_is_no_number(api, rows):
    body = {**_body(rows), "position": "many"}
    with rows.none_added(Category):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "position" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_second_row_with_the_same_parent_id_and_slug(api, rows):
    body = _body(rows)
    rows.add(factories.new_category, parent_id=body["parent"], slug="changed slug")
    with rows.none_added(Category):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_put_refuses_the_parent_id_and_slug_of_another_row(api, rows):
    body = _body(rows)
    rows.add(factories.new_category, parent_id=body["parent"], slug="changed slug")
    key = rows.add(factories.new_category)
    before = rows.get(Category, key)
    assert_status(api.put(f"{API}{key}", body), 422)
    assert_unchanged(before, rows.get(Category, key))


def test_delete_is_refused_while_there_are_products(api, rows):
    key = rows.add(factories.new_category)
    rows.add(factories.new_product, category_id=key)
    assert_status(api.delete(f"{API}{key}"), 422)
    assert rows.get(Category, key) is not None
