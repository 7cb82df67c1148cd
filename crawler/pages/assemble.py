"""An article out of all its pages: takes the article of the first page, and gives it with the further pages of its text and of its
thread, together with the reasons why the thread may not be whole.

A further page may fail or show something else, like any page. It is joined only if it is a page of this article. The text is taken
whole or not at all. The thread is taken as far as it could be read; what lacks is named, and the article is asked for again in
later runs until its thread is whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archive.queries import holdings
from crawler.admission.judge import foreign_part
from crawler.errors import BadStatus, FetchError, Limited, NotBelieved, OutsideSite, PartFailed, Unreachable
from crawler.extract.workers import ExtractionCut, ExtractionFailed
from crawler.items import Article
from crawler.pages.counts import MANY
from crawler.pages.further import PagerWalk
from crawler.pages.merge import first_of_thread, joined, lacking, numbered, thread_page
from crawler.pages.truncation import has_end, is_ended
from crawler.sources.source import capture_of

if TYPE_CHECKING:
    from crawler.items import Capture
    from crawler.session.context import SiteContext

HIDES_PAGES = b"wp-site-blocks"  # the class that block themes give the page's body
MOST_PAGES = 100
VAIN = 3
BEYOND_THE_LAST = (301, 302, 303, 307, 308, 404, 410)
Captures = list[tuple[int, str]]  # (capture id, part)


@dataclass(frozen=True, slots=True)
class PageMarks:
    """What the bytes of a page tell of its further ones."""

    ended: bool  # it is written to its end
    hides_pages: bool  # its theme does not link them


def marks_of(body: bytes) -> PageMarks:
    return PageMarks(has_end(body), body.rfind(HIDES_PAGES) >= 0)  # in a third of the time of ``in``


class PageAssembler:
    """Puts the articles of one site together; ``context`` says where their further pages come from."""

    def __init__(self, context: SiteContext) -> None:
        self.context = context
        self.ended = False  # the pages of the site that were made whole so far have an end
        self.in_vain = 0  # threads in a row of which no hidden page was found: what they lack are answers to hidden comments
        self.walk = PagerWalk(self._shown)

    async def text(self, article: Article, marks: PageMarks, captures: Captures) -> Article:
        """The article with its pages 2, 3, ... added; ``marks`` are its first page's. Raises PartFailed when one of them cannot be
        had or believed."""
        self.ended |= marks.ended
        for number, url in enumerate(article.next_pages, 2):
            part, capture = await self._part(url, article)
            captures.append((capture.id, f"page-{number}"))
            article = joined(article, part)
        if article.next_pages or article.kind == "none":
            return article
        if article.more_pages:
            return await self.walk.text(article, captures)
        return await self._hidden_pages(article, captures) if marks.hides_pages else article

    async def _hidden_pages(self, article: Article, captures: Captures) -> Article:
        """Block themes do not link the further pages of articles from the classic editor; without them the text would end early."""
        for number in range(2, MOST_PAGES):
            try:
                part, capture = await self._part(numbered(article.url, number), article, follow=False)
            except PartFailed as error:
                if error.status in BEYOND_THE_LAST:
                    return article
                raise
            if part.source_id != article.source_id or part.blocks[:1] == article.blocks[:1]:
                return article
            captures.append((capture.id, f"page-{number}"))
            article = joined(article, part)
        return article

    async def thread(self, article: Article, captures: Captures, *, hidden: bool = True) -> tuple[Article, PartFailed | None]:
        """The article with the comments of all pages of its thread (classic pagers link only the neighbour), and what is in
        the way of the whole thread: None when it is whole. ``hidden``: pages that nothing leads to are looked for, too."""
        waiting, seen = list(article.comment_pages), {*article.comment_pages, *first_of_thread(article)}
        failed: PartFailed | None = None
        while waiting:
            try:
                part, capture = await self._part(waiting.pop(0), article)
            except PartFailed as error:
                failed = failed or error
                continue
            captures.append((capture.id, f"comments-{len(captures)}"))
            article = replace(article, comments=(article.comments or ()) + (part.comments or ()))
            further = [url for url in part.comment_pages if url not in seen]
            seen.update(further)
            waiting += further
        if article.more_comments:
            article, cut = await self.walk.thread(article, captures)
            failed = failed or cut
        if hidden and not failed and lacking(article) > (0 if self.in_vain < VAIN else MANY):
            article, failed = await self._hidden_thread(article, captures)
        return article, failed

    async def _hidden_thread(self, article: Article, captures: Captures) -> tuple[Article, PartFailed | None]:
        """The same where the theme links no other page of the thread, and the page's own count says that there are some."""
        held = shown = {comment.source_id for comment in article.comments or ()}
        for number in range(1, MOST_PAGES):
            try:
                part, capture = await self._part(thread_page(article.url, number), article)
            except PartFailed as error:
                if error.status in BEYOND_THE_LAST:
                    break
                return article, error
            fresh = tuple(comment for comment in part.comments or () if comment.source_id not in held)
            if fresh:
                captures.append((capture.id, f"comments-{len(captures)}"))
                article = replace(article, comments=(article.comments or ()) + fresh)
                held = held | {comment.source_id for comment in fresh}
            elif number > 1:  # the first may be the page that the bare address shows
                break
        self.in_vain = self.in_vain + 1 if held == shown else 0
        return article, None

    async def _part(self, url: str, article: Article, *, follow: bool = True) -> tuple[Article, Capture]:
        part, capture = await self._shown(url, follow=follow)
        if (reason := foreign_part(part, article)) and not self.context.store.ask(holdings.accepted, capture.id, url, reason):
            self.context.quarantine(url, reason, capture.id, capture.at, part)
            refused = NotBelieved(url, reason)
            raise PartFailed(str(refused), refused)
        return part, capture

    async def _shown(self, url: str, *, follow: bool = True) -> tuple[Article, Capture]:
        """What an address shows, whatever that is. Raises PartFailed."""
        try:
            response = await self.context.source.get(url, door="page", follow=follow)
            part = await self.context.parser.page(response)
        except Limited:
            raise
        except BadStatus as error:
            raise PartFailed(str(error), error, status=error.status) from error
        except (FetchError, OutsideSite, ExtractionCut, ExtractionFailed) as error:
            raise PartFailed(str(error), error) from error
        if self.ended and not is_ended(response.body):
            raise PartFailed(f"{url} breaks off", Unreachable(f"{url} breaks off: it lacks the end that the site's pages have"))
        return part, capture_of(response)
