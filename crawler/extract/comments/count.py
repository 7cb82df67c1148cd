"""Takes a page and gives the number of comments that the page itself states: the cross-check of the thread."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from archive.text.urls import same_page
from crawler.extract.comments.thread import other_threads
from crawler.extract.dom.anycase import AnyCase
from crawler.extract.dom.document import Document, Subtrees
from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import JsonNode, string, types_of
from crawler.extract.dom.tree import Element, absolute, all_text, tokens, word_set

COUNT_WORDS = (
    r"comments?|responses?|repl(?:y|ies)|thoughts?|kommentare?|antworten|gedanken|reaktionen|commentaires?|"
    r"réponses?|réflexions?|réactions?|comentarios?|respuestas?|comentários?|respostas?|commenti|commento|risposte|"
    r"reacties?|komentarz\w*|комментари\w*|kommentarer?|svar|pensamientos?|pensieri|pensamentos?|коментар\w*|yorum(?:lar)?|"
    r"komentar\w*|komentář\w*|komment\w+|hozzászólás\w*|vélemény|σχόλι\w*|תגובות|תגובה|bình luận|comentari\w*|komentār\w*|"
    r"komen|ulasan|maoni|iruzkin\w*|ummæli|viðbrögð|coment\w+|koment\w+|отзыв\w*|ответ(?:ов|а)|відгук\w*|"
    r"تعليق(?:ات|ا|اً)?|التعليق(?:ات|ا|اً)?|ردود|الردود|أفكار|دیدگاه(?:[\u200c ]?ها)?|نظرات?|نظر|تبصر[ےه]|"
    r"टिप्पणी|टिप्पणियाँ|टिप्पणियां|टिप्पणियों|प्रतिक्रियाएँ|प्रतिक्रिया|"
    r"প্রতিক্রিয়া|মন্তব্য(?:সমূহ|গুলি)?|கருத்துகள்|கருத்துக்கள்|ความคิดเห็น|კომენტარი|մեկնաբանություն\w*"
)
COUNT_WORD = f"(?:{COUNT_WORDS})"
_CJK_WORDS = "コメント|评论|評論|留言|回复|回覆|댓글|의견"
_CJK = f"(?:{_CJK_WORDS})"
_NONE = r"no|zero|kein|keine|aucun|aucune|sin|nessun|nessuna|geen|brak|нет|ingen|inga|nenhum|nincs|žádné|belum ada|ei"
_ONES = r"one|ein|eine|un|une|uno|um|en|één|jeden|один"
_NUMBER = r"\d{1,3}(?:[.,'\u00a0\u202f \u066c]\d{3})+|\d{1,6}"
COUNTED = re.compile(
    rf"(?:^|\s|\()(?P<number>{_NUMBER}|{_ONES}|{_NONE})\s+{COUNT_WORD}(?!\w)|(?:^|\s|\()(?P<glued>\d{{1,6}}){COUNT_WORD}(?!\w)|\b{COUNT_WORD}\s*[:(\[]\s*(?P<behind>{_NUMBER})\s*[)\]]?|"
    rf"(?P<counted>{_NUMBER})\s*(?:件の|条|條|则|則|個の|개의|個|个|篇)\s*{_CJK}|{_CJK}\s*[:：(（]?\s*(?P<after>\d{{1,6}})",
    re.I,
)
_COUNT_WORD = AnyCase(f"{COUNT_WORDS}|{_CJK_WORDS}")  # one flat list: only of such a one Python looks for the first letters alone
_ROUGH = re.compile(rf"(?:^|\s|\()(?P<number>\d{{1,4}})(?:[.,](?P<part>\d))?\s?(?:k|tsd\.?|mil|тыс\.?|rb)\s+{COUNT_WORD}(?!\w)", re.I)
_SHOWN = re.compile(
    r"\d{1,6}\s*(?:[-–—]|to|bis|à|a|do|до|til|till)\s*\d{1,6}\s*(?:of|von|de|sur|di|z|из|van|av|af|/)\s*(?P<number>\d{1,6})(?!\w)", re.I
)
_COUNT_PLACES = re.compile(
    r"comments?(?:[-_](?:title|count|number|heading|header|area|section|wrap(?:per)?|list))?|respon(?:ses?|d)|"
    r"wp-block-comments-title|wpdc?|wpd-thread-info|wc_header_text|comment-count|comments-num"
)
_ANOTHERS = re.compile(
    r"(?:.*[-_])?(?:related|sidebar|teasers?|popular|most[-_]?(?:read|commented)|trending|latest|recent|recommended)(?:[-_].*)?"
)
_DATA = ("data-comment-count", "data-comments-count", "data-total-comments", "data-num-comments", "data-count", "data-total")
_TO_THREAD = re.compile(r"#(?:comments|comment-?section|comment-?list|kommentare|commentaires|comentarios)$")
_THREAD_PAGE = re.compile(r"/(?:comments?|kommentare?|commentaires?|comentarios?|commenti|reacties|discussion)/?(?:#.*)?$", re.I)
_THREAD_PAGES = ("/comment", "/kommentar", "/comentario", "/reacties", "/discussion")  # one of them is in each such address
_OWN_ENDING = re.compile(r"(?:\.(?:html?|php|aspx?))?/?$", re.I)
_ONE_NUMBER = re.compile(r"\D{0,20}?(\d{1,3}(?:[.,]\d{3})+|\d{1,6})[^\d.,]{0,24}")
_HEADINGS = word_set("h1 h2 h3 h4 h5")
_PLACES = word_set("div p span a")


def reported_count(page: Document, thread: frozenset[Element], head: Head | None = None, url: str = "") -> int | None:
    """The highest number of comments that the page states of its own thread (pings and other pages of the thread included, as sites
    count): in the heading of the thread, in attributes, in the head's data. None when it states none. A rough "1.2k" gives the
    least that it can mean."""
    stated = [
        number
        for number in (_heading(page, thread, url), _link(page, url), _own_page(page, url), _attribute(page, url), _data(head))
        if number is not None
    ]
    return max(stated, default=None)


def _heading(page: Document, thread: frozenset[Element], url: str) -> int | None:
    out: Subtrees | None = None
    named = [element for element in page.matching(_is_place) if element.tag in _PLACES]
    for element in sorted((*page.of(_HEADINGS), *named), key=page.places.__getitem__) if named else page.of(_HEADINGS):
        text = all_text(element).strip() if element.tag in _HEADINGS else (element.text or "").strip()
        number = counted(text) if 0 < len(text) < 300 else None
        if number is None or element in thread or any(up in thread for up in element.iterancestors()):
            continue
        out = other_threads(page) if out is None else out
        if element in out or _is_anothers(element, url):
            continue
        return number
    return None


def own_thread_page(page: Document, url: str) -> Iterator[tuple[str, str]]:
    """(words, address) of the links to a page of the thread alone, below the article's own address: ``/a/report/comments``."""
    if not page.may_lead_to(_THREAD_PAGES):
        return
    own = _OWN_ENDING.sub("", url.split("#")[0].split("?")[0])
    for anchor, href in page.anchors if own else ():
        if _THREAD_PAGE.search(href) is None:
            continue
        address = absolute(url, href).split("#")[0]
        if _OWN_ENDING.sub("", address[: address.rfind("/", 0, len(address.rstrip("/")))]) == own:
            yield " ".join(all_text(anchor).split()), address


