"""Takes a page and gives the element that holds the article's body: by the site's own selector, else by well-known marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from cssselect import SelectorError
from lxml.cssselect import CSSSelector

from crawler.extract.boilerplate.regions import is_box
from crawler.extract.dom.document import WHOLE_PAGE, Document, Subtrees
from crawler.extract.dom.tree import Element, all_text, page_body, tokens, word_set
from crawler.site import Site

# Names of the element that holds the text and little else, the most telling first. Only whole class names and ids.
_NAMES = (
    word_set("articlebody"),
    word_set("entry-content wp-block-post-content td-post-content entry__content post-entry-content single-entry-content"),
    word_set(
        "post-content article-content article-body article__body article__content post__content post-body "
        "story-body story-content article-text post-text the-content thecontent single-content "
        "single-post-content post_content article_body article_content entry_content entrytext storycontent "
        "content-inner elementor-widget-theme-post-content et_pb_post_content blog-content blog-post-content "
        "news-content post-single-content body-content main-content-text field-name-body rich-text richtext prose "
        "postcontent articlecontent entry-body entry-text post-main-content js-article-body post-article "
        "single__content postbody post-entry blog-detail-content postarea singlepost"
    ),
    word_set("entry"),
    frozenset[str](),  # the names of _LIKE_CONTENT
    word_set("hentry post-wrapper type-post"),
)
_RANK = {name: rank for rank, marks in enumerate(_NAMES) for name in marks}
_HOLDERS = word_set("div section article main span td")
_LITTLE = 250  # characters: a page with no more text outside of the mark is a link, a picture or a film
# Themes put a prefix or a suffix of their own to the names above: "cm-entry-summary", "post-content-inner".
_LIKE_CONTENT = re.compile(
    r"(?:[a-z0-9]+[-_]{1,2}){0,2}(?:entry|post|article|story|single)[-_]{1,2}(?:content|body|text|summary|entry-summary)"
    r"(?:[-_]{1,2}(?:inner|wrap(?:per)?|area|single|container))?"
)
_LIKE_RANK = 4
BROAD_RANK = 4  # from here on the element holds headline, byline and boxes as well
_OWN_NUMBER = re.compile(r"\bpostid-(\d+)\b")
_ARTICLES = word_set("type-post hentry")
_BIO_SIZE = 2000  # characters
_BIO_BOXES = word_set(
    "author-bio author-box author-info author-description author-details author_bio_section about-author author-card authorbox "
    "author-profile post-author-box post-author-bio entry-author-info wp-block-post-author wp-block-post-author-biography "
    "wp-block-post-author__bio author-content-wrap saboxplugin-wrap m-a-box pp-multiple-authors-boxes-wrapper "
    "wp-block-post-excerpt"
)
_EXCLUDED = word_set("nav footer form aside noscript dialog")
_PARAGRAPHS = word_set("p blockquote li pre")
_LOOSE = word_set("div td span p section article font li")
Width = Literal["exact", "broad", "page"]


@dataclass(frozen=True, slots=True)
class Container:
    element: Element
    width: Width  # exact: WordPress' content of the article, as REST gives it; broad: perhaps more; page: no mark was found
    how: str
    between: frozenset[Element] = frozenset()  # boxes inside of it that cut the text in parts, and are none of it


def find_container(page: Document, site: Site | None = None, skip: frozenset[Element] = frozenset()) -> Container:
    """The container of the page's article. A mark counts only when it holds most of the page's running text: themes use
    the same names for teasers, and page builders leave the real text outside of them."""
    declared = _declared(page.root, site)
    if declared is not None:
        return Container(declared, "exact", f"site:{site.container}" if site else "site")
    prose, total = _prose(page, skip)
    best: dict[int, Element] = {}
    for element, rank in _ranked(page):
        size, known = prose.get(element, 0), prose.get(best[rank], 0) if rank in best else -1
        if size > known or (size == known and rank == _LIKE_RANK):  # of such names inside each other, the inner one
            best[rank] = element
    for rank in sorted(best):
        element = best[rank]
        size = prose.get(element, 0)
        if element in skip:
            continue
        outer = _in_parts(element, rank, prose)
        if outer is not None and prose[outer] >= total * 0.5:
            between = (child for child in outer if child.tag in _BOXES and not prose.get(child))
            return Container(outer, "broad", "parts", frozenset(between))
        if size >= total * 0.5 or (rank < BROAD_RANK and total - size < _LITTLE):
            return Container(element, "exact" if rank < BROAD_RANK and page.wordpress else "broad", "mark")
    return _by_tag(page, prose, total)


def _in_parts(element: Element, rank: int, prose: dict[Element, int]) -> Element | None:
    """What holds all parts of a text that an advertisement cuts in two, where each part is marked as the text, side by side; None where
    the text is one."""
    outer = element.getparent()
    if outer is None or outer.tag in WHOLE_PAGE or not prose.get(element):
        return None
    parts = [child for child in outer if child.tag == element.tag and _marked_so(child, rank)]
    held = sum(prose.get(part, 0) for part in parts)
    return outer if held >= _MORE * prose.get(element, 0) and held >= _ALL * prose.get(outer, 0) else None


_BOXES = ("div", "section", "aside")
_MORE = 1.15  # of the largest part: what a part must add
_ALL = 0.85  # of the paragraphs around them: parts of one text and nothing else


def _marked_so(element: Element, rank: int) -> bool:
    if "articlebody" in (element.get("itemprop") or "").lower():
        return rank == 0
    return _rank_of(tokens(element)) == rank


def _declared(root: Element, site: Site | None) -> Element | None:
    if site is None or not site.container:
        return None
    found = _selector(site.container)(root)
    return found[0] if found else None


@lru_cache(maxsize=256)
def _selector(css: str) -> CSSSelector:
    """Raises ValueError for what is no CSS selector."""
    try:
        return CSSSelector(css, translator="html")
    except SelectorError as error:
        raise ValueError(f"Site.container: {css!r} is no CSS selector: {error}") from error


def _ranked(page: Document) -> list[tuple[Element, int]]:
    """The elements that may hold the body by their microdata or names, with their rank."""
    found: list[tuple[Element, int]] = []
    stated = {element for element in page.microdata if "articlebody" in element.get("itemprop", "").lower()}
    for element in page.of(_HOLDERS):
        if element in stated:
            found.append((element, 0))
        elif element in page.tokens and (rank := _rank_of(page.tokens[element])) is not None:
            found.append((element, rank))
    return found


@lru_cache(maxsize=20_000)
def _rank_of(marks: tuple[str, ...]) -> int | None:
    rank = min((_RANK[name] for name in marks if name in _RANK), default=None)
    if rank is not None and rank <= _LIKE_RANK:
        return rank
    said = " ".join(marks)  # one look before the pattern
    like = "content" in said or "summary" in said or "body" in said or "text" in said
    return _LIKE_RANK if like and any(_LIKE_CONTENT.fullmatch(name) for name in marks) else rank


def _by_tag(page: Document, prose: dict[Element, int], total: int) -> Container:
    for tag in ("article", "main"):
        elements = [e for e in page.of({tag}) if prose.get(e, 0) >= max(1, total * 0.6)]
        if elements:
            return Container(max(elements, key=lambda e: prose[e]), "broad", f"tag:{tag}")
    body = page_body(page.root)
    return Container(page.root if body is None else body, "page", "page")


def _prose(page: Document, skip: frozenset[Element]) -> tuple[dict[Element, int], int]:
    """Characters of paragraph text outside links under each element, and in all; threads, menus and sidebars left out."""
    sizes: dict[Element, int] = {}
    own, others = _by_number(page)
    out = page.inside((*page.elsewhere, *skip, *page.of(_EXCLUDED), *others, *_below(page)))
    total = 0
    for place in page.places_of(_PARAGRAPHS):
        if out.marks[place]:
            continue
        paragraph = page.elements[place]
        if len(paragraph) and paragraph.tag != "p" and next(paragraph.iter("p"), None) is not None:
            continue
        size = _prose_size(paragraph)
        if size < 25 or (paragraph.tag == "li" and (size < 60 or len(" ".join(all_text(paragraph).split())) < 60)):
            continue
        total += size
        _add_up(sizes, paragraph, size)
    return (sizes, total) if total >= 250 else _loose_text(page, out, own)


def _below(page: Document) -> set[Element]:
    """Whole articles that stand below the page's own one, where a page goes on with the next as one scrolls: each has a main headline,
    and only that of the first is the page's title."""
    if len(page.places_of({"h1"})) < 2:
        return set()
    articles = [article for article in page.of({"article"}) if not any(up.tag == "article" for up in article.iterancestors())]
    headed = [(article, _letters(all_text(h1))) for article in articles if (h1 := next(article.iter("h1"), None)) is not None]
    if len(headed) < 2:
        return set()
    title = _letters("".join(all_text(element) for element in page.root.iter("title")))
    named = [bool(headline) and headline in title for _, headline in headed]
    return {article for article, _ in headed[1:]} if named[0] and not any(named[1:]) else set()


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text.casefold()))


