"""Takes a page and gives the elements that hold one comment each, with what each answers. They are found by the number in an
element's id, which every WordPress theme and wpDiscuz keep; else by microdata and classes. Two elements of one comment
(``li-comment-5``, ``div-comment-5``) are one. A sidebar's widget shows comments of other articles under the same ids: what lies
in such a list is left out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import urlsplit

from crawler.extract.comments.answered import answered
from crawler.extract.comments.forums import forum_posts
from crawler.extract.comments.in_english import in_english
from crawler.extract.comments.nesting import CommentNode, raise_flattened, set_parents
from crawler.extract.comments.unnumbered import MADE_UP, UnnumberedComment, unnumbered
from crawler.extract.dom.document import Document, Subtrees
from crawler.extract.dom.tree import Element, all_text, tokens, word_set

_ID = re.compile(r"(?:[a-z]+[-_]){0,2}?comm(?:ent)?[-_](?:item[-_]|wrap[-_]|body[-_]|id[-_]|number[-_])?(\d+)(?:_(\d+))?$", re.I)
_STATED_ID = re.compile(r"(?=[^\d]*\d)[\w-]{1,64}")
_SHORT_ID = re.compile(r"(?:comment|com|c)[-_]?(\d+)$", re.I)
# Ids of comment systems that are no digits (Typepad, Squarespace, Coral, Remark42, Commento), and of such that do not say "comment".
_OPAQUE_ID = re.compile(r"(?:[a-z0-9]+[-_]{1,2}){0,2}?comment[-_]{1,2}(?:card[-_])?((?=[^\d]*\d)[0-9a-f]{6,}(?:-[0-9a-f]{2,})*)$", re.I)
_SYSTEM_ID = re.compile(r"(?:isso|kmt|cmt)-(\d+)$")
_BEGINNINGS = frozenset("ciık")  # of _SHORT_ID and _SYSTEM_ID
_NOT_A_COMMENT = re.compile(
    r"like|reply|respond|report|count|vote|quote|edit|form|rating|author|date|delete|flag|karma|avatar|link|"
    r"rate|notify",
    re.I,
)
_ELSEWHERE = re.compile(
    r"(?:widget[-_])?(?:recent|latest|last|newest|popular|top|best)[-_]?comments?(?:[-_].*)?|"
    r"wp-block-latest-comments.*|widget_.*(?:recent|latest).*comments?.*|[\w-]*recentcomments[\w-]*"
)
_SIDEBAR = re.compile(
    r"sidebar|secondary|widget-area|footer-widgets.*|sidebar-(?:primary|right|left|area|content|inner)|"
    r"(?:primary|right|left|main)-sidebar"
)
_WRAPPER = re.compile(r"(?:[a-z]+-)?comment(?:[-_](?:wrap(?:per)?|container|item|thread|node|outer|block|box|holder))?|depth-\d+")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)|\b(?:ago|her|vor|hace|il y a)\b")
_PARENT_ATTRIBUTES = ("data-parent-id", "data-parent", "parentid", "data-comment-parent", "data-parent-comment-id")
_PINGS = word_set("pingback trackback")
_PING_LISTS = word_set("pinglist pingbacklist pings pingbacks trackbacks trackbacklist ping-list pingback-list trackback-list pingslist")
_HOLDERS = frozenset(("li", "article", "div", "section"))
_MAIN_PARTS = frozenset(("h1", "main"))


def comment_nodes(page: Document) -> list[CommentNode]:
    """The thread's comments in page order, with parent and depth; empty when the page has none."""
    elements = _numbered(page) or unnumbered(page, other_threads)
    if not elements:
        return []
    scopes = _scopes(elements)
    by_element = {element: number for element, number, _ in scopes}
    nodes = [CommentNode(number, _roots(element)) for element, number, _ in scopes]
    _set_inner(nodes, by_element)
    stated = answered(page, by_element)
    stated |= {number: said for element, number, parent in scopes if (said := parent or _stated_parent(element)) is not None}
    set_parents(nodes, by_element, stated)
    raise_flattened(nodes)
    return nodes


def _set_inner(nodes: list[CommentNode], elements: Iterable[Element]) -> None:
    """Tells each comment which of the elements it holds: only these, for all of them would be the square of a long thread."""
    holders: dict[Element, list[CommentNode]] = {}
    for node in nodes:
        for root in node.roots:
            holders.setdefault(root, []).append(node)
    for element in elements:
        for up in element.iterancestors():
            for node in holders.get(up, ()):
                node.inner.add(element)