def _own_page(page: Document, url: str) -> int | None:
    numbers = (counted(said) for said, _ in own_thread_page(page, url) if 0 < len(said) < 300)
    return max((number for number in numbers if number is not None), default=None)


def _link(page: Document, url: str) -> int | None:
    """The number in a link that leads to the page's own thread, whatever its word for comments: ``<a href="#comments">91 notes</a>``."""
    for anchor, href in [row for row in page.anchors if "#" in row[1]]:
        if _TO_THREAD.search(href) is not None and (href[0] == "#" or (url and same_page(absolute(url, href), url))):
            match = _ONE_NUMBER.fullmatch(" ".join(all_text(anchor).split()))
            if match is not None:
                return int(re.sub(r"\D", "", match.group(1)))
    return None


@lru_cache(maxsize=4096)  # the headings of a site are the same on all its pages
def counted(text: str) -> int | None:
    """The number of comments that a line states; digits may be those of any script."""
    if not _COUNT_WORD.found_in(text):
        return None
    if (rough := _ROUGH.search(text)) is not None:
        parts = int(rough.group("number")) * 10 + int(rough.group("part") or 0)
        return parts * 100 - (50 if rough.group("part") else 500)
    match = COUNTED.search(text)
    if match is None:
        return None
    if (shown := _SHOWN.search(text)) is not None:
        return int(shown.group("number"))
    said = next(found for found in match.groups() if found).lower()
    if re.fullmatch(_ONES, said):  # "Deja un comentario" and "Lascia un commento" invite
        return None if re.search(r"\w", text[: match.start()]) else 1
    return 0 if re.fullmatch(_NONE, said) else int(re.sub(r"\D", "", said))


