"""What this application puts between itself and Flask-AppBuilder 5.

Views and APIs inherit from the classes here, which have the names of those that they
extend. Each mends something that Flask-AppBuilder does:

* filters live on the view, so requests in two threads see each other's: here every
  request has its own;
* a violated constraint is an error 500, or shows SQL: here it is a sentence for people;
* unknown actions, filters, order columns, operators and page numbers are errors 500, or
  are ignored: here they are refused;
* forms lose decimals, cannot leave a check box empty, turn a missing text into an empty
  one, and know nothing of constraints over several columns;
* a list asks for the related rows of each of its rows in turn: here for all at once;
* a master-detail page skips the view's own base filters;
* of several keys to one table only the first has its rows listed;
* an API takes integer keys only, and demands an enum although it has a default.
"""

from __future__ import annotations

import copy
import datetime
import enum
import json
import logging
import operator
import sys
import uuid

import flask_appbuilder as fab
import wtforms
from flask import abort, g, has_request_context, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.api import (
    get_item_schema,
    merge_response_func,
    permission_name,
    protect,
    rison,
    safe,
)
from flask_appbuilder.api.convert import Model2SchemaConverter
from flask_appbuilder.exceptions import DatabaseException, FABException
from flask_appbuilder.fieldwidgets import (
    BS3TextAreaFieldWidget,
    BS3TextFieldWidget,
    DateTimePickerWidget,
    Select2Widget,
)
from flask_appbuilder.hooks import before_request
from flask_appbuilder.models.sqla import interface
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import selectinload
from wtforms.validators import InputRequired, Optional

log = logging.getLogger(__name__)

MAX_PAGE_SIZE = 500
MAX_QUERY_DEPTH = 50

MESSAGES = (
    ("unique", "A row with this value already exists."),
    ("duplicate", "A row with this value already exists."),
    ("foreign key", "A related row is missing or still in use."),
    ("check", "A value is outside its allowed range."),
    ("not null", "A required value is missing."),
    ("null value", "A required value is missing."),
)


class SQLAInterface(interface.SQLAInterface):
    """Reads and writes rows; errors of the database come out as plain sentences."""

    def add(self, item, commit=True):
        self._write(super().add, item, commit)

    def edit(self, item, commit=True):
        self._write(super().edit, item, commit)

    def delete(self, item, commit=True):
        self._write(super().delete, item, commit)

    def delete_all(self, items):
        self._write(super().delete_all, items)

    def _write(self, write, *arguments):
        try:
            write(*arguments)
        except DatabaseException as error:
            raise DatabaseException(explain(error.__cause__)) from None
        except (SQLAlchemyError, OverflowError) as error:
            self.session.rollback()
            raise DatabaseException(explain(error)) from None

    def get(self, id, filters=None, select_columns=None, outer_default_load=False):
        """The row with this key, or None; also for a key that can't be one."""
        try:
            key = self.obj.__mapper__.primary_key
            if len(key) == 1 and isinstance(id, str):
                id = key_value(key[0].type, id)
            return super().get(id, filters, select_columns, outer_default_load)
        except (SQLAlchemyError, OverflowError, ValueError):
            self.session.rollback()
            return None

    eager = ()
    """The relations that a list shows."""

    def apply_all(self, query, *arguments, **options):
        query = super().apply_all(query, *arguments, **options)
        return query.options(
            *(selectinload(getattr(self.obj, name)) for name in self.eager)
        )

    def query(self, *arguments, **options):
        try:
            return super().query(*arguments, **options)
        except (SQLAlchemyError, OverflowError) as error:
            log.warning("A query was refused: %s", type(error).__name__)
            self.session.rollback()
            raise FABException("A filter has a value that it can't have.") from None


def explain(error) -> str:
    """What a database says, for people, without SQL or values."""
    text = str(getattr(error, "orig", error)).lower()
    for sign, message in MESSAGES:
        if sign in text:
            return message
    return "The database rejected the change."


def key_value(type_, text):
    """A key from an address, as the column holds it."""
    python_type = type_.python_type
    return python_type(text) if python_type in (int, uuid.UUID) else text


class PerRequestFilters:
    """Gives each request filters of its own."""

    @property
    def _filters(self):
        shared = self.__dict__.get("_shared_filters")
        if shared is None or not has_request_context():
            return shared
        own = g.setdefault("fabkit_filters", {})
        if id(self) not in own:
            own[id(self)] = copy.copy(shared)
            own[id(self)].clear_filters()
        return own[id(self)]

    @_filters.setter
    def _filters(self, filters):
        self.__dict__["_shared_filters"] = filters


