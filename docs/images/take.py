"""Take the pictures that the documentation shows: of a report, or of generated pages.

    python docs/images/take.py REPORT.html [FOLDER] [PICTURE ...]
    python docs/images/take.py http://127.0.0.1:5055 [FOLDER] [PICTURE ...]

Without names it takes those that a report of the example can show: a picture of
failing tests needs a report in which some fail. The pages are those of the example as
`docs/images/shop.py` serves it.

Needs Playwright for Python and a Chromium: the one that CHROMIUM names, else
Playwright's own.
"""

import os
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

PICTURES = {
    "report.png": {"tab": "changes", "scheme": "light", "from": "the top"},
    "report-dark.png": {"tab": "changes", "scheme": "dark", "from": "the top"},
    "diagram.png": {"tab": "diagram", "scheme": "light", "from": "the tab"},
    "failing-tests.png": {"tab": "tests", "scheme": "light", "from": "the tab"},
}
PAGES = {
    "generated-list.png": "/productview/list/",
    "generated-add.png": "/orderview/add",
    "generated-master-detail.png": "/ordermasterview/list/7",
    "generated-chart.png": "/orderchartview/chart/ordered_on.month/count",
}


def main() -> None:
    subject = sys.argv[1]
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent
    take = take_pages if subject.startswith("http") else take_report
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox"]
        )
        take(browser, subject, folder, sys.argv[3:])
        browser.close()


def take_report(browser, report, folder, names):
    for name in names or [name for name in PICTURES if name != "failing-tests.png"]:
        picture = PICTURES[name]
        page = browser.new_page(
            viewport={"width": 1180, "height": 1000},
            color_scheme=picture["scheme"],
        )
        page.goto(f"{Path(report).resolve().as_uri()}#{picture['tab']}")
        if picture["from"] == "the top":
            page.evaluate("window.scrollTo(0, 0)")
        page.screenshot(path=folder / name)


def take_pages(browser, site, folder, names):
    page = browser.new_page(viewport={"width": 1100, "height": 640})
    page.goto(f"{site}/login/")
    page.fill("#username", "admin")
    page.fill("#password", "admin")
    page.press("#password", "Enter")
    page.wait_for_url(f"{site}/")
    for name in names or PAGES:
        page.goto(site + PAGES[name])
        page.screenshot(path=folder / name)


if __name__ == "__main__":
    main()