def _attribute(page: Document, url: str) -> int | None:
    """``itemprop="commentCount"``, or a number in an attribute of what is called comments."""
    for element in page.microdata:
        if element.get("itemprop") == "commentCount" and not _is_anothers(element, url):
            said = (element.get("content") or all_text(element)).strip()
            if said.isdecimal():
                return int(said)
    for element in page.matching(_is_place):
        said = next((value for key in _DATA if (value := element.get(key) or "").isdecimal()), "")
        if said and not _is_anothers(element, url):
            return int(said)
    return None


def _data(head: Head | None) -> int | None:
    """``commentCount`` and ``interactionStatistic`` of the article, https://schema.org/commentCount; shares are another action."""
    if head is None or head.article is None:
        return None
    numbers = [_number(head.article.get("commentCount"))]
    numbers += [
        _number(node.get("userInteractionCount")) for node in _counters(head.article.get("interactionStatistic")) if _of_comments(node)
    ]
    return max((number for number in numbers if number), default=None)


def _counters(value: object) -> Iterator[JsonNode]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def _of_comments(node: JsonNode) -> bool:
    action = node.get("interactionType")
    said = {string(action).rsplit("/", 1)[-1].lower()} | (types_of(action) if isinstance(action, dict) else set())
    return bool(said & {"commentaction", "usercomments", "replyaction"})


def _number(value: object) -> int | None:
    said = str(value).strip() if isinstance(value, int | str) and not isinstance(value, bool) else ""
    return int(said) if said.isdecimal() and len(said) < 7 else None


def _is_anothers(element: Element, url: str) -> bool:
    """Does the count belong to another article: a teaser's, a sidebar's, a link's that leads there?"""
    links = [element, *element.iter("a"), *element.iterancestors("a")]
    if url and any(_leads_away(link.get("href") or "", url) for link in links if link.tag == "a"):
        return True
    for up in element.iterancestors():
        if up.tag in ("body", "main"):
            break
        if up.tag in ("aside", "nav") or any(_is_widget(name) for name in tokens(up)):
            return next(up.iter("h1"), None) is None
        if url and up.tag in ("li", "article") and any(_leads_away(a.get("href") or "", url) for a in _headlines(up)):
            return True
    return False


def _headlines(outer: Element) -> Iterator[Element]:
    if next(outer.iter("h1"), None) is None:
        for heading in outer.iter("h2", "h3", "h4"):
            yield from heading.iter("a")


def _leads_away(href: str, url: str) -> bool:
    there = absolute(url, href) if href and href[0] not in "#?" else ""
    if not there or same_page(there, url):
        return False
    bare, own = (re.sub(r"\.\w{2,5}$", "", address.partition("#")[0].partition("?")[0].rstrip("/")) for address in (there, url))
    return not (bare.startswith(own) or own.startswith(bare) or "/comment" in bare)


@lru_cache(maxsize=20_000)
def _is_widget(name: str) -> bool:
    return "comments-area" not in name and _ANOTHERS.fullmatch(name) is not None


@lru_cache(maxsize=20_000)
def _is_place(name: str) -> bool:
    return _COUNT_PLACES.fullmatch(name) is not None
