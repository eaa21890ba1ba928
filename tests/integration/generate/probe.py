"""Uses every page and resource of an application, and prints what is not as it should be.

DATABASE_URL names the SQLite file to make.
"""

import datetime
import decimal
import enum
import html
import json
import re
import uuid
import warnings

warnings.filterwarnings("ignore")

from flask_appbuilder import Model
from flask_appbuilder.security.manager import BaseSecurityManager
from sqlalchemy import inspect

from app import create_app, db

PASSWORD = "admin"


def prepare():
    app = create_app()
    with app.app_context():
        Model.metadata.create_all(db.engine)
        BaseSecurityManager.create_db(app.appbuilder.sm)
        app.appbuilder.add_permissions(update_perms=True)
        sm = app.appbuilder.sm
        role = sm.find_role("Admin")
        sm.add_user("admin", "Ada", "Admin", "a@example.com", role, PASSWORD)
        db.session.commit()
    return app


class Key(tuple):
    """A key of several columns, as addresses have it."""

    def __str__(self):
        return json.dumps(list(self), separators=(",", ":"))


class Rows:
    """Makes valid rows, parents included."""

    def __init__(self):
        self.count = 0
        mappers = [
            mapper
            for mapper in Model.registry.mappers
            if mapper.class_.__module__.startswith("app.models")
        ]
        self.classes = sorted((m.class_ for m in mappers), key=lambda c: c.__name__)
        self.by_table = {cls.__table__: cls for cls in self.classes}

    def value(self, column):
        self.count += 1
        kind = column.type.python_type
        if column.name == "priority":
            return 2
        if issubclass(kind, enum.Enum):
            return list(kind)[-1]
        values = {
            bool: True,
            int: self.count,
            float: 1.25,
            datetime.date: datetime.date(2026, 1, 2),
            datetime.time: datetime.time(3, 4, 5),
            datetime.datetime: datetime.datetime(2026, 1, 2, 3, 4, 5, self.count),
            object: {"a": [1, None]},
            dict: {"a": [1, None]},
            uuid.UUID: uuid.UUID(int=self.count),
            bytes: b"x",
        }
        if kind is decimal.Decimal:
            place = decimal.Decimal(1).scaleb(-(column.type.scale or 0))
            return decimal.Decimal(1) + place
        if kind is str:
            length = column.type.length or 8
            letters = "abcdefghijklmnopqrstuvwxyz0123456789"
            text, number = "", self.count
            for _ in range(min(length, 8)):
                number, digit = divmod(number, len(letters))
                text = letters[digit] + text
            return text
        return values[kind]

    def make(self, cls):
        mapper, row = inspect(cls), cls()
        for column in mapper.columns:
            name = mapper.get_property_by_column(column).key
            reference = next(iter(column.foreign_keys), None)
            if column.computed is not None:
                continue
            if reference is not None:
                if not column.nullable:
                    parent = self.make(self.by_table[reference.column.table])
                    setattr(row, name, getattr(parent, reference.column.key))
                continue
            is_automatic = column.primary_key and column.type.python_type is int
            if not is_automatic or len(mapper.primary_key) > 1:
                setattr(row, name, self.value(column))
        db.session.add(row)
        db.session.commit()
        return row


def form_of(page):
    """What a browser would send back."""
    data = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        name = re.search(r'\bname="([^"]+)"', tag)
        kind = re.search(r'\btype="([^"]+)"', tag)
        value = re.search(r'\bvalue="([^"]*)"', tag)
        if not name or (kind and kind[1] in ("submit", "hidden")):
            continue
        if kind and kind[1] == "checkbox":
            if " checked" in tag:
                data[name[1]] = "y"
            continue
        data[name[1]] = html.unescape(value[1]) if value else ""
    for name, text in re.findall(
        r'<textarea\b[^>]*name="([^"]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL
    ):
        data[name] = html.unescape(text).lstrip("\r\n")
    for tag, options in re.findall(r"<select\b([^>]*)>(.*?)</select>", page, re.DOTALL):
        name = re.search(r'name="([^"]+)"', tag)
        chosen = re.findall(r'<option[^>]*selected[^>]*value="([^"]*)"', options)
        if name:
            first = chosen[0] if chosen else "__None"
            data[name[1]] = chosen if "multiple" in tag else first
    return data


