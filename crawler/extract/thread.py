"""Where the comments of a page are: which elements hold one comment each, and which answers which.

Found by the number in an element's id, which every WordPress theme and wpDiscuz keep, whatever the markup around it; else by
microdata and classes. Two elements of one comment (``li-comment-5``, ``div-comment-5``) are one comment. A sidebar's widget
shows comments of other articles under the same ids: what lies in such a list is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from urllib.parse import urlsplit

from lxml import etree

from crawler.extract.tree import Element, all_text, tokens

_ID = re.compile(r"(?:[a-z]+[-_]){0,2}?comm(?:ent)?[-_](?:item[-_]|wrap[-_]|body[-_]|id[-_]|number[-_])?(\d+)(?:_(\d+))?$", re.I)
_SHORT_ID = re.compile(r"(?:comment|com|c)[-_]?(\d+)$", re.I)
_NOT_A_COMMENT = re.compile(
    r"like|reply|respond|report|count|vote|quote|edit|form|rating|author|date|delete|flag|karma|avatar|link|"
    r"rate|notify",
    re.I,
)
_CANDIDATES = etree.XPath("//*[@id or @data-comment-id or (@name and self::a)]")
_HAS_NUMBERS = etree.XPath("boolean(//a[@data-commentid or contains(@href, 'replytocom=') or contains(@href, '#comment-')])")
_UNNUMBERED = etree.XPath(
    "//*[contains(@itemtype, 'schema.org/Comment') or contains(@itemtype, 'UserComments')"
    " or contains(concat(' ', normalize-space(@class), ' '), ' comment ') or contains(@class, 'depth-')"
    " or contains(@class, 'comment-item')]"
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
_DEPTH = re.compile(r"(?:depth|comment[_-]level|wpd_comment_level|level)[-_](\d+)")
_REPLY_ID = re.compile(r"[?&]replytocom=(\d+)|#(?:comment|li-comment|div-comment|comments?/)-?(\d+)")


@dataclass(slots=True)
class Node:
    """One comment's place in the page. ``roots``: its own element, or ``dt`` and the ``dd`` that follow it."""

    number: str
    roots: list[Element]
    parent: str | None = None
    depth: int = 1
    inner: set[Element] = field(default_factory=set)  # elements of other comments inside this one

    @property
    def element(self) -> Element:
        return self.roots[0]


def comment_nodes(root: Element) -> list[Node]:
    """The thread's comments in page order, with parent and depth; empty when the page has none."""
    elements = _numbered(root) or _unnumbered(root)
    if not elements:
        return []
    scopes = _scopes(elements)
    nodes = [Node(number, _roots(element)) for element, number, _ in scopes]
    by_element = {element: number for element, number, _ in scopes}
    stated = {number: parent for _, number, parent in scopes if parent is not None}
    _set_parents(nodes, by_element, stated)
    _raise_flattened(nodes)
    for node in nodes:
        node.inner = {e for e in by_element if e is not node.element}
    return nodes


def _numbered(root: Element) -> list[tuple[Element, str, str | None]]:
    """(element, number, stated parent) of all elements whose id says comment, outside of widgets with other articles' comments."""
    found: list[tuple[Element, str, str | None]] = []
    short: list[tuple[Element, str, str | None]] = []
    for element in _CANDIDATES(root):
        name = element.get("id") or element.get("name") or ""
        match = _ID.match(name)
        if match is not None and not _NOT_A_COMMENT.search(name[: match.start(1)]):
            parent = match.group(2)
            found.append((element, match.group(1), None if parent in (None, "0") else parent))
        elif (
            element.get("data-comment-id")
            and element.tag in ("li", "article", "div", "section")
            and "comment" in (element.get("class") or "").lower()
        ):
            if element.get("data-comment-id", "").isdigit():
                found.append((element, element.get("data-comment-id", ""), None))
        elif (match := _SHORT_ID.match(name)) is not None and (element.tag != "a" or _before_comment(element)):
            short.append((element, match.group(1), None))
    found = found or [item for item in short if "comment" in " ".join(tokens(item[0])) or _in_comments(item[0])]
    return _of_this_article(found, root)


