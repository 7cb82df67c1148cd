"""Takes a page of any system and gives the addresses of the other pages of its thread: numbered, older and newer, "load more comments",
"show all", as a link, as an attribute for scripts, or as a form that is sent with GET."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlencode, urlsplit

from archive.text.urls import same_page
from crawler.extract.comments.count import COUNT_WORDS, own_thread_page
from crawler.extract.comments.thread import other_threads
from crawler.extract.dom.anycase import AnyCase
from crawler.extract.dom.document import Document, Subtrees
from crawler.extract.dom.pagers import PagerLink, in_pager, numbered_pages, same_host
from crawler.extract.dom.tree import Element, absolute, all_text, without_fragment
from crawler.extract.dom.zones import ThreadZone

MOST = 101
_WORD = AnyCase(rf"{COUNT_WORDS}|コメント|评论|評論|留言|回复|댓글")
_MORE = AnyCase(
    r"\b(?:more|all|older|newer|earlier|previous|next|rest|remaining|load|show|view|see|read|weitere|mehr|alle|ältere|frühere|neuere|anzeigen|"
    r"laden|suivante?s|précédente?s|tous|toutes|plus|autres|anciens|afficher|voir|más|todos|todas|anteriores|siguientes|cargar|mostrar|ver|"
    r"altri|tutti|precedenti|successivi|carica|mostra|meer|oudere|laad|toon|więcej|wszystkie|starsze|ещё|еще|все|показать|загрузить|fler|"
    r"flere|alla|äldre|visa|další|všechny|starší|daha|tüm|összes|további|mais|todos|carregar|mai|toate|zobrazit)\b|さらに|もっと|すべて|"
    r"更多|全部|查看|더보기|المزيد|جميع|عرض|بیشتر|همه|और|सभी|আরও|সব"
)
_ALL = re.compile(
    r"\b(?:all|alle|tous|toutes|todos|todas|tutti|wszystkie|все|alla|všechny|tüm|összes|toate)\b|すべて|全部|جميع|همه|सभी", re.I
)
_ALONE = re.compile(r"\W*(?:load|show|view|see)? ?more\W*(?:\d+\W*)?", re.I)
_NOT = re.compile(
    r"(?:^|[/?&.=_-])(?:feed|rss|atom|login|signin|register|reply|replytocom|respond|sort|order|orderby|subscribe|user|profile|author)(?:$|[/?&.=_-])",
    re.I,
)
_NUMBER = re.compile(r"\W{0,3}(\d{1,4})\W{0,3}")
_HINT = re.compile("more|next|pager|older|show[-_]?all")
_COMMENTED = AnyCase(r"comentad|commented|kommentiert|commenté|commentat")  # lists of other articles
_ATTRIBUTES = (
    "data-url",
    "data-href",
    "data-next-url",
    "data-next-page",
    "data-next",
    "data-load-more-url",
    "data-load",
    "hx-get",
    "data-hx-get",
)


def more_comments(page: Document, url: str, first: str, zone: ThreadZone, *, expected: bool) -> tuple[str, ...]:
    """The addresses, those that promise everything first, then by number. ``first``: the article's address; ``expected``: does the page
    show or count comments? Without any, nothing on it pages through them."""
    if not expected:
        return ()
    out = other_threads(page)
    links = [link for link in zone.links(url, first) if _is_threads(link, zone, out)]
    numbered = numbered_pages((link for link in links if link.kind in ("number", "next")), first, MOST)
    wholes = [address for _, address in own_thread_page(page, first)]
    others: list[str] = []
    for said, address in (*_further_anchors(page, url, first, zone, out), *_buttons(page, url, zone, out)):
        (wholes if _ALL.search(said) else others).append(address)
    nexts = [link.url for link in links if link.kind == "next" and link.number is None and _in_own_pager(link.element, zone)]
    found = dict.fromkeys((*wholes, *numbered, *others, *nexts))
    return tuple(
        address for address in found if not same_page(address, url) and not same_page(address, first) and same_host(address, first)
    )[:MOST]


def _is_threads(link: PagerLink, zone: ThreadZone, out: Subtrees) -> bool:
    element = link.element
    if element is None or element in zone.inner or element in out or link.kind not in ("number", "next"):
        return False
    return zone.holds(element, element.get("href") or "") and _NOT.search(_path(link.url)) is None


def _in_own_pager(element: Element | None, zone: ThreadZone) -> bool:
    """A link to "the next" whose address says nothing: below a thread it is mostly the next article."""
    return element is not None and zone.names(element) and in_pager(element)


def _further_anchors(page: Document, url: str, first: str, zone: ThreadZone, out: Subtrees) -> Iterator[tuple[str, str]]:
    """Links with words such as "older comments", and numbers of a pager whose addresses are not formed from the article's."""
    for place in zone.held_anchors:
        anchor, href = page.anchors[place]
        if not href or href[0] == "#" or anchor in out or href.startswith(("javascript:", "mailto:")):
            continue
        said = page.said[place]
        number = _NUMBER.fullmatch(said)
        if number is None and not _says_more(said):
            continue
        address = without_fragment(absolute(url, href))
        if not address or same_page(address, first) or _NOT.search(_path(address)):
            continue
        if number is None or (anchor not in zone.inner and in_pager(anchor) and int(number.group(1)) > 1):
            yield said, address


def _buttons(page: Document, url: str, zone: ThreadZone, out: Subtrees) -> Iterator[tuple[str, str]]:
    """What scripts load: an address in an attribute of a button or box, or a form that is sent with GET."""
    named = {element for element in page.matching(_is_hint) if element.tag != "img"}
    for element in dict.fromkeys((*page.of({"button", "form"}), *named)):
        address = _stated(element)
        if not address:
            continue
        said = " ".join((all_text(element) or element.get("aria-label") or "").split())
        if len(said) > 120:
            continue
        target = without_fragment(absolute(url, address))
        telling = _says_more(said) or ((_ALONE.fullmatch(said) or element in named) and zone.names(element))
        if (
            target
            and telling
            and "{" not in target
            and element not in out
            and not _NOT.search(_path(target))
            and zone.holds(element, target)
        ):
            yield said, target


@lru_cache(maxsize=20_000)
def _is_hint(name: str) -> bool:
    return _HINT.search(name) is not None


def _stated(element: Element) -> str:
    found = next((value for key in _ATTRIBUTES if _is_address(value := (element.get(key) or "").strip())), "")
    if found:
        return found
    form = element if element.tag == "form" else next(element.iterancestors("form"), None)
    if form is None or (form.get("method") or "get").lower() != "get" or element.tag not in ("form", "button"):
        return ""
    action = element.get("formaction") or form.get("action") or ""
    fields = [(e.get("name") or "", e.get("value") or "") for e in form.iter("input") if (e.get("type") or "").lower() == "hidden"]
    if any((e.get("type") or "text").lower() in ("text", "search", "email", "url", "password") for e in form.iter("input", "textarea")):
        return ""  # something to fill in: an answer, a search
    query = urlencode([field for field in fields if field[0]])
    return f"{action}{'&' if '?' in action else '?'}{query}" if query else action


def _is_address(value: str) -> bool:
    return value.startswith(("/", "?", "http://", "https://", "./")) or (
        bool(value) and re.fullmatch(r"[\w./-]+\?[\w=&%.-]+|[\w-]+\.\w{3,4}", value) is not None
    )


def _says_more(said: str) -> bool:
    return 4 < len(said) < 90 and _WORD.found_in(said) and _MORE.found_in(said) and not _COMMENTED.found_in(said)


def _path(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return f"{parts.path}?{parts.query}"
