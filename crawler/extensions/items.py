"""What a run tells Scrapy: takes saved articles and failures, and sends them as items and errors through Scrapy's signals and stats.

Feeds (``-O items.jsonl``), ITEM_PIPELINES, Spidermon and the CLOSESPIDER_* limits need them. An item is sent after its article is in
the database, so a pipeline that fails touches neither the archive nor the exit code.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from scrapy import signals
from twisted.python.failure import Failure

from archive.queries.saved_article import saved_article
from crawler.items import ArticleItem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scrapy.crawler import Crawler

    from archive.store.articles import Saved
    from archive.store.store import Store
    from crawler.items import Answer, Article


class SiteError(Exception):
    """What went wrong with a site, or with one article of it, in words for people."""


def report_error(crawler: Crawler, message: str) -> None:
    """Count a failure as Scrapy counts an exception of a spider: for CLOSESPIDER_ERRORCOUNT and monitors."""
    failure = Failure(SiteError(message))  # type: ignore[no-untyped-call]
    crawler.signals.send_catch_log(signal=signals.spider_error, failure=failure, response=None, spider=crawler.spider)
    crawler.stats.inc_value("spider_exceptions/count")
    crawler.stats.inc_value(f"spider_exceptions/{SiteError.__name__}")


class ItemSender:
    """Sends one item for each article that a run saved; an article that is read through two doors is sent once."""

    def __init__(self, crawler: Crawler, store: Store) -> None:
        self.crawler, self.store = crawler, store
        self._sent: set[int] = set()

    async def send(self, answer: Answer, saved: Sequence[Saved]) -> None:
        """``saved`` stands beside ``answer.articles``. Returns when feeds and pipelines have had the items."""
        scraper, items = self.crawler.engine.scraper, []
        for article, at in zip(answer.articles, saved, strict=True):
            if at.article_id not in self._sent:
                self._sent.add(at.article_id)
                row = self.store.ask(saved_article, at.article_id, answer.captures[0][0])
                if row is None:
                    continue
                fields = row | {"outcome": at.outcome, "language": article.language, "captured_at": answer.at, "door": answer.door}
                items.append(ArticleItem(**fields))
        if len(items) == 1:
            await scraper.start_itemproc_async(items[0], response=None)
        else:
            await asyncio.gather(*(scraper.start_itemproc_async(item, response=None) for item in items))


def item_of(site: str, article: Article, at: str) -> ArticleItem:
    """The item of an article that was read and not saved. ``site``: the site's short name; ``at``: when its page arrived, UTC."""
    terms = article.terms or ()
    return ArticleItem(
        site=site,
        url=article.url,
        source_id=article.source_id,
        kind=article.kind,
        title=article.title,
        byline=article.byline,
        authors=[author.name for author in article.authors or ()],
        published_at=article.published_at,
        published_on=article.published_on,
        published_precision=article.published_precision,
        modified_at=article.modified_at,
        tags=[term.name for term in terms if term.kind == "tag"],
        categories=[term.name for term in terms if term.kind == "category"],
        language=article.language,
        word_count=len(article.text.split()),
        text=article.text,
        comments=len(article.comments or ()),
        door=article.door,
        captured_at=at,
    )