class CheckedArguments:
    """Refuses addresses that Flask-AppBuilder would stumble over."""

    def _init_properties(self):
        super()._init_properties()
        relations = self.datamodel.list_properties
        self.datamodel.eager = [
            name
            for name in self.list_columns
            if self.datamodel.is_relation(name) and relations[name].lazy == "select"
        ]

    def check_arguments(self):
        for name, value in request.args.items(multi=True):
            if ("page_" in name or "psize_" in name) and not value.isdecimal():
                abort(400)
            if name.startswith("_flt_"):
                index, _, column = name[len("_flt_") :].partition("_")
                filters = self._filters._all_filters.get(column)
                known = index.isdecimal() and filters and int(index) < len(filters)
                if not known:
                    abort(400)

    def _get_list_widget(
        self, filters, actions=None, order_column="", order_direction="", **options
    ):
        if order_column not in self.order_columns:
            order_column = order_direction = ""
        if options.get("page_size"):
            options["page_size"] = min(options["page_size"], MAX_PAGE_SIZE)
        return super()._get_list_widget(
            filters, actions, order_column, order_direction, **options
        )


class RelatedLists:
    """Lists the rows below a row: one list for each key that leads to it."""

    @property
    def _related_views(self):
        model = self.datamodel.obj
        return [
            view if relation is None else _by(view, relation)
            for view in self.__dict__.get("_inner_views") or []
            for relation in _relations(view, model)
        ]

    @_related_views.setter
    def _related_views(self, views):
        self.__dict__["_inner_views"] = views

    def get_init_inner_views(self):
        return self.__dict__["_inner_views"]

    def _get_related_view_widget(self, item, related_view, *arguments, **options):
        relation = getattr(related_view, "related_by", None)
        if relation is None:
            return super()._get_related_view_widget(
                item, related_view, *arguments, **options
            )
        filters = related_view.datamodel.get_filters().add_filter_related_view(
            relation,
            self.datamodel.FilterRelationOneToManyEqual,
            self.datamodel.get_pk_value(item),
        )
        names = ("order_column", "order_direction", "page", "page_size")
        options.update(zip(names, arguments, strict=False))
        return related_view._get_view_widget(filters=filters, **options)


def _relations(view, model):
    """The relations of a view's rows to a model; None where there is only one."""
    names = [
        name
        for name in view.datamodel.list_properties
        if view.datamodel.is_relation_many_to_one(name)
        and view.datamodel.get_related_model(name) is model
    ]
    return names if len(names) > 1 else [None]


def _by(view, relation):
    by = copy.copy(view)
    by.related_by = relation
    by.title = f"{view.title} by {view.label_columns.get(relation, relation)}"
    return by


class CheckedForm:
    """A form that checks what spans several fields, and stores a blank as NULL."""

    _view = None

    def validate(self, *arguments, **options):
        is_valid = super().validate(*arguments, **options)
        if is_valid:
            for rule in self._view.form_rules:
                is_valid = rule(self, self._view.datamodel) and is_valid
        return is_valid

    def populate_obj(self, item):
        datamodel = self._view.datamodel
        for field in self:
            name = field.short_name
            if field.data == "" and datamodel.is_nullable(name):
                field.data = None
        super().populate_obj(item)


class ModelView(CheckedArguments, PerRequestFilters, RelatedLists, fab.ModelView):
    """Pages for the rows of a table."""

    form_rules = ()
    """What must hold between fields: Unique and Compare."""

    @property
    def database_error_message(self):
        error = sys.exc_info()[1]
        return str(error) if isinstance(error, DatabaseException) else "Database Error"

    def _init_properties(self):
        # Flask-AppBuilder appends to these lists, which belong to the class.
        validators = self.validators_columns or {}
        self.validators_columns = {name: list(validators[name]) for name in validators}
        super()._init_properties()

    def _init_forms(self):
        super()._init_forms()
        for name in ("add_form", "edit_form"):
            form = getattr(self, name)
            checked = type(form.__name__, (CheckedForm, form), {"_view": self})
            setattr(self, name, checked)

    @before_request
    def check_request(self):
        self.check_arguments()

    def get_action_permission_name(self, name):
        if name not in self.actions:
            abort(404)
        return super().get_action_permission_name(name)


