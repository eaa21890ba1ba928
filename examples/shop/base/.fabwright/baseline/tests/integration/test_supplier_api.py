"""Supplier: what clients of its REST API rely on."""

from app.models import Supplier
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

API = "supplier/"
SHOWN = {"id", "name", "email", "phone", "active"}
LISTED = {"id", "name", "email", "phone", "active"}


def _body(rows):
    """What a client could send for a new row."""
    return {
        "name": "changed name",
        "email": "personchanged@example.org",
        "phone": "changed phone",
        "active": True,
    }


# -- the contract ----------------------------------------------------------------------


def test_get_answers_with_exactly_these_fields(api, rows):
    assert_status(api.post(API, _body(rows)), 201)
    answer = api.get(f"{API}{rows.newest(Supplier)}")
    assert_status(answer, 200)
    assert_fields(answer.json["result"], SHOWN)


def test_list_answers_with_exactly_these_fields(api, rows):
    assert_status(api.post(API, _body(rows)), 201)
    answer = api.get(API)
    assert_status(answer, 200)
    assert_fields(answer.json["result"][0], LISTED)


def test_list_answers_with_each_row(api, rows):
    keys = [rows.add(factories.new_supplier) for _ in range(2)]
    answer = api.get(API)
    assert_status(answer, 200)
    assert answer.json["count"] == 2
    assert {str(key) for key in answer.json["ids"]} == {str(key) for key in keys}


def test_post_saves_every_field(api, rows):
    body = _body(rows)
    answer = api.post(API, body)
    assert_status(answer, 201)
    key = rows.newest(Supplier)
    assert str(answer.json["id"]) == str(key), "the answer names another row"
    assert_row(
        rows.get(Supplier, key),
        name="changed name",
        email="personchanged@example.org",
        phone="changed phone",
        active=True,
    )


def test_put_saves_every_field(api, rows):
    key = rows.add(factories.new_supplier)
    body = _body(rows)
    assert_status(api.put(f"{API}{key}", body), 200)
    assert_row(
        rows.get(Supplier, key),
        name="changed name",
        email="personchanged@example.org",
        phone="changed phone",
        active=True,
    )


def test_put_of_nothing_changes_nothing(api, rows):
    key = rows.add(factories.new_supplier)
    before = rows.get(Supplier, key)
    assert_status(api.put(f"{API}{key}", {}), 200)
    assert_unchanged(before, rows.get(Supplier, key))


def test_delete_removes_the_row(api, rows):
    key = rows.add(factories.new_supplier)
    assert_status(api.delete(f"{API}{key}"), 200)
    assert rows.get(Supplier, key) is None


def test_pages_follow_each_other(api, rows):
    keys = [rows.add(factories.new_supplier) for _ in range(3)]
    pages = [api.get(API, page=page, page_size=2) for page in (0, 1)]
    for answer in pages:
        assert_status(answer, 200)
        assert answer.json["count"] == 3
    assert [len(answer.json["ids"]) for answer in pages] == [2, 1]
    seen = {str(key) for answer in pages for key in answer.json["ids"]}
    assert seen == {str(key) for key in keys}


def test_a_list_never_reads_the_whole_table(app, api, rows):
    rows.add(factories.new_supplier)
    with statements(app) as sent:
        assert_status(api.get(API), 200)
        assert_status(api.get(API, page_size=-1), 200)
    assert_paged(sent, "supplier")


def test_list_is_ordered_by_name_both_ways(api, rows):
    keys = [rows.add(factories.new_supplier) for _ in range(2)]
    keys.sort(key=lambda key: (rows.get(Supplier, key)["name"], key))
    for direction in ("asc", "desc"):
        answer = api.get(API, order_column="name", order_direction=direction)
        assert_status(answer, 200)
        values = [row["name"] for row in answer.json["result"]]
        assert values == sorted(values, reverse=direction == "desc")
        assert len(values) == len(keys)


def test_filter_by_name_finds_only_its_rows(api, rows):
    wanted = "changed name"
    hit = rows.add(factories.new_supplier, name="changed name")
    rows.add(factories.new_supplier)
    answer = api.get(API, filters=filters("name", "eq", wanted))
    assert_status(answer, 200)
    assert [str(key) for key in answer.json["ids"]] == [str(hit)]


def test_filter_by_email_finds_only_its_rows(api, rows):
    wanted = "personchanged@example.org"
    hit = rows.add(factories.new_supplier, email="personchanged@example.org")
    rows.add(factories.new_supplier)
    answer = api.get(API, filters=filters("email", "eq", wanted))
    assert_status(answer, 200)
    assert [str(key) for key in answer.json["ids"]] == [str(hit)]


def test_filter_by_phone_finds_only_its_rows(api, rows):
    wanted = "changed phone"
    hit = rows.add(factories.new_supplier, phone="changed phone")
    rows.add(factories.new_supplier)
    answer = api.get(API, filters=filters("phone", "eq", wanted))
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
    with rows.none_added(Supplier):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "no_such_field" in answer.text


def test_text_that_is_no_json_is_refused(api, rows):
    with rows.none_added(Supplier):
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
    with rows.none_added(Supplier):
        answer = api.post(API, body)
    assert_status(answer, 422)
    assert "name" in answer.text, "the answer doesn't name the field"


def test_post_refuses_a_name_longer_than_120(api, rows):
    body = {**_body(rows), "name": "x" * 121}
    with rows.none_added(Supplier):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_post_refuses_a_email_longer_than_120(api, rows):
    body = {**_body(rows), "email": "x" * 121}
    with rows.none_added(Supplier):
        answer = api.post(API, body)
    assert_status(answer, 422)


def test_post_refuses_a_phone_longer_than_30(api, rows):
    body = {**_body(rows), "phone": "x" * 31}
    with rows.none_added(Supplier):
        answer = api.post(API, body)
    assert_status(answer, 422)
