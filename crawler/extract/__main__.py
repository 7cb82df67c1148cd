"""Extract saved pages: one JSON object, or JSON lines in and out.

python -m crawler.extract --url URL FILE.html [--captured-at ISO]
python -m crawler.extract --batch < pages.jsonl       {"url", "path"[, "captured_at"]} per line, .html or .html.gz
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from crawler.extract.page import extract_page
from crawler.items import Article


def main(arguments: list[str] | None = None) -> int:
    options = _options(arguments)
    if options.batch:
        for line in batch(sys.stdin):
            print(line, flush=True)
        return 0
    try:
        body = _read(options.file)
    except OSError as error:
        print(f"cannot read {options.file}: {error}", file=sys.stderr)
        return 2
    article = extract_page(body, options.url, captured_at=options.captured_at, timezone=options.timezone)
    print(json.dumps(article_json(article), ensure_ascii=False, indent=2))
    return 0


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m crawler.extract", description="Extract article and comments of saved pages as JSON.")
    parser.add_argument("file", nargs="?", metavar="FILE.html", help="a saved page, .html or .html.gz")
    parser.add_argument("--url", help="the address it was saved from")
    parser.add_argument("--captured-at", metavar="ISO", help="when it was saved: dates such as '2 weeks ago' need it")
    parser.add_argument("--timezone", metavar="NAME", help="the site's time zone, such as America/New_York; without it clocks stay local")
    parser.add_argument("--batch", action="store_true", help="JSON lines on standard input instead of one file")
    options = parser.parse_args(arguments)
    if not options.batch and not (options.file and options.url):
        parser.error("give --url URL and FILE.html, or --batch")
    return options


def batch(lines: Iterable[str]) -> Iterable[str]:
    """One line out for every line in, in order; a page that failed is ``{"path", "error"}``."""
    for place, line in enumerate(line for line in lines if line.strip()):
        yield json.dumps(_one(line), ensure_ascii=False)
        if not place:  # the patterns are compiled now: looking through them for garbage at each page costs a fifth of the time
            gc.collect()
            gc.freeze()


def _one(line: str) -> dict[str, Any]:
    try:
        job = json.loads(line)
        path, url, captured_at = job["path"], job["url"], job.get("captured_at")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return {"path": None, "error": f"not a job: {type(error).__name__}: {error}"}
    try:
        return {"path": path, **article_json(extract_page(_read(path), url, captured_at=captured_at))}
    except (OSError, EOFError, ValueError, TypeError, MemoryError, RecursionError) as error:
        return {"path": path, "error": f"{type(error).__name__}: {error}"}


def _read(path: str) -> bytes:
    raw = Path(path).read_bytes()
    return gzip.decompress(raw) if path.endswith(".gz") else raw


def article_json(article: Article) -> dict[str, Any]:
    """The object that the command prints; relative dates are null without the time of the capture."""
    terms = article.terms or ()
    return {
        "url": article.url,
        "kind": article.kind,
        "title": article.title,
        "authors": [author.name for author in article.authors or ()],
        "published_at": article.published_at,
        "published_on": article.published_on,
        "modified_at": article.modified_at,
        "tags": [term.name for term in terms if term.kind == "tag"],
        "categories": [term.name for term in terms if term.kind == "category"],
        "text": article.text,
        "blocks": [{"kind": block.kind, "text": block.text, "rule": block.rule, "vote": block.vote} for block in article.blocks],
        "images": [{"url": image.url, "caption": image.caption, "alt": image.alt} for image in article.images],
        "links": [{"url": link.url, "text": link.text} for link in article.links],
        "comments": [
            {
                "comment_id": comment.source_id,
                "parent_id": comment.source_parent_id,
                "position": comment.position,
                "depth": comment.depth,
                "author": comment.author,
                "author_url": comment.author_url,
                "posted_at": comment.posted_at,
                "text": comment.text,
                "kind": comment.kind,
            }
            for comment in article.comments or ()
        ],
        "language": article.language,
        "comment_pages": list(article.comment_pages),
        "next_pages": list(article.next_pages),
        "warnings": list(article.warnings),
    }


if __name__ == "__main__":
    sys.exit(main())
