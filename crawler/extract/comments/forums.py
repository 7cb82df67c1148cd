"""Takes a page of a forum that serves as a site's comments, and gives the elements of its posts: phpBB, vBulletin, and what looks
like them."""

from __future__ import annotations

import re

from crawler.extract.dom.document import Document
from crawler.extract.dom.tree import Element, word_set

_BODIES = word_set("postbody")  # around the words of a post, in the markup of both
_POST = re.compile(r"(?:p|post_?)(\d+)$")
_AROUND = 6  # elements between a post and its body


def forum_posts(page: Document) -> list[tuple[Element, str, str | None]]:
    """(element, number, None) of each post, in page order."""
    found: dict[str, Element] = {}
    for body in page.named(_BODIES):
        up: Element | None = body
        for _ in range(_AROUND):
            up = up.getparent() if up is not None else None
            match = _POST.match(up.get("id") or "") if up is not None else None
            if up is not None and match is not None:
                found.setdefault(match[1], up)
                break
    return [(element, number, None) for number, element in found.items()]
