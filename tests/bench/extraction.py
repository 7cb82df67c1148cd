"""Pages to articles in one process, without network and database: beside lxml's parse and trafilatura's fast pass, on the same pages."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from lxml.html import HtmlElement, document_fromstring
from trafilatura import bare_extraction, extract

from crawler.extract.page import extract_page
from tests.bench.bench import Bench
from tests.bench.profiles import profiled
from tests.bench.prose import Prose
from tests.bench.site import Site
from tests.bench.table import Explanation, Goal, Row

HOME = "http://127.0.1.1:8000"
PARSES = 2.7  # the goal: so many times the parse, and the fast pass


def measure(bench: Bench) -> Iterator[Row]:
    """CPU of each kind of work, page by page in turn; the median of the rounds."""
    site = Site(HOME, 0, bench.size.extracted, Prose(7))
    pages = [(site.page(number).encode(), f"{HOME}{site.path(number)}") for number in range(1, site.pages + 1)]
    rounds = [one_round(pages) for _ in range(bench.size.rounds)]
    parse, fast, ours, default = (statistics.median(one[kind] for one in rounds) for kind in ("parse", "fast", "ours", "default"))
    why = Explanation("extraction", lambda: profiled(lambda: [read(*page) for page in pages[:100]], min(100, len(pages))))
    against = f"{PARSES:g} x lxml's parse ({parse:.2f}) + trafilatura's fast pass ({fast:.2f})"
    limit = (
        f"the parse and trafilatura's pass are {parse + fast:.2f} ms of it; the goal leaves {(PARSES - 1) * parse:.2f} ms for decoding, "
        f"metadata, labels and comments, which take {ours - parse - fast:.2f}"
    )
    yield Row("extraction", "CPU ms/page", ours, PARSES * parse + fast, against, Goal("ratio", "<=", 1), "", why, limit)
    yield Row("extraction", "CPU ms/page", ours, parse, "lxml's parse")
    yield Row("extraction", "CPU ms/page", ours, default, "trafilatura's default, with metadata")


def read(body: bytes, url: str) -> None:
    extract_page(body, url, content_type="text/html; charset=utf-8", captured_at="2024-06-01T06:00:00Z")


def one_round(pages: list[tuple[bytes, str]]) -> dict[str, float]:
    """CPU milliseconds a page of each kind of work. The first pages warm up and are not counted."""
    spent = dict.fromkeys(("parse", "fast", "ours", "default"), 0.0)
    for body, url in [*pages[:5], *pages]:
        if url == pages[0][1]:
            spent = dict.fromkeys(spent, 0.0)
        alone = container(body)
        spent["parse"] += cpu(lambda body=body: document_fromstring(body))
        spent["ours"] += cpu(lambda body=body, url=url: read(body, url))
        spent["fast"] += cpu(lambda alone=alone: bare_extraction(alone, fast=True, include_comments=False, with_metadata=False))
        spent["default"] += cpu(lambda body=body, url=url: bare_extraction(body, url=url, with_metadata=True))
    return {kind: seconds / len(pages) * 1000 for kind, seconds in spent.items()}


def container(body: bytes) -> HtmlElement:
    """A document around the element that holds the text."""
    page = document_fromstring("<html><body><article></article></body></html>")
    [element] = document_fromstring(body).find_class("entry-content")
    page[0][0].append(element)
    return page


def text_alone(body: bytes) -> str:
    """What trafilatura's fast pass reads in the element that holds the text."""
    return extract(container(body), fast=True, include_comments=False, with_metadata=False) or ""


def cpu(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start
