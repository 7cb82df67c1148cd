"""item -> gate -> store."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from typing import TYPE_CHECKING

from scrapy.exceptions import DropItem

from archive.clock import later
from archive.queries import holdings
from archive.store.articles import Seen, blocks_of, find_article
from crawler.admission.judge import SHRANK, emptied, refusal
from crawler.extract.version import extractor
from crawler.session.outcome import ALARM
from crawler.session.session import run_of

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from crawler.items import Answer, Article


SAME_TEXT = 3  # other addresses with the very same text


class GatePipeline:
    """Keeps a page that is not believed out of the archive's current state, and in view: a row in quarantine."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.bodies: dict[str, set[str]] = defaultdict(set)  # text -> addresses at which this run met it

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> GatePipeline:
        return cls(crawler)

    def process_item(self, answer: Answer) -> Answer:
        run = run_of(self.crawler)
        if answer.door == "rest":
            answer.articles = tuple(article for article in answer.articles if self.passes(article, answer))
        for article in answer.articles if answer.door == "page" else ():
            row = run.store.ask(find_article, run.site_id, article.source_id, answer.asked)
            held = row and run.store.ask(holdings.held, row["id"])
            reason = refusal(article, answer.asked, held) or self.repeated(article.text, answer.asked)
            if reason and answer.arrived and article.kind == "none":
                reason = f"leads to {answer.arrived}: {reason}"
            if reason and not self.believed(answer, answer.asked, reason):
                run.store.quarantine(run.crawl_id, run.site_id, answer.asked, reason, answer.captures[0][0], answer.at)
                raise DropItem(f"{answer.asked}: {reason}")
        return answer

    def passes(self, article: Article, answer: Answer) -> bool:
        """Whether what REST says of an article may become current; of one that may not, a person is told, and the others go on."""
        run = run_of(self.crawler)
        row = run.store.ask(find_article, run.site_id, article.source_id, article.url)
        held = run.store.ask(holdings.held, row["id"]) if row else None
        reason = emptied(article, held)
        if reason is None and row and article.text and not self.known(article, row["revision_id"]):
            same = len({other.url for other in answer.articles if other.text == article.text}) - 1
            reason = f"the same text as {same} other addresses" if same >= SAME_TEXT else None
        if reason is None or self.believed(answer, article.url, reason):
            return True
        run.store.quarantine(run.crawl_id, run.site_id, article.url, reason, answer.captures[0][0], answer.at)
        run.outcome.add(ALARM, f"what REST says of an article was not believed: {article.url}: {reason}")
        return False

    def known(self, article: Article, revision_id: int) -> bool:
        """Whether the archive holds every paragraph of a text, whatever it has learned to call them: episodes of a podcast may
        have but a standing text."""
        held = {block["text"] for block in run_of(self.crawler).store.ask(blocks_of, revision_id)}
        return held.issuperset(block.text for block in article.blocks if block.kind == "body")

    def repeated(self, text: str, asked: str) -> str | None:
        """A text that stands at several addresses is none of theirs: a wall, or an error page in the article's clothes."""
        if text:
            self.bodies[text].add(asked)
        others = len(self.bodies[text]) - 1 if text else 0
        return f"the same text as {others} other addresses" if others >= SAME_TEXT else None

    def believed(self, answer: Answer, asked: str, reason: str) -> bool:
        """A person accepted the page, or its text shrank in the same way a day ago: then it is what the site shows."""
        run = run_of(self.crawler)
        if run.store.ask(holdings.accepted, answer.captures[0][0], asked, reason):
            return True
        before = later(answer.at, hours=-run.gone_after)
        return reason.startswith(SHRANK) and run.store.ask(holdings.refused_before, run.site_id, asked, reason, before)


class StorePipeline:
    """Hands an answer to the store, as plain mappings, in one transaction."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        return cls(crawler)

    def process_item(self, answer: Answer) -> Answer:
        run = run_of(self.crawler)
        threads = {source_id: [asdict(comment) for comment in comments] for source_id, comments in answer.threads.items()}
        answer.counts = run.store.save_answer(
            run.crawl_id,
            run.site_id,
            Seen(answer.at, answer.captures, extractor(run.site)),
            articles=[asdict(article) for article in answer.articles],
            threads=threads,
            thread_door=answer.door,
            whole_threads=answer.whole_threads,
            unheld=[asdict(gap) | {"explained": int(gap.explained)} for gap in answer.gaps],
            marks=answer.marks,
            pages_alone=run.pages_are_the_text,
        )
        run.counts.update(answer.counts)
        return answer
