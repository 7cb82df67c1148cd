"""Takes a page and gives the number of comments that the page itself states: the cross-check of the thread."""

from __future__ import annotations

import re
from functools import lru_cache

from crawler.extract.comments.thread import other_threads
from crawler.extract.dom.document import Document
from crawler.extract.dom.tree import Element, all_text, word_set

_COUNT_WORD = (
    r"(?:comments?|responses?|repl(?:y|ies)|thoughts?|kommentare?|antworten|gedanken|reaktionen|commentaires?|"
    r"réponses?|réflexions?|comentarios?|respuestas?|comentários?|respostas?|commenti|commento|risposte|"
    r"reacties?|komentarz\w*|комментари\w*|kommentarer?|svar|pensamientos?|pensieri|pensamentos?|коментар\w*|yorum(?:lar)?|"
    r"komentar\w*|komentář\w*|komment\w+|hozzászólás|σχόλι\w*|תגובות|bình luận|comentari\w*|"
    r"تعليق(?:ات)?|أفكار|دیدگاه(?:[\u200c ]?ها)?|نظرات?)"
)
_CJK = r"(?:コメント|评论|評論|留言|回复|댓글)"
COUNTED = re.compile(
    rf"(?:^|\s|\()(?P<number>\d{{1,3}}(?:[.,]\d{{3}})+|\d{{1,6}}|one|ein|eine|un|une|uno|um|no|zero|kein|"
    rf"keine)\s+{_COUNT_WORD}\b|\b{_COUNT_WORD}\s*[:(\[]\s*(?P<behind>\d{{1,6}})\s*[)\]]?|"
    rf"(?P<counted>\d{{1,6}})\s*(?:件の|条|條|则|則|個の|개의)\s*{_CJK}|{_CJK}\s*[:：(（]?\s*(?P<after>\d{{1,6}})",
    re.I,
)
_NUMBER_WORDS = {"one": 1, "ein": 1, "eine": 1, "un": 1, "une": 1, "uno": 1, "um": 1, "no": 0, "zero": 0, "kein": 0, "keine": 0}
_COUNT_PLACES = re.compile(
    r"comments?(?:[-_](?:title|count|number|heading|header|area|section|wrap(?:per)?|list))?|respon(?:ses?|d)|"
    r"wp-block-comments-title|wpdc?|wpd-thread-info|wc_header_text|comment-count|comments-num"
)


_HEADINGS = word_set("h1 h2 h3 h4 h5")
_PLACES = word_set("div p span a")


def reported_count(page: Document, thread: frozenset[Element]) -> int | None:
    """The number of comments that the heading of the thread states (pings and other pages of the thread included, as sites
    count); None when no heading says one."""
    out: set[Element] | None = None
    for element in page.of(_HEADINGS | _PLACES):
        if element.tag in _HEADINGS:
            text = all_text(element).strip()
        elif any(map(_is_place, page.tokens.get(element, ()))):
            text = (element.text or "").strip()
        else:
            continue
        match = COUNTED.search(text) if 0 < len(text) < 300 else None
        if match is None or element in thread or any(up in thread for up in element.iterancestors()):
            continue
        out = other_threads(page) if out is None else out
        if element in out:
            continue
        number = next(found for found in match.groups() if found).lower()
        return _NUMBER_WORDS[number] if number in _NUMBER_WORDS else int(re.sub(r"\D", "", number))
    return None


@lru_cache(maxsize=20_000)
def _is_place(name: str) -> bool:
    return _COUNT_PLACES.fullmatch(name) is not None
