# ruff: noqa: E501
"""What people do, in the mix in which they do it.

Against a server of your own: `locust -f tests/performance/locustfile.py --host URL`, with
a user `admin` and the password `admin`.
"""

import random

from locust import HttpUser, between, task

from tests.pages import fields_of
from tests.performance.site import ADMIN, TABLES

VIEWS = [view for view, _ in TABLES.values() if view]
APIS = [api for _, api in TABLES.values() if api]
SEARCHES = {
    "/categoryview": "name",
    "/customerview": "name",
    "/orderview": "number",
    "/productview": "sku",
    "/supplierview": "name",
    "/tagview": "name",
}
NOTHING = "no row has this value"


class Person(HttpUser):
    """Somebody who is logged in."""

    abstract = True
    wait_time = between(0.05, 0.3)

    def on_start(self):
        form = fields_of(self.client.get("/login/").text)
        self.client.post("/login/", data={**form, **ADMIN})
        body = {**ADMIN, "provider": "db"}
        token = self.client.post("/api/v1/security/login", json=body).json()
        self.headers = {"Authorization": f"Bearer {token['access_token']}"}


class Reader(Person):
    """Looks around: most people do."""

    weight = 8

    @task(6)
    def list_rows(self):
        view = random.choice(VIEWS)
        self.client.get(f"{view}/list/", name="a list")

    @task(3)
    def look_at_a_row(self):
        view = random.choice(VIEWS)
        self.client.get(f"{view}/show/1", name="a row")

    @task(3)
    def search_for_nothing(self):
        """What one visitor searches for must not change what another one sees."""
        view, column = random.choice(list(SEARCHES.items()))
        query = {f"_flt_0_{column}": NOTHING}
        with self.client.get(
            f"{view}/list/", params=query, name="a search", catch_response=True
        ) as answer:
            if f"{view}/show/" in answer.text:
                answer.failure("the search found what another visitor looks for")

    @task(4)
    def ask_the_api(self):
        api = random.choice(APIS)
        self.client.get(f"{api}/", headers=self.headers, name="an API's list")


class Writer(Person):
    """Opens a row and saves it."""

    weight = 2

    @task
    def save_a_row(self):
        view = random.choice(VIEWS)
        page = self.client.get(f"{view}/edit/1", name="a form")
        form = fields_of(page.text)
        self.client.post(f"{view}/edit/1", data=form, name="a saved row")
