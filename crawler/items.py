"""What flows through the crawler: the dataclasses that discovery, extraction, admission and the store pass on.

Instants are ISO 8601 text. With a trailing ``Z`` they are UTC; without any zone they are the site's wall clock, and the
zone is not known: such a value is never called UTC. ``precision`` says how much of it was observed.
"""

from __future__ import annotations

import copyreg
from collections import Counter
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from archive.store.list_memory import Checkpoints

Door = Literal["rest", "page"]
Precision = Literal["second", "minute", "day"]
ArticleKind = Literal["article", "link", "picture", "video", "none"]
"""``link``: a headline that points elsewhere and has no text. ``none``: the page is no article (listing, challenge, 404)."""
CommentKind = Literal["comment", "pingback", "trackback"]
TermKind = Literal["tag", "category"]
BlockKind = Literal["body", "caption", "appeal", "bio", "tags", "share", "related", "newsletter", "comments", "chrome"]
"""``body`` is the article's text, ``caption`` belongs to a picture, everything else is what a site wraps around them."""
Vote = Literal["text", "chrome"]
"""What trafilatura said of a block: it kept it as text, or left it out."""
LACKS = "REST gives no usable "  # how a warning of an Article begins that names a field


AGO = "dates: of publication the page says only how long ago it is, relative to the capture"
"""A warning of an article that has a date, though nobody knows which: another visit would find another one."""
NO_PAGE = "not a page: "
"""How the reason begins for which a file is no article; the name of its root element follows."""
ADDRESS_LISTS = (f"{NO_PAGE}urlset", f"{NO_PAGE}sitemapindex")
"""The reasons of files that list addresses."""
IN_PART = "text: the page says that it is not free to read, and shows a part of it"
"""A warning of an article, and the reason of its gap."""


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph-like unit of an article's container, in reading order. Nothing is thrown away: it is labelled."""

    kind: BlockKind
    text: str  # plain text, one line per visual line
    html: str  # sanitised, balanced markup of the block: p, h2-h6, ul, ol, blockquote, pre, table, figure, iframe as link
    rule: str  # which rule decided the kind, e.g. "trafilatura", "class:sharedaddy", "tags-line"
    vote: Vote | None = None  # what trafilatura said of it; None where it could not be asked


@dataclass(frozen=True, slots=True)
class Image:
    url: str  # absolute
    caption: str = ""
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    url: str  # absolute, http(s) or mailto
    text: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    url: str = ""  # the author's page on the site
    source_id: str = ""  # the site's own id (REST)


@dataclass(frozen=True, slots=True)
class Term:
    kind: TermKind
    name: str
    slug: str = ""
    source_id: str = ""


@dataclass(frozen=True, slots=True)
class Comment:
    """A signature, a time and a text under an article. ``author`` is what stands there, not a person."""

    source_id: str  # the site's own id, digits only where the site has digits
    source_parent_id: str | None
    position: int  # reading order within what was read, from 0
    depth: int  # 1 = top level
    kind: CommentKind
    author: str
    author_url: str
    posted_at: str | None
    posted_precision: Precision | None
    text: str  # paragraphs apart by a blank line


@dataclass(frozen=True, slots=True)
class Article:
    """What one door showed of one article. ``None`` = this door does not show the field; empty = it shows that there is none."""

    url: str  # canonical address, absolute
    door: Door
    kind: ArticleKind
    title: str
    source_id: str | None = None  # the site's own id (WordPress post id)
    byline: str | None = None  # the authors as one line of text
    authors: tuple[Author, ...] | None = None
    published_at: str | None = None
    published_on: str | None = None  # YYYY-MM-DD on the site's wall clock
    published_precision: Precision | None = None
    modified_at: str | None = None
    terms: tuple[Term, ...] | None = None
    blocks: tuple[Block, ...] = ()
    images: tuple[Image, ...] = ()
    links: tuple[Link, ...] = ()
    comments: tuple[Comment, ...] | None = None
    reported_comment_count: int | None = None  # the page's own "N comments", for cross-checking
    comment_pages: tuple[str, ...] = ()  # other pages of the same thread
    next_pages: tuple[str, ...] = ()  # other pages of the same article (<!--nextpage-->)
    twins: tuple[str, ...] = ()  # addresses of the same article for phones, as AMP and for print, as its head names them
    more_pages: tuple[str, ...] = ()  # what pagers of other systems lead to: pages of the article only if they prove to be
    whole_page: str = ""  # an address that promises all pages of the article on one; '' = none does
    more_comments: tuple[str, ...] = ()  # what other systems' pagers and "more comments" of the thread lead to
    comments_elsewhere: str = ""  # the name of the system that keeps the thread on another site; '' = none
    language: str | None = None
    identity: tuple[str, ...] = ()  # what marks the page as the article of its address: id, article, address, headline, date
    shown: str = ""  # where there is no text of an article: all that the page shows, its beginning
    text_shown: bool = True  # False: ``blocks`` are not the whole text, which is elsewhere: REST gives none, a teaser, raw builder code
    warnings: tuple[str, ...] = field(default=())  # what the extractor could not reconcile, e.g. "comments: page says 12, read 9"

    @property
    def text(self) -> str:
        """The author's text: the body blocks, a blank line between them."""
        return "\n\n".join(block.text for block in self.blocks if block.kind == "body")


