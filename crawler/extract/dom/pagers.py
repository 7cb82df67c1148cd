"""Takes links of a page and gives which of them lead to other pages of the same thing: numbers, "next", "show all", whatever the form.

An address is a further page's where it is that of the first page with a number added or counted up: ``?page=2``, ``/page/2/``,
``-2.html``, ``_Page2.html``. Such a form is a hint. Whether the page belongs to the first is decided by what it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from archive.text.urls import bare_host, same_page
from crawler.extract.dom.anycase import AnyCase
from crawler.extract.dom.document import Document
from crawler.extract.dom.tree import Element, absolute, tokens, without_fragment, word_set

LinkKind = Literal["number", "next", "all", "named"]
_WORD = (
    r"(?:commentpage|comment-page|comments?|pagina|página|pages?|pag|pg|seite|suite|sida|side|sivu|strona|strana|stranica|stranka|"
    r"oldal|sayfa|halaman|hoja|part|parte|partie|partea|teil|deel|del|p|s|str)"
)
_PATH = re.compile(rf"(?:/index)?(?:[-_/,.;:~!]+{_WORD}?|{_WORD})(?:[-_/,.=:]*)(?P<number>\d{{1,3}})", re.I)
_THREAD_PATH = re.compile(
    r"/?(?:comments?|kommentare?|comentarios?|commentaires?|commenti|replies|responses|reacties|discussion)(?=[-_/.,])", re.I
)
_EXTENSION = re.compile(r"\.(?:html?|php\d?|aspx?|shtml|jsp|cfm|xhtml)$", re.I)
_FIRST = re.compile(rf"[-_/,.](?:{_WORD}[-_/,.=]?)?0*1$", re.I)
_OFFSETS = word_set("start st offset limitstart from skip begin first")
_PARAMETER = re.compile(
    r"(?:[a-z][a-z_]*[-_\[])?(?:page|seite|pagina|pag)(?:[-_]?(?:no|num|number|nr|id|index))?\]?|[a-z]*(?:page|seite)(?:no|num|number|nr)?|"
    r"p|pg|pn|pp|cp|pager?|paged|pagine|part|teil|sida|side|sivu|strona|str|strana|sayfa|hoja|halaman|s|cpage|start|st|offset|limitstart|"
    r"from|skip|begin|first|page_?article",
    re.I,
)
_VALUE = re.compile(r"(?:\d{1,3}(?:,|%2c))*(\d{1,6})", re.I)
_NUMBER_TEXT = re.compile(
    r"\W{0,3}(?:(?:page|seite|pagina|página|teil|part|strona|sida|side|sivu|стр(?:аница|\.)?)\W{0,2})?(\d{1,4})\W{0,3}", re.I
)
_NEXT_WORDS = (
    r"next(?: page| part)?|continue(?: reading| to next page)?|continued|read on|keep reading|more|older(?: comments)?|newer(?: comments)?",
    r"weiter(?:lesen)?|weiter zu seite|nächste(?: seite)?|ältere(?: kommentare)?|neuere(?: kommentare)?",
    r"(?:la )?suite(?: de l.article)?|(?:page )?suivante?|lire la suite|commentaires (?:plus anciens|précédents|suivants)",
    r"(?:página )?siguiente|continuar(?: leyendo)?|seguir leyendo|próxima(?: página)?|(?:página )?seguinte",
    r"continua(?: a leggere)?|(?:pagina )?(?:successiva|seguente)|avanti|volgende(?: pagina)?|lees verder",
    r"następna(?: strona)?|dalej|další(?: strana)?|ďalej|nästa(?: sida)?|neste(?: side)?|næste(?: side)?|seuraava(?: sivu)?",
    r"következő(?: oldal)?|sonraki(?: sayfa)?|selanjutnya|halaman berikutnya|επόμενη",
    r"следующая(?: страница)?|далее|дальше|вперед|наступна|следваща",
    r"次へ|次のページ|下一页|下一頁",
    r"التالي|الصفحة التالية|بعدی|صفحه بعد|הבא|अगला(?: पृष्ठ)?",
)
_NEXT = AnyCase(rf"\W*(?:(?:go )?to )?(?:{'|'.join(_NEXT_WORDS)})?(?: (?:page|seite|pagina|página) \d{{1,3}})?\W*")
_ONWARD = AnyCase(  # so plain that the form of the address does not matter
    r"next page|next part|continue reading|continued on|page \d|nächste seite|weiterlesen|weiter zu seite|page suivante|suite de l|"
    r"página siguiente|próxima página|pagina successiva|volgende pagina|следующая страница|następna strona|nästa sida|"
    r"次のページ|下一页|下一頁"
)
_ALL_WORDS = (
    r"single page|one page|all pages|full (?:article|text|story)|view all|show all|entire article",
    r"print(?:er)?(?:[- ]friendly| view| version)?",
    r"auf einer seite|alles auf|druckversion|druckansicht|sur une (?:seule )?page|article complet|version imprimable",
    r"en una (?:sola )?página|todo en una|versión para imprimir|pagina unica|una sola pagina|versione stampabile",
    r"numa (?:só )?página|op één pagina|na jednej stronie|på en sida|на одной странице|версия для печати",
)
_ALL = AnyCase(rf"\b(?:{'|'.join(_ALL_WORDS)})\b")
_PAGER_NAME = re.compile(
    r"(?:[\w]+[-_]{1,2})*(?:pager?|pagination|pagenav(?:i)?|pagelinks?|pagelist|pages|paginat(?:or|ed)|page-?numbers?|multipage|chapters?|toc|"
    r"seiten|blaettern|nav-links)(?:[-_]{1,2}[\w]+)*"
)
_ANSWER = "?replytocom="  # so begins the link of a comment below which one answers: its form is that of no further page
_MOST = 1000  # an address with a higher number names a year or an item


@dataclass(frozen=True, slots=True)
class PagerLink:
    """A link to another page: ``label`` is the number that it shows, ``number`` that of its address."""

    kind: LinkKind
    url: str
    label: int | None
    number: int | None
    element: Element | None


@dataclass(frozen=True, slots=True)
class _Numbered:
    number: int
    start: int  # where the number stands in the address
    end: int
    offset: bool  # it counts items, not pages


def page_number(url: str, first: str) -> int | None:
    """The number that ``url`` adds to the address of the first page; None where it is not formed from that."""
    found = _numbered(url, first)
    return None if found is None else found.number


@lru_cache(maxsize=2000)
def _numbered(url: str, first: str) -> _Numbered | None:
    try:
        there, here = urlsplit(url), urlsplit(first)
    except ValueError:
        return None
    if bare_host(there.netloc) != bare_host(here.netloc):
        return None
    if unquote(there.path).rstrip("/") == unquote(here.path).rstrip("/"):
        return _in_query(url, there, here)
    queries = {pair for pair in there.query.split("&") if pair} == {pair for pair in here.query.split("&") if pair}
    return _in_path(url, there, here) if queries else None


def _in_query(url: str, there: SplitResult, here: SplitResult) -> _Numbered | None:
    """One parameter more, or one that counts pages with another value; ``/?p=7`` is an item of a whole site."""
    new = [pair for pair in there.query.split("&") if pair and pair not in here.query.split("&")]
    gone = [pair for pair in here.query.split("&") if pair and pair not in there.query.split("&")]
    if len(new) != 1 or len(gone) > 1:
        return None
    name, _, value = new[0].partition("=")
    match = _VALUE.fullmatch(value)
    if match is None or _PARAMETER.fullmatch(unquote(name)) is None or (gone and gone[0].partition("=")[0] != name):
        return None
    if here.path in ("", "/") and (not here.query or name.lower() == "p"):
        return None
    end = url.index("?") + 1 + f"&{there.query}".index(f"&{new[0]}") + len(new[0])
    return _Numbered(int(match.group(1)), end - len(match.group(1)), end, unquote(name).lower() in _OFFSETS)


def _in_path(url: str, there: SplitResult, here: SplitResult) -> _Numbered | None:
    path = there.path.rstrip("/")
    stem, base = _EXTENSION.sub("", path), here.path.rstrip("/")
    bare = _EXTENSION.sub("", base)
    for begins in dict.fromkeys((base, bare, bare.removesuffix("/index"), _FIRST.sub("", bare))):
        if not begins or not stem.startswith(begins):
            continue
        rest = stem[len(begins) :]
        rest = rest[match.end() :] if (match := _THREAD_PATH.match(rest)) else rest
        found = _PATH.fullmatch(rest)
        if found is not None:
            start = url.index(there.path, len(there.scheme) + 3 + len(there.netloc)) + len(stem) - len(found.group("number"))
            return _Numbered(int(found.group("number")), start, start + len(found.group("number")), offset=False)
    return None


def find_links(page: Document, url: str, first: str) -> Iterator[PagerLink]:
    """Those of the anchors that lead to further pages, or to one with everything. ``url``: where they stand, ``first``: the first page."""
    name = _last_name(first)
    onward = _ONWARD.found_in(page.all_said)  # one look at all: on most pages no link says so
    nexts = {anchor for anchor, rel in page.related.items() if "next" in rel.lower()}
    formed = {place for place, href in enumerate(page.addresses) if name in href or href[:1] == "?"}
    if nexts:
        formed.update(place for place, (anchor, _) in enumerate(page.anchors) if anchor in nexts)
    for place in range(len(page.anchors)) if onward else sorted(formed):
        anchor, href = page.anchors[place]
        if not href or href[0] == "#" or not (place in formed or (len(href) >= 12 and _ONWARD.found_in(_said(page, place)))):
            continue
        rel = page.related.get(anchor, "").lower()
        if href.startswith(_ANSWER) and _ANSWER[1:] not in first and "next" not in rel and not _may_lead_on(_said(page, place)):
            continue
        link = _link(anchor, _said(page, place), without_fragment(absolute(url, href)), rel, first)
        if link is not None:
            yield link


@lru_cache(maxsize=20_000)
def _may_lead_on(said: str) -> bool:
    """Does a link say a number, "all" or "next"? Of others the form of the address decides."""
    return _NUMBER_TEXT.fullmatch(said) is not None or _ALL.found_in(said) or _ONWARD.found_in(said)


def _link(anchor: Element, said: str, target: str, rel: str, first: str) -> PagerLink | None:
    if not target or len(said) > 80:
        return None
    labelled = _NUMBER_TEXT.fullmatch(said)
    label = int(labelled.group(1)) if labelled else None
    number = page_number(target, first)
    if number is not None and number >= _MOST and not is_offset(target, first):
        number = None
    if label is not None and (number is not None or same_page(target, first)):
        return PagerLink("number", target, label, number, anchor) if _agree(label, number, target, first) else None
    if number is not None:
        if "next" in rel.split() or (bool(said) and (_NEXT.is_all(said) or _ONWARD.found_in(said))) or _named_next(anchor):
            return PagerLink("next", target, None, number, anchor)
        return PagerLink("named", target, None, number, anchor) if in_pager(anchor) else None
    kind: LinkKind | None = "all" if _ALL.found_in(said) else "next" if "next" in rel.split() or _ONWARD.found_in(said) else None
    if kind is None or same_page(target, first) or not same_host(target, first):  # the same page: a place on it
        return None
    return PagerLink(kind, target, None, None, anchor)


def _agree(label: int, number: int | None, target: str, first: str) -> bool:
    """A pager's number is that of its address, or one more where the site counts from 0."""
    return label == 1 if number is None else label - number in (0, 1) or is_offset(target, first)


