"""Reads the captures of one article again in the order in which they came, and says what each of its revisions holds when all are
read by the same code.

It adds no revision and takes none away. Where a capture now shows something else than the revision that it was taken for, that
part is left out, as it was at the time. Pure, except for the questions that its two functions ask.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any

from archive.store.comments import COLUMNS
from archive.store.feed_items import FeedFacts
from archive.store.reread import DoorReading, State
from archive.text import content_key
from archive.text.content_key import Fields, comment_key
from crawler.items import Article, Comment, Door
from crawler.pages.merge import Before, completed

Row = Mapping[str, Any]


def row_of(item: Article | Comment) -> dict[str, Any]:
    """A value as the store takes it: a mapping, and one for each part of it. ``dataclasses.asdict`` copies every text as well."""
    row = _fields(item)
    for name, value in row.items():
        if isinstance(value, tuple) and value and hasattr(value[0], "__slots__"):
            row[name] = list(map(_fields, value))
    return row


def _fields(item: Any) -> dict[str, Any]:
    names: tuple[str, ...] = item.__slots__
    return dict(zip(names, _getter(names)(item), strict=True))


@cache
def _getter(names: tuple[str, ...]) -> attrgetter[Any]:
    """Gives the values of these fields, two at least."""
    return attrgetter(*names)


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer shows of one article, or of its thread, or of both."""

    capture_id: int
    at: str
    door: Door
    url: str
    article: Article | None = None
    comments: tuple[Comment, ...] = ()
    captures: tuple[tuple[int, str], ...] = ()  # (id, part) of all that it was read from
    item: FeedFacts | None = None  # its item in the feed of that run
    broken: str | None = None  # why the answer shows nothing: it is torn, or a part


@dataclass(frozen=True, slots=True)
class Window:
    """A revision, from the capture that first showed it to the one that showed the next."""

    revision_id: int
    start: int
    words: int  # of the text as stored, before anything was learned
    page: int | None  # capture of its first page
    parts: AbstractSet[str]  # its further pages: page-2, ...


@dataclass(slots=True)
class Replay:
    """``take`` the readings in order. ``refused`` says why a reading is not believed; None when it is."""

    windows: Sequence[Window]
    refused: Callable[[Reading, Window], str | None]
    targets: Callable[[list[str]], set[object]]
    states: dict[int, State] = field(default_factory=dict)
    shown: dict[str, DoorReading] = field(default_factory=dict)
    compared: tuple[dict[str, Fields], str] | None = None
    reported: int | None = None
    kept: list[tuple[Reading, str]] = field(default_factory=list)  # readings that are not believed: the old ones stay
    current: State | None = None  # the state that readings now confirm; None while an old one is kept
    told: Fields | None = None  # what the article said of itself last
    links: list[str] = field(default_factory=list)
    doors: set[str] = field(default_factory=set)

    def take(self, reading: Reading) -> None:
        at = bisect_right(self.windows, reading.capture_id, key=lambda window: window.start)
        if reading.broken and at and self.windows[at - 1].start == reading.capture_id:
            self.kept.append((reading, reading.broken))
        if reading.article is None or not at:
            return
        window = self.windows[at - 1]
        self.doors.add(reading.door)
        origin = reading.capture_id == window.start
        if origin:
            self.current = None
        if reason := self.refused(reading, window):
            self.kept.append((reading, reason))
            return
        self._read(reading, window, origin=origin)

    def _read(self, reading: Reading, window: Window, *, origin: bool) -> None:
        article, door = self._completed(reading), reading.door
        mapping = row_of(article)
        fields, before = content_key.reading(mapping), self._merged()
        previous = self.current or self.current_before(window)
        if fields["part_words"] and "page" in self.shown and previous and previous.door == "rest":
            fields = content_key.reading({**mapping, "text_shown": True})  # its page was read and shows no more
        was = self.shown.get(door)
        owns = self._owns(door, fields, len(article.text.split()), previous)
        taken = owns and (
            (previous is not None and previous.door == "rest") if door == "page" else bool(was and not was.fields["text_key"])
        )
        if was is None or was.fields != fields:
            self.shown[door] = DoorReading(fields, reading.at, reading.capture_id)
        after = self._merged()
        if door == "page" and article.reported_comment_count is not None:
            self.reported = article.reported_comment_count
        if origin:
            self._begin(window, mapping if owns or previous is None else None, after)
        elif was is not None and self._differs(was.fields, fields, before, after, mapping):
            self.links = [link["url"] for link in mapping["links"]] if owns else self.links
        else:
            if (after != before or taken) and self.current is not None:
                self._complete(self.current, mapping if owns and (was is None or taken) else None, after)
            self.compared = {name: shown.fields for name, shown in self.shown.items()}, reading.at

    def _owns(self, door: str, fields: Fields, words: int, previous: State | None) -> bool:
        """Whether the text is the one that this reading shows, as the store decides it."""
        shown = self.shown.get("rest")
        rest = fields if door == "rest" else shown.fields if shown else None
        if door == "page" and ("rest" in self.doors) != (rest is not None):
            return False  # REST said something that is not believed
        fuller = door == "rest" or previous is None or previous.door != "rest" or content_key.is_fuller(words, rest)
        return fuller and content_key.owns_text(door, rest)

    def _merged(self) -> Fields:
        return content_key.merge(*(self.shown[door].fields if door in self.shown else None for door in ("rest", "page")))

    def _completed(self, reading: Reading) -> Article:
        """A page's article with what its feed item, or the state before, told more exactly: as it was done then."""
        article = reading.article
        assert article is not None
        if reading.door != "page":
            return article
        told = self.told
        before = None
        if told is not None:
            authors = tuple((author["name"], author["url"]) for author in told["authors"] or ())
            before = Before(told["published_at"], told["published_precision"], authors)
        return completed(article, reading.item, before)

    def _differs(self, was: Fields, fields: Fields, before: Fields, after: Fields, article: Row) -> bool:
        differ = content_key.changed(was, fields) & content_key.changed(before, after)
        if "links_key" in differ and self.targets(self.links) == self.targets([link["url"] for link in article["links"]]):
            differ.discard("links_key")
        return bool(differ)

    def _begin(self, window: Window, article: Row | None, fields: Fields) -> None:
        previous = self.current_before(window)
        if article is not None:
            self.current = State(fields, article["door"], article["kind"])
            self._fill(self.current, article)
        elif previous is not None:  # the page alone shows a change: the text is the one before
            self.current = State(fields, "page", previous.kind, previous.blocks, previous.images, previous.links)
        else:
            self.current = State(fields, "page")
        self.states[window.revision_id] = self.current
        self.told = fields

    def current_before(self, window: Window) -> State | None:
        at = bisect_right(self.windows, window.start, key=lambda w: w.start) - 1
        return self.states.get(self.windows[at - 1].revision_id) if at else None

    def _complete(self, state: State, article: Row | None, fields: Fields) -> None:
        state.fields = self.told = fields
        if article is not None:
            state.door, state.kind = article["door"], article["kind"]
            self._fill(state, article)

    def _fill(self, state: State, article: Row) -> None:
        state.blocks, state.images, state.links = list(article["blocks"]), list(article["images"]), list(article["links"])
        self.links = [link["url"] for link in article["links"]]