def _in_comments(element: Element) -> bool:
    return any("comment" in " ".join(tokens(up)) for up in element.iterancestors())


def _of_this_article(found: list[tuple[Element, str, str | None]], root: Element) -> list[tuple[Element, str, str | None]]:
    """Without the widgets of recent comments. Broken markup may put the thread itself into a sidebar: where nothing else is
    there, what has a date and no address of another article is the thread."""
    main = [item for item in found if not _elsewhere(item[0]) and not _in_sidebar(item[0])]
    if main or not found:
        return main
    own = next(iter(root.xpath("//link[@rel='canonical']/@href")), "")
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


def _elsewhere(element: Element) -> bool:
    """Is it in a widget with the comments of all articles?"""
    return any(_named(_ELSEWHERE, tokens(up)) for up in (element, *element.iterancestors()) if up.tag not in ("body", "main", "html"))


def _in_sidebar(element: Element) -> bool:
    return any(_named(_SIDEBAR, tokens(up)) for up in element.iterancestors() if up.tag not in ("body", "main", "html"))


@lru_cache(maxsize=20_000)
def _named(pattern: re.Pattern[str], names: tuple[str, ...]) -> bool:
    return any(pattern.fullmatch(name) for name in names)


def _scopes(found: list[tuple[Element, str, str | None]]) -> list[tuple[Element, str, str | None]]:
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
        if _first_number(up, numbers) != number:
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


def _set_parents(nodes: list[Node], by_element: dict[Element, str], stated: dict[str, str]) -> None:
    numbers = {node.number for node in nodes}
    depth_of: dict[str, int] = {}
    trail: list[tuple[int, str]] = []  # (depth-N, number) of the last comment on each level, for flat lists
    for node in nodes:
        shown = _shown_depth(node.element)
        above = _number_above(node.element, by_element)
        stated_parent = stated.get(node.number)
        if stated_parent is not None:
            node.parent = stated_parent
        elif above is not None:
            node.parent = above
        elif shown is not None and shown > 1:
            while trail and trail[-1][0] >= shown:
                trail.pop()
            node.parent = trail[-1][1] if trail else None
        if shown is not None:
            while trail and trail[-1][0] >= shown:
                trail.pop()
            trail.append((shown, node.number))
        node.depth = depth_of.get(node.parent or "", 0) + 1 if node.parent in numbers or node.parent is None else shown or 2
        depth_of[node.number] = node.depth


def _raise_flattened(nodes: list[Node]) -> None:
    """Answers below WordPress' deepest level stand beside the comment they answer, right after it, and that comment still has the
    class ``parent``. What follows them is their sibling where a later comment of the level has a lower number, else the level's."""
    answered = {node.parent for node in nodes}
    levels: dict[str | None, list[Node]] = {}
    for node in nodes:
        levels.setdefault(node.parent, []).append(node)
    for level in list(levels.values()):
        open_parent: Node | None = None  # has the class, and its answer is still to come
        above: Node | None = None  # whose answers the last comments of this level were
        for i, node in enumerate(level):
            if open_parent is not None:
                above = open_parent
            elif above is not None and not _outruns(node, level[i + 1 :]):
                above = None
            if above is not None:
                node.parent, node.depth = above.number, above.depth + 1
            open_parent = node if "parent" in tokens(node.element) and node.number not in answered else None


def _outruns(node: Node, later: list[Node]) -> bool:
    """A level stands in the order of its numbers: one that outruns a later comment does not belong to the level itself."""
    return node.number.isdecimal() and any(other.number.isdecimal() and int(other.number) < int(node.number) for other in later)


def _number_above(element: Element, by_element: dict[Element, str]) -> str | None:
    for up in element.iterancestors():
        if up in by_element:
            return by_element[up]
        if up.tag in ("ul", "ol", "div") and up.getprevious() is not None and "children" in tokens(up):
            before = up.getprevious()
            if before in by_element:  # a theme that puts the answers beside their comment instead of into it
                return by_element[before]
    return None


def _shown_depth(element: Element) -> int | None:
    for candidate in (element, element.getparent(), *element.iterchildren("li", "div", "article")):
        if candidate is None:
            continue
        for name in tokens(candidate):
            match = _DEPTH.fullmatch(name)
            if match is not None:
                return int(match.group(1))
    return _indented(element)


