"""Takes a listing page (front page, archive of an author or category) and gives its entries and the next page. The last resort."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml.etree import ParserError
from lxml.html import HtmlElement, document_fromstring

from archive.text.urls import bare_host, normal_url
from crawler.discover.index_pages import is_index, parts_of
from crawler.discover.load_more import as_listing, load_more
from crawler.discover.xml import absolute_link

ENTRY_CLASS = re.compile(r"(?:^|[\s_-])(?:headline|title|teaser|hentry|post|entry|story|item)(?:$|[\s_-])", re.I)
MENU = re.compile(r"(?:^|[\s_-])(?:nav|menu|navigation|navbar|sections?)(?:$|[\s_-])", re.I)
FILE = re.compile(r"\.(?:jpe?g|png|gif|webp|svg|pdf|mp3|mp4|zip|css|js|xml|rss|atom|ics|txt)$", re.I)
NO_ARTICLE = re.compile(
    r"/(?:page|author|authors|category|categories|tag|tags|topic|topics|feed|comments|wp-admin|wp-login\.php|wp-content|wp-json|search)(?:/|$)"
    r"|/(?:user|account)/(?:login|register)|^/?$",
    re.I,
)
NO_SECTION = re.compile(r"/(?:feed|comments|wp-admin|wp-login\.php|wp-content|wp-json|search|user|login|account)(?:/|$)|^/?$", re.I)
QUERY_NO_ARTICLE = re.compile(
    r"(?:^|&)(?:s|feed|page|paged|cat|tag|author|m|replytocom|rest_route|share|format|start|limitstart|offset|updated-max)=", re.I
)
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
RANGE = re.compile(
    r"(?<![\d.,-])(\d{1,2})\s?(?:[-–—]|to|bis|à|al?|до|t/m)\s?(\d{1,3})\s(?:of|von|de|sur|di|van|z|ze|из|av|af|su)\s"
    r"(\d{1,3}(?:[.,\u202f\xa0]\d{3})*|\d{4,7})(?![\d.,]\d)",
    re.I,
)
XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")  # of XHTML; lxml refuses a text that says in which bytes it is written
Anchor = tuple[HtmlElement, str]


@dataclass(frozen=True, slots=True)
class ListingPage:
    articles: tuple[str, ...]  # addresses that look like entries, in reading order
    next_page: str | None
    boxed: bool  # the entries stand in headlines or boxes of their own; else they are just all links of the page
    sections: tuple[str, ...] = ()  # addresses in the page's menus: other listings, or pages about the site
    indexes: tuple[str, ...] = ()  # addresses of index pages, wherever they stand
    links: frozenset[str] = frozenset()  # all addresses of the page's host
    languages: tuple[str, ...] = ()  # front pages in other languages, as the head and the links name them
    scripted: bool = False  # it goes on behind a button that does nothing without a script
    total: int | None = None  # how many entries the listing says that it has, where it shows its first ones: "1-10 of 48"


def read_listing_page(html: str, url: str) -> ListingPage:
    """The entries of a page of a listing, the address of the next one, and the sections that its menus name."""
    try:
        root = document_fromstring(XML_DECLARATION.sub("", as_listing(html)) or "<html/>")
    except (ValueError, AssertionError, ParserError):  # ParserError: nothing but blanks
        return ListingPage((), None, False)
    url, base = normal_url(url) or url, base_of(root, url)
    inside, boxes = list(_inside(root, url, base)), _Boxes()
    entries = [
        link
        for anchor, link in inside
        if _is_address(link) and _is_entry(anchor, boxes) and not (is_index(link) and not _is_headline(anchor))
    ]
    boxed = bool(entries)
    indexes = [link for link in [*(link for _, link in inside), *_chosen(root, url, base)] if is_index(link) and link not in entries]
    entries = entries or [link for _, link in inside if _is_address(link) and not is_index(link)]
    more, nowhere = load_more(root, base)
    next_page = _next(root, inside, url, base) or (more if more and more != url and same_host(more, url) else None)
    in_menus = [link for anchor, link in inside if boxes.around(anchor.getparent()).menu]
    sections = [link for link in in_menus if not (NO_SECTION.search(parts_of(link).path) or FILE.search(link))]
    return ListingPage(
        articles=tuple(dict.fromkeys(entries)),
        next_page=next_page,
        boxed=boxed,
        sections=tuple(dict.fromkeys(section for section in sections if not is_index(section))),
        indexes=tuple(dict.fromkeys(indexes)),
        links=frozenset(link for _, link in inside),
        languages=tuple(dict.fromkeys(_languages(root, inside, url, base, boxes))),
        scripted=nowhere and next_page is None,
        total=_total(root, len(dict.fromkeys(entries))) if boxed else None,
    )


def _languages(root: HtmlElement, inside: list[Anchor], url: str, base: str, boxes: _Boxes) -> Iterator[str]:
    """What ``hreflang`` marks as this page in other languages; some systems write it on each link, with the page's own language."""
    own = (root.get("lang") or "").lower().partition("-")[0]
    for element in root.iter("link"):
        if element.get("hreflang") and "alternate" in (element.get("rel") or "").lower().split() and not element.get("type"):
            link = absolute_link(base, element.get("href") or "").split("#")[0]
            if link and same_host(link, url) and link != url:
                yield link
    for anchor, link in inside if own else ():
        other = (anchor.get("hreflang") or "").lower().partition("-")[0]
        if other not in ("", "x", own) and link != url and not _is_entry(anchor, boxes):
            yield link


