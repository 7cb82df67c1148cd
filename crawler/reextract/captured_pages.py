"""Captured pages read in worker processes, many in one call: takes rows of ``captures``, gives what each page shows.

A worker is told where the records lie: it reads, checks and unpacks them itself, by the code that everybody reads records with, so
that no page passes through the process that writes. The allowance of time and memory is that of a call; where a page takes more, or
stops the reading, each page of its call is read in a call of its own, and the bad one alone is lost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from archive.errors import ArchiveError
from archive.warc.read import DamagedRecord
from crawler.errors import FetchError
from crawler.extract.workers import ExtractionCut, ExtractionFailed
from crawler.items import Article
from crawler.pages.assemble import PageMarks, marks_of
from crawler.parse import is_relative, page_digest, read_page
from crawler.sequences import batches
from crawler.sources.source import checked

if TYPE_CHECKING:
    from crawler.addresses import Addresses
    from crawler.parse import SiteParser
    from crawler.site import Site
    from crawler.sources.captures import Captures

Row = dict[str, Any]
NO_MARKS = PageMarks(ended=False, hides_pages=False)
PAGES_A_CALL = 16  # enough that a call costs little beside its pages, few enough that what they give is small


@dataclass(frozen=True, slots=True)
class CapturedPage:
    """What a captured page shows, or ``broken``: why it shows nothing, for it is torn, or a part."""

    article: Article | None = None
    marks: PageMarks = NO_MARKS
    broken: str | None = None


@dataclass(frozen=True, slots=True)
class SitePages:
    """What a worker needs to read a site's captured pages."""

    captures: Captures
    site: Site
    addresses: Addresses
    timezone: str | None


async def read_captured(captures: Captures, parser: SiteParser, rows: Sequence[Row]) -> dict[int, CapturedPage | ArchiveError]:
    """Capture id -> what its page shows, or why it cannot be read: DamagedRecord, ExtractionCut, ExtractionFailed."""
    pages = SitePages(captures, parser.site, parser.addresses, parser.timezone)
    shown = await asyncio.gather(*(_call(parser, pages, call) for call in batches(rows, PAGES_A_CALL)))
    return {row["id"]: page for row, page in zip(rows, chain.from_iterable(shown), strict=True)}


async def _call(parser: SiteParser, pages: SitePages, rows: Sequence[Row]) -> list[CapturedPage | ArchiveError]:
    try:
        return await parser.workers.run(pages_of, pages, rows)
    except (ExtractionCut, ExtractionFailed) as error:
        if len(rows) == 1:
            return [error]
        alone = await asyncio.gather(*(_call(parser, pages, [row]) for row in rows))
        return list(chain.from_iterable(alone))


def pages_of(pages: SitePages, rows: Sequence[Row]) -> list[CapturedPage | ArchiveError]:
    """In a worker: what the pages show, in order. Pages that are equal in all that is read are parsed once."""
    memo: dict[bytes, Article] = {}
    return [_page(pages, row, memo) for row in rows]


def _page(pages: SitePages, row: Row, memo: dict[bytes, Article]) -> CapturedPage | ArchiveError:
    try:
        response = checked(pages.captures.response(row), row["url"], any_status=False)
    except FetchError as error:
        return CapturedPage(broken=str(error))
    except DamagedRecord as error:
        return error
    key = page_digest(response)
    if (article := memo.get(key)) is None:
        article = read_page(response, pages.site, pages.addresses, pages.timezone)
        if not is_relative(article):
            memo[key] = article
    return CapturedPage(article, marks_of(response.body))
