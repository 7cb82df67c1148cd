"""Takes the bytes of a whole page and gives its Article, with the thread and with warnings about what did not fit together."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

from crawler.extract.article.body import Content, clean_content
from crawler.extract.article.container import find_container
from crawler.extract.article.further import FurtherPages, further_pages
from crawler.extract.article.kind import doubts_of, kind_marks
from crawler.extract.article.locked import shown_in_part
from crawler.extract.article.metadata import Facts, facts_of
from crawler.extract.article.paging import article_pages, thread_pages
from crawler.extract.article.refusals import READABLE, doubt_of, identity_of, outweighed, reason_for_none, shown_by
from crawler.extract.article.stated import stated_text
from crawler.extract.comments.count import reported_count
from crawler.extract.comments.crosscheck import missed_paragraphs
from crawler.extract.comments.elsewhere import kept_elsewhere
from crawler.extract.comments.jsonld_comments import stated_comments
from crawler.extract.comments.more import more_comments
from crawler.extract.comments.read import Thread, read_thread
from crawler.extract.comments.remaining import remaining_comments
from crawler.extract.dates.language import date_language
from crawler.extract.dom.base_address import resolve_base
from crawler.extract.dom.document import Document
from crawler.extract.dom.fragment import whole_page
from crawler.extract.dom.head import Head, article_address, head_of, twins
from crawler.extract.dom.parsing import parse
from crawler.extract.dom.repair import page_text, wrap_bare_answers
from crawler.extract.dom.tree import Element, page_body
from crawler.extract.dom.zones import ThreadZone
from crawler.items import IN_PART, Article, ArticleKind, KindDoubts
from crawler.site import Site

_WORDPRESS = re.compile(r"wp-content/|wp-includes/|wp-json|wp-block-")
_POST_CLASS = re.compile(r"\bpostid-(\d+)\b")
_FRAME_HOSTS = re.compile(
    r"youtube|youtu\.be|vimeo|dailymotion|rumble|facebook\.com/plugins/video|ted\.com|bitchute|odysee|"
    r"brightcove|jwplayer|streamable|c-span",
    re.I,
)


def extract_page(
    body: bytes,
    url: str,
    *,
    site: Site | None = None,
    content_type: str | None = None,
    captured_at: str | None = None,
    timezone: str | None = None,
    link_header: str = "",
) -> Article:
    """The article of a page, with its thread. ``kind`` is "none" when the page is none (listing, 404, challenge, feed), and the
    first warning says why; a page of the site ("About") or a listing is read all the same, for whoever asks for it.

    ``captured_at``: ISO instant of the capture, for relative dates. ``link_header``: the answer's Link header.
    ``timezone``: IANA name for wall clocks; None leaves
    them without a zone. Never raises on any bytes; raises ValueError for a ``site`` or ``timezone`` that cannot be used.
    """
    text = wrap_bare_answers(whole_page(page_text(body, content_type)))
    opened = _open(text, url)
    return _read(text, *opened, url, site, captured_at, timezone, link_header) if opened else _empty(url)


def extract_marked(
    body: bytes,
    url: str,
    *,
    site: Site | None = None,
    content_type: str | None = None,
    captured_at: str | None = None,
    timezone: str | None = None,
    link_header: str = "",
) -> tuple[Article, KindDoubts | None]:
    """As ``extract_page``, with what ``why_no_article`` says of the same page, which then is not parsed again; None where that is not
    known from the same tree, or not asked, as of pages with WordPress' own mark."""
    decoded = page_text(body, content_type)
    text = wrap_bare_answers(whole_page(decoded))
    opened = _open(text, url)
    if opened is None:
        return _empty(url), None
    page, head = opened
    marks = kind_marks(page.root, head, url) if text == decoded and _source_id(page.root, head) is None else None
    article = _read(text, page, head, url, site, captured_at, timezone, link_header)
    return article, doubts_of(marks, article) if marks is not None and article.url == url else None


def _open(text: str, url: str) -> tuple[Document, Head] | None:
    """The page before anything of its tree is changed; None where there is none."""
    root = parse(text)
    if root is None:
        return None
    resolve_base(root, url)
    return Document(root, wordpress=_WORDPRESS.search(text) is not None), head_of(root, url)


def _empty(url: str) -> Article:
    return Article(url=url, door="page", kind="none", title="", warnings=("the page is empty",))


