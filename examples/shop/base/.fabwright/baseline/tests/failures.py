# ruff: noqa: E501
"""What is kept of a failure in a browser: a picture of each page, and a trace.

FABWRIGHT_ARTIFACTS names the folder. A trace (`playwright show-trace FILE`) slows a test
down: one is made where FABWRIGHT_TRACE is set, as it is for a second try.
"""

import os
import re
import zlib
from contextlib import contextmanager
from pathlib import Path

import pytest

FOLDER = os.environ.get("FABWRIGHT_ARTIFACTS")
IS_TRACED = bool(FOLDER and os.environ.get("FABWRIGHT_TRACE"))
FAILED = pytest.StashKey[bool]()


def _path(item, ending):
    """A file named after the test, whatever its parameters are."""
    name = re.sub(r"[^\w.]+", "-", item.nodeid.removeprefix("tests/"))
    number = zlib.crc32(item.nodeid.encode())
    return Path(FOLDER, f"{name[:100].strip('-')}-{number:08x}{ending}")


def keep(item, browser):
    """Take a picture of every open page. The results of the test name it."""
    item.stash[FAILED] = True
    if not FOLDER:
        return
    pages = [page for context in browser.contexts for page in context.pages]
    for number, page in enumerate(pages):
        path = _path(item, f"-{number}.png" if number else ".png")
        try:
            page.screenshot(path=path)
        except Exception:  # noqa: BLE001, S112  (a page that crashed has no picture)
            continue
        item.user_properties.append(("screenshot", path.name))


def begin(context):
    """Get ready to trace what this context does."""
    if IS_TRACED:
        context.tracing.start(screenshots=True, snapshots=True)


@contextmanager
def traced(item, context):
    """Trace one test, and keep the trace if it fails."""
    if not IS_TRACED:
        yield
        return
    context.tracing.start_chunk(title=item.name)
    yield
    path = _path(item, ".zip") if item.stash.get(FAILED, False) else None
    context.tracing.stop_chunk(path=path)
    if path:
        item.user_properties.append(("trace", path.name))
