# ruff: noqa: E501
"""The layer between the application and Flask-AppBuilder: its fields, and what it refuses."""

import datetime
import enum
import uuid
from decimal import Decimal

import pytest
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask_appbuilder.api.manager import resolver
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app.fabkit import fields
from app.fabkit.api import ModelRestApi

ID = "12345678-1234-5678-1234-567812345678"
MOMENT = datetime.datetime(2028, 2, 29, 23, 59, 59, 250_000)


class Colour(enum.Enum):
    red = "red"
    blue = "deep blue"


def _form(field, text=None, **shown):
    posted = None if text is None else MultiDict({"value": text})
    return type("OneField", (Form,), {"value": field})(posted, data=shown)


def _read(field, text):
    """What the field makes of a text, or nothing when it refuses the text."""
    form = _form(field, text)
    return (form.value.data,) if form.validate() else ()


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (fields.uuid_field("Id"), ID, uuid.UUID(ID)),
        (fields.uuid_field("Id", nullable=True), " ", None),
        (fields.time_field("At"), "23:59", datetime.time(23, 59)),
        (fields.time_field("At"), "23:59:59.250000", MOMENT.time()),
        (fields.datetime_field("At"), "2028-02-29 23:59:59.250000", MOMENT),
        (fields.json_field("Data"), '{"a": [1, null]}', {"a": [1, None]}),
        (fields.json_field("Data", nullable=True), " ", None),
        (fields.decimal_field("Sum", places=4), "1.2345", Decimal("1.2345")),
        (fields.boolean_field("Is", nullable=True), "", None),
        (fields.boolean_field("Is", nullable=True), "False", False),
        (fields.enum_field("Colour", Colour), "deep blue", Colour.blue),
        (fields.enum_field("Colour", Colour, nullable=True), "", None),
    ],
)
def test_a_field_takes_what_people_enter(field, text, value):
    assert _read(field, text) == (value,)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (fields.uuid_field("Id"), "no uuid"),
        (fields.uuid_field("Id"), ""),
        (fields.time_field("At"), "25:61"),
        (fields.datetime_field("At"), "2026-02-30 10:00:00"),
        (fields.json_field("Data"), "{"),
        (fields.json_field("Data"), ""),
        (fields.decimal_field("Sum"), "NaN"),
        (fields.decimal_field("Sum"), "Infinity"),
        (fields.enum_field("Colour", Colour), "green"),
        (fields.enum_field("Colour", Colour), ""),
    ],
)
def test_a_field_refuses_what_its_column_cannot_hold(field, text):
    assert _read(field, text) == (), f"{text!r} was taken"


def test_what_a_field_shows_is_what_it_takes_again():
    for field, value in (
        (fields.json_field("Data"), {"ä": [1.5, None, "x"]}),
        (fields.time_field("At"), MOMENT.time()),
        (fields.uuid_field("Id"), uuid.UUID(ID)),
        (fields.decimal_field("Sum", places=4), Decimal("1.2345")),
    ):
        shown = _form(field, value=value).value._value()
        assert _read(field, str(shown)) == (value,), f"{value!r} is shown as {shown!r}"


def test_what_was_entered_stays_on_the_page():
    assert _form(fields.json_field("Data"), "{").value._value() == "{"
    assert _form(fields.json_field("Data")).value._value() == ""


@pytest.mark.parametrize(
    "query",
    [
        "page_CategoryView=-1",
        "page_CategoryView=x",
        "psize_CategoryView=-5",
        "_flt_99_nothing=1",
    ],
)
def test_an_address_that_makes_no_sense_is_a_bad_request(admin, query):
    answer = admin.get(f"/categoryview/list/?{query}")
    assert answer.status_code == 400, f"answered {answer.status_code}"


def test_an_action_that_is_none_is_not_found(admin):
    for form in ({"action": "x", "rowid": "1"}, {"action": "muldelete_x"}):
        answer = admin.post("/categoryview/action_post", data=form)
        assert answer.status_code == 404, f"answered {answer.status_code}"


def test_a_query_nested_beyond_reason_is_refused(api):
    deep = "(a:" * 200 + "1" + ")" * 200
    answer = api.client.get(f"/api/v1/category/?q={deep}", headers=api.headers)
    assert answer.status_code == 400, f"answered {answer.status_code}"


def test_the_document_of_the_api_holds_numbers_as_numbers(app):
    plugins = [MarshmallowPlugin(schema_name_resolver=resolver)]
    spec = APISpec("tests", "1", "3.0.2", plugins=plugins)
    for view in app.appbuilder.baseviews:
        if isinstance(view, ModelRestApi):
            view.add_apispec_components(spec)
    facts = [
        fact
        for schema in spec.components.schemas.values()
        for field in schema.get("properties", {}).values()
        for fact in field.values()
    ]
    assert facts, "no API is described"
    assert not any(isinstance(fact, Decimal) for fact in facts)


@pytest.mark.parametrize("key", ["9" * 40, "-1", "1.5", "%00"])
def test_a_key_that_no_row_can_have_is_not_found(api, key):
    answer = api.client.get(f"/api/v1/category/{key}", headers=api.headers)
    assert answer.status_code == 404, f"answered {answer.status_code}"