def _read(
    text: str, page: Document, head: Head, url: str, site: Site | None, captured_at: str | None, timezone: str | None, link_header: str
) -> Article:
    root = page.root
    refusal = reason_for_none(root, head, url, text)
    doubt = doubt_of(root, head, url, text, refusal)
    if refusal is not None and not refusal.startswith(READABLE):
        return Article(
            url=url, door="page", kind="none", title=head.title, language=head.language, shown=shown_by(root), warnings=(refusal,)
        )
    shown = shown_by(root) if refusal or doubt else ""  # reading changes the tree
    article = _article(page, head, url, site, captured_at, timezone, link_header)
    article = replace(article, identity=identity_of(root, head, article))
    if doubt is not None and not outweighed(doubt, article.identity, article):
        title, language = head.title, head.language
        return Article(url=url, door="page", kind="none", title=title, language=language, shown=shown, warnings=(doubt.reason,))
    if refusal is not None:
        return replace(article, kind="none", shown=shown, warnings=(refusal, *article.warnings))
    return article if article.text else replace(article, shown=shown_by(root))


def _article(
    page: Document, head: Head, url: str, site: Site | None, captured_at: str | None, timezone: str | None, link_header: str
) -> Article:
    language = date_language(page, head, url)
    thread = read_thread(page, url, language=language, captured_at=captured_at, timezone=timezone)
    if not thread.comments:
        thread = Thread(stated_comments(head, url, timezone))
    skip = frozenset(thread.elements)
    container = find_container(page, site, skip)
    facts = facts_of(page, head, url, container.element, skip, language=language, captured_at=captured_at)
    content = clean_content(
        container, url, site=site, skip=skip | container.between, title=facts.title, authors=[author.name for author in facts.authors]
    )
    content = content if content.text else stated_text(head, url) or content
    own = article_address(url, head, site)
    next_pages, first = article_pages(page, url, own)
    zone = ThreadZone(page, thread.elements)
    further = FurtherPages(first) if next_pages else further_pages(page, url, first, zone, link_header)
    first = further.first
    reported = reported_count(page, skip, head, first)
    if rest := remaining_comments(page, zone, thread.comments):
        reported = max(reported or 0, len(thread.comments) + rest)
    comment_pages = thread_pages(page, url, first)
    expected = bool(thread.comments or reported)
    more = () if comment_pages else more_comments(page, url, first, zone, expected=expected)
    return Article(
        url=first,
        door="page",
        kind=kind_of(content),
        title=facts.title,
        source_id=_source_id(page.root, head),
        byline=_byline(facts),
        authors=facts.authors,
        published_at=None if facts.published is None else facts.published.instant(timezone),
        published_on=None if facts.published is None else facts.published.local_day(timezone),
        published_precision=None if facts.published is None else facts.published.precision,
        modified_at=None if facts.modified is None else facts.modified.instant(timezone),
        terms=facts.terms,
        blocks=content.blocks,
        images=content.images,
        links=content.links,
        comments=thread.comments,
        reported_comment_count=reported,
        comment_pages=comment_pages,
        next_pages=next_pages,
        twins=twins(head, first),
        more_pages=further.others,
        whole_page=further.whole,
        more_comments=more,
        comments_elsewhere=kept_elsewhere(page),
        language=head.language,
        warnings=(
            *((IN_PART,) if shown_in_part(page.root, head, content.blocks) else ()),
            *_warnings(content, thread, reported, comment_pages or more),
            *facts.warnings,
            *_missed(page, content, thread, reported, comment_pages or more),
        ),
    )


def kind_of(content: Content) -> ArticleKind:
    """Without text an article is a film, a picture, or a headline that only points elsewhere."""
    if content.text:
        return "article"
    if any(_FRAME_HOSTS.search(link.url) for link in content.links):
        return "video"
    return "picture" if content.images else "link"


def _byline(facts: Facts) -> str | None:
    names = [author.name for author in facts.authors]
    return join_names(names) if names else None


def join_names(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}" if names else ""


def _source_id(root: Element, head: Head) -> str | None:
    body = page_body(root)
    match = _POST_CLASS.search((body.get("class") or "") if body is not None else "")
    if match is not None:
        return match.group(1)
    return next(iter(parse_qs(urlsplit(head.shortlink).query).get("p", [])), None) if head.shortlink else None


def _warnings(content: Content, thread: Thread, reported: int | None, comment_pages: tuple[str, ...]) -> tuple[str, ...]:
    found: list[str] = []
    read = len(thread.comments)
    if reported is not None and not comment_pages and reported != read and reported != sum(c.kind == "comment" for c in thread.comments):
        found.append(f"comments: page says {reported}, read {read}")
    if thread.relative:
        found.append(f"comments: {thread.relative} dates are relative to the capture")
    return (*found, *content.warnings)


def _missed(page: Document, content: Content, thread: Thread, reported: int | None, comment_pages: tuple[str, ...]) -> tuple[str, ...]:
    """The second check of the thread, only where the first one fails: it costs as much as all the rest."""
    if reported is None or comment_pages or len(thread.comments) >= reported:
        return ()
    texts = [*(comment.text for comment in thread.comments), *(block.text for block in content.blocks if block.kind == "body")]
    missed = missed_paragraphs(page.root, texts)
    return (f"comments: trafilatura reads {missed} paragraphs that are in none of them",) if missed else ()
