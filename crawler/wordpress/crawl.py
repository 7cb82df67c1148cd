"""The REST door: reads 100 articles a request and whole threads, and asks with three requests what has changed since the last run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from archive.queries import backlog, holdings, rest_lists
from archive.store.expunge import refused
from archive.store.list_memory import NO_CHECKPOINTS, Checkpoints
from crawler.errors import DoorClosed, FetchError, Limited, OutsideSite
from crawler.items import LACKS, Answer, Capture
from crawler.sequences import batches
from crawler.session.checkpoints import newest_rows
from crawler.session.outcome import ALARM
from crawler.wordpress import api as api
from crawler.wordpress.answers import is_public, read_comments, read_posts
from crawler.wordpress.api import Cursor, Listing, Paging
from crawler.wordpress.degrade import Questions
from crawler.wordpress.pieces import parts_of
from crawler.wordpress.question import list_name
from crawler.wordpress.taxonomy import Terms
from crawler.wordpress.walk_counts import WalkCounts

if TYPE_CHECKING:
    from crawler.session.session import Run

Main = str  # a list of articles (posts, a further type, posts@de) or of comments, by its name
ORDER: dict[str, api.Order] = {"posts": "desc", "comments": "asc"}  # newest articles first; parents before their answers


class RestDoor:
    """Reads a site through its WordPress REST API. ``run`` is the present run: the site, the store, the web, what was asked for."""

    def __init__(self, run: Run) -> None:
        self.run, self.store = run, run.store
        self.questions = Questions(run)
        self.lacking: list[str] = []  # addresses of articles of which REST gives a field that is none
        self.terms = Terms(run, self.list_rows)
        self.root: dict[str, Any] = {}  # what the API said of itself in this run; empty where it was not asked
        self.read_whole = set[str]()  # lists of which all that they name was read in this run, or is held
        self.destroyed = self.store.ask(refused, run.site_id)  # what is not to come back
        self.asked_anew = set[str]()  # kinds of which this run names anew what is listed and not given

    # finding the door

    async def open(self, home_html: str, link_header: str) -> bool:
        """Find the API and remember where its collections are. False when the site has none; the reason is remembered."""
        reason = ""
        for root in api.root_candidates(self.run.site.home, home_html, link_header):
            try:
                response = await self.run.web.get(
                    api.endpoint(root, "", _fields="name,description,url,home,gmt_offset,timezone_string,namespaces"), door="rest"
                )
                said = api.read_root(response.body)
            except Limited:
                raise
            except (FetchError, OutsideSite, DoorClosed) as error:
                reason = str(error)
                continue
            self._remember(root, said)
            self.root = said
            return True
        self.run.closed_doors.note_closed("posts")
        self.store.save_list(self.run.site_id, "posts", door="rest", closed=reason or "no WordPress REST here", checked_at=self.store.now())
        return False

    def _remember(self, root: str, said: dict[str, Any]) -> None:
        name = said.get("name")
        self.run.describe(title=name if isinstance(name, str) and name else None, timezone=zone(said))
        for name in ("posts", "comments", "users", "categories", "tags"):
            url = self.run.addresses.canonical(api.endpoint(root, f"wp/v2/{name}"))
            self.store.save_list(self.run.site_id, name, door="rest", url=url, closed=None)

    # asking

    async def list_rows(self, url: str, collection: Main, *, required: tuple[str, ...] = (), asked: int = api.PER_PAGE) -> Listing:
        listing, _ = await self.ask(url, required, asked)
        return listing

    async def ask(self, url: str, required: tuple[str, ...], asked: int = api.PER_PAGE) -> tuple[Listing, Capture]:
        """One answer of a collection, whole, or out of smaller ones where the site gives no more at a time."""
        return await self.questions.ask(api.without_rows(url, self.destroyed), required, asked)

    def row(self, name: str) -> dict[str, Any]:
        row = self.store.list_of(self.run.site_id, name)
        assert row is not None, f"{name} was opened"
        return row

    def article_lists(self) -> list[str]:
        """The names of the lists that give articles: posts, further types, further languages."""
        return [row["name"] for row in self.store.article_lists(self.run.site_id)]

    def comment_lists(self) -> list[str]:
        """The names of the lists that give comments."""
        return [row["name"] for row in self.store.language_lists(self.run.site_id, "comments")] or ["comments"]

    # reading a collection

    async def begin_walk(self, collection: Main, url: str = "") -> None:
        """What is newest now is asked before the walk, so that the next run sees what changed while this one read.

        ``url``: another form of the list's address, such as that in all languages.
        """
        at = self.store.now()
        listing = await self.list_rows(api.probe_url(url or self.row(collection)["url"], collection), collection, asked=api.PROBE)
        marks = api.marks_of(listing.rows, collection)
        self.store.save_list(
            self.run.site_id,
            collection,
            newest_rows(collection, marks),
            total=listing.total,
            walk_started_at=at,
            walked_at=None,
            cursor=None,
            checked_at=at,
        )

    async def walk(self, collection: Main) -> int | None:
        """Read a list from where the walk stands to its end, or as far as the run may. Returns how many its first answer counts."""
        row, total = self.row(collection), None
        begin = Cursor.parse(row["cursor"])
        rows_are, order = api.rows_of(collection), ORDER[api.rows_of(collection)]
        cursor: Cursor | None = begin
        counts, paging = WalkCounts(self.run, self.questions, self.ask, collection, row["url"], order, begin), Paging()
        while cursor and not self.run.limit_reached(collection):
            url = api.walk_url(row["url"], collection, cursor, order)
            listing, capture = await self.ask(url, api.REQUIRED[rows_are])
            total = listing.total if total is None else total
            paging.page = cursor.page
            paging.turn(listing)
            cursor, rows = self.advance(row["url"], cursor, listing, order, paging), listing.rows
            room = self.run.room() if rows_are == "posts" else None
            if room is not None and room < len(rows):
                rows, cursor = api.cut(rows, room)
            spans, counted = counts.add(listing, cursor)
            done: dict[str, object] = {
                "cursor": str(cursor) if cursor else None,
                "walked_at": None if cursor else self.store.now(),
                "checked_at": capture.at,
            }
            try:
                await counts.divide(spans)
            except (FetchError, OutsideSite, DoorClosed, Limited):
                await self.save(collection, rows, capture, url, {collection: done}, checkpoints=counted)
                raise
            await self.save(collection, rows, capture, url, {collection: done}, checkpoints=counted)
        if cursor is None and rows_are == "comments":
            self.store.finish_all_threads(self.run.site_id, row["walk_started_at"])
        return total

    def advance(self, url: str, cursor: Cursor, listing: Listing, order: api.Order, paging: Paging) -> Cursor | None:
        """Where a walk goes on; by pages where the list takes or heeds no dates and no order. None at its end."""
        name, by_page = list_name(url), Cursor(page=cursor.page + 1)
        if self.questions.refuses(name, "orderby", "order", "after", "before"):
            return by_page if paging.more else None
        try:
            following = api.advance(cursor, listing, order)
        except DoorClosed:
            self.questions.refuse(name, ("after", "before"))
            return by_page if paging.more else None
        return following if paging.more or (following and following.edge != cursor.edge) else None

    async def save(
        self,
        collection: Main,
        rows: list[dict[str, Any]],
        capture: Capture,
        url: str,
        marks: dict[str, dict[str, object]],
        whole: Sequence[str] = (),
        checkpoints: Checkpoints = NO_CHECKPOINTS,
    ) -> Answer:
        """One answer into the archive, with its done-marks; one that came in pieces piece by piece, the done-marks with the last.

        Each piece is one transaction.
        """
        *pieces, last = parts_of(rows, capture)
        for some, holder in pieces:
            await self._save(collection, some, Answer("rest", holder.at, ((holder.id, "rest"),), url))
        some, holder = last
        answer = Answer("rest", holder.at, ((holder.id, "rest"),), url, marks=marks, whole_threads=tuple(whole), checkpoints=checkpoints)
        return await self._save(collection, some, answer)

    async def _save(self, collection: Main, rows: list[dict[str, Any]], answer: Answer) -> Answer:
        if api.rows_of(collection) == "posts":
            await self.terms.learn([row for row in rows if is_public(row)])
            answer.articles, answer.gaps = await read_posts(self.run.context, rows, self.terms)
            self._note_lacks(answer)
        else:
            answer.threads, answer.gaps = await read_comments(self.run.context, rows)
            for gap in answer.gaps:
                self.run.outcome.add(ALARM, f"comment {gap.ref} was not read: {gap.reason}")
        return await self.run.save(answer)

    def _note_lacks(self, answer: Answer) -> None:
        """Articles of which REST gives a field that is none: said once a field, and their pages are read first."""
        for article in answer.articles:
            lacks = [warning for warning in article.warnings if warning.startswith(LACKS)]
            self.lacking += [article.url] if lacks else []
            for warning in lacks:
                self.questions.say(f"{warning} of article {article.source_id}: it is left empty where its page does not show it", warning)

    def second_chances(self, pages_at_most: int) -> list[str]:
        """Addresses of the pages that are read for what REST lacks: for a text in any case, for a field as far as pages are read."""
        return [*self.store.ask(backlog.pages_wanted, self.run.site_id), *(self.lacking if pages_at_most else ())]

    async def read_threads(self, source_ids: list[str]) -> None:
        """Read the threads of single articles to their end, 100 articles a question. Held comments they lack become suspects."""
        for name, numbers in self.store.ask(rest_lists.threads_by_list, self.run.site_id, source_ids).items():
            for batch in batches(numbers, api.PER_PAGE):
                await self._read_threads(name, batch)

    async def _read_threads(self, name: Main, batch: Sequence[str]) -> None:
        url, paging, shown = self.row(name)["url"], Paging(), set[str]()
        while paging.more:
            asked = api.thread_url(url, batch, paging.page)
            listing, capture = await self.ask(asked, api.REQUIRED["comments"])
            paging.turn(listing)
            shown.update(str(row["id"]) for row in listing.rows)
            if not paging.more:  # before the threads count as read: a kill between the two would hide it
                held = self.store.ask(holdings.comments_of, self.run.site_id, batch)
                self.run.absences.suspect("comments", [(row_id, number) for row_id, number in held if number not in shown])
            await self.save(name, listing.rows, capture, asked, {}, whole=() if paging.more else batch)

    async def fetch(self, collection: Main, ids: list[int]) -> set[int]:
        """Read single articles or comments by their ids; return the ids that were there."""
        url, there = self.row(collection)["url"], set[int]()
        for batch in batches(ids, api.PER_PAGE):
            asked = api.include_url(url, api.rows_of(collection), batch)
            listing, capture = await self.ask(asked, api.REQUIRED[api.rows_of(collection)])
            api.only(listing, batch)
            await self.save(collection, listing.rows, capture, asked, {})
            there |= listing.ids
        return there


def is_zone(name: str) -> bool:
    """Whether a time zone is one that this machine knows."""
    try:
        return bool(ZoneInfo(name))
    except (ValueError, OSError, ZoneInfoNotFoundError):  # a path, a folder of the zones, an invention
        return False


def zone(root: dict[str, Any]) -> str | None:
    """The site's time zone as its API tells it: an IANA name, or a fixed offset where the site has only that."""
    name = root.get("timezone_string")
    if isinstance(name, str) and is_zone(name):
        return name
    offset = root.get("gmt_offset")
    if isinstance(offset, int | float) and float(offset).is_integer() and -12 <= offset <= 14:
        return f"Etc/GMT{-int(offset):+d}" if offset else "Etc/UTC"
    return None
