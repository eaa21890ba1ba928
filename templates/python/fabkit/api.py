"""REST APIs."""

from __future__ import annotations

import base64
import decimal
import sys

import flask_appbuilder as fab
from flask import request
from flask_appbuilder import expose
from flask_appbuilder.api import (
    get_item_schema,
    merge_response_func,
    permission_name,
    protect,
    rison,
    safe,
)
from flask_appbuilder.api.convert import Model2SchemaConverter
from flask_appbuilder.exceptions import FABException
from flask_appbuilder.hooks import before_request
from marshmallow import fields, validate
from marshmallow_sqlalchemy.fields import Related, RelatedList
from sqlalchemy import DateTime, LargeBinary
from sqlalchemy.dialects import mysql
from sqlalchemy.exc import SQLAlchemyError

from .fields import UTC
from .interface import PerRequestFilters, key_values
from .writes import DatabaseException

MAX_QUERY_DEPTH = 50
# Pages of as many rows end where the offsets that servers know end.
MAX_PAGE = 2**31 - 1


class Bytes(fields.Field):
    """Bytes, as Base64."""

    default_error_messages = {"invalid": "Not valid Base64."}

    def _serialize(self, value, attr, obj, **options):
        return None if value is None else base64.b64encode(value).decode()

    def _deserialize(self, value, attr, data, **options):
        try:
            return base64.b64decode(value, validate=True)
        except (TypeError, ValueError):
            raise self.make_error("invalid") from None


class Reference(Related):
    """A row by its key, which has to be there."""

    default_error_messages = {"missing": "There is no such row."}

    def _deserialize(self, value, *arguments, **options):
        try:
            key = key_values(self.related_model, value)
            row = self.session.get(self.related_model, tuple(key))
        except (SQLAlchemyError, ArithmeticError, TypeError, ValueError):
            self.session.rollback()
            row = None
        if row is None:
            raise self.make_error("missing")
        return row


class SchemaConverter(Model2SchemaConverter):
    """Makes the schemas of an API."""

    def _column2relation(
        self, datamodel, column, nested=False, parent_schema_name=None
    ):
        field = super()._column2relation(datamodel, column, nested, parent_schema_name)
        if nested:
            return field
        options = {"required": field.required, "allow_none": field.allow_none}
        many = isinstance(field, RelatedList)
        own = RelatedList(Reference(), **options) if many else Reference(**options)
        own.unique = field.unique
        return own

    def _column2field(self, datamodel, column, *arguments, **options):
        sql = datamodel.list_columns.get(column.name)
        type_ = getattr(sql, "type", None)
        if isinstance(type_, LargeBinary):
            field = Bytes()
        elif isinstance(type_, DateTime) and type_.timezone:
            field = fields.AwareDateTime(default_timezone=UTC)
        elif isinstance(type_, mysql.BIT):
            # Its length counts bits, and the value is a number.
            most = 2 ** (type_.length or 1) - 1
            field = fields.Integer(validate=validate.Range(0, most))
        else:
            return super()._column2field(datamodel, column, *arguments, **options)
        has_default = sql.default is not None or sql.server_default is not None
        field.required = not (sql.nullable or has_default)
        field.allow_none = sql.nullable
        field.unique = datamodel.is_unique(column.name)
        return field

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

    def add_apispec_components(self, api_spec):
        super().add_apispec_components(api_spec)
        # The bounds and defaults of decimals would be texts in JSON.
        for schema in api_spec.components.schemas.values():
            for facts in schema.get("properties", {}).values():
                for name, value in facts.items():
                    if isinstance(value, decimal.Decimal):
                        facts[name] = float(value)

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
        try:
            key = key_values(self.datamodel.obj, pk)
        except ValueError:
            return self.response_404()
        is_number = len(key) == 1 and isinstance(key[0], int)
        return self.get_headless(key[0] if is_number else pk, **arguments)

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
        page = min(max(page or 0, 0), MAX_PAGE)
        page_size = page_size and min(page_size, MAX_PAGE)
        return super()._sanitize_page_args(page, page_size)

    def response_422(self, message=None):
        error = sys.exc_info()[1]
        if isinstance(error, DatabaseException):
            message = str(error)
        return super().response_422(message=message)
