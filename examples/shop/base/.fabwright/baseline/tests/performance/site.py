"""The application with tables of a chosen size, for tests of its performance."""

from tests import application, factories
from tests.schema import statements
from tests.support import database

TABLES = {
    "category": ("/categoryview", "/api/v1/category"),
    "customer": ("/customerview", "/api/v1/customer"),
    "order_item": ("/orderitemview", "/api/v1/order_item"),
    "orders": ("/orderview", "/api/v1/orders"),
    "product": ("/productview", "/api/v1/product"),
    "supplier": ("/supplierview", "/api/v1/supplier"),
    "tag": ("/tagview", "/api/v1/tag"),
}
ADMIN = {"username": "admin", "password": "admin"}


def pages():
    """The addresses of lists and of empty forms."""
    views = [view for view, _ in TABLES.values() if view]
    return [f"{view}/{page}" for view in views for page in ("list/", "add")]


def lists():
    """The addresses of the lists of the REST API."""
    return [f"{api}/" for _, api in TABLES.values() if api]


class Site:
    """The application with so many rows in each table, and an administrator."""

    def __init__(self, uri, rows):
        self.app = application.make_application(uri)
        with self.app.app_context():
            session = database(self.app).session
            for table in TABLES:
                factory = getattr(factories, f"new_{table}")
                session.add_all([factory() for _ in range(rows)])
                session.commit()
            session.remove()
        self.client = self.app.test_client()
        self.client.post("/login/", data=ADMIN)
        body = {**ADMIN, "provider": "db"}
        answer = self.client.post("/api/v1/security/login", json=body)
        self.headers = {"Authorization": f"Bearer {answer.json['access_token']}"}

    def get(self, url):
        """The answer, and the statements that it took."""
        headers = self.headers if url.startswith("/api/") else None
        with statements(self.app) as sent:
            answer = self.client.get(url, headers=headers)
        assert answer.status_code == 200, f"{url} answered {answer.status_code}"
        return answer, sent

    def close(self):
        with self.app.app_context():
            database(self.app).engine.dispose()
