"""The door of pictures: what articles show is captured as evidence, each picture once, the newest articles first.

It comes last in a run, and a picture that fails never changes how the run ends: it is named, and asked for again later.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urldefrag, urlsplit

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError

from archive.queries import captures
from archive.store import images
from archive.store.images import NOT_THERE, NoPicture, Place
from archive.text.urls import origin
from archive.warc.read import DamagedRecord
from crawler.errors import Forbidden, Limited, OutsideSite, Unreachable

if TYPE_CHECKING:
    from crawler.session.session import Run

AT_ONCE = 8  # pictures under way; the host's delay is what limits
VAIN = 10  # pictures in a row that a host did not give: it is left alone until the next run
NAMED = 3  # hosts and reasons that the run's line names


@dataclass(slots=True)
class Picture:
    """One picture of a site, in however many articles and spellings of its address."""

    url: str  # as it is asked for
    article_id: int  # the newest article that shows it
    places: list[Place] = field(default_factory=list)
    refs: set[str] = field(default_factory=set)  # its address, as articles spell it
    captures: dict[int, str] = field(default_factory=dict)  # those that its places are tied to, with their times; 0 = to none

    @property
    def host(self) -> str:
        return urlsplit(self.url).netloc

    @property
    def capture_id(self) -> int:
        """The youngest capture of it; 0 while there is none."""
        return max(self.captures)


class PictureDoor:
    def __init__(self, run: Run) -> None:
        self.run, self.store = run, run.store
        self.counts: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.elsewhere: Counter[str] = Counter()  # host that may not be asked -> pictures on it
        self.vain: Counter[str] = Counter()  # host -> pictures in a row that it did not give

    async def read(self) -> None:
        """Capture what the run may ask for, and say in the run's line what came of it."""
        if self.run.options.images == "none":
            return
        found = list(self._found())
        self.store.forget_picture_gaps(self.run.site_id, {ref for picture in found for ref in picture.refs})
        for picture in found:
            self._take_what_is_there(picture)
        due = self._allotted(self._due(found))
        self.run.pictures_due = len(due)
        await self._ask_all(iter(due))
        for sentence in self._said():
            self.run.outcome.note(sentence)

    # which

    def _found(self) -> Iterable[Picture]:
        """The pictures of all articles, those of the newest first."""
        found: dict[str, Picture] = {}
        for row in self.store.ask(images.pictures_of, self.run.site_id):
            if url := self._asked(row["url"]):
                picture = found.setdefault(url, Picture(url, row["article_id"]))
                picture.places.append((row["article_id"], row["position"]))
                picture.refs.add(row["url"])
                picture.captures[row["capture_id"] or 0] = row["captured_at"] or ""
        return found.values()

    def _asked(self, url: str) -> str | None:
        """The spelling in which a picture's address is asked for, and captured; None where it is no address on the web."""
        try:
            spelled = self.run.addresses.canonical(Request(urldefrag(url)[0]).url)
            scheme, host, _ = origin(spelled)
        except ValueError:
            return None
        return spelled if scheme in ("http", "https") and host else None

    def _take_what_is_there(self, picture: Picture) -> None:
        """Tie a picture to the youngest capture of its address: a killed run left it, or another article brought it."""
        there = self.store.ask(images.captured_since, picture.url, picture.capture_id)
        if picture.capture_id and len(picture.captures) > 1:
            there.append(self._capture(picture.capture_id))
        for row in there:
            with contextlib.suppress(DamagedRecord):  # ``archive verify`` tells of it; the picture can be asked for again
                if self._save(picture, row) is None:
                    return

    def _due(self, found: Iterable[Picture]) -> list[Picture]:
        """What is to be asked for: what is not held; in a full run all the others too, the longest not captured first."""
        full, allowed = self.run.options.mode == "full", self.run.origins | self.run.picture_origins
        wait = set() if full else self.store.ask(images.waiting, self.run.site_id, self.store.now(), self._asked)
        due = []
        for picture in found:
            if origin(picture.url) not in allowed:
                self.elsewhere[picture.host] += not picture.capture_id
            elif full or not (picture.capture_id or picture.url in wait):
                due.append(picture)
        return sorted(due, key=lambda picture: picture.captures[picture.capture_id])  # stable: the newest articles stay first

    def _allotted(self, due: list[Picture]) -> list[Picture]:
        """What this run takes: of so many articles as ``limit`` allows, and as many as the budget."""
        limit, most = self.run.options.limit, self.run.images_at_most
        articles = set(list(dict.fromkeys(picture.article_id for picture in due))[:limit])
        taken = [picture for picture in due if picture.article_id in articles][:most]
        self.counts["left"] = len(due) - len(taken)
        return taken

    # asking

    async def _ask_all(self, waiting: Iterator[Picture]) -> None:
        async def work() -> None:
            for picture in waiting:
                if self.vain[picture.host] >= VAIN:
                    self.counts["left"] += 1
                else:
                    await self._ask(picture)

        tasks = [asyncio.ensure_future(work()) for _ in range(AT_ONCE)]
        try:
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _ask(self, picture: Picture) -> None:
        """Ask for one picture; what stands in its way is a named gap."""
        try:
            response = await self.run.web.get_picture(picture.url, picture.article_id)
        except Forbidden:
            self._name(picture, "robots.txt", explained=True)
        except OutsideSite as error:
            self._name(picture, f"leads to {urlsplit(error.url).netloc}, which is not asked", explained=True)
        except Limited as error:
            self._fail(picture, str(error), explained=False, gravely=True)
        except Unreachable as error:
            large = isinstance(error.__cause__, DownloadCancelledError)
            reason = images.TOO_LARGE if large else str(error).removeprefix(picture.url).strip(" :")
            self._fail(picture, reason, explained=large)
        else:
            self._judge(picture, response.meta["capture"].id, response.status)

    def _judge(self, picture: Picture, capture_id: int, status: int) -> None:
        held = picture.capture_id and self._capture(picture.capture_id)["payload_digest"]
        row = self._capture(capture_id)
        reason = self._save(picture, row)
        if reason is None:
            self.counts["replaced" if held and held != row["payload_digest"] else "captured" if not held else "as before"] += 1
        elif reason in NOT_THERE:
            self._name(picture, reason, explained=True)
        else:
            self._fail(picture, reason, explained=True, gravely=status == 429)
            return
        self.vain[picture.host] = 0

    def _save(self, picture: Picture, row: dict[str, Any]) -> str | None:
        """Tie a picture to a capture; else say why that shows none."""
        try:
            shown = images.read_picture(self.store.folder, row)
        except NoPicture as error:
            return str(error)
        self.store.save_picture(self.run.site_id, row, shown, picture.places, picture.refs)
        picture.captures = {row["id"]: row["captured_at"]}
        return None

    def _capture(self, capture_id: int) -> dict[str, Any]:
        return self.store.ask(captures.capture, capture_id)

    # saying

    def _fail(self, picture: Picture, reason: str, *, explained: bool, gravely: bool = False) -> None:
        """A picture that its host did not give; after many in a row, or when it asks us to stop, it is left alone."""
        self.vain[picture.host] += VAIN if gravely else 1
        self._name(picture, reason, explained=explained)

    def _name(self, picture: Picture, reason: str, *, explained: bool) -> None:
        self.reasons[reason] += 1
        if not picture.capture_id:  # one that is held is no gap, whatever its address answers by now
            ref = min(picture.refs)
            self.store.add_gap(self.run.site_id, kind="image", ref=ref, reason=reason, explained=int(explained))

    def _said(self) -> Iterator[str]:
        """What the run's line says of pictures; nothing where there was nothing to ask."""
        done = [f"{self.counts[name]:,} {name}" for name in ("captured", "replaced", "as before") if self.counts[name]]
        if self.reasons:
            done.append(f"{self.reasons.total():,} not obtained ({named(self.reasons)})")
        if self.counts["left"]:
            done.append(f"{self.counts['left']:,} left for the next run")
        elsewhere = +self.elsewhere
        if elsewhere:
            done.append(f"{elsewhere.total():,} on hosts that IMAGE_HOSTS does not name ({named(elsewhere)})")
        if done:
            yield f"pictures: {', '.join(done)}"


def named(counts: Counter[str]) -> str:
    """The most frequent of them, with their numbers."""
    said = [f"{name}: {count:,}" for name, count in counts.most_common(NAMED)]
    return ", ".join(said + ["..."] * (len(counts) > NAMED))
