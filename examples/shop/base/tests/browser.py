"""A browser, the application on a real server, and what people do on its pages."""

import os
import shutil
import threading
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests import application, failures, support

# the first draws no windows, and takes a third of the time
PROGRAMS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
OPTIONS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]


def _chromium(playwright):
    """Where Chromium is; the tests are skipped when there is none."""
    given = os.environ.get("FABWRIGHT_CHROMIUM")
    found = given or next(filter(None, map(shutil.which, PROGRAMS)), None)
    bundled = playwright.chromium.executable_path
    if not found and not Path(bundled).is_file():
        pytest.skip("no Chromium: install one, or set FABWRIGHT_CHROMIUM to its path")
    return found or bundled


@pytest.fixture(scope="session")
def browser():
    """One Chromium for the whole session."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="no Playwright")
    with sync_api.sync_playwright() as playwright:
        path = _chromium(playwright)
        browser = playwright.chromium.launch(executable_path=path, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def live(browser, prepared_database, copies):
    """The application on a real server, on a copy of the database."""
    uri = copies.copy(prepared_database)
    app = application.make_application(uri, WTF_CSRF_ENABLED=True)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    app.config["LIVE_URL"] = f"http://127.0.0.1:{server.server_port}"
    yield app
    server.shutdown()
    thread.join()
    with app.app_context():
        support.database(app).engine.dispose()


@pytest.fixture
def live_rows(live):
    """Rows in the database of the server. They stay until the session ends."""
    rows = support.Rows(live)
    rows.know_what_is_there()
    return rows


@pytest.fixture(scope="session")
def signed_in(browser, live):
    """A browser in which an administrator logged in through the page, and its cookies.

    Its pages share what was fetched once: scripts, styles and fonts.
    """
    context = browser.new_context(base_url=live.config["LIVE_URL"])
    context.set_default_timeout(10_000)
    failures.begin(context)
    page = context.new_page()
    log_in(page, "admin", "admin")
    page.wait_for_url("**/")
    page.close()
    yield context, context.cookies()
    context.close()


@pytest.fixture
def pages(request, browser, signed_in):
    """An administrator's browser. Script errors and broken answers fail the test."""
    context, cookies = signed_in
    context.clear_cookies()
    context.add_cookies(cookies)
    with failures.traced(request.node, context):
        pages = Pages(context.new_page())
        yield pages
        if pages.problems:
            failures.keep(request.node, browser)
    pages.forget()
    for page in context.pages:
        page.close()
    assert not pages.problems, "; ".join(pages.problems)


def log_in(page, user, password):
    """Log in through the form."""
    page.goto("/login/")
    page.fill("#username", user)
    page.fill("#password", password)
    page.click("input[type=submit]")


class Pages:
    """What people do on the pages of Flask-AppBuilder."""

    def __init__(self, page):
        self.page, self.problems = page, []
        page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        page.on("dialog", self._dismiss)
        page.on("response", self._check)

    def _dismiss(self, dialog):
        self.problems.append(f"a dialog opened: {dialog.message}")
        dialog.dismiss()

    def _check(self, response):
        if response.status >= 400 and "favicon" not in response.url:
            self.problems.append(f"{response.url} answered {response.status}")

    def open(self, path):
        self.page.goto(path)

    def forget(self):
        """What the pages kept in this browser is gone for the next test."""
        if self.page.url.startswith("http"):
            self.page.evaluate("localStorage.clear(); sessionStorage.clear()")

    def enter(self, values):
        """Fill in a form, each field the way a person would."""
        for name, value in values.items():
            field = self.page.locator(f"form [name='{name}']").last
            kind = field.evaluate("field => field.type")
            if kind.startswith("select"):
                self._choose(name, value if isinstance(value, list) else [value])
            elif kind == "checkbox":
                field.set_checked(value)
            elif self._is_picker(field):
                # the date picker believes key strokes only
                field.press_sequentially(value)
                self.page.keyboard.press("Tab")
            else:
                field.fill(value)

    def _is_picker(self, field):
        classes = "contains(@class, 'appbuilder_date')"
        return field.locator(f"xpath=ancestor::*[{classes}]").count() > 0

    def _choose(self, name, labels):
        for label in labels:
            self.page.locator(f"select[name='{name}'] + .select2").click()
            options = self.page.locator(".select2-results__option")
            options.get_by_text(label, exact=True).first.click()

    def save(self, message):
        """Send the form; the page must say that it was done."""
        self.page.locator("form button[type=submit]").last.click()
        self.page.wait_for_load_state()
        self.expect(message)

    def expect(self, message):
        """The page says this."""
        said = self.page.locator(".alert").all_inner_texts()
        assert any(message in text for text in said), f"the page says {said}"

    def delete(self, path):
        """Press the button of a row in the list, and confirm."""
        self.page.locator(f"a.confirm[id$='{path}']").click()
        self.page.locator("#modal-confirm-ok").click()
        self.page.wait_for_load_state()
        self.expect("Deleted Row")

    def search(self, column, value):
        """Search by one column through the search form of the list."""
        page = self.page
        page.locator("a.accordion-toggle", has_text="Search").click()
        page.locator("#filter_form button.dropdown-toggle").click()
        page.locator(f"#filter_form a.filter[name='{column}']").click()
        page.locator(f"#filter_form [name$='_{column}']").last.fill(value)
        page.locator("#filter_form button[type=submit]").click()
        page.wait_for_load_state()

    def link(self, path):
        """The first link to this page, out of whatever tab it is in."""
        link = self.page.locator(f"a[href*='{path}']").first
        for tab in self.page.locator("a[data-toggle='tab']").all():
            if link.is_visible():
                break
            tab.click()
        return link

    def links(self, path):
        """How many links lead to this page."""
        return self.page.locator(f"a[href$='{path}'], a[href*='{path}?']").count()