def is_offset(url: str, first: str) -> bool:
    """Does the address count items: ``?start=20``?"""
    found = _numbered(url, first)
    return found is not None and found.offset


def _said(page: Document, place: int) -> str:
    anchor = page.anchors[place][0]
    return page.said[place] or (anchor.get("aria-label") or anchor.get("title") or "").strip()


def _named_next(anchor: Element) -> bool:
    return any("next" in name.split("-") or name in ("next", "pager-next", "nextpage") for name in tokens(anchor))


def in_pager(element: Element) -> bool:
    """Does the element stand in a box that is called a pager?"""
    ups = (element, *islice(element.iterancestors(), 4))
    return any(_is_pager(name) for up in ups if up.tag not in ("body", "html", "main", "article") for name in tokens(up))


@lru_cache(maxsize=20_000)
def _is_pager(name: str) -> bool:
    return _PAGER_NAME.fullmatch(name) is not None


def same_host(one: str, other: str) -> bool:
    return bare_host(urlsplit(one).netloc) == bare_host(urlsplit(other).netloc)


def _last_name(first: str) -> str:
    """What an address formed from the first page's has in it."""
    path = urlsplit(first).path.rstrip("/").rpartition("/")[2]
    name = _EXTENSION.sub("", path)
    return re.sub(r"[-_,.]?(?:page|p|seite)?0*1$", "", name, flags=re.I) or name or "?"


def numbered_pages(links: Iterable[PagerLink], first: str, most: int) -> tuple[str, ...]:
    """The addresses of all pages but the first, lowest first: of windows (1 2 3 ... 9) also those between. ``most``: a bound."""
    formed = {link.number: link for link in links if link.number is not None and not same_page(link.url, first)}
    if not formed:
        return ()
    from_zero = any(
        link.label == number + 1 for number, link in formed.items() if link.label is not None and not is_offset(link.url, first)
    )
    example = formed[max(formed)].url
    step = _step(sorted(formed)) if is_offset(example, first) else 1
    lowest = step if is_offset(example, first) else 1 if from_zero or (1 in formed and formed[1].kind == "next") else 2
    numbers = range(lowest, max(formed) + 1, step)
    return tuple(formed[number].url if number in formed else _with_number(example, first, number) for number in numbers[:most])


def _step(numbers: list[int]) -> int:
    steps = [after - before for before, after in zip([0, *numbers], numbers, strict=False) if after > before]
    return min(steps, default=1)


def _with_number(example: str, first: str, number: int) -> str:
    found = _numbered(example, first)
    assert found is not None
    return f"{example[: found.start]}{number}{example[found.end :]}"