@dataclass(frozen=True, slots=True)
class Held:
    """A comment that is held: our id, and the captures that first showed each of its revisions, from the first on."""

    id: int
    starts: Sequence[int]
    texts: Sequence[str]


@dataclass(slots=True)
class ThreadReplay:
    """The same for the comments under an article; ``start`` is the capture that first showed the article."""

    held: Mapping[str, Held]  # by the site's id
    start: int
    states: dict[int, dict[int, dict[str, Any]]] = field(default_factory=dict)  # our id -> number of the revision -> state
    fresh: list[tuple[Reading, list[dict[str, Any]]]] = field(default_factory=list)
    kept: list[tuple[Reading, str]] = field(default_factory=list)
    read: dict[int, Reading] = field(default_factory=dict)  # every reading that showed comments, or a whole page

    def take(self, reading: Reading) -> None:
        if reading.capture_id < self.start or reading.broken:
            return
        self.read[reading.capture_id] = reading
        new = [row_of(comment) for comment in reading.comments if comment.source_id not in self.held]
        if new:
            self.fresh.append((reading, new))
        for comment in reading.comments:
            if comment.source_id in self.held:
                self._confirm(self.held[comment.source_id], row_of(comment) | {"door": reading.door}, reading)

    def _confirm(self, held: Held, comment: dict[str, Any], reading: Reading) -> None:
        number = bisect_right(held.starts, reading.capture_id)
        if not number:
            return
        states = self.states.setdefault(held.id, {})
        if reading.capture_id == held.starts[number - 1]:
            if held.texts[number - 1] and not comment["text"]:
                self.kept.append((reading, f"comment {comment['source_id']} has no text any more"))
            else:
                states[number] = comment
        elif (was := states.get(number)) is not None and not (comment["door"] == "page" and was["door"] == "rest"):
            same = comment["door"] != was["door"] or comment_key(was) == comment_key(comment)
            if same and any(was[name] != comment[name] for name in (*COLUMNS, "door")):
                states[number] = comment

    def unread(self) -> list[tuple[Reading, str]]:
        """Comments that the very captures which first showed them do not show any more."""
        return self.kept + [
            (self.read[start], f"comment {source_id} is not shown any more")
            for source_id, held in self.held.items()
            for number, start in enumerate(held.starts, 1)
            if start in self.read
            and number not in self.states.get(held.id, {})
            and not any(source_id in why.split() for _, why in self.kept)
        ]
