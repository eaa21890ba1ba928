"""What pages and the REST API cost once tables are large: statements and bytes."""

import os
from collections import Counter

import pytest

from tests.performance.site import Site, lists, pages

FEW = 3
MANY = int(os.environ.get("FABWRIGHT_PERFORMANCE_ROWS", "200"))
LARGEST = 512 * 1024


def _site(request, rows):
    uri = request.getfixturevalue("prepared_database")
    site = Site(request.getfixturevalue("copies").copy(uri), rows)
    request.addfinalizer(site.close)
    return site


@pytest.fixture(scope="module")
def few(request):
    return _site(request, FEW)


@pytest.fixture(scope="module")
def many(request):
    return _site(request, MANY)


@pytest.mark.parametrize("url", pages() + lists())
def test_a_large_table_takes_no_more_statements(few, many, url):
    for site in (few, many):
        site.get(url)
    (_, small), (_, large) = few.get(url), many.get(url)
    repeated = Counter(large) - Counter(small)
    # a page full of rows may ask once or twice what a short one has no need to ask
    assert len(large) <= len(small) + 2, f"asked row by row: {repeated.most_common(1)}"


@pytest.mark.parametrize("url", pages() + lists())
def test_a_large_table_makes_no_heavy_answer(many, url):
    answer, _ = many.get(url)
    weight = len(answer.data)
    assert weight <= LARGEST, f"{url} weighs {weight // 1024} KiB"
