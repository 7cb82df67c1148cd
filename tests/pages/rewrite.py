"""Rewrites the expected JSON beside each page: python tests/pages/rewrite.py, then read the diff.

The body is a list of paragraphs, so that a diff shows what changed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

PAGES = Path(__file__).parent
sys.path.insert(0, str(PAGES.parent.parent))

from crawler.extract.page import extract_page  # noqa: E402
from crawler.site import Site  # noqa: E402
from crawler.spiders.longwarjournal import LongWarJournalSpider  # noqa: E402

ADDRESSES = {
    "journal_classes": "https://journal.example/archives/2014/07/harbour-town-changes-hands.php",
    "journal_bare": "https://journal.example/archives/2009/03/raid_on_the_salt_road.php",
    "journal_breaks": "https://journal.example/archives/2005/11/ferry_talks.php",
    "block_theme": "https://kueste.example/2023/05/hafen/comment-page-2/",
    "discuz": "https://bridges.example/orm",
}
SITES: dict[str, Site] = {"journal_classes": LongWarJournalSpider.site}
"""The declaration that a page is read with, where its site has one."""


def expected(name: str) -> dict[str, Any]:
    """What the extractor makes of a page of this folder, in the shape of the golden files."""
    site, page = SITES.get(name), (PAGES / f"{name}.html").read_bytes()
    zone = site.timezone if site else "America/New_York"
    article = extract_page(page, ADDRESSES[name], site=site, captured_at="2021-02-17T12:00:00Z", timezone=zone)
    return {
        "url": article.url,
        "kind": article.kind,
        "title": article.title,
        "source_id": article.source_id,
        "byline": article.byline,
        "published_at": article.published_at,
        "published_on": article.published_on,
        "published_precision": article.published_precision,
        "modified_at": article.modified_at,
        "terms": [f"{term.kind}: {term.name}" for term in article.terms or ()],
        "body": [block.text for block in article.blocks if block.kind == "body"],
        "cut": [f"{block.kind} ({block.rule}): {block.text}" for block in article.blocks if block.kind not in ("body", "caption")],
        "images": [f"{image.url} | {image.caption} | {image.alt}" for image in article.images],
        "links": [f"{link.url} | {link.text}" for link in article.links],
        "comments": [
            f"{c.source_id} > {c.source_parent_id} d{c.depth} {c.kind} | {c.author} <{c.author_url}> | "
            f"{c.posted_at} {c.posted_precision} | {c.text!r}"
            for c in article.comments or ()
        ],
        "reported_comment_count": article.reported_comment_count,
        "comment_pages": list(article.comment_pages),
        "next_pages": list(article.next_pages),
        "warnings": list(article.warnings),
    }


if __name__ == "__main__":
    for page in ADDRESSES:
        (PAGES / f"{page}.json").write_text(json.dumps(expected(page), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
