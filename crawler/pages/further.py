"""Walks the pagers of any system: takes an article with what its page leads to, and gives it with the further pages of its text and
thread. Each page is asked for once, each gives only what is new, and a walk that brings nothing new ends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from archive.text.urls import page_key
from crawler.admission.judge import LISTINGS
from crawler.errors import NotBelieved, PartFailed
from crawler.extract.dom.pagers import page_number
from crawler.items import Article, Capture
from crawler.pages.belongs import holds_all, is_further_page, is_thread_page, joined_once

MOST_PAGES = 100
VAIN = 3  # links to "the next" in a row that led to other articles: on this site they always do
REPEATED = 2  # pages of a thread in a row that bring nothing new: it has ended
BEYOND = f"text: it has more than {MOST_PAGES} pages"
Fetch = Callable[[str], Awaitable[tuple[Article, Capture]]]
Captures = list[tuple[int, str]]  # (capture id, part)


class PagerWalk:
    """Reads further pages of the articles of one site. ``fetch`` gives what an address shows; it raises PartFailed."""

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch
        self.in_vain = 0

    async def text(self, article: Article, captures: Captures) -> Article:
        """The article with its further pages, in order. Raises PartFailed where one of them cannot be had."""
        if article.more_pages and article.whole_page and (whole := await self._whole(article, captures)):
            return whole
        waiting, seen, read = list(article.more_pages), {page_key(article.url), *map(page_key, article.more_pages)}, 1
        while waiting:
            url = waiting.pop(0)
            formed = page_number(url, article.url) is not None
            if not formed and self.in_vain >= VAIN:
                break
            if read >= MOST_PAGES:
                return replace(article, warnings=(*article.warnings, BEYOND))
            further = await self._page(url, article, captures, formed=formed)
            if further is None:
                break
            article, part = further
            read += 1
            fresh = [other for other in part.more_pages if page_key(other) not in seen]
            seen.update(map(page_key, fresh))
            waiting += fresh
        return article

    async def _page(self, url: str, article: Article, captures: Captures, *, formed: bool) -> tuple[Article, Article] | None:
        """(the article with the page, the page); None where the pager leads to something else, or to nothing new."""
        try:
            part, capture = await self.fetch(url)
        except PartFailed:
            if formed:
                raise
            self.in_vain += 1
            return None
        if part.kind == "none" and not _reason(part).startswith(LISTINGS):
            raise PartFailed(f"{url}: {_reason(part)}", NotBelieved(url, _reason(part)))
        if part.kind == "none" or not is_further_page(part, article):
            self.in_vain += not formed
            return None
        longer = joined_once(article, part)
        if len(longer.text) <= len(article.text):
            return None
        self.in_vain = 0
        captures.append((capture.id, f"page-{sum(name.startswith('page') for _, name in captures) + 1}"))
        return longer, part

    async def _whole(self, article: Article, captures: Captures) -> Article | None:
        """The article as one page shows it that the first links; None where that is not to be had, or not the whole."""
        try:
            part, capture = await self.fetch(article.whole_page)
        except PartFailed:
            return None
        if part.kind == "none" or not is_further_page(part, article) or not holds_all(part, article):
            return None
        captures.append((capture.id, "page-2"))
        return replace(article, blocks=part.blocks, images=part.images or article.images, links=part.links or article.links)

    async def thread(self, article: Article, captures: Captures) -> tuple[Article, PartFailed | None]:
        """The article with the comments of the further pages of its thread, and what is in the way of the whole: None when nothing is."""
        waiting, seen = list(article.more_comments), {page_key(article.url), *map(page_key, article.more_comments)}
        held = {comment.source_id for comment in article.comments or ()}
        failed: PartFailed | None = None
        read = repeated = 0
        begun = len(held)
        while waiting and repeated < REPEATED and not (read and self._is_whole(article, len(held), waiting)):
            if read >= MOST_PAGES:
                failed = failed or _beyond(article)
                break
            url, read = waiting.pop(0), read + 1
            try:
                part, capture = await self._thread_page(url, article)
            except PartFailed as error:
                failed = failed or error
                continue
            fresh = tuple(comment for comment in part.comments or () if comment.source_id not in held)
            repeated = 0 if fresh else repeated + 1
            if fresh:
                captures.append((capture.id, f"comments-{len(captures)}"))
                article = replace(article, comments=(article.comments or ()) + fresh)
                held |= {comment.source_id for comment in fresh}
            further = [other for other in part.more_comments if page_key(other) not in seen]
            seen.update(map(page_key, further))
            waiting += further
        if repeated and len(held) == begun and not failed and article.reported_comment_count is None:
            failed = _repeats(article)
        return article, failed

    def _is_whole(self, article: Article, held: int, waiting: list[str]) -> bool:
        """All that the page counts is held, and what is left are no numbered pages: they would only repeat it."""
        reported = article.reported_comment_count
        return reported is not None and held >= reported and not any(page_number(url, article.url) is not None for url in waiting)

    async def _thread_page(self, url: str, article: Article) -> tuple[Article, Capture]:
        part, capture = await self.fetch(url)
        if not is_thread_page(part, article):
            reason = f"it shows {part.title!r}"
            raise PartFailed(f"{url} is no page of the thread: {reason}", NotBelieved(url, reason))
        if part.kind == "none" and not part.comments and not _reason(part).startswith(LISTINGS):
            raise PartFailed(f"{url}: {_reason(part)}", NotBelieved(url, _reason(part)))
        return part, capture


def _reason(part: Article) -> str:
    return part.warnings[0] if part.warnings else "no article on the page"


def _beyond(article: Article) -> PartFailed:
    reason = f"the thread has more than {MOST_PAGES} pages"
    return PartFailed(reason, NotBelieved(article.url, reason))


def _repeats(article: Article) -> PartFailed:
    reason = "the further pages of the thread show its first again"
    return PartFailed(reason, NotBelieved(article.url, reason))
