"""Take the pictures of a report that the documentation shows.

    python docs/images/take.py REPORT.html [FOLDER]

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
}


def main() -> None:
    report = Path(sys.argv[1]).resolve()
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(__file__).parent
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM"), args=["--no-sandbox"]
        )
        for name, picture in PICTURES.items():
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