class MasterDetailView(
    CheckedArguments, PerRequestFilters, RelatedLists, fab.MasterDetailView
):
    """A list of masters beside the rows of the one that is chosen."""

    @expose("/list/")
    @expose("/list/<pk>")
    @has_access
    def list(self, pk=None):
        self.check_arguments()
        if pk is not None and self.datamodel.get(pk, self._base_filters) is None:
            abort(404)
        return fab.MasterDetailView.list.__wrapped__(self, pk)


class Unique:
    """No other row has these values together. Rows with a NULL among them are free."""

    def __init__(self, *names):
        self.names = names

    def __call__(self, form, datamodel):
        if any(name not in form for name in self.names):
            return True
        values = {name: form[name].data for name in self.names}
        if any(value is None or value == "" for value in values.values()):
            return True
        with datamodel.session.no_autoflush:
            query = datamodel.session.query(datamodel.obj).filter_by(**values)
            if hasattr(form, "_id"):
                query = query.filter(datamodel.get_pk() != form._id)
            taken = query.first() is not None
        if taken:
            _complain(form[self.names[-1]], "Already exists.")
        return not taken


class Compare:
    """One field compared with another, where both have a value."""

    OPERATORS = {
        "<": (operator.lt, "less than"),
        "<=": (operator.le, "at most"),
        ">": (operator.gt, "greater than"),
        ">=": (operator.ge, "at least"),
        "==": (operator.eq, "equal to"),
        "!=": (operator.ne, "different from"),
    }

    def __init__(self, left, symbol, right):
        self.left, self.right = left, right
        self.holds, self.words = self.OPERATORS[symbol]

    def __call__(self, form, datamodel):
        if self.left not in form or self.right not in form:
            return True
        left, right = form[self.left].data, form[self.right].data
        if left in (None, "") or right in (None, "") or self.holds(left, right):
            return True
        label = form[self.right].label.text
        _complain(form[self.left], f"Must be {self.words} {label}.")
        return False


def _complain(field, message):
    field.errors = [*field.errors, message]


class SchemaConverter(Model2SchemaConverter):
    """Makes the schemas of an API."""

    def _column2enum(self, datamodel, column):
        field = super()._column2enum(datamodel, column)
        sql = datamodel.list_columns[column.name]
        has_default = sql.default is not None or sql.server_default is not None
        field.required = not (sql.nullable or has_default)
        field.allow_none = sql.nullable
        return field

    def _meta_schema_factory(self, *arguments, **options):
        schema = super()._meta_schema_factory(*arguments, **options)

        # Without it, a key column that no relation stands for can't be shown.
        class Meta(schema.Meta):
            include_fk = True

        return type(schema.__name__, (schema,), {"Meta": Meta})


class ModelRestApi(PerRequestFilters, fab.ModelRestApi):
    """A REST API for the rows of a table."""

    model2schemaconverter = SchemaConverter

    @before_request
    def check_depth(self):
        if request.args.get("q", "").count("(") > MAX_QUERY_DEPTH:
            return self.response_400(message="The query is nested too deeply.")

    @expose("/<pk>", methods=["GET"])
    @protect()
    @safe
    @permission_name("get")
    @rison(get_item_schema)
    @merge_response_func(fab.ModelRestApi.merge_show_label_columns, "label_columns")
    @merge_response_func(fab.ModelRestApi.merge_show_columns, "show_columns")
    @merge_response_func(
        fab.ModelRestApi.merge_description_columns, "description_columns"
    )
    @merge_response_func(fab.ModelRestApi.merge_show_title, "show_title")
    def get(self, pk, **arguments):
        key = self.datamodel.obj.__mapper__.primary_key[0].type
        try:
            pk = key_value(key, pk)
        except ValueError:
            return self.response_404()
        return self.get_headless(pk, **arguments)

    get.__doc__ = fab.ModelRestApi.get.__doc__

    def get_list_headless(self, **arguments):
        try:
            return super().get_list_headless(**arguments)
        except FABException as error:
            return self.response_400(message=str(error))

    def _handle_filters_args(self, rison_args):
        for one in rison_args.get("filters", []):
            known = self._filters.get_search_filters().get(one.get("col"), [])
            if one.get("opr") not in {each.arg_name for each in known}:
                raise FABException(f"Filter not allowed on column: {one.get('col')}")
        return super()._handle_filters_args(rison_args)

    def _sanitize_page_args(self, page, page_size):
        return super()._sanitize_page_args(max(page or 0, 0), page_size)

    def response_422(self, message=None):
        error = sys.exc_info()[1]
        if isinstance(error, DatabaseException):
            message = str(error)
        return super().response_422(message=message)


