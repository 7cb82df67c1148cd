"""Takes a page and gives the addresses of further pages of its thread (``comment-page-N``) and of its article (``<!--nextpage-->``)."""

from __future__ import annotations

import re
from collections import Counter
from urllib.parse import urlsplit

from crawler.extract.dom.document import Document
from crawler.extract.dom.tree import Element, absolute, all_text, tokens, without_fragment, word_set

_THREAD_PAGE = re.compile(r"(/comment-page-|[?&]cpage=)(\d{1,5})(?=/|$|&|#)")
_ARTICLE_PAGE = re.compile(r"^(?P<base>.*?)(?P<mark>/|[?&]page=)(?P<number>\d{1,3})/?$")
# What they link counts only where it is the article's own address and a number.
_PAGERS = word_set(
    "page-links page-link post-nav-links post-pagination pagelink wp-link-pages pagination page-numbers wp-pagenavi pagenavi "
    "post-pages link-pages multipage-links entry-pagination post-page-links pages"
)
_MARKED = _PAGERS | {"post-page-numbers"}
_PAGER_TAGS = frozenset(("a", "div", "p", "nav", "ul"))
_MAX_PAGES = 2000


_COMMENT = re.compile(r"#(?:li-|div-)?comment-(\d+)")
_LAST_NUMBER = re.compile(r"\d+$")


def thread_pages(page: Document, url: str, own: str) -> tuple[str, ...]:
    """Addresses of the other pages of the thread, lowest first. ``own``: the article's address. Classic pagers link only
    the neighbours, so the highest number seen anywhere, in comment permalinks too, gives all below it."""
    seen: dict[int, str] = {}
    permalinks: Counter[int] = Counter()
    links = _thread_links(page)
    if not links:
        return ()
    shown = {match.group() for element in page.marked if (match := _LAST_NUMBER.search(element.get("id") or ""))}
    for _, href in links:
        match = _THREAD_PAGE.search(href)
        if match is None or not _same_article(absolute(url, href), own):
            continue
        number = int(match.group(2))
        seen.setdefault(number, without_fragment(absolute(url, href)))
        comment = _COMMENT.search(href)
        if comment is not None and comment.group(1) in shown and "replytocom" not in href:  # others are named in somebody's text
            permalinks[number] += 1
    if not seen:
        return ()
    here = _THREAD_PAGE.search(url)
    current = int(here.group(2)) if here else permalinks.most_common(1)[0][0] if permalinks else _unlinked(links, seen)
    example = next(iter(seen.values()))
    highest = min(max(seen), _MAX_PAGES)
    return tuple(_THREAD_PAGE.sub(lambda m, n=number: f"{m.group(1)}{n}", example) for number in range(1, highest + 1) if number != current)  # type: ignore[misc]


def _unlinked(links: list[tuple[Element, str]], seen: dict[int, str]) -> int | None:
    """The bare address of a thread without permalinks: page 1 when the pager goes up from it, else the page above all seen."""
    return 1 if min(seen) == 2 and 1 not in seen and _goes_up(links) else None


def _thread_links(page: Document) -> list[tuple[Element, str]]:
    if "comment-page-" not in page.all_addresses and "cpage=" not in page.all_addresses:  # most pages have none
        return []
    return [(anchor, href) for anchor, href in page.anchors if "comment-page-" in href or "cpage=" in href]


def _goes_up(links: list[tuple[Element, str]]) -> bool:
    for anchor, href in links:
        if _THREAD_PAGE.search(href):
            parent = anchor.getparent()
            names = (*tokens(anchor), *(tokens(parent) if parent is not None else ()))
            text = all_text(anchor).lower()
            if any("next" in name for name in names) or "newer" in text or "next" in text:
                return True
    return False


def _same_article(url: str, own: str) -> bool:
    mine, theirs = urlsplit(own), urlsplit(_THREAD_PAGE.sub("", without_fragment(url)))
    return (theirs.path.rstrip("/"), theirs.query) == (mine.path.rstrip("/"), mine.query)


def article_pages(page: Document, url: str, own: str) -> tuple[tuple[str, ...], str]:
    """(addresses of the other pages of the article, the address of its first page)."""
    links = _page_links(page)
    base = _first_page(own, links, url)
    numbers: dict[int, str] = {}
    for anchor in links:
        target = without_fragment(absolute(url, anchor.get("href")))
        number = _page_number(target, base)
        if number is not None:
            numbers.setdefault(number, target)
    here = _page_number(without_slash(url), base) or 1
    if not numbers:
        return (), base
    example = next(target for number, target in sorted(numbers.items(), reverse=True))
    pages = [(number, numbers.get(number) or _at(example, number)) for number in range(2, min(max(numbers), 200) + 1)]
    others = tuple(target for number, target in pages if number != here)
    return ((base, *others) if here != 1 else others), base


def _page_links(page: Document) -> list[Element]:
    """The links of ``wp_link_pages()``: marked as such, in a box that is, or numbers in a line that begins with "Pages:"."""
    found: dict[Element, None] = {}
    for element in page.of(_PAGER_TAGS if page.named(_MARKED) else {"p"}):
        if element.tag == "a":
            if "post-page-numbers" in (element.get("class") or ""):
                found[element] = None
        elif page.has(element, _PAGERS):
            found.update(dict.fromkeys(element.iter("a")))
        elif element.tag == "p" and "Pages:" in (element.text or ""):
            found.update((anchor, None) for anchor in element.iter("a") if all_text(anchor).strip().isdigit())
    return list(found)


def _first_page(own: str, links: list[Element], url: str) -> str:
    """The article's address without its page number, where a pager shows that the number is one."""
    match = _ARTICLE_PAGE.match(own)
    if match is None or not links:
        return own
    base = match.group("base")
    targets = {without_slash(without_fragment(absolute(url, a.get("href")))) for a in links}
    if without_slash(base) in targets:
        return next(absolute(url, a.get("href")) for a in links if without_slash(absolute(url, a.get("href"))) == without_slash(base))
    return own


def without_slash(url: str) -> str:
    return without_fragment(url).rstrip("/")


def _page_number(url: str, base: str) -> int | None:
    match = _ARTICLE_PAGE.match(without_slash(url))
    if match is None or without_slash(match.group("base")) != without_slash(base):
        return None
    return int(match.group("number"))


def _at(example: str, number: int) -> str:
    return re.sub(r"\d{1,3}(/?)$", rf"{number}\1", example)
