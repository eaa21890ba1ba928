"""The application under load: many people at once, on tables with rows in them."""

import json
import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from tests.performance.site import Site

ROWS = int(os.environ.get("FABWRIGHT_PERFORMANCE_ROWS", "200"))
LOCUSTFILE = Path(__file__).with_name("locustfile.py")
USERS = {"load": 5, "stress": 20}
SECONDS = 8
SLOWEST = int(os.environ.get("FABWRIGHT_PERFORMANCE_MS", "5000"))


@pytest.fixture(scope="module")
def address(prepared_database, copies):
    """A real server with rows in every table."""
    # not imported here: Locust makes another socket of every socket
    if find_spec("locust") is None:
        pytest.skip("Locust is not installed")
    site = Site(copies.copy(prepared_database), ROWS)
    server = make_server("127.0.0.1", 0, site.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    site.close()


@pytest.mark.parametrize("kind", USERS)
def test_nobody_gets_an_error_or_waits_too_long(address, kind, record_property):
    command = [sys.executable, "-m", "locust", "-f", LOCUSTFILE, "--host", address]
    users = ["--users", str(USERS[kind]), "--spawn-rate", str(USERS[kind])]
    options = ["--headless", "--json", "--run-time", f"{SECONDS}s"]
    ran = subprocess.run(
        [*command, *users, *options, "--loglevel", "ERROR"],
        cwd=LOCUSTFILE.parents[2],
        env={**os.environ, "PYTHONPATH": str(LOCUSTFILE.parents[2])},
        capture_output=True,
        text=True,
        timeout=SECONDS * 10,
        check=False,
    )
    assert ran.returncode in (0, 1), ran.stderr
    if reports := os.environ.get("FABWRIGHT_PERFORMANCE_REPORTS"):
        Path(reports, f"performance-{kind}.json").write_text(ran.stdout)
    figures = json.loads(ran.stdout)
    assert figures, f"nobody asked for anything: {ran.stderr}"
    for one in figures:
        asked, failed = one["num_requests"], one["num_failures"]
        record_property(one["name"], f"{asked} requests, {failed} failed")
        assert failed == 0, f"{one['name']}: {failed} of {asked} failed: {ran.stderr}"
        slowest = one["max_response_time"]
        assert slowest <= SLOWEST, f"{one['name']} took {slowest} ms"