class DecimalField(wtforms.DecimalField):
    """A decimal that is a number."""

    def process_formdata(self, valuelist):
        super().process_formdata(valuelist)
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError(self.gettext("Not a valid decimal value."))


class EnumField(wtforms.SelectField):
    """A select of the members of an enum, by value."""

    def __init__(self, label, enum_class, nullable=False, **options):
        self.enum_class = enum_class
        choices = [(member.value, str(member.value)) for member in enum_class]
        super().__init__(
            label,
            coerce=self.member,
            choices=[("", ""), *choices] if nullable else choices,
            **options,
        )

    def member(self, value):
        if value is None or isinstance(value, enum.Enum):
            return value
        if value in ("", "__None"):
            return None
        return self.enum_class(value)


class JSONField(wtforms.TextAreaField):
    """A JSON document."""

    def _value(self):
        if self.raw_data:
            return self.raw_data[0]
        if self.data is None:
            return ""
        return json.dumps(self.data, indent=2, ensure_ascii=False)

    def process_formdata(self, valuelist):
        if not valuelist or not valuelist[0].strip():
            self.data = None
            return
        try:
            self.data = json.loads(valuelist[0])
        except ValueError:
            self.data = None
            raise ValueError(self.gettext("Not valid JSON.")) from None


class TimeField(wtforms.TimeField):
    """A time of day, to the microsecond where it has any."""

    def _value(self):
        if not self.raw_data and isinstance(self.data, datetime.time):
            return self.data.isoformat()
        return super()._value()


class UUIDField(wtforms.StringField):
    """A UUID."""

    def process_formdata(self, valuelist):
        text = valuelist[0].strip() if valuelist else ""
        try:
            self.data = uuid.UUID(text) if text else None
        except ValueError:
            self.data = None
            raise ValueError(self.gettext("Not a valid UUID.")) from None


def _checks(nullable, validators):
    return [Optional() if nullable else InputRequired(), *validators]


def boolean_field(label, nullable=False, default=None):
    """A check box that may be left empty, or a select where there may be no answer."""
    if not nullable:
        return wtforms.BooleanField(label, default=default)
    return wtforms.SelectField(
        label,
        choices=[("", ""), ("True", "True"), ("False", "False")],
        coerce=lambda value: {"True": True, "False": False}.get(str(value)),
        default=default,
        widget=Select2Widget(),
    )


def decimal_field(label, places=None, nullable=False, default=None, validators=()):
    """A decimal with all of its places."""
    return DecimalField(
        label,
        places=places,
        validators=_checks(nullable, validators),
        default=default,
        widget=BS3TextFieldWidget(),
    )


def enum_field(label, enum_class, nullable=False, default=None):
    """A select, with a blank choice where there may be no value."""
    return EnumField(
        label,
        enum_class,
        nullable=nullable,
        validators=_checks(nullable, ()),
        default=default,
        widget=Select2Widget(),
    )


def json_field(label, nullable=False, default=None):
    """A text area with a JSON document."""
    return JSONField(
        label,
        validators=_checks(nullable, ()),
        default=default,
        widget=BS3TextAreaFieldWidget(),
    )


def datetime_field(label, nullable=False, default=None):
    """A date and a time, fractions of a second included."""
    return wtforms.DateTimeField(
        label,
        format=["%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S"],
        validators=_checks(nullable, ()),
        default=default,
        widget=DateTimePickerWidget(),
    )


def time_field(label, nullable=False, default=None):
    """A time of day."""
    return TimeField(
        label,
        format=["%H:%M:%S", "%H:%M:%S.%f", "%H:%M"],
        validators=_checks(nullable, ()),
        default=default,
        widget=BS3TextFieldWidget(),
    )


def uuid_field(label, nullable=False, default=None):
    """A UUID."""
    return UUIDField(
        label,
        validators=_checks(nullable, ()),
        default=default,
        widget=BS3TextFieldWidget(),
    )
