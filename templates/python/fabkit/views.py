"""Pages: lists, forms, and a master beside its details."""

from __future__ import annotations

import copy
import sys

import flask_appbuilder as fab
from flask import abort, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.hooks import before_request

from .interface import PerRequestFilters
from .writes import DatabaseException

MAX_PAGE_SIZE = 500


class CheckedArguments:
    """Refuses addresses that Flask-AppBuilder would stumble over."""

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


class CheckedList(CheckedArguments):
    """Reads a page of rows as it is asked for, and their relations all at once."""

    def _init_properties(self):
        super()._init_properties()
        relations = self.datamodel.list_properties
        self.datamodel.eager = [
            name
            for name in self.list_columns
            if self.datamodel.is_relation(name) and relations[name].lazy == "select"
        ]

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


class Keys:
    """Takes the key of a row as the datamodel puts it into addresses."""

    def _serialize_pk_if_composite(self, pk):
        return pk

    def _deserialize_pk_if_composite(self, pk):
        return pk


class RelatedLists:
    """Lists the rows below a row: one list for each key that leads to it."""

    @property
    def _related_views(self):
        model = self.datamodel.obj
        return [
            view if len(relations) == 1 else _by(view, relation)
            for view in self.__dict__.get("_inner_views") or []
            for relations in [_relations(view, model)]
            for relation in relations
        ]

    @_related_views.setter
    def _related_views(self, views):
        self.__dict__["_inner_views"] = views

    def get_init_inner_views(self):
        return self.__dict__["_inner_views"]

    def _get_related_view_widget(self, item, related_view, *arguments, **options):
        relation = getattr(related_view, "related_by", None)
        if relation is None:
            relation = _relations(related_view, self.datamodel.obj)[0]
        filters = related_view.datamodel.get_filters().add_filter_related_view(
            relation,
            self.datamodel.FilterRelationOneToManyEqual,
            self.datamodel.get_pk_value(item),
        )
        names = ("order_column", "order_direction", "page", "page_size")
        options.update(zip(names, arguments, strict=False))
        return related_view._get_view_widget(filters=filters, **options)


def _relations(view, model):
    """The relations of a view's rows to a model."""
    return [
        name
        for name in view.datamodel.list_properties
        if view.datamodel.is_relation_many_to_one(name)
        and view.datamodel.get_related_model(name) is model
    ]


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


class ModelView(CheckedList, PerRequestFilters, RelatedLists, Keys, fab.ModelView):
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
    CheckedList, PerRequestFilters, RelatedLists, Keys, fab.MasterDetailView
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
