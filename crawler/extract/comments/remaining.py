"""Takes a page and its thread and gives how many comments the page itself says that it does not show: "Load 6 more comments" on a button,
"4 replies" under a comment that has none in the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from crawler.extract.comments.count import COUNT_WORDS
from crawler.extract.dom.anycase import AnyCase
from crawler.extract.dom.document import Document
from crawler.extract.dom.tree import Element, all_text, tokens, word_set
from crawler.extract.dom.zones import ThreadZone
from crawler.items import Comment

_WORD = AnyCase(rf"{COUNT_WORDS}|コメント|评论|評論|留言|回复|댓글")
_MORE = (
    "more other further additional older earlier previous remaining weiteren? weiterer ältere autres más altri altre outros mais andere "
    "oudere meer ещё еще других fler flere andra więcej starszych další további daha"
)
_NEXT = "next previous remaining other last nächsten? restlichen prochains siguientes próximos prossimi volgende"
_REST = re.compile(
    rf"(?<![\d.,])(?P<number>\d{{1,5}}) (?:{'|'.join(_MORE.split())})\b|\b(?:{'|'.join(_NEXT.split())}) (?P<page>\d{{1,5}})(?![\d.,])", re.I
)
_NUMBER = re.compile(r"(?<![\d.,])(\d{1,4})(?![\d.,])")
_SHOWS = re.compile(
    r"\b(?:load|show|view|see|expand|read|open|anzeigen|zeigen|laden|einblenden|afficher|voir|ver|mostrar|cargar|mostra|vedi|toon|bekijk|"
    r"показать|открыть|pokaż|visa|vis|zobrazit|göster|mutasd)\b",
    re.I,
)
_HIDDEN = word_set("hidden hide collapsed d-none is-hidden js-hidden visually-hidden invisible")
_LONGEST = 80  # characters of a button's words


def remaining_comments(page: Document, zone: ThreadZone, comments: Sequence[Comment]) -> int:
    """0 where the page says nothing, or has in its markup what the button would only uncover."""
    if not comments:
        return 0
    rest, replies = 0, 0
    answered = {comment.source_parent_id for comment in comments}
    own = dict(zip(zone.comments, comments, strict=False))
    for said, element in _buttons(page, zone):
        above = next((up for up in (element, *element.iterancestors()) if up in own), None)
        more = _REST.search(said)
        if above is None and more is not None:
            rest = max(rest, int(more["number"] or more["page"]))
        elif above is not None and own[above].source_id not in answered and _SHOWS.search(said) and (number := _NUMBER.search(said)):
            replies += int(number[1])
    return replies + (0 if rest and any(map(_is_hidden, zone.comments)) else rest)


def _buttons(page: Document, zone: ThreadZone) -> Iterator[tuple[str, Element]]:
    """(words, element) of the buttons of the thread, and of links that lead nowhere, which speak of comments and have a number."""
    links = [page.anchors[place] for place in zone.held_anchors]
    nowhere = [anchor for anchor, href in links if not href or href[0] == "#" or href.startswith("javascript:")]
    for element in (*page.of({"button"}), *nowhere):
        said = " ".join(all_text(element).split())
        if 4 < len(said) < _LONGEST and _NUMBER.search(said) and _WORD.found_in(said) and zone.holds(element):
            yield said, element


def _is_hidden(element: Element) -> bool:
    return any(
        up.get("hidden") is not None or "display:none" in (up.get("style") or "").replace(" ", "") or _HIDDEN & set(tokens(up))
        for up in (element, *element.iterancestors())
        if up.tag not in ("body", "html")
    )