def _numbered(page: Document) -> list[UnnumberedComment]:
    """(element, number, stated parent) of all elements whose id says comment, outside of widgets with other articles' comments."""
    found: list[UnnumberedComment] = []
    short: list[UnnumberedComment] = []
    opaque: list[UnnumberedComment] = []
    for element in page.marked:
        name = element.get("id") or element.get("name") or ""
        low = name.lower()
        if "omm" not in low and "oment" not in low and low[:1] not in _BEGINNINGS and not element.get("data-comment-id"):
            continue  # most names on a page say nothing of comments
        if ("oment" in low or "omment" in low) and (english := in_english(low)) != low:
            name = low = english
        ends = name[-1:].isdigit()
        match = _ID.match(name) if ends else None
        opaque_number = "omment" in name and not low.rpartition("comment")[2].strip("-_").isdigit()
        if opaque_number and (other := _OPAQUE_ID.match(name)) is not None and not other.group(1).isdigit():
            if element.tag != "a" and not _NOT_A_COMMENT.search(name[: other.start(1)]):
                opaque.append((element, other.group(1), None))
            continue
        if match is not None and not _is_no_comment(name[: match.start(1)]):
            parent = match.group(2)
            found.append((element, match.group(1), None if parent in (None, "0") else parent))
        elif element.tag in _HOLDERS and "comment" in (element.get("class") or "").lower() and element.get("data-comment-id"):
            if _STATED_ID.fullmatch(element.get("data-comment-id", "")):
                found.append((element, element.get("data-comment-id", ""), None))
        elif (ends and (match := _SYSTEM_ID.match(name)) is not None) or (
            ends and (match := _SHORT_ID.match(name)) is not None and (element.tag != "a" or _before_comment(element))
        ):
            short.append((element, match.group(1), None))
    found = found or opaque or [item for item in short if _in_comments(item[0])] or forum_posts(page)
    return _with_pings(_of_this_article(found, page), page)


@lru_cache(maxsize=20_000)
def _is_no_comment(begin: str) -> bool:
    """Does an id say by its beginning that it is that of a comment's button, form, date?"""
    return _NOT_A_COMMENT.search(begin) is not None


def _with_pings(found: list[UnnumberedComment], page: Document) -> list[UnnumberedComment]:
    """Themes after Twenty Eleven show pings in the list of comments without a number: ``<li class="post pingback">``."""
    if not found:
        return found
    lists = {up for element, _, _ in found for up in (element.getparent(),) if up is not None and up.tag in ("ol", "ul")}
    numbered = {element for element, _, _ in found}
    pings = [e for up in lists for e in up.iterchildren("li") if e not in numbered and not _PINGS.isdisjoint(tokens(e))]
    of_pings = [e for e in page.named(_PING_LISTS) if e.tag in ("ol", "ul")]
    pings += [e for up in of_pings for e in up.iterchildren("li") if e not in numbered and e not in pings]
    pings = [e for e in pings if not any(below in numbered for below in e.iterdescendants())]
    if not pings:
        return found
    place = page.places
    pings.sort(key=place.__getitem__)
    found = [*found, *((element, f"{MADE_UP}{number}", None) for number, element in enumerate(pings, 1))]
    return sorted(found, key=lambda item: place[item[0]])


def _in_comments(element: Element) -> bool:
    if element.tag == "a" and _before_comment(element):
        return True
    return any("omment" in name or "oment" in name or "kmt-" in name for up in (element, *element.iterancestors()) for name in tokens(up))


def _of_this_article(found: list[UnnumberedComment], page: Document) -> list[UnnumberedComment]:
    """Without the widgets of recent comments. Broken markup may put the thread itself into a sidebar: where nothing else is
    there, what has a date and no address of another article is the thread."""
    if not found:
        return found
    # A layout "with sidebar" has the name as well, and holds the article.
    sidebars = [e for e in page.matching(_is_sidebar) if not page.holds(e, _MAIN_PARTS)]
    out = page.inside((*page.matching(_is_elsewhere), *sidebars))
    main = [item for item in found if item[0] not in out]
    if main:
        return main
    own = next(iter(page.root.xpath("//link[@rel='canonical']/@href")), "")
    return [item for item in found if _YEAR.search(all_text(item[0])) and not _foreign(item[0], item[1], str(own))]


