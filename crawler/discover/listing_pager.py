"""Takes a page of a listing and its links, and gives the address at which the listing goes on. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain, islice
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from archive.text.urls import bare_host
from crawler.discover.xml import absolute_link

Anchor = tuple[HtmlElement, str]
NUMBER = re.compile(
    r"(?P<path>/(?:page|index|pagina|página|seite|strona|strana|sida|side|sivu|oldal|sayfa)[/_-]?)(?P<n>\d{1,5})(?P<rest>(?:\.(?:html?|php))?/?)$"
    r"|(?P<key>[?&](?:paged?|pg|pagina|seite)=)(?P<q>\d{1,5})(?=&|$)",
    re.I,
)
OFFSET = re.compile(r"(?P<key>[?&](?:start|limitstart|offset|skip)=)(?P<n>\d{1,6})(?=&|$)")  # entries to leave out: Joomla and others
OLDER = re.compile(
    r"\W*(?:(?:older|earlier|next|previous)(?: (?:page|posts|entries|articles|stories|reports|news))?"
    r"|more (?:posts|entries|articles|stories|news)|load more"
    r"|(?:ältere|weitere) (?:beiträge|artikel|posts)|nächste(?: seite)?"
    r"|(?:page )?suivante?|articles (?:plus anciens|précédents)|plus anciens"
    r"|(?:página )?siguiente|entradas (?:más )?antiguas"
    r"|(?:pagina )?successiv[ao]|articoli (?:meno recenti|precedenti)|post più vecchi"
    r"|próxima(?: página)?|(?:posts|postagens|artigos) mais antig[oa]s"
    r"|oudere berichten|volgende(?: pagina)?|äldre inlägg|nästa(?: sida)?"
    r"|starsze (?:wpisy|posty)|następna(?: strona)?"
    r"|(?:старые|предыдущие) записи|следующая(?: страница)?|старіші записи|наступна(?: сторінка)?"
    r"|starije(?: objave)?|sljedeća(?: stranica)?|старији чланци|следећа(?: страна)?"
    r"|eski yazılar|daha eski (?:yazılar|kayıtlar)|sonraki(?: sayfa)?"
    r"|(?:ال)?مقالات (?:ال)?أقدم|(?:ال)?تدوينات (?:ال)?أقدم|(?:الصفحة )?التالية?"
    r"|نوشته‌های (?:پیشین|قدیمی‌تر)|(?:صفحه |صفحهٔ )?بعدی"
    r"|पुराने (?:लेख|पोस्ट)|पुरानी पोस्ट|अगला(?: पृष्ठ)?"
    r"|過去の(?:投稿|記事)|以前の(?:投稿|記事)|古い投稿|次のページ|次へ|下一页|下一頁|较旧文章|更早的文章|다음(?: 페이지)?|이전 글)\W*",
    re.I,
)
OLDER_CLASS = frozenset(  # of a pager's link or its box. Not nav-next: WordPress's themes lead to newer posts with it
    [
        "next",
        "next-page",
        "older",
        "older-posts",
        "pagination-next",
        "pagination__next",
        "pager-next",
        "pager__item--next",
        "pager-older",
        "nextpostslink",
        "link_next",
        "next_page",
        "older_posts",
        "blog-pager-older-link",
    ]
)
NEWER = re.compile(r"\W*(?:newer|more recent|neuere|plus récents?|más recientes|recenti)\b", re.I)
NEWER_PREVIOUS = re.compile(r"\W*previous(?: page)?\W*", re.I)  # alone it leads back; "previous entries" leads on
OF_HEADER = re.compile(r"<([^>]*)>([^<]*)")
HEADER_NEXT = re.compile(r"rel=\"?(?:[^\";]* )?next\b", re.I)
ONWARDS = ("›", "→", ">", "»", ">>")
BACKWARDS = ("‹", "←", "<", "«", "<<")  # where one reads from right to left
PAGER = 120  # characters of a box with the numbers of pages


def same_host(link: str, other: str) -> bool:
    """Whether two addresses lie on one host, with or without www. ``link``: as ``absolute_link`` gives it."""
    return known_host(link.split("/", 3)[2]) == known_host(urlsplit(other).netloc)


known_host = lru_cache(maxsize=1024)(bare_host)  # a page has hundreds of links, and they lead to a few hosts


def next_page_of(root: HtmlElement, inside: list[Anchor], url: str, base: str, link_header: str = "") -> str | None:
    """Where the listing goes on: what the page itself, or its Link header, calls next, else the number after its own, else a link in
    words or with an arrow. ``inside``: the links of the page that stay on its host."""
    said = [target for target, rest in OF_HEADER.findall(link_header) if HEADER_NEXT.search(rest)]
    said += [link.get("href") or "" for link in root.iter("link") if "next" in (link.get("rel") or "").lower().split()]
    stated = [link for href in said if href and (link := absolute_link(base, href).split("#")[0]) and same_host(link, url)]
    marked = (link for anchor, link in inside if "next" in (anchor.get("rel") or "").lower().split())
    links = [link for _, link in inside]
    classed = (link for anchor, link in inside if _is_older(anchor))
    worded = (link for anchor, link in inside if _leads_on(anchor))
    following = chain(stated, marked, _numbered(url, links), _after(url, links), classed, worded, _pointed(root, inside))
    return next((link for link in following if link != url), None)


def _numbered(url: str, links: list[str]) -> Iterator[str]:
    numbers = [(number, link) for link in links if (number := _number(link))]
    yield from (link for wanted in _wanted(url) for number, link in numbers if number == wanted)


def _after(url: str, links: list[str]) -> Iterator[str]:
    """The link to the page that begins next, where pages are told by the number of entries before them."""
    base, here = _offset(url) or (_bare(url), 0)
    found = {there[1]: link for link in links if (there := _offset(link)) and there[0] == base and there[1] > here}
    if found:
        yield found[min(found)]


def _offset(link: str) -> tuple[str, int] | None:
    """(the listing's address without it, how many entries it leaves out)."""
    match = OFFSET.search(link)
    return (_bare(link[: match.start()] + link[match.end() :]), int(match["n"])) if match else None


def _bare(link: str) -> str:
    return link.replace("?", "&").rstrip("/&")


def _number(link: str) -> tuple[str, int] | None:
    """(the listing's address without the page's number, the number)."""
    match = NUMBER.search(link)
    if match is None:
        return None
    return _bare(link[: match.start()] + link[match.end() :]), int(match["n"] or match["q"])


def _wanted(url: str) -> list[tuple[str, int]]:
    """What may follow: the page's own number plus one; behind a bare address 2, or 1 where counting starts at 0."""
    if here := _number(url):
        return [(here[0], here[1] + 1)]
    return [(_bare(url), 1), (_bare(url), 2)]


def _is_older(anchor: HtmlElement) -> bool:
    """Whether classes say that a link leads on, whatever its language; not where they stand on an entry, or the words say newer."""
    parent = anchor.getparent()
    boxes = [anchor, *([parent] if parent is not None and parent.tag in ("li", "span", "div", "p") else [])]
    said = any(not OLDER_CLASS.isdisjoint(name.lower().split()) for box in boxes if (name := box.get("class")))
    return said and not NEWER.match(anchor.text_content() or "")


def _leads_on(anchor: HtmlElement) -> bool:
    text = anchor.text_content() if len(anchor) else anchor.text  # most links hold nothing but their words
    words = " ".join((text or "").split())
    said = words if any(map(str.isalpha, words)) else anchor.get("aria-label") or anchor.get("title") or words
    return bool(OLDER.fullmatch(said)) and not NEWER_PREVIOUS.fullmatch(said)


def _pointed(root: HtmlElement, inside: list[Anchor]) -> Iterator[str]:
    """What an arrow beside the numbers of pages leads to; a double arrow may lead to the last page."""
    arrows = BACKWARDS if root.get("dir") == "rtl" else ONWARDS
    found = [(arrows.index(words), link) for anchor, link in inside if (words := _short(anchor)) in arrows and _is_beside_numbers(anchor)]
    return (link for _, link in sorted(found, key=lambda item: item[0]))


def _short(anchor: HtmlElement) -> str:
    return (anchor.text_content() or "").strip() if len(anchor) < 2 else ""


def _is_beside_numbers(anchor: HtmlElement) -> bool:
    """Does a small box around it hold numbers and nothing else in words?"""
    for box in islice(anchor.iterancestors(), 3):
        text = " ".join((box.text_content() or "").split())
        if len(text) > PAGER:
            return False
        if any(map(str.isdecimal, text)):
            return not any(map(str.isalpha, text))
    return False
