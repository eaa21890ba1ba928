"""Customer: its charts, as a browser sees them."""

import datetime

import pytest
from flask_appbuilder.models.sqla.filters import FilterEqual

from app.models import Customer, CustomerStatus
from tests import factories
from tests.pages import assert_page, figures_added, figures_on, view_named
from tests.schema import statements

CHART = "/customerchartview/chart"


def test_chart_counts_the_rows_of_each_status(admin, rows):
    chart = f"{CHART}/status/count"
    before = figures_on(admin.get(chart))
    rows.add(factories.new_customer, status=CustomerStatus.active)
    rows.add(factories.new_customer, status=CustomerStatus.active)
    rows.add(factories.new_customer, status=CustomerStatus.suspended)
    added = figures_added(before, admin.get(chart))
    assert added == {"active": 2, "suspended": 1, "All": 3}


def test_chart_counts_the_rows_of_each_newsletter(admin, rows):
    chart = f"{CHART}/newsletter/count"
    before = figures_on(admin.get(chart))
    rows.add(factories.new_customer, newsletter=True)
    rows.add(factories.new_customer, newsletter=True)
    rows.add(factories.new_customer, newsletter=False)
    added = figures_added(before, admin.get(chart))
    assert added == {"Yes": 2, "No": 1, "All": 3}


@pytest.mark.parametrize(("period", "pattern"), [("month", "%Y-%m"), ("year", "%Y")])
def test_chart_counts_by_date_of_born_on(admin, rows, period, pattern):
    chart = f"{CHART}/born_on.{period}/count"
    before = figures_on(admin.get(chart))
    key = rows.add(factories.new_customer)
    moment = rows.get(Customer, key)["born_on"]
    rows.add(factories.new_customer, born_on=None)
    added = figures_added(before, admin.get(chart))
    assert added == {moment.strftime(pattern): 1, "None": 1, "All": 2}


@pytest.mark.parametrize(("period", "pattern"), [("month", "%Y-%m"), ("year", "%Y")])
def test_chart_counts_by_date_of_created_at(admin, rows, period, pattern):
    chart = f"{CHART}/created_at.{period}/count"
    before = figures_on(admin.get(chart))
    key = rows.add(factories.new_customer)
    moment = rows.get(Customer, key)["created_at"]
    added = figures_added(before, admin.get(chart))
    assert added == {moment.strftime(pattern): 1, "All": 1}


def test_chart_tells_the_figures_of_credit_limit(admin, rows):
    for _ in range(2):
        rows.add(factories.new_customer)
    values = rows.column(Customer, "credit_limit")
    page = admin.get(f"{CHART}/status/sum.credit_limit")
    *groups, whole = figures_on(page).values()
    assert whole == pytest.approx(float(sum(values)), abs=0.01)
    assert sum(groups) == pytest.approx(float(sum(values)), abs=0.01)
    page = admin.get(f"{CHART}/status/average.credit_limit")
    *_, whole = figures_on(page).values()
    average = float(sum(values)) / len(values)
    assert whole == pytest.approx(average, abs=0.01)


def test_chart_gathers_what_has_no_bar_of_its_own(app, admin, rows, monkeypatch):
    rows.add(factories.new_customer, status=CustomerStatus.active)
    rows.add(factories.new_customer, status=CustomerStatus.suspended)
    monkeypatch.setattr(view_named(app, "CustomerChartView"), "max_groups", 1)
    figures = figures_on(admin.get(f"{CHART}/status/count"))
    assert len(figures) == 3, f"not one group, the others and all, but {figures}"
    *bars, whole = figures.values()
    assert sum(bars) == whole == rows.count(Customer)


def test_chart_gathers_what_was_earlier(app, admin, rows, monkeypatch):
    rows.add(factories.new_customer, born_on=datetime.date(2026, 1, 2))
    rows.add(factories.new_customer, born_on=datetime.date(2028, 2, 29))
    monkeypatch.setattr(view_named(app, "CustomerChartView"), "max_periods", 1)
    figures = figures_on(admin.get(f"{CHART}/born_on.year/count"))
    assert len(figures) == 3, f"not earlier years, the last and all, but {figures}"
    *bars, whole = figures.values()
    assert sum(bars) == whole == rows.count(Customer)


def test_chart_asks_a_large_table_no_more_than_a_small_one(app, admin, rows):
    numbers = []
    for _ in range(3):
        rows.add(factories.new_customer)
        with statements(app) as sent:
            assert_page(admin.get(f"{CHART}/"))
        numbers.append(len(sent))
    assert numbers[1] == numbers[2], f"statements by number of rows: {numbers}"


def test_chart_shares_the_row_rules_of_its_list(app):
    chart = view_named(app, "CustomerChartView")
    listed = view_named(app, "CustomerView")
    assert chart.base_filters == listed.base_filters


def test_chart_counts_only_what_its_row_rules_leave(app, admin, rows, monkeypatch):
    key, _ = (rows.add(factories.new_customer) for _ in range(2))
    view = view_named(app, "CustomerChartView")
    rules = view.datamodel.get_filters().add_filter("id", FilterEqual, key)
    monkeypatch.setattr(view, "_base_filters", rules)
    assert figures_on(admin.get(f"{CHART}/"))["All"] == 1


def test_chart_counts_only_what_a_search_finds(admin, rows):
    wanted = "changed name"
    rows.add(factories.new_customer, name="changed name")
    rows.add(factories.new_customer)
    found = admin.get(f"{CHART}/", query_string={"_flt_0_name": wanted})
    assert figures_on(found)["All"] == 1
    assert "_flt_0_name=" in found.text, "the other charts lose the search"


def test_a_chart_that_is_none_is_not_found(admin):
    for name in ("nothing/count", "status/nothing"):
        answer = admin.get(f"{CHART}/{name}")
        assert answer.status_code == 404, f"{name} answered {answer.status_code}"
