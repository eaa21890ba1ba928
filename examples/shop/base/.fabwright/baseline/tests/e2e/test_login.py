"""Coming in, getting around and leaving, in a browser."""

import pytest

from tests.browser import log_in

VIEWS = [
    "/categoryview",
    "/customerview",
    "/orderitemview",
    "/orderview",
    "/productview",
    "/supplierview",
    "/tagview",
]


def test_login_and_logout(browser, live):
    context = browser.new_context(base_url=live.config["LIVE_URL"])
    page = context.new_page()
    page.goto("/categoryview/list/")
    assert "/login/" in page.url, "the page opened without a login"
    log_in(page, "admin", "wrong")
    assert "/login/" in page.url, "a wrong password let somebody in"
    log_in(page, "admin", "admin")
    page.goto("/categoryview/list/")
    assert "/categoryview/list/" in page.url, "the login had no effect"
    page.goto("/logout/")
    page.goto("/categoryview/list/")
    assert "/login/" in page.url, "the logout had no effect"
    context.close()


def test_the_menu_leads_to_every_page(pages):
    pages.open("/")
    links = pages.page.locator(".navbar a[href]").all()
    offered = " ".join(link.get_attribute("href") for link in links)
    missing = [view for view in VIEWS if f"{view}/list/" not in offered]
    assert not missing, f"no menu entry for {missing}"


@pytest.mark.parametrize("view", VIEWS)
def test_the_list_opens(pages, view):
    pages.open(f"{view}/list/")
    assert pages.page.locator(".panel-heading, .panel-title").first.is_visible()
