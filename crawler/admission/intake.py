"""The last step from a response to saved articles: what may become current is stored in one transaction, what may not is put in
quarantine.

Takes an ``Answer``; gives it back with what was saved of it, and with counts. Every response ends here, whether it came from a live
run, from a record that a killed run left, or from a page that was refused before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from archive.clock import later
from archive.queries import captures, holdings
from archive.store.articles import blocks_of
from archive.store.checkpoints import Checkpoint
from archive.store.seen import Seen
from archive.text.urls import same_page
from crawler.admission.judge import ANOTHER, SHRANK, emptied, refusal, shows_held
from crawler.admission.sightings import Sighting
from crawler.admission.walls import SAME_PAGE, SAME_TEXT, WALL, Walls, sighting_of
from crawler.errors import NotBelieved
from crawler.extract.version import extractor
from crawler.items import as_mapping
from crawler.session.outcome import ALARM

if TYPE_CHECKING:
    from archive.store.articles import Saved
    from crawler.items import Answer, Article
    from crawler.session.context import SiteContext

WALLS, WALL_TEXT = 20, 4000  # walls that are remembered, the latest; characters of each


class Intake:
    """Takes in the answers of one site."""

    def __init__(self, context: SiteContext) -> None:
        self.context = context
        rows = context.store.checkpoints(context.site_id, "walls")
        self.walls = Walls((headline, text) for headline, _, text in ((row.value or "").partition("\n") for row in rows))

    def save(self, answer: Answer, as_of: int | None = None) -> tuple[Answer, list[Saved]]:
        """Admit and store an answer. Gives it back with its counts, and what was saved of each of its articles.

        ``as_of``: a capture; the articles are weighed against what was held when it was made. Raises NotBelieved for a page that
        may not become current, StorageError.
        """
        if answer.door == "rest":
            answer.articles = tuple(article for article in answer.articles if self._admits_post(article, answer))
        for article in answer.articles if answer.door == "page" else ():
            self._admit_page(article, answer, as_of)
        return self._store(answer)

    def _admit_page(self, article: Article, answer: Answer, as_of: int | None) -> None:
        """Raises NotBelieved."""
        self._refuse_another(article, answer)
        row = self.context.held(answer.asked, article.source_id)
        held = self._weighed(row, as_of) if row else None
        reason = refusal(article, answer.asked, held)
        is_held_article = reason is None and held is not None and shows_held(article, held)
        if (reason is None or reason.startswith(SHRANK)) and not is_held_article and (row is None or self.differs(article, row)):
            # what shrinks at many addresses at once is no edit, however long it lasts
            reason = self.wall(self.meet(answer), article) or reason
        if reason and answer.arrived and article.kind == "none":
            reason = f"leads to {answer.arrived}: {reason}"
        if reason and not self._believed(answer, answer.asked, reason):
            self.context.quarantine(answer.asked, reason, answer.captures[0][0], answer.at, article)
            raise NotBelieved(answer.asked, reason, article.title if reason.startswith(WALL) else "")

    def _refuse_another(self, article: Article, answer: Answer) -> None:
        """WordPress redirects the address of a removed article to one that is spelled alike. Such an answer says nothing of either.

        Raises NotBelieved.
        """
        requested = answer.requested or answer.asked
        held, there = self.context.held(requested), self.context.held(article.url, article.source_id)
        if held and there and held["id"] != there["id"]:
            self.context.quarantine(requested, ANOTHER, answer.captures[0][0], answer.at, article)
            raise NotBelieved(requested, ANOTHER)

    def _weighed(self, row: dict[str, Any], as_of: int | None) -> dict[str, Any] | None:
        """What is held of an article, for the judge; None where nothing was held of it yet."""
        if as_of is None:
            return self.context.store.ask(holdings.held, row["id"])
        state = self.context.store.ask(captures.state_before, row["id"], as_of)
        return state and {**state, "source_id": row["source_id"], "word_count": len(state["text"].split())}

    def _admits_post(self, article: Article, answer: Answer) -> bool:
        """Whether what REST says of an article may become current; of one that may not, a person is told, and the others go on."""
        row = self.context.held(article.url, article.source_id)
        reason = emptied(article, self.context.store.ask(holdings.held, row["id"]) if row else None)
        if reason is None and row and article.text and not self._is_known(article, row["revision_id"]):
            same = len({other.url for other in answer.articles if other.text == article.text}) - 1
            reason = f"the same text as {same} other addresses" if same >= SAME_TEXT else None
        if reason is None or self._believed(answer, article.url, reason):
            return True
        self.context.quarantine(article.url, reason, answer.captures[0][0], answer.at, article)
        self.context.outcome.add(ALARM, f"what REST says of an article was not believed: {article.url}: {reason}")
        return False

    def _is_known(self, article: Article, revision_id: int) -> bool:
        """Whether the archive holds every paragraph of a text, whatever it has learned to call them: episodes of a podcast may
        have but a standing text."""
        held = {block["text"] for block in self.context.store.ask(blocks_of, revision_id)}
        return held.issuperset(block.text for block in article.blocks if block.kind == "body")

    def differs(self, article: Article, row: dict[str, Any]) -> bool:
        """Whether an article that is held has another headline or text now. A paragraph counts as held whatever it is called by now."""
        held = self.context.store.ask(blocks_of, row["revision_id"])
        before, now = {block["text"] for block in held}, {block.text for block in article.blocks}
        added = any(block.kind == "body" and block.text not in before for block in article.blocks)
        return added or article.title != row["title"] or any(block["kind"] == "body" and block["text"] not in now for block in held)

    def meet(self, answer: Answer) -> Sighting:
        """What a page showed, remembered beside what others show: it may prove to be a wall before it is saved."""
        if answer.sighting is None:
            article = answer.articles[0]
            asked = answer.requested or answer.asked
            arrived = answer.arrived or ("" if same_page(article.url, asked) or article.kind == "none" else article.url)
            answer.sighting = sighting_of(article, asked, answer.asked, arrived=arrived)
        sighting: Sighting = answer.sighting
        self.walls.meet(sighting)
        return sighting

    def wall(self, sighting: Sighting, article: Article) -> str | None:
        """Why a page is no article, but what the site shows at many addresses; later runs know it again."""
        reason = self.walls.reason(sighting)
        if reason == SAME_PAGE:
            known = self.context.store.checkpoints(self.context.site_id, "walls")
            if sighting.digest not in [row.ref for row in known]:
                text = f"{article.title}\n{(article.text or article.shown)[:WALL_TEXT]}"
                self.context.store.save_checkpoints(
                    self.context.site_id,
                    "walls",
                    [*known[-WALLS + 1 :], Checkpoint(sighting.digest, at=self.context.store.now(), value=text)],
                )
        return reason

    def _believed(self, answer: Answer, asked: str, reason: str) -> bool:
        """A person accepted the page, or its text shrank in the same way a day ago: then it is what the site shows."""
        context = self.context
        if context.store.ask(holdings.accepted, answer.captures[0][0], asked, reason):
            return True
        before = later(answer.at, hours=-context.gone_after)
        return reason.startswith(SHRANK) and context.store.ask(holdings.refused_before, context.site_id, asked, reason, before)

    def _store(self, answer: Answer) -> tuple[Answer, list[Saved]]:
        """Hand an answer to the store, as plain mappings, in one transaction."""
        threads = {source_id: [*map(as_mapping, comments)] for source_id, comments in answer.threads.items()}
        saved: list[Saved] = []
        answer.counts = self.context.store.save_answer(
            self.context.crawl_id,
            self.context.site_id,
            Seen(answer.at, answer.captures, extractor(self.context.parser.site)),
            articles=[*map(as_mapping, answer.articles)],
            threads=threads,
            thread_door=answer.door,
            whole_threads=answer.whole_threads,
            unheld=[as_mapping(gap) | {"explained": int(gap.explained)} for gap in answer.gaps],
            marks=answer.marks,
            checkpoints=answer.checkpoints,
            pages_alone=self.context.pages_are_the_text,
            asked=answer.asked,
            saved=saved,
        )
        return answer, saved
