"""Charts: how many rows are in each group of a table, and what they add up to.

The database works out the figures, in one statement whatever the number of rows. The
page `templates/fabkit/chart.html` draws them without any script, above a table of them.
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa
from flask import abort, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.charts.views import BaseChartView
from flask_appbuilder.urltools import get_filter_args
from flask_babel import format_decimal
from sqlalchemy.exc import SQLAlchemyError

from .interface import PerRequestFilters
from .views import CheckedArguments

SHARED = (
    "base_filters",
    "label_columns",
    "search_columns",
    "search_exclude_columns",
    "search_form_extra_fields",
    "search_form_query_rel_fields",
)


@dataclass(frozen=True)
class Group:
    """What rows are grouped by: a column, or the months or years of one."""

    label: str
    column: str
    period: str | None = None


@dataclass(frozen=True)
class Measure:
    """What is told of a group: its rows, or the sum or average of a column."""

    label: str
    pattern: str = "#,##0"
    column: str | None = None
    is_average: bool = False

    def of(self, bar):
        if self.column is None:
            return bar.rows
        if self.is_average and bar.total is not None:
            return bar.total / bar.known
        return bar.total

    def text(self, bar):
        """The figure as people write it."""
        figure = self.of(bar)
        if figure is None:
            return "\N{EN DASH}"
        if not math.isfinite(figure):
            return str(figure)
        return format_decimal(figure, self.pattern)


@dataclass
class Bar:
    """A group, with what is to be told of its rows."""

    label: str
    rows: int = 0
    known: int = 0
    """Rows that have a value to add up."""
    total: object = None
    is_rest: bool = False
    """Whether it is no group of its own, but what the groups leave."""
    start: float = 0.0
    """Where it is drawn, from 0 to 1."""
    length: float = 0.0
    text: str = ""

    def add(self, rows, known, total):
        self.rows += int(rows)
        self.known += int(known)
        if total is not None:
            self.total = total if self.total is None else self.total + total

    def rest(self, label, bars):
        """What is left without the rows of some bars."""
        rest = Bar(label, self.rows, self.known, self.total, is_rest=True)
        for bar in bars:
            rest.rows -= bar.rows
            rest.known -= bar.known
            if bar.total is not None:
                rest.total -= bar.total
        if not rest.known:
            rest.total = None
        return rest


@dataclass
class Chart:
    """All bars in the order in which they are drawn, and all rows together."""

    measure: Measure
    bars: list[Bar]
    whole: Bar
    zero: float = 0.0
    """Where the bars begin that have more than nothing, from 0 to 1."""

    def __post_init__(self):
        sizes = [_size(self.measure.of(bar)) for bar in self.bars]
        low, high = min([0.0, *sizes]), max([0.0, *sizes])
        breadth = (high - low) or 1.0
        self.zero = -low / breadth
        for bar, size in zip(self.bars, sizes, strict=True):
            bar.start = (min(size, 0.0) - low) / breadth
            bar.length = abs(size) / breadth
            bar.text = self.measure.text(bar)


class ChartView(CheckedArguments, PerRequestFilters, BaseChartView):
    """A page that draws the rows of a table by group."""

    chart_template = "fabkit/chart.html"
    template_folder = str(Path(__file__).with_name("templates"))

    model_view = None
    """The pages of the same rows: a chart has their labels, their search and their base
    filters, so that it counts no row for people who may not see it there."""
    description = ""
    group_columns = ()
    """Relations, dates, columns of few values. The page opens with the first."""
    sum_columns = ()
    average_columns = ()
    max_groups = 12
    """How many groups have a bar of their own; the others share one."""
    max_periods = 24
    """The same for months and years: the last ones have."""

    def _init_properties(self):
        for name in SHARED:
            if self.model_view is not None and not getattr(self, name):
                setattr(self, name, copy.copy(getattr(self.model_view, name)))
        super()._init_properties()

    @property
    def groups(self):
        """What rows can be grouped by, by name in addresses."""
        groups = {}
        for name in self.group_columns:
            label = self.label_columns.get(name, name)
            if self.datamodel.is_date(name) or self.datamodel.is_datetime(name):
                for period in ("month", "year"):
                    group = Group(f"{label} ({period})", name, period)
                    groups[f"{name}.{period}"] = group
            else:
                groups[name] = Group(label, name)
        return groups

    @property
    def measures(self):
        """What can be told of a group, by name in addresses."""
        measures = {"count": Measure("Rows")}
        for name in self.sum_columns:
            label = f"Sum of {self.label_columns.get(name, name)}"
            measures[f"sum.{name}"] = Measure(label, self._pattern(name, 0), name)
        for name in self.average_columns:
            label = f"Average {self.label_columns.get(name, name)}"
            pattern = self._pattern(name, 2)
            measures[f"average.{name}"] = Measure(label, pattern, name, is_average=True)
        return measures

    def _pattern(self, name, places):
        """How a figure of a column is written: with all places of a decimal."""
        type_ = self.datamodel.list_columns[name].type
        if isinstance(type_, sa.Integer):
            return f"#,##0.{'0' * places}".rstrip(".")
        scale = getattr(type_, "scale", None)
        return "#,##0.###" if scale is None else f"#,##0.{'0' * scale}".rstrip(".")

    @expose("/chart/<group_by>/<measure>")
    @expose("/chart/")
    @has_access
    def chart(self, group_by=None, measure="count"):
        self.check_arguments()
        groups, measures = self.groups, self.measures
        group_by = group_by or next(iter(groups))
        if group_by not in groups or measure not in measures:
            abort(404)
        get_filter_args(self._filters)
        group, shown = groups[group_by], measures[measure]
        try:
            chart = self._draw(group, shown)
        except (SQLAlchemyError, ArithmeticError):
            self.datamodel.session.rollback()
            chart = None
        self.update_redirect()
        return self.render_template(
            self.chart_template,
            title=self.title,
            description=self.description,
            group_by_label=self.group_by_label,
            caption=f"{shown.label} by {group.label}",
            heading=group.label,
            figures=[measures["count"], *([shown] if shown.column else [])],
            is_period=group.period is not None,
            chart=chart,
            group_links=[
                (each.label, self._address(name, measure), name == group_by)
                for name, each in groups.items()
            ],
            measure_links=[
                (each.label, self._address(group_by, name), name == measure)
                for name, each in measures.items()
            ],
            widgets=self._get_search_widget(form=self.search_form.refresh()),
        )

    def _address(self, group_by, measure):
        """The page of another chart, with the same search."""
        search = {
            name: request.args.getlist(name)
            for name in request.args
            if name.startswith("_flt_")
        }
        where = {"group_by": group_by, "measure": measure}
        return url_for(f"{self.endpoint}.chart", **search, **where)

    def _draw(self, group, measure):
        lines, whole, number = self._read(group, measure)
        labels = self._labels(group, {key for key, *_ in lines})
        bars, none = {}, Bar("None", is_rest=True)
        for key, *figures in lines:
            bar = bars.setdefault(key, Bar(labels[key])) if key in labels else none
            bar.add(*figures)
        left = [none] if none.rows else []
        others = []
        if number > len(lines):
            label = f"{'Earlier' if group.period else 'Other'} ({number - len(lines)})"
            others = [whole.rest(label, [*bars.values(), none])]
        if group.period:
            shown = [*others, *in_time(bars, self.max_periods), *left]
        else:
            largest = sorted(bars.values(), key=lambda bar: -_size(measure.of(bar)))
            shown = [*largest, *left, *others]
        return Chart(measure, shown, whole)

    def _read(self, group, measure):
        """Each group with its rows, values and sum; all rows together; all groups."""
        model, session = self.datamodel.obj, self.datamodel.session
        parts = [part.label(f"part_{n}") for n, part in enumerate(self._parts(group))]
        value = getattr(model, measure.column) if measure.column else sa.literal(0)
        filters = self._filters.get_joined_filters(self._base_filters)
        query = filters.apply_all(session.query(model))
        found = query.with_entities(*parts, value.label("value")).subquery().c
        keys = [found[part.name] for part in parts]
        figures = [
            sa.func.count(),
            sa.func.count(found.value),
            sa.func.sum(found.value),
        ]
        if group.period:
            limit = self.max_periods
            order = [keys[0].is_(None).desc(), *(key.desc() for key in keys)]
        else:
            limit = self.max_groups
            largest = figures[0 if measure.is_average or not measure.column else 2]
            order = [sa.func.coalesce(largest, 0).desc(), *keys]
        every = [sa.func.sum(figure).over() for figure in figures]
        statement = sa.select(*keys, *figures, *every, sa.func.count().over())
        statement = statement.group_by(*keys).order_by(*order).limit(limit)
        lines, whole, number = [], Bar("All"), 0
        for line in session.execute(statement):
            *key, rows, known, total, all_rows, all_known, all_total, number = line
            lines.append((tuple(key), rows, known, total))
            if not whole.rows:
                whole.add(all_rows, all_known, all_total)
        return lines, whole, number

    def _parts(self, group):
        """What rows of the same group have in common."""
        if self.datamodel.is_relation(group.column):
            return [getattr(self.datamodel.obj, self._relation(group)[1])]
        column = getattr(self.datamodel.obj, group.column)
        if isinstance(column.type, sa.Enum):
            return [sa.type_coerce(column, sa.String)]
        if not group.period:
            return [column]
        dialect = self.datamodel.session.get_bind().dialect.name
        if dialect == "postgresql" and getattr(column.type, "timezone", False):
            column = sa.func.timezone("UTC", column)
        fields = ("year", "month") if group.period == "month" else ("year",)
        return [sa.extract(field, column) for field in fields]

    def _relation(self, group):
        """The other model, and the two attributes that hold the same key."""
        relation = self.datamodel.list_properties[group.column]
        own, other = relation.local_remote_pairs[0]
        names = (relation.parent, own), (relation.mapper, other)
        names = (mapper.get_property_by_column(column).key for mapper, column in names)
        return relation.mapper.class_, *names

    def _labels(self, group, keys):
        """What people call the groups, for those that are any."""
        known = [key for key in keys if all(_is_known(part) for part in key)]
        if group.period:
            return {key: _period(key) for key in known}
        if not self.datamodel.is_relation(group.column):
            return {key: _words(*key) for key in known}
        model, _, name = self._relation(group)
        column = getattr(model, name)
        rows = self.datamodel.session.query(model)
        rows = rows.filter(column.in_([key for (key,) in known]))
        names = {getattr(row, name): str(row) for row in rows}
        return {key: names.get(*key) or str(*key) for key in known}


def _size(figure):
    """How long a bar is drawn, before its scale is known."""
    return float(figure) if figure is not None and math.isfinite(figure) else 0.0


def _is_known(part):
    """Whether there is a value: PostgreSQL has dates that never come."""
    return part is not None and (isinstance(part, (str, UUID)) or math.isfinite(part))


def _words(value):
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return str(value) or "Empty"


def _period(key):
    year, *month = (int(part) for part in key)
    return "-".join([f"{year:04}", *(f"{part:02}" for part in month)])


def in_time(bars, most):
    """The bars of months or years, and of those between them where all fit."""
    times = sorted(bars)
    if times:
        first, last = _number(times[0]), _number(times[-1])
        every = range(first, min(last + 1, first + most))
        every = [_time(number, len(times[0])) for number in every]
        times = every if set(times) <= set(every) else times
    return [bars.get(time) or Bar(_period(time)) for time in times]


def _number(time):
    """Years, or months, since there is a calendar."""
    return int(time[0] if len(time) == 1 else time[0] * 12 + time[1] - 1)


def _time(number, parts):
    return (number,) if parts == 1 else (number // 12, number % 12 + 1)
