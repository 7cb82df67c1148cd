"""Rewrites expected.json: python tests/pages/threads/rewrite.py, then read the diff."""

from __future__ import annotations

import json
import sys
from pathlib import Path

THREADS = Path(__file__).parent
sys.path.insert(0, str(THREADS.parent.parent.parent))

from crawler.extract.comments.read import read_thread  # noqa: E402
from crawler.extract.dom.document import Document  # noqa: E402
from crawler.extract.dom.parsing import parse  # noqa: E402
from crawler.items import Comment  # noqa: E402

ADDRESS = "https://own.example/a"
AROUND = (
    f'<html><head><link rel="canonical" href="{ADDRESS}"></head><body><h1>T</h1>'
    '<div class="entry-content"><p>The text of the article.</p></div>%s</body></html>'
)


def thread(fragment: str) -> tuple[Comment, ...]:
    """The comments of a thread's markup, under an article."""
    root = parse(AROUND % fragment)
    assert root is not None
    return read_thread(Document(root), ADDRESS, language="en", captured_at="2023-01-01T00:00:00Z").comments


def shown(comment: Comment) -> list[str | None]:
    """A comment in the shape of expected.json."""
    return [comment.source_id, comment.source_parent_id, comment.author, comment.posted_at, comment.text]


if __name__ == "__main__":
    found = {path.stem: [shown(c) for c in thread(path.read_text(encoding="utf-8"))] for path in sorted(THREADS.glob("*.html"))}
    held = {name: comments for name, comments in found.items() if comments}
    (THREADS / "expected.json").write_text(json.dumps(held, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
