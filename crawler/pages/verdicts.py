"""Pages that are honestly no article: takes them as they are read in one run, and says at its end which are, and which are a wall.

One page without an article is a page of the site. The same page at several addresses that a list names as different is none: then
nothing is explained, and each address is asked for again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from archive.queries import holdings
from archive.store.verdicts import Finding, verdicts
from crawler.admission.sightings import Sighting
from crawler.admission.walls import SAME_PAGE, seen_before, sighting_of
from crawler.errors import BadStatus, NotBelieved
from crawler.extract.version import extractor
from crawler.items import ADDRESS_LISTS, NO_PAGE

if TYPE_CHECKING:
    from crawler.items import Article
    from crawler.session.session import Run

SURE = ("a listing", "the home page", NO_PAGE, "behind a password")
"""Beginnings of the reasons that a page states itself: many such pages show the same."""


@dataclass(frozen=True, slots=True)
class NoArticle:
    """A page that was asked for as an article's and says itself that it is none."""

    address: str
    reason: str
    article: Article
    arrived: str  # where the address led; '' = it stayed
    capture_id: int
    at: str


class Verdicts:
    """The pages of one run that are no articles. ``lastmods``: what the lists say of their addresses."""

    def __init__(self, run: Run, lastmods: Mapping[str, str]) -> None:
        self.run, self.lastmods = run, lastmods
        self._waiting: list[tuple[NoArticle, Sighting]] = []
        self._before: dict[str, Finding] | None = None

    def meet(self, none: NoArticle) -> None:
        """Remember what an address showed; nothing is said of it yet."""
        self._known()
        sighting = sighting_of(none.article, none.address, arrived=none.arrived)
        if none.reason.startswith(SURE):
            sighting = replace(sighting, digest="", sentences=())
        self.run.intake.walls.meet(sighting)
        self._waiting.append((none, sighting))

    def _known(self) -> dict[str, Finding]:
        """What earlier runs found to be no article, by address; loaded when it is first asked for."""
        if self._before is None:
            self._before = self.run.store.ask(verdicts, self.run.site_id)
            for verdict in self._before.values():
                if verdict.digest and not verdict.reason.startswith(SURE):
                    self.run.intake.walls.meet(seen_before(verdict.digest, verdict.url))
        return self._before

    def stands(self, address: str, why: Exception) -> bool:
        """Whether a failure changes nothing: what was no article is no longer there."""
        return isinstance(why, BadStatus) and why.status in (404, 410) and address in self._known()

    def conclude(self, hear: Callable[[str, bool], None]) -> list[tuple[str, NotBelieved]]:
        """Write the verdicts down; ``hear`` is told of each whether the page was another than before.

        Returns the addresses that show a wall instead: nothing explains that they are not held.
        """
        walled: list[tuple[str, NotBelieved]] = []
        waiting, self._waiting = self._waiting, []
        for none, sighting in waiting:
            reason = self.run.intake.wall(sighting, none.article)
            known = self._known().get(none.address)
            hear(none.address, known is None or known.digest != sighting_of(none.article, none.address).digest)
            if reason is None or self.run.store.ask(holdings.accepted, none.capture_id, none.address, reason):
                self._explain(none)
                continue
            self.run.context.quarantine(none.address, reason, none.capture_id, none.at, none.article)
            walled.append((none.address, NotBelieved(none.address, reason, none.article.title)))
            if reason == SAME_PAGE:
                for other in self.run.intake.walls.asked_alike(sighting) & self._known().keys():
                    self.run.store.doubt(self.run.site_id, other, reason)
        return walled

    def _explain(self, none: NoArticle) -> None:
        """An explained gap, with the evidence: it is asked for again when the list, the code or the time says so. A list of addresses that
        was not read as one explains nothing."""
        if none.reason in ADDRESS_LISTS:
            self.run.store.doubt(self.run.site_id, none.address, none.reason)
            return
        digest = sighting_of(none.article, none.address).digest
        code = extractor(self.run.context.parser.site)
        verdict = Finding(none.address, none.reason, digest, self.lastmods.get(none.address, ""), code)
        self.run.store.save_verdict(self.run.site_id, verdict)
