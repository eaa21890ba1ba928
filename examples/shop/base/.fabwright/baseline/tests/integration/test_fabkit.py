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
from marshmallow import ValidationError
from sqlalchemy import Column, Date, Enum, String
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import declarative_base
from werkzeug.datastructures import MultiDict
from wtforms import Form

from app.fabkit import api as api_classes
from app.fabkit import charts, fields, interface
from tests.pages import assert_page, view_named

ID = "12345678-1234-5678-1234-567812345678"
SPAN = datetime.timedelta(hours=36, minutes=30)
MOMENT = datetime.datetime(2028, 2, 29, 23, 59, 59, 250_000)
UTC = MOMENT.replace(tzinfo=fields.UTC)


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
        (fields.datetime_field("At", timezone=True), "2028-02-29 23:59:59.250000", UTC),
        (fields.interval_field("For"), "1 day, 12:30:00", SPAN),
        (fields.interval_field("For", nullable=True), " ", None),
        (fields.bytes_field("Data"), "AP8=", b"\x00\xff"),
        (fields.integer_field("Year"), "2028", 2028),
        (fields.text_field("Range"), "[1,5)", "[1,5)"),
        (fields.text_field("Range", nullable=True), "", None),
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
        (fields.interval_field("For"), "a while"),
        (fields.interval_field("For"), f"{'9' * 20} days"),
        (fields.bytes_field("Data"), "no Base64!"),
        (fields.integer_field("Year"), "this one"),
        (fields.text_field("Range"), ""),
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
        (fields.interval_field("For"), SPAN),
        (fields.bytes_field("Data"), b"\x00\xff"),
        (fields.datetime_field("At", timezone=True), UTC.replace(microsecond=0)),
        (fields.decimal_field("Sum", places=4), Decimal("1.2345")),
    ):
        shown = _form(field, value=value).value._value()
        assert _read(field, str(shown)) == (value,), f"{value!r} is shown as {shown!r}"


def test_what_was_entered_stays_on_the_page():
    assert _form(fields.json_field("Data"), "{").value._value() == "{"
    assert _form(fields.json_field("Data")).value._value() == ""


Base = declarative_base()


class Line(Base):
    __tablename__ = "line"
    day = Column(Date, primary_key=True)
    shop = Column(UUID(as_uuid=True), primary_key=True)
    colour = Column(Enum(Colour), primary_key=True)


class Note(Base):
    __tablename__ = "note"
    path = Column(String(20), primary_key=True)


@pytest.mark.parametrize(
    "row",
    [
        Line(day=MOMENT.date(), shop=uuid.UUID(ID), colour=Colour.blue),
        Note(path="a/b"),
        Note(path='"'),
        Note(path=""),
    ],
)
def test_a_key_in_an_address_is_the_key_of_its_row(row):
    text = interface.key_text(row)
    assert "/" not in text and text
    key = row.__mapper__.primary_key_from_instance(row)
    assert interface.key_values(type(row), text) == list(key)


@pytest.mark.parametrize("text", ["", "[]", "[1]", "1", '["today","x","red"]'])
def test_what_is_no_key_is_told_from_one(text):
    with pytest.raises(ValueError):
        interface.key_values(Line, text)


def test_the_api_gives_and_takes_bytes_as_base64():
    data = api_classes.Bytes()
    assert data.serialize("data", {"data": b"\x00\xff"}) == "AP8="
    assert data.deserialize("AP8=") == b"\x00\xff"
    for wrong in ("no Base64!", 5):
        with pytest.raises(ValidationError):
            data.deserialize(wrong)


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


def test_a_page_behind_every_row_is_empty(api):
    for page in (10**9, 2**64):
        query = f"(page:{page},page_size:100)"
        answer = api.client.get(f"/api/v1/category/?q={query}", headers=api.headers)
        assert answer.status_code == 200, f"answered {answer.status_code}"
        assert answer.json["result"] == []


def test_the_document_of_the_api_holds_numbers_as_numbers(app):
    plugins = [MarshmallowPlugin(schema_name_resolver=resolver)]
    spec = APISpec("tests", "1", "3.0.2", plugins=plugins)
    for view in app.appbuilder.baseviews:
        if isinstance(view, api_classes.ModelRestApi):
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


# -- charts ----------------------------------------------------------------------------


AMOUNT = charts.Measure("Sum of Amount", "#,##0.00", "amount")
AVERAGE = charts.Measure("Average Amount", "#,##0.00", "amount", is_average=True)


def _bar(total, rows=1):
    return charts.Bar("a group", rows, rows, total)


def test_bars_of_less_than_nothing_lie_before_the_others():
    chart = charts.Chart(AMOUNT, [_bar(Decimal("-2")), _bar(Decimal("6"))], _bar(4))
    assert chart.zero == 0.25
    assert [(bar.start, bar.length) for bar in chart.bars] == [(0, 0.25), (0.25, 0.75)]


@pytest.mark.parametrize("total", [None, Decimal("NaN"), float("inf"), 0])
def test_a_figure_that_cannot_be_drawn_has_no_bar(app, total):
    with app.test_request_context():
        chart = charts.Chart(AMOUNT, [_bar(total), _bar(Decimal("6"))], _bar(6))
    assert [(bar.start, bar.length) for bar in chart.bars] == [(0, 0), (0, 1)]


def test_figures_are_written_with_all_their_places(app):
    with app.test_request_context():
        assert AMOUNT.text(_bar(Decimal("1234567.5"))) == "1,234,567.50"
        assert AVERAGE.text(_bar(Decimal("1"), rows=3)) == "0.33"
        assert AMOUNT.text(_bar(None)) == AVERAGE.text(_bar(None)) == "\N{EN DASH}"
        assert AMOUNT.text(_bar(Decimal("NaN"))) == "NaN"


def test_what_no_group_holds_is_the_rest():
    rest = _bar(Decimal("10"), rows=5).rest("Other", [_bar(Decimal("4"), rows=2)])
    assert (rest.rows, rest.known, rest.total) == (3, 3, Decimal("6"))
    assert _bar(Decimal("4")).rest("Other", [_bar(Decimal("4"))]).total is None


def _labels(most, *times):
    bars = {time: charts.Bar(f"bar of {time}") for time in times}
    return [bar.label for bar in charts.in_time(bars, most)]


def test_months_without_a_row_have_their_place_in_time():
    november, february = (2025, 11), (2026, 2)
    assert _labels(4, february, november) == [
        "bar of (2025, 11)",
        "2025-12",
        "2026-01",
        "bar of (2026, 2)",
    ]
    assert _labels(3, february, november) == ["bar of (2025, 11)", "bar of (2026, 2)"]
    assert _labels(4, (987,), (985,)) == ["bar of (985,)", "0986", "bar of (987,)"]
    assert _labels(4) == []


def test_a_month_that_no_calendar_has_is_not_lost():
    assert _labels(4, (0, 0), (0, 1)) == ["bar of (0, 0)", "bar of (0, 1)"]


def test_a_chart_whose_figures_are_out_of_reach_says_so(app, admin, monkeypatch):
    def overflow(*_):
        raise OverflowError

    monkeypatch.setattr(view_named(app, "CustomerChartView"), "_read", overflow)
    page = admin.get("/customerchartview/chart/")
    assert_page(page)
    assert "There are no figures" in page.text