class Probe:
    def __init__(self, app):
        self.app, self.rows, self.faults = app, Rows(), []
        self.web = app.test_client()
        self.web.post("/login/", data={"username": "admin", "password": PASSWORD})
        answer = self.web.post(
            "/api/v1/security/login",
            json={"username": "admin", "password": PASSWORD, "provider": "db"},
        )
        self.headers = {"Authorization": f"Bearer {answer.json['access_token']}"}
        self.rest = app.test_client()

    def expect(self, wanted, url, method="get", client=None, **options):
        response = getattr(client or self.web, method)(url, **options)
        if response.status_code != wanted:
            text = response.text[:300] if client else ""
            self.faults.append((method, url, options, response.status_code, text))
        return response

    def call(self, wanted, url, method="get", **options):
        return self.expect(
            wanted, url, method, self.rest, headers=self.headers, **options
        )

    def row(self, cls, key):
        with self.app.app_context():
            row = db.session.get(cls, key)
            names = [one.key for one in inspect(cls).column_attrs]
            return row and {name: getattr(row, name) for name in names}

    def make(self, cls):
        with self.app.app_context():
            key = Key(inspect(self.rows.make(cls)).identity)
            return key if len(key) > 1 else key[0]

    def pages(self, view):
        cls, base, name = view.datamodel.obj, view.route_base, type(view).__name__
        key, other = self.make(cls), self.make(cls)
        for page in ("list/", "add", f"show/{key}", f"edit/{key}"):
            self.expect(200, f"{base}/{page}")
        for page in ("show/999999", "edit/zzz"):
            self.expect(404, f"{base}/{page}")
        self.expect(200, f"{base}/list/?_oc_{name}=zzz&_od_{name}=asc")
        self.expect(200, f"{base}/list/?psize_{name}=99999")
        self.expect(400, f"{base}/list/?page_{name}=-1")
        self.expect(400, f"{base}/list/?_flt_0_zzz=1")
        self.expect(404, f"{base}/action/nope/{key}", "post")
        for column in view.search_columns:
            for index in range(len(view._filters._all_filters[column])):
                url = f"{base}/list/?_flt_{index}_{column}=zzz"
                if self.web.get(url).status_code not in (200, 302):
                    self.faults.append((url, "500"))
        before = self.row(cls, key)
        form = form_of(self.web.get(f"{base}/edit/{key}").text)
        self.expect(302, f"{base}/edit/{key}", "post", data=form)
        if self.row(cls, key) != before:
            self.faults.append((base, "saving loses", before, self.row(cls, key)))
        form = form_of(self.web.get(f"{base}/edit/{other}").text)
        self.expect(302, f"{base}/delete/{other}", "post")
        if self.row(cls, other) is not None:
            self.faults.append((base, "not deleted"))
        keys = inspect(cls).primary_key
        values = other if isinstance(other, Key) else [other]
        key = {one.key: value for one, value in zip(keys, values, strict=True)}
        for relation in inspect(cls).relationships:
            for column in relation.local_columns & set(keys):
                key[relation.key] = key[column.key]
        form |= {name: key[name] for name in key.keys() & set(view.add_columns)}
        answer = self.expect(302, f"{base}/add", "post", data=form)
        if answer.status_code == 200:
            self.faults.append(
                (base, form, re.findall(r"danger[^>]*>(.*?)<", answer.text))
            )

    def resource(self, api):
        cls, base = api.datamodel.obj, api.route_base
        key, other = self.make(cls), self.make(cls)
        for url in (f"{base}/", f"{base}/{key}", f"{base}/_info"):
            self.call(200, url)
        for missing in ("999999", "zzz", "9" * 30):
            self.call(404, f"{base}/{missing}")
        before = self.row(cls, key)
        self.call(200, f"{base}/{key}", "put", json={})
        if self.row(cls, key) != before:
            self.faults.append((base, "PUT changes", before, self.row(cls, key)))
        with self.app.app_context():
            row = db.session.get(cls, other)
            body = json.loads(self.app.json.dumps(api.add_model_schema.dump(row)))
        answer = self.rest.post(f"{base}/", headers=self.headers, json=body)
        if answer.status_code == 422 and "already exists" not in answer.text:
            self.faults.append((base, body, answer.text))
        self.call(200, f"{base}/{other}", "delete")
        if answer.status_code == 422:
            self.call(201, f"{base}/", "post", json=body)
        column = api.search_columns[0]
        self.call(400, f"{base}/?q=(filters:!((col:{column},opr:zzz,value:a)))")
        self.call(400, f"{base}/?q=(order_column:zzz,order_direction:asc)")
        self.call(400, f"{base}/?q={'(' * 200}")
        self.call(200, f"{base}/?q=(page:-1)")

    def master(self, view):
        base, key = view.route_base, self.make(view.datamodel.obj)
        self.expect(200, f"{base}/list/")
        self.expect(200, f"{base}/list/{key}")
        self.expect(404, f"{base}/list/999999")

    def charts(self, view):
        base, cls = view.route_base, view.datamodel.obj
        self.make(cls)
        self.make(cls)
        for group in view.groups:
            for measure in view.measures:
                page = self.expect(200, f"{base}/chart/{group}/{measure}").text
                if "There are no figures" in page or "<svg" not in page:
                    self.faults.append((base, group, measure, "draws nothing"))
        self.expect(404, f"{base}/chart/zzz/count")


def main():
    probe = Probe(prepare())
    views = [
        view
        for view in probe.app.appbuilder.baseviews
        if type(view).__module__.startswith(("app.views", "app.api"))
    ]
    for view in views:
        if type(view).__name__.endswith("MasterView"):
            probe.master(view)
        elif type(view).__name__.endswith("ChartView"):
            probe.charts(view)
        elif type(view).__module__.startswith("app.views"):
            probe.pages(view)
        else:
            probe.resource(view)
    probe.call(200, "/api/v1/_openapi")
    for fault in probe.faults:
        print("FAULT", fault)
    print(len(views), "used")


if __name__ == "__main__":
    main()
