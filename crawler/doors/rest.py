"""The REST door: 100 articles a request, complete threads, and in three requests what has changed since."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from archive import known
from archive.absences import due_again
from crawler.discover import rest as api
from crawler.discover.rest import Cursor, Listing
from crawler.doors.terms import Terms
from crawler.errors import BadStatus, DoorClosed
from crawler.extract.rest import extract_comment, extract_post
from crawler.items import Answer, Article, Comment, Gap

if TYPE_CHECKING:
    from crawler.spiders.site import SiteSpider

T = TypeVar("T")
Main = Literal["posts", "comments"]
REQUIRED = {
    "posts": ("date", "modified", "link", "title", "content"),
    "comments": ("post", "parent", "date", "content"),
}
ORDER: dict[Main, api.Order] = {"posts": "desc", "comments": "asc"}  # newest articles first; parents before their answers


class RestDoor:
    """Reads a site through its WordPress REST API. ``run`` is the spider: the site, the store, the web, what was asked for."""

    def __init__(self, run: SiteSpider) -> None:
        self.run, self.store = run, run.store
        self.terms = Terms(run, self._list)

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
            except (BadStatus, DoorClosed) as error:
                reason = str(error)
                continue
            self._remember(root, said)
            return True
        self.store.save_list(self.run.site_id, "posts", door="rest", closed=reason or "no WordPress REST here", checked_at=self.store.now())
        return False

    def _remember(self, root: str, said: dict[str, Any]) -> None:
        self.run.describe(title=said.get("name") or None, timezone=zone(said))
        for name in ("posts", "comments", "users", "categories", "tags"):
            url = self.run.addresses.canonical(api.endpoint(root, f"wp/v2/{name}"))
            self.store.save_list(self.run.site_id, name, door="rest", url=url, closed=None)

    # asking

    async def _list(self, url: str, collection: api.Collection, *, required: tuple[str, ...] = (), asked: int = api.PER_PAGE) -> Listing:
        listing, _ = await self._ask(url, required, asked)
        return listing

    async def _ask(self, url: str, required: tuple[str, ...], asked: int = api.PER_PAGE) -> tuple[Listing, Any]:
        response = await self.run.web.get(url, door="rest")
        headers = {name.decode("latin-1").lower(): value[-1].decode("latin-1") for name, value in response.headers.items()}
        return api.read_listing(response.body, headers, required, asked), response.meta["capture"]

    def _row(self, name: str) -> dict[str, Any]:
        row = self.store.list_of(self.run.site_id, name)
        assert row is not None, f"{name} was opened"
        return row

    # reading a collection

    async def read(self, collection: Main) -> None:
        """Bring the archive up to date with a collection: walk it where that is due, else ask what has changed."""
        row = self._row(collection)
        fresh = not row["walk_started_at"] or (row["walked_at"] and self.run.mode == "full")
        if row["walked_at"] and not fresh:
            await self._changes(collection)
            return
        if fresh:
            await self._begin_walk(collection)
        await self._walk(collection)
        if not fresh and self._row(collection)["walked_at"]:
            await self._changes(collection)  # the walk began in an earlier run: what has changed since?

    async def _begin_walk(self, collection: Main) -> None:
        """What is newest now is asked before the walk, so that the next run sees what changed while this one read."""
        at = self.store.now()
        listing = await self._list(api.probe_url(self._row(collection)["url"], collection), collection, asked=api.PROBE)
        marks = api.marks_of(listing.rows, collection)
        self.store.save_list(
            self.run.site_id,
            collection,
            total=listing.total,
            watermark=json.dumps(marks),
            walk_started_at=at,
            walked_at=None,
            cursor=None,
            checked_at=at,
        )

    async def _walk(self, collection: Main) -> None:
        row = self._row(collection)
        cursor: Cursor | None = Cursor.parse(row["cursor"])
        order = ORDER[collection]
        while cursor and not self.run.limit_reached(collection):
            url = api.walk_url(row["url"], collection, cursor, order)
            listing, capture = await self._ask(url, REQUIRED[collection])
            cursor, rows = api.advance(cursor, listing, order), listing.rows
            room = self.run.room() if collection == "posts" else None
            if room is not None and room < len(rows):
                rows, cursor = api.cut(rows, room)
            done = {"cursor": str(cursor) if cursor else None, "walked_at": None if cursor else self.store.now(), "checked_at": capture.at}
            await self._save(collection, rows, capture, url, {collection: done})
        if cursor is None and collection == "comments":
            self.store.finish_all_threads(self.run.site_id, row["walk_started_at"])

    async def _save(
        self,
        collection: Main,
        rows: list[dict[str, Any]],
        capture: Any,
        url: str,
        marks: dict[str, dict[str, object]],
        whole: Sequence[str] = (),
    ) -> Answer:
        """One answer into the archive, in one transaction, with its done-marks."""
        answer = Answer("rest", capture.at, ((capture.id, "rest"),), url, marks=marks, whole_threads=tuple(whole))
        if collection == "posts":
            answer.articles, answer.gaps = await self._articles(rows)
        else:
            answer.threads = self._threads(rows)
        return await self.run.save(answer)

    async def _articles(self, rows: list[dict[str, Any]]) -> tuple[tuple[Article, ...], tuple[Gap, ...]]:
        """The articles of an answer; those behind a password are explained gaps."""
        public = [row for row in rows if not row["content"].get("protected") and row.get("status", "publish") == "publish"]
        closed = [Gap("article", str(row["id"]), "password", True, row["date"][:7]) for row in rows if row["content"].get("protected")]
        await self.terms.learn(public)
        work = (
            self.run.workers.run(
                extract_post,
                row,
                authors=self.terms.authors(row),
                terms=self.terms.terms(row),
                site=self.run.site,
                timezone=self.run.timezone,
            )
            for row in public
        )
        articles = [self.run.at_home(article) for article in await asyncio.gather(*work)]
        if self.terms.authors_closed:
            articles = [replace(article, authors=None, byline=None) for article in articles]
        return tuple(articles), tuple(closed)

    def _threads(self, rows: list[dict[str, Any]]) -> dict[str, list[Comment]]:
        threads: dict[str, list[Comment]] = defaultdict(list)
        for row in rows:
            post, comment = extract_comment(row, timezone=self.run.timezone)
            threads[post].append(comment)
        return threads

    async def read_threads(self, source_ids: list[str]) -> None:
        """Read the threads of single articles to their end, 100 articles a question. Held comments they lack become suspects."""
        url = self._row("comments")["url"]
        for batch in batches(source_ids):
            page, pages, shown = 1, 1, set[str]()
            while page <= pages:
                asked = api.thread_url(url, batch, page)
                listing, capture = await self._ask(asked, REQUIRED["comments"])
                pages = listing.pages
                shown.update(str(row["id"]) for row in listing.rows)
                await self._save("comments", listing.rows, capture, asked, {}, whole=batch if page >= pages else ())
                page += 1
            held = known.comments_of(self.store.db, self.run.site_id, batch)
            self.run.suspects["comments"] += [(row_id, number) for row_id, number in held if number not in shown]

    # the sweep: what no signal shows

    async def sweep(self, collection: Main) -> None:
        """Read the longest unread articles or threads again; every one has its turn within SWEEP_DAYS."""
        due = known.longest_unread(self.store.db, self.run.site_id, collection, self.run.sweep_size(collection))
        if collection == "comments":
            await self.read_threads([number for _, number in due])
        elif due:
            there = await self._fetch("posts", [int(number) for _, number in due])
            self.run.suspects["posts"] += [(row_id, number) for row_id, number in due if int(number) not in there]
        if due:
            self.store.save_list(self.run.site_id, f"sweep of {collection}", door="rest", checked_at=self.store.now())

    # what has changed

    async def _changes(self, collection: Main) -> None:
        """The cheap pass: what is new by date or id, and whether the total says that something else happened."""
        row = self._row(collection)
        last = json.loads(row["watermark"] or "[]")
        listing, marks, news = await self._probe(row["url"], collection, last)
        unknown = known.unknown(self.store.db, self.run.site_id, collection, [str(mark[0]) for mark in news])
        await self._fetch(collection, [mark[0] for mark in news])
        expected = (row["total"] or 0) + len(unknown) - (self.run.lost_comments if collection == "comments" else 0)
        if listing.total != expected:
            await self._compare_ids(collection)
        columns: dict[str, Any] = {"total": listing.total, "checked_at": self.store.now()}
        if marks != last:
            columns["watermark"] = json.dumps(marks)
        self.store.save_list(self.run.site_id, collection, **columns)

    async def _probe(self, url: str, collection: Main, last: list[list[Any]]) -> tuple[Listing, list[list[Any]], list[list[Any]]]:
        """(first answer, its marks, all marks that are new); reads on while everything it sees is new."""
        first = await self._list(api.probe_url(url, collection), collection, asked=api.PROBE)
        marks = api.marks_of(first.rows, collection)
        news, page, latest = api.news(marks, last, collection), 1, marks
        while latest and len(api.news(latest, last, collection)) == len(latest) and page < first.pages:
            page += 1
            listing = await self._list(api.probe_url(url, collection, page), collection, asked=api.PROBE)
            latest = api.marks_of(listing.rows, collection)
            news += api.news(latest, last, collection)
        return first, marks, news

    async def _fetch(self, collection: Main, ids: list[int]) -> set[int]:
        """Read single articles or comments by their ids; return the ids that were there."""
        url, there = self._row(collection)["url"], set[int]()
        for batch in batches(ids):
            asked = api.include_url(url, collection, batch)
            listing, capture = await self._ask(asked, REQUIRED[collection])
            await self._save(collection, listing.rows, capture, asked, {})
            there.update(row["id"] for row in listing.rows)
        return there

    async def _compare_ids(self, collection: Main) -> None:
        """The total fell or rose for no visible reason: list all ids, read those that are unknown, confirm those that are absent."""
        listed = {number async for number in self._ids(collection)}
        unknown = known.unknown(self.store.db, self.run.site_id, collection, [str(number) for number in sorted(listed)])
        await self._fetch(collection, [int(number) for number in unknown])
        absent = [(i, number) for i, number in known.present(self.store.db, self.run.site_id, collection) if int(number) not in listed]
        self.run.suspects[collection] += absent

    async def _ids(self, collection: Main) -> AsyncIterator[int]:
        url, page, pages = self._row(collection)["url"], 1, 1
        while page <= pages:
            listing = await self._list(api.ids_url(url, page), collection)
            pages = listing.pages
            for row in listing.rows:
                yield row["id"]
            page += 1

    # disappearance

    async def confirm(self, collection: Main) -> None:
        """Ask for each suspect by itself; mark those that are not there while others of the same answer are."""
        table: Literal["articles", "comments"] = "articles" if collection == "posts" else "comments"
        self.run.suspects[collection] += known.unseen_by_walk(self.store.db, self.run.site_id, collection)
        suspects = dict(self.run.suspects.pop(collection))
        due = dict(due_again(self.store.db, self.run.site_id, table, self.store.now(), self.run.gone_after))
        absent = await self._absent(collection, {**suspects, **due})
        newly = [row for row in absent if row[0] in suspects]
        if self.run.mass_loss(table, len(newly)):
            return
        for row_id, capture in absent:
            self.run.mark_missing(table, row_id, capture.id, capture.at)

    async def _absent(self, collection: Main, suspects: dict[int, str]) -> list[tuple[int, Any]]:
        """(our id, capture) of the suspects that their own request does not find."""
        url, found = self._row(collection)["url"], []
        marks = json.loads(self._row(collection)["watermark"] or "[]")
        witness = next((mark[0] for mark in marks if str(mark[0]) not in suspects.values()), None)
        if witness is None:  # nothing else is listed: each suspect has to be asked for alone
            return [(row_id, capture) for row_id, number in suspects.items() if (capture := await self._absent_alone(url, number))]
        for batch in batches(list(suspects.items()), api.PER_PAGE - 1):
            asked = [*(int(number) for _, number in batch), witness]
            listing, capture = await self._ask(api.include_url(url, collection, asked, "id"), ())
            there = {row["id"] for row in listing.rows}
            if witness not in there:
                raise DoorClosed(f"REST does not give {collection} by their ids: {witness} was asked for and is not in the answer")
            found += [(row_id, capture) for row_id, number in batch if int(number) not in there]
        return found

    async def _absent_alone(self, url: str, number: str) -> Any:
        """The capture that shows that one item is not public; None when it is."""
        base, _, query = url.partition("?")
        alone = f"{base}?{query}/{number}" if query else f"{base}/{number}"
        response = await self.run.web.get(alone, door="rest", any_status=True)
        return response.meta["capture"] if response.status in (401, 404, 410) else None


def batches(items: Sequence[T], size: int = api.PER_PAGE) -> list[Sequence[T]]:
    """``items`` in runs of at most ``size``."""
    return [items[start : start + size] for start in range(0, len(items), size)]


def zone(root: dict[str, Any]) -> str | None:
    """The site's time zone as its API tells it: an IANA name, or a fixed offset where the site has only that."""
    name = root.get("timezone_string")
    if isinstance(name, str) and name:
        return name
    offset = root.get("gmt_offset")
    if isinstance(offset, int | float) and float(offset).is_integer() and -12 <= offset <= 14:
        return f"Etc/GMT{-int(offset):+d}" if offset else "Etc/UTC"
    return None