def _by_number(page: Document) -> tuple[Element | None, set[Element]]:
    """The page's own article, and what is no text of it: teasers of other articles, and what stands about the author. They do
    not weigh, or a short article would be lost among them. WordPress gives every article its number as a class, and the page
    the number of its own."""
    body = page_body(page.root)
    match = _OWN_NUMBER.search((body.get("class") or "") if body is not None else "")
    number = None if match is None else match.group(1)
    own: Element | None = None
    others: set[Element] = set()
    for element in page.named(_ARTICLES):
        box = next((name[5:] for name in page.tokens[element] if name.startswith("post-") and name[5:].isdigit()), None)
        if box is not None and box == number:
            own = element if own is None and element.tag not in WHOLE_PAGE - {"main"} else own
        elif box is not None and number is not None and element.tag not in WHOLE_PAGE:
            others.add(element)
    others.update(e for e in page.named(_BIO_BOXES) if not page.has(e, _ARTICLES) and len(all_text(e)) < _BIO_SIZE)
    return own, others


def _prose_size(paragraph: Element) -> int:
    if not len(paragraph):
        return len(paragraph.text or "")
    return len(all_text(paragraph)) - sum(len(all_text(a)) for a in paragraph.iter("a"))


def _loose_text(page: Document, out: Subtrees, own: Element | None) -> tuple[dict[Element, int], int]:
    """The same for pages without paragraphs: text directly in ``div`` and ``td``, apart by ``br``. ``own``: the article, where
    the page says which element it is."""
    within = None if own is None else page.inside((own,)).marks
    boxes = b"" if own is None else page.inside(page.matching(is_box)).marks
    sizes: dict[Element, int] = {}
    total = 0
    for place in page.places_of(_LOOSE):
        if out.marks[place] or (within is not None and (not within[place] or boxes[place])):
            continue
        element = page.elements[place]
        size = len((element.text or "").strip()) + sum(len((child.tail or "").strip()) for child in element)
        if size < 20:
            continue
        total += size
        _add_up(sizes, element, size)
    return sizes, total


def _add_up(sizes: dict[Element, int], element: Element, size: int) -> None:
    up: Element | None = element
    while up is not None:
        sizes[up] = sizes.get(up, 0) + size
        up = up.getparent()