_PARTS = ("authors", "terms", "blocks", "images", "links")  # of an article: tuples of dataclasses, or None
_readers: dict[type, tuple[tuple[str, ...], attrgetter[Any]]] = {}  # class -> (names of its fields, what reads them all at once)


def as_mapping(item: Any) -> dict[str, Any]:
    """One of these dataclasses as the store takes it: the names of its fields with plain values.

    Of an article its parts are mappings too; its comments are left out, for the store takes them by their thread.
    """
    names, read = _readers.get(type(item)) or _reader(type(item))
    values = dict(zip(names, read(item), strict=True))
    if type(item) is Article:
        for name in _PARTS:
            if values[name]:
                values[name] = tuple(map(as_mapping, values[name]))
    return values


def _reader(kind: type) -> tuple[tuple[str, ...], attrgetter[Any]]:
    names = tuple(name for name in kind.__dataclass_fields__ if (kind, name) != (Article, "comments"))  # type: ignore[attr-defined]
    return _readers.setdefault(kind, (names, attrgetter(*names)))


def _pickled(item: Any) -> tuple[type, tuple[Any, ...]]:
    """The class of an item and its fields in order. Python's own way looks at the definition of each field, for every item."""
    return type(item), _FIELDS[type(item)](item)


# What workers hand over by the dozen for each page.
_FIELDS = {kind: attrgetter(*kind.__dataclass_fields__) for kind in (Article, Author, Block, Comment, Image, Link, Term)}
for _kind in _FIELDS:
    copyreg.pickle(_kind, _pickled)


@dataclass(frozen=True, slots=True)
class KindDoubts:
    """Why a page whose article lives at ``url`` is none: where that has a date, and where it has none. None: it may be one."""

    url: str
    dated: str | None
    undated: str | None

    def of(self, article: Article) -> str | None:
        return self.dated if article.published_at or AGO in article.warnings else self.undated


@dataclass(frozen=True, slots=True)
class UnreadRow:
    """An item of a REST answer that gave nothing, and why. ``fault``: ``site`` sent something malformed; it was ``cut`` off after its
    allowance of time or memory; or there is a ``bug`` in extraction."""

    reason: str
    fault: Literal["site", "cut", "bug"]


@dataclass(frozen=True, slots=True)
class Gap:
    """Something the site lists and the archive does not hold."""

    kind: Literal["article", "comment"]
    ref: str  # the site's own id, or an address
    reason: str
    explained: bool
    month: str | None = None


@dataclass(slots=True)
class Answer:
    """Everything one answer of the site brought: it is saved whole, in one transaction, or not at all."""

    door: Door
    at: str  # when it arrived
    captures: tuple[tuple[int, str], ...]  # (capture id, part: rest, page, page-2, ...)
    asked: str  # the address under which its article is judged
    requested: str = ""  # the address that was requested, where its article lives at another; '' = the one asked
    arrived: str = ""  # where that led; '' = it stayed
    articles: tuple[Article, ...] = ()
    threads: dict[str, list[Comment]] = field(default_factory=dict)  # the site's article id -> comments
    whole_threads: tuple[str, ...] = ()  # the site's ids of articles whose threads are now read to the end
    gaps: tuple[Gap, ...] = ()
    marks: dict[str, dict[str, object]] = field(default_factory=dict)  # list name -> what to remember of it: the done-mark
    checkpoints: Checkpoints = field(default_factory=dict)  # what else to remember with it
    counts: Counter[str] = field(default_factory=Counter)  # filled in by the store: new, revised, unchanged, homeless
    sighting: Any = None  # filled in by admission, which looks at a page before it waits and when it is saved


@dataclass(frozen=True, slots=True)
class Capture:
    """The captures row of an answer; ``response.meta["capture"]``."""

    id: int
    at: str
    truncated: bool


@dataclass(slots=True)
class ArticleItem:
    """One article as a run saved it: what ``-O items.jsonl``, FEEDS and ITEM_PIPELINES get, once for each article and run.

    It is sent when the article lies in the archive, as the archive holds it then. On a site that REST gives, that is before the
    article's page (which may add co-authors) and its thread are read, and before the run's end, when boilerplate that recurs is
    taken out of ``text``: who needs the last word asks the archive. ``scrapy parse`` gives the same of a page that is
    not archived; fields that only an archive can fill are None there.
    """

    site: str  # the site's short name
    url: str  # canonical address
    source_id: str | None  # the site's own id
    kind: ArticleKind
    title: str
    byline: str | None  # the authors as one line of text
    authors: list[str]
    published_at: str | None  # UTC with a trailing Z, or the site's wall clock without a zone
    published_on: str | None  # YYYY-MM-DD on the site's wall clock
    published_precision: Precision | None
    modified_at: str | None
    tags: list[str]
    categories: list[str]
    language: str | None  # as the page declares it
    word_count: int
    text: str  # the author's text, a blank line between paragraphs
    comments: int  # held when the item was sent; a thread that REST gives is read after its article
    door: Door  # what it was read from
    captured_at: str  # UTC, when the site's answer arrived
    outcome: Literal["new", "revised", "unchanged"] | None = None
    revision: int | None = None  # number of its current revision, from 1
    record_id: str | None = None  # WARC-Record-ID of the response that showed it
    payload_digest: str | None = None  # sha256:HEX of that response's body as transferred
