"""Take the pictures of a report that the documentation shows.

    python docs/images/take.py REPORT.html [FOLDER] [PICTURE ...]

Without names it takes those that a report of the example can show: a picture of
failing tests needs a report in which some fail.

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


def main() -> None:
    report = Path(sys.argv[1]).resolve()
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent
    names = sys.argv[3:] or [name for name in PICTURES if name != "failing-tests.png"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox"]
        )
        for name in names:
            picture = PICTURES[name]
            page = browser.new_page(
                viewport={"width": 1180, "height": 1000},
                color_scheme=picture["scheme"],
            )
            page.goto(f"{report.as_uri()}#{picture['tab']}")
            if picture["from"] == "the top":
                page.evaluate("window.scrollTo(0, 0)")
            page.screenshot(path=folder / name)
        browser.close()


if __name__ == "__main__":
    main()