def _foreign(element: Element, number: str, own: str) -> bool:
    """Does its permalink lead to another article than ``own``?"""
    for anchor in element.iter("a"):
        address, _, fragment = (anchor.get("href") or "").partition("#")
        if fragment.endswith(f"comment-{number}") and address and own:
            return _path(address) != _path(own)
    return False


def _path(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return address
    return re.sub(r"/comment-page-\d+", "", parts.path).rstrip("/") + "?" + re.sub(r"&?cpage=\d+", "", parts.query)


def other_threads(page: Document) -> Subtrees:
    """What is in widgets with the comments of all articles."""
    return page.inside(page.matching(_is_elsewhere))


@lru_cache(maxsize=20_000)
def _is_elsewhere(name: str) -> bool:
    return "comments" in name and _ELSEWHERE.fullmatch(name) is not None


@lru_cache(maxsize=20_000)
def _is_sidebar(name: str) -> bool:
    return _SIDEBAR.fullmatch(name) is not None


def _scopes(found: list[UnnumberedComment]) -> list[UnnumberedComment]:
    """One element per comment: the outermost of its own, widened to the wrapper that holds nothing of an earlier comment."""
    numbers = {element: number for element, number, _ in found}
    chosen: dict[str, tuple[Element, str | None]] = {}
    for element, number, parent in found:
        if number in chosen:
            known, known_parent = chosen[number]
            if parent is not None and known_parent is None:
                chosen[number] = known, parent
            if _empty_anchor(known) and not _empty_anchor(element):
                chosen[number] = element, chosen[number][1]
            continue
        chosen[number] = element, parent
    taken = {element for element, _ in chosen.values()}
    scopes = [(_widen(element, number, numbers, taken), number, parent) for number, (element, parent) in chosen.items()]
    return scopes


def _stated_parent(element: Element) -> str | None:
    """The number of the comment that it answers, where an attribute says so."""
    for name in _PARENT_ATTRIBUTES:
        said = element.get(name)
        match = re.search(r"[1-9]\d*$", said) if said else None
        if match is not None:
            return match.group()
    return None


def _empty_anchor(element: Element) -> bool:
    return element.tag == "a" and not (element.text or "").strip() and len(element) == 0


def _before_comment(element: Element) -> bool:
    """``<a id="c77"></a><div class="comment">``, as Movable Type wrote it."""
    below = element.getnext()
    return _empty_anchor(element) and below is not None and "comment" in tokens(below)


def _widen(element: Element, number: str, numbers: dict[Element, str], taken: set[Element]) -> Element:
    scope = element
    if element.tag in ("dt", "dd"):
        return element
    for up in element.iterancestors():
        if up.tag in ("body", "ol", "ul", "dl", "table", "tbody", "html") or up in taken or up.get("id") == "comments":
            break
        if not _is_wrapper(up):
            if scope is element and _only_of(up, number, numbers) and up.getparent() is not None and _is_wrapper(up.getparent()):
                continue
            if not (_empty_anchor(element) and scope is element and _only_of(up, number, numbers)):
                break
        if _first_number(up, numbers) != number or (_empty_anchor(element) and not _only_of(up, number, numbers)):
            break
        scope = up
        if up.tag == "li":
            break
    return scope


def _is_wrapper(element: Element) -> bool:
    return element.tag == "li" or any(_WRAPPER.fullmatch(name) for name in tokens(element))


def _first_number(element: Element, numbers: dict[Element, str]) -> str | None:
    return next((numbers[e] for e in element.iter() if e in numbers), None)


def _only_of(element: Element, number: str, numbers: dict[Element, str]) -> bool:
    return all(numbers[e] == number for e in element.iter() if e in numbers)


def _roots(element: Element) -> list[Element]:
    """``dt`` and its ``dd``; an anchor that stands before its comment and what follows it; else the element itself."""
    if _empty_anchor(element) and element.getnext() is not None:
        return [element.getnext()]
    if element.tag != "dt":
        return [element]
    roots = [element]
    for sibling in element.itersiblings():
        if sibling.tag == "dt":
            break
        roots.append(sibling)
    return roots