def _indented(element: Element) -> int | None:
    """Drupal puts answers into ``div.indented`` after the comment that they answer."""
    around = sum("indented" in tokens(up) for up in (element, *element.iterancestors()))
    answered = any("indented" in tokens(below) for below in islice(element.itersiblings(), 2) if isinstance(below.tag, str))
    return around + 1 if around or answered else None


def _unnumbered(root: Element) -> list[tuple[Element, str, str | None]]:
    """Comments without ids: by microdata or classes, numbered by their reply link or permalink where they have one."""
    found: list[tuple[Element, str, str | None]] = []
    seen: set[str] = set()
    if not _HAS_NUMBERS(root):
        return found
    for element in _UNNUMBERED(root):
        if element.tag not in ("li", "article", "div", "section", "dd") or _elsewhere(element) or not _like_a_comment(element):
            continue
        number = _number_inside(element)
        if number is None or number in seen:
            continue
        seen.add(number)
        found.append((element, number, None))
    return found


def _like_a_comment(element: Element) -> bool:
    names = " ".join(" ".join(tokens(e)) for e in element.iterdescendants())
    return "author" in names or "fn" in names.split() or "vcard" in names


def _number_inside(element: Element) -> str | None:
    for anchor in element.iter("a"):
        number: str = anchor.get("data-commentid") or ""
        if number:
            return number
        match = _REPLY_ID.search(anchor.get("href") or "")
        if match is not None:
            return match.group(1) or match.group(2)
    return None


def own_elements(node: Node) -> Iterator[Element]:
    """The comment's own elements in document order, without those of the comments inside it."""
    for root in node.roots:
        stack = [root]
        while stack:
            element = stack.pop()
            if not isinstance(element.tag, str) or (element in node.inner and element is not root):
                continue
            yield element
            stack.extend(reversed(element))


# ---- the page's own count ------------------------------------------------------------------------------------------------
_COUNT_WORD = (
    r"(?:comments?|responses?|repl(?:y|ies)|thoughts?|kommentare?|antworten|gedanken|reaktionen|commentaires?|"
    r"réponses?|réflexions?|comentarios?|respuestas?|comentários?|respostas?|commenti|commento|risposte|"
    r"reacties?|komentarz\w*|комментари\w*|kommentarer?)"
)
_COUNTED = re.compile(
    rf"(?:^|\s|\()(?P<number>\d{{1,3}}(?:[.,]\d{{3}})+|\d{{1,6}}|one|ein|eine|un|une|uno|um|no|zero|kein|"
    rf"keine)\s+{_COUNT_WORD}\b|\b{_COUNT_WORD}\s*[:(\[]\s*(?P<behind>\d{{1,6}})\s*[)\]]?",
    re.I,
)
_NUMBER_WORDS = {"one": 1, "ein": 1, "eine": 1, "un": 1, "une": 1, "uno": 1, "um": 1, "no": 0, "zero": 0, "kein": 0, "keine": 0}
_COUNT_PLACES = re.compile(
    r"comments?(?:[-_](?:title|count|number|heading|header|area|section|wrap(?:per)?|list))?|respon(?:ses?|d)|"
    r"wp-block-comments-title|wpdc?|wpd-thread-info|wc_header_text|comment-count|comments-num"
)


def reported_count(root: Element, thread: frozenset[Element]) -> int | None:
    """The number of comments that the heading of the thread states (pings and other pages of the thread included, as sites
    count); None when no heading says one."""
    for element in root.iter("h1", "h2", "h3", "h4", "h5", "div", "p", "span", "a"):
        if element.tag in ("div", "p", "span", "a") and not _named(_COUNT_PLACES, tokens(element)):
            continue
        text = all_text(element).strip() if element.tag[0] == "h" else (element.text or "").strip()
        match = _COUNTED.search(text) if 0 < len(text) < 300 else None
        if match is None or element in thread or any(up in thread for up in element.iterancestors()) or _elsewhere(element):
            continue
        number = (match.group("number") or match.group("behind")).lower()
        return _NUMBER_WORDS[number] if number in _NUMBER_WORDS else int(re.sub(r"\D", "", number))
    return None