def _total(root: HtmlElement, shown: int) -> int | None:
    """The number behind "1-10 of 48", where as many entries are shown as it says."""
    text = " ".join(root.text_content().split())
    for first, last, total in RANGE.findall(text) if f"{shown} " in text else ():
        number = int(re.sub(r"\D", "", total))
        if int(first) == 1 and int(last) == shown < number:
            return number
    return None


def base_of(root: HtmlElement, url: str) -> str:
    """What the page's links are relative to: the first ``base`` that says so, else its own address."""
    named = next((base.get("href") for base in root.iter("base") if base.get("href")), "")
    return (absolute_link(url, named) if named else "") or url


def _inside(root: HtmlElement, url: str, base: str) -> Iterator[Anchor]:
    """The links of the page that stay on its host, without fragments."""
    here = _bare_host(urlsplit(url).netloc)
    for anchor in root.iter("a"):
        href = (anchor.get("href") or "").strip()
        link = absolute_link(base, href).split("#")[0] if href and not href.startswith("#") else ""
        if link and _bare_host(link.split("/", 3)[2]) == here:
            yield anchor, link


def _chosen(root: HtmlElement, url: str, base: str) -> Iterator[str]:
    """The addresses behind the choices of a drop-down list: WordPress offers its months so."""
    for option in root.iter("option"):
        value = (option.get("value") or "").strip()
        link = absolute_link(base, value).split("#")[0] if "/" in value or "?" in value else ""
        if link and same_host(link, url):
            yield link


def same_host(link: str, other: str) -> bool:
    """Whether two addresses lie on one host, with or without www. ``link``: as ``absolute_link`` gives it."""
    return _bare_host(link.split("/", 3)[2]) == _bare_host(urlsplit(other).netloc)


_bare_host = lru_cache(maxsize=1024)(bare_host)  # a page has hundreds of links, and they lead to a few hosts


def _is_address(link: str) -> bool:
    parts = parts_of(link)
    if FILE.search(parts.path):
        return False
    if parts.query and parts.path in ("", "/", "/index.php"):
        return not QUERY_NO_ARTICLE.search(parts.query)
    return not NO_ARTICLE.search(parts.path) and not QUERY_NO_ARTICLE.search(parts.query)


class _Around(NamedTuple):
    """What an element, or one around it, is."""

    frame: bool = False  # navigation, a sidebar, a footer
    entry: bool = False  # a headline, or an entry's own box
    menu: bool = False


class _Boxes:
    """The elements around the links of a page: each is looked at once, for all that stands in it."""

    def __init__(self) -> None:
        self._known: dict[HtmlElement | None, _Around] = {None: NOTHING}

    def around(self, element: HtmlElement | None) -> _Around:
        new = []
        while element not in self._known:
            assert element is not None
            new.append(element)
            element = element.getparent()
        known = self._known[element]
        for inner in reversed(new):
            own = _itself(inner)
            if own is not NOTHING:
                known = _Around(known.frame or own.frame, known.entry or own.entry, known.menu or own.menu)
            self._known[inner] = known
        return known


NOTHING = _Around()
PLAIN = frozenset(
    ("ul", "ol", "li", "div", "p", "span", "a", "section", "main", "table", "tr", "td")
)  # tags that say nothing by themselves


def _itself(element: HtmlElement) -> _Around:
    tag, said = element.tag, element.get("class") or ""
    if not said and tag in PLAIN and not element.get("id"):
        return NOTHING
    return _Around(
        frame=tag in ("nav", "aside", "footer"),
        entry=tag in ("h1", "h2", "h3", "h4", "article") or (tag != "body" and bool(ENTRY_CLASS.search(said))),
        menu=tag not in ("body", "html") and (tag in ("nav", "header") or bool(MENU.search(f"{said} {element.get('id') or ''}"))),
    )


def _is_entry(anchor: HtmlElement, boxes: _Boxes) -> bool:
    """A headline's link, or one inside an entry's own box; not navigation, not a sidebar."""
    if "bookmark" in (anchor.get("rel") or "").split():
        return True
    around = boxes.around(anchor)
    return around.entry and not around.frame


def _is_headline(anchor: HtmlElement) -> bool:
    """Some sites name their daily letters as others do their months; a list of months has no headlines."""
    return any(element.tag in ("h1", "h2", "h3", "h4") for element in (anchor, *anchor.iterancestors(), *anchor))


def _next(root: HtmlElement, inside: list[Anchor], url: str, base: str) -> str | None:
    """Where the listing goes on: what the page itself calls next, else the number after its own, else a link in words."""
    said = [link.get("href") or "" for link in root.iter("link") if "next" in (link.get("rel") or "").lower().split()]
    stated = [link for href in said if href and (link := absolute_link(base, href).split("#")[0]) and same_host(link, url)]
    marked = (link for anchor, link in inside if "next" in (anchor.get("rel") or "").lower().split())
    links = [link for _, link in inside]
    classed = (link for anchor, link in inside if _is_older(anchor))
    worded = (link for anchor, link in inside if _leads_on(anchor))
    following = chain(stated, marked, _numbered(url, links), _after(url, links), classed, worded)
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
    words = " ".join((text or "").split()) or anchor.get("aria-label") or anchor.get("title") or ""
    return bool(OLDER.fullmatch(words)) and not NEWER_PREVIOUS.fullmatch(words)
