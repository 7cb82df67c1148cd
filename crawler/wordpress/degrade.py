"""Asks questions of REST lists: whole where the site answers, in smaller pages where it does not, without what it refuses.

Takes the address of a question, gives its rows and the captures that hold them. What a list can answer is remembered for the site,
and more is tried again 1, 2, 4, ... days later. A site that asks to be left alone (429, Retry-After) is: that is no fault of a page's size.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from archive.clock import later
from archive.store.checkpoints import Checkpoint
from archive.store.coverage import kind_of_list
from crawler.errors import BadStatus, DoorClosed, FetchError, Unreachable
from crawler.items import Capture
from crawler.session.outcome import ALARM
from crawler.sources.source import WHOLE, capture_of, checked
from crawler.wordpress.answers import PAGE_NEXT
from crawler.wordpress.listing import Listing, headers_of, read_listing
from crawler.wordpress.pieces import SIZES, Attempt, KeptWaiting, Refused, asks_to_wait, ends, is_too_much, joined, smaller
from crawler.wordpress.question import REFUSABLE, ListQuestion
from crawler.wordpress.salvage import error_in

if TYPE_CHECKING:
    from crawler.session.session import Run

TRIES = 2  # of a whole answer that makes no sense, before less is asked for: challenges and half answers pass
CODES = {"rest_forbidden": 403, "rest_login_required": 401, "rest_cannot_access": 401, "rest_disabled": 403, "rest_no_route": 404}
NAMES = ("users", "categories", "tags")  # lists that give what articles refer to
FAILS = "REST fails at it"  # how the reason of a gap begins
NO_ID = "REST gives it without an id"
PLAINER = ({"_fields"}, {"orderby", "order"}, {"orderby", "order", "_fields"}, set(REFUSABLE))  # what an unexplained 400 may mean


def row_of(name: str) -> str:
    """How the name of a gap begins that stands for a row of a list, where not even its id is told."""
    return f"{name}: row "


class Questions:
    """What one run asks of the lists of a site."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.limits = {row.ref: row for row in run.checkpoints.list_limits()}
        self.refused: dict[str, set[str]] = {}
        for row in run.checkpoints.refused_parameters():
            self.refused.setdefault(row.ref, set()).update((row.value or "").split())
        self.said = set[str]()
        self.tried_up = set[str]()
        self.lost = set[str]()  # lists of which a row could not be read in this run

    def refuses(self, name: str, *parameters: str) -> bool:
        """Whether a list takes none of these parameters."""
        return bool(self.refused.get(name, set()) & set(parameters))

    async def ask(self, url: str, required: tuple[str, ...], asked: int) -> tuple[Listing, Capture]:
        """One question, with its whole answer. Raises BadStatus for what is not for us, DoorClosed where nothing sensible comes,
        Limited, Unreachable."""
        question = ListQuestion.parse(url, asked)
        for _ in range(len(REFUSABLE)):
            asking = question.without(self.refused.get(question.name, set()))
            try:
                listing, capture = await self._ask(asking, required)
            except Refused as error:
                self.refuse(question.name, error.names)
            else:
                self._name_unnamed(question, listing)
                return listing, capture
        raise DoorClosed(f"REST refuses {question.name} whatever it is asked")

    async def _ask(self, question: ListQuestion, required: tuple[str, ...]) -> tuple[Listing, Capture]:
        attempt, size = Attempt(question, required), self._size(question)
        if size >= question.size:
            try:
                answer = await self._first(question, required)
            except (BadStatus, DoorClosed, Unreachable) as error:
                if not is_too_much(error):
                    raise
                attempt.fail(error, question.size)
                size = smaller(question.size)
            else:
                self._worked(question)
                return answer
        try:
            parts = await self._pieces(attempt, 0, question.size, size)
        except DoorClosed as error:
            if (plain := await self._plainer(question, required, error)) is not None:
                return plain
            raise
        self._learn(attempt)
        self._name(attempt)
        return joined(question, parts)

    async def _first(self, question: ListQuestion, required: tuple[str, ...]) -> tuple[Listing, Capture]:
        """A whole question. An answer that makes no sense is asked for again."""
        for tried in range(1, TRIES + 1):
            try:
                return await self._answer(question.whole(), question, required, question.size, patient=True)
            except Refused:
                raise
            except DoorClosed:
                if tried == TRIES:
                    raise
                await asyncio.sleep(self.run.retry_wait * tried)
        raise AssertionError("unreachable")

    async def _pieces(self, attempt: Attempt, start: int, many: int, size: int) -> list[tuple[Listing, Capture]]:
        """The rows ``start`` to ``start + many`` of a question, ``size`` at a time, and fewer where that fails."""
        parts: list[tuple[Listing, Capture]] = []
        most = min(start + many, len(attempt.question.ids) or 1 << 30)
        for at in range(start, most, size):
            parts += await self._piece(attempt, at, min(size, most - at))
            if not attempt.question.ids and parts and ends(parts[-1][0], attempt.question.offset + at + size):
                break
        return parts

    async def _piece(self, attempt: Attempt, at: int, size: int) -> list[tuple[Listing, Capture]]:
        question = attempt.question
        try:
            part = await self._answer(question.piece(at, size), question, attempt.required, size, offset=question.offset + at)
        except (BadStatus, DoorClosed, Unreachable) as error:
            if isinstance(error, Refused) or not is_too_much(error):
                raise
            attempt.bad += [at] if size == 1 else []
            attempt.fail(error, size)
            if size > 1:
                return await self._pieces(attempt, at, size, smaller(size))
            return await self._bad_row(attempt, at, error)
        if size == 1 and part[0].unnamed:
            attempt.bad.append(at)
            attempt.fail(DoorClosed(NO_ID), size)
        attempt.worked = True
        return [part]

    async def _bad_row(self, attempt: Attempt, at: int, error: Exception) -> list[tuple[Listing, Capture]]:
        """A row that no answer survives: what it is called, without what it holds. Nothing where not even that is told."""
        question = attempt.question
        fields = "id,post,date,parent" if question.name == "comments" else "id,date,link"
        try:
            part = await self._answer(question.piece(at, 1, fields), question, (), 1, offset=question.offset + at)
        except (BadStatus, DoorClosed, Unreachable):
            ref = question.ids[at] if question.ids else f"{row_of(question.name)}{question.offset + at + 1} of the list"
            attempt.gaps.append((ref, f"{FAILS}: {error}"))
            return []
        attempt.worked = True
        return [part]

    def _name(self, attempt: Attempt) -> None:
        name = attempt.question.name
        kind = kind_of_list(name)
        for ref, reason in attempt.gaps:
            self.lost.add(name)
            if name in NAMES:  # no article or comment is lacking
                self.say(f"REST does not tell one of its {name}, {ref}: {reason}")
                continue
            self._add_gap(kind, ref, reason)
            self.run.outcome.add(ALARM, f"{kind} {ref} was not read: {reason}")

    def _name_unnamed(self, question: ListQuestion, listing: Listing) -> None:
        """Rows without an id: an article by its address where it has one, for then its page is asked for; else by its time. Such a list
        is not read whole: an answer of ids alone does not tell what this row is."""
        kind = kind_of_list(question.name)
        for row in listing.unnamed if question.name not in NAMES else ():
            link = row.get("link") if kind == "article" else None
            if isinstance(link, str) and link.startswith("http"):
                address = self.run.addresses.canonical(link)
                if self.run.context.held(address) is None:
                    self._add_gap(kind, address, f"{NO_ID}{PAGE_NEXT}")
                continue
            self.lost.add(question.name)
            if "content" in row:
                self._add_gap(kind, f"{row_of(question.name)}without an id, of {row.get('date') or 'no date'}", NO_ID)

    def _add_gap(self, kind: str, ref: str, reason: str) -> None:
        self.run.store.add_gap(self.run.site_id, kind=kind, ref=ref, reason=reason, explained=0)

    async def _answer(
        self, url: str, question: ListQuestion, required: tuple[str, ...], asked: int, *, offset: int | None = None, patient: bool = False
    ) -> tuple[Listing, Capture]:
        """One answer of the site. Raises BadStatus, DoorClosed, Refused, Unreachable, Limited."""
        at = question.offset if offset is None else offset
        response = await (self.run.web.get if patient else self.run.web.get_once)(url, door="rest", any_status=True)
        if not patient and asks_to_wait(response):
            response = await self.run.web.get(url, door="rest", any_status=True)
        capture = capture_of(response)
        said = error_in(response.body) if response.status not in WHOLE else None
        if said and at and "page_number" in said[0]:
            return Listing([], None, 1), capture  # beyond the end
        if response.status not in WHOLE and asks_to_wait(response):
            raise KeptWaiting(url, response.status, capture)
        if response.status not in WHOLE:
            raise self._refusal(url, response.status, said, capture, question)
        checked(response, url, any_status=False)
        try:
            listing = read_listing(response.body, headers_of(response), required, asked, at // asked + 1)
        except DoorClosed:
            if (said := error_in(response.body)) is None:
                raise
            raise self._refusal(url, said[1] or CODES.get(said[0], 500), said, capture, question) from None
        self._tell(question.name, listing)
        return listing, capture

    def _refusal(
        self, url: str, status: int, said: tuple[str, int, set[str]] | None, capture: Capture, question: ListQuestion
    ) -> FetchError | DoorClosed:
        named = (said[2] if said else set()) & REFUSABLE & {p.partition("=")[0] for p in question.parameters}
        if status == 400 and named:
            return Refused(f"REST refuses {', '.join(sorted(named))}", named)
        return BadStatus(url, status, capture)

    async def _plainer(self, question: ListQuestion, required: tuple[str, ...], error: DoorClosed) -> tuple[Listing, Capture] | None:
        """A question that was refused without a word, without this or that of its parameters; None where that does not help."""
        if not isinstance(error.__cause__, BadStatus) or error.__cause__.status != 400:
            return None
        present = {p.partition("=")[0] for p in question.parameters}
        for names in PLAINER:
            if not names & present:
                continue
            plain = question.without(names)
            try:
                answer = await self._answer(plain.whole(), plain, required, plain.size)
            except (FetchError, DoorClosed):
                continue
            self.refuse(question.name, names & present)
            return answer
        return None

    # what is remembered

    def refuse(self, name: str, parameters: Iterable[str]) -> None:
        """A list takes no such parameters: it is asked without them from now on."""
        known = self.refused.setdefault(name, set())
        known.update(parameters)
        self.say(f"REST refuses {', '.join(sorted(known))} of {name}: it is asked without")
        self.run.checkpoints.save_refused_parameters(
            Checkpoint(each, value=" ".join(sorted(names))) for each, names in self.refused.items()
        )

    def _size(self, question: ListQuestion) -> int:
        """How many rows a list is asked for at once; one step more than it could lately, where that is to be tried again."""
        limit = self.limits.get(question.name)
        if limit is None or limit.count is None or limit.count >= question.size:
            return question.size
        due = self.run.store.now() >= (limit.at or "")
        if due and question.name not in self.tried_up:
            self.tried_up.add(question.name)
            return next((size for size in reversed(SIZES) if size > limit.count), question.size)
        return limit.count

    def _worked(self, question: ListQuestion) -> None:
        """A whole question was answered: a limit below it holds no more."""
        limit = self.limits.get(question.name)
        if limit is not None and (limit.count or 0) < question.size:
            del self.limits[question.name]
            self.run.checkpoints.save_list_limits(self.limits.values())

    def _learn(self, attempt: Attempt) -> None:
        """The largest size at which nothing failed is the list's; unless a single row was the reason."""
        name, now = attempt.question.name, self.run.store.now()
        if attempt.bad:
            return
        limit = self.limits.get(name)
        if attempt.smallest > SIZES[0]:  # nothing failed
            if limit and name in self.tried_up and (limit.count or 0) < (size := self._next(limit.count or 1)):
                self.limits[name] = replace(limit, count=size, at=later(now, days=1), value="0")
            elif limit is None:
                return
        else:
            tries = int(limit.value or 0) + 1 if limit else 0
            days = min(2**tries, self.run.sweep_days or 1)
            size = smaller(attempt.smallest)
            self.limits[name] = Checkpoint(name, at=later(now, days=days), count=size, value=str(tries))
            self.say(f"REST gives no more than {size} of its {name} at a time")
        self.run.checkpoints.save_list_limits(self.limits.values())

    def _next(self, size: int) -> int:
        return next((larger for larger in reversed(SIZES) if larger > size), SIZES[0])

    def _tell(self, name: str, listing: Listing) -> None:
        if listing.around:
            self.say(f"REST prints more than its JSON ({listing.around}); it was left out", "around")
        if listing.total is None and name not in ("users", "categories", "tags"):
            self.say(f"REST does not say how many {name} there are: they were read to the end of the list, and not counted")

    def say(self, message: str, once: str = "") -> None:
        """A note of the run, once for ``once``."""
        if (once or message) not in self.said:
            self.said.add(once or message)
            self.run.outcome.note(message)
