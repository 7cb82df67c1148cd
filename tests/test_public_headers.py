"""The headers of every kind of answer, held against what scanners of sites grade."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.publish.server.service import Rate, Service
from tests.publish_archive import build_archive
from tests.publish_site import RAID, Site

KINDS = {
    "a page of ours": "/",
    "a reading page": RAID,
    "JSON of ours": "/search.json?q=marib",
    "a feed": "/changes.atom",
    "a page that is not there": "/nowhere",
    "a table": "/archive/articles",
    "JSON of Datasette": "/archive/articles.json",
    "SQL that does not run": "/archive?sql=select+x",
    "a static file": "/static/site.css",
    "a record": "/record/1",
    "a table that is not there": "/archive/nothing",
}
GRADED = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "strict-transport-security": "max-age=31536000",
    "x-robots-tag": "noindex",
}
OURS = ("/", RAID, "/search.json?q=marib", "/changes.atom", "/nowhere", "/archive/nothing")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with Site(folder, "https://archive.example.net") as site:
        yield site


@pytest.mark.parametrize("path", KINDS.values(), ids=list(KINDS))
def test_every_answer_has_the_headers_that_scanners_grade(site: Site, path: str) -> None:
    headers = site.get(path).headers
    assert {name: headers.get(name) for name in GRADED} == GRADED
    assert "camera=()" in headers["permissions-policy"] and "geolocation=()" in headers["permissions-policy"]
    policy = headers["content-security-policy"]
    assert (
        "frame-ancestors 'none'" in policy
        and "base-uri 'none'" in policy
        and "unsafe-eval" not in policy
        and not re.search(r"https?:(?!//)", policy)
    )
    assert ("unsafe-inline" not in policy) == (path in OURS or path.startswith("/record"))
    assert "server" not in headers and "x-powered-by" not in headers


def test_https_is_demanded_only_where_the_archive_is_served_by_https(folder: Path) -> None:
    for origin in (None, "http://archive.example.net"):
        site = Site(folder, origin)
        assert "strict-transport-security" not in site.get("/").headers
        site.close()


def test_a_refusal_has_the_headers_too(folder: Path) -> None:
    site = Site(folder, service=Service(limit=Rate(1, 60)))
    assert site.get("/about").status_code == 200
    refused = site.get("/about")
    assert refused.status_code == 429 and refused.headers["x-content-type-options"] == "nosniff"
    site.close()


CACHED = [
    ("/", "max-age=0, s-maxage=15, must-revalidate"),
    (RAID, "max-age=0, s-maxage=15, must-revalidate"),
    ("/static/site.css?1", "max-age=31536000, immutable"),
    ("/nowhere", "no-cache"),
]


@pytest.mark.parametrize(("path", "said"), CACHED)
def test_a_proxy_keeps_pages_a_moment_and_static_files_for_ever(folder: Path, path: str, said: str) -> None:
    site = Site(folder, service=Service(proxies=1))
    answer = site.get(path)
    assert answer.headers["cache-control"] == said
    assert "accept-encoding" in answer.headers["vary"].lower()
    site.close()


@pytest.mark.parametrize("path", ["/", RAID, "/status"])
def test_without_a_proxy_pages_are_asked_for_each_time(site: Site, path: str) -> None:
    assert site.get(path).headers["cache-control"] == "no-cache"


def test_who_is_logged_in_gets_nothing_out_of_a_shared_cache(folder: Path) -> None:
    site = Site(folder, service=Service(proxies=1))
    assert site.get("/", headers={"cookie": "ds_actor=x"}).headers["cache-control"] == "private, no-store"
    site.close()
