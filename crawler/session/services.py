"""The services that a run works with, as protocols. Whoever begins a run supplies them; code that reads a site knows only these."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.http import Response

    from archive.store.absences import Table
    from archive.store.articles import Saved
    from archive.store.linked_files import FileKind
    from crawler.items import Answer, Article
    from crawler.session.checkpoints import Swept
    from crawler.sources.captures import Captures


class LiveWeb(Protocol):
    """The live source, which also asks without patience, and gives files."""

    async def get(self, url: str, *, door: str, any_status: bool = False, follow: bool = True) -> Response: ...

    async def get_once(self, url: str, *, door: str, any_status: bool = False) -> Response: ...

    async def get_file(self, url: str, *, kind: FileKind, accept: str, packed: bool, article_id: int | None, largest: int) -> Response: ...


class Admission(Protocol):
    """Admits and stores answers: crawler/admission/intake.py."""

    walls: Any

    def save(self, answer: Answer, as_of: int | None = None) -> tuple[Answer, list[Saved]]: ...

    def differs(self, article: Article, row: dict[str, Any]) -> bool: ...

    def meet(self, answer: Answer) -> Any: ...

    def wall(self, sighting: Any, article: Article) -> str | None: ...


class ItemFeed(Protocol):
    """Sends items of saved articles to Scrapy: crawler/extensions/items.py."""

    async def send(self, answer: Answer, saved: Sequence[Saved]) -> None: ...


class Absences(Protocol):
    """What is missing, and when that is recorded: crawler/absence/policy.py."""

    def may_mark(self, table: Table, newly: list[int], unsaid: Collection[int] = ()) -> set[int]: ...

    def not_marked(self, table: Table) -> list[int]: ...

    def suspect(self, table: Table, items: Iterable[tuple[int, str]]) -> None: ...

    def suspects(self, table: Table) -> dict[int, str]: ...

    def clear_suspects(self, table: Table) -> None: ...

    def mark_missing(self, table: Table, row_id: int, capture_id: int, at: str, reason: str | None = None) -> None: ...


class FormerAnswers(Protocol):
    """What the run had got before it was killed: crawler/http/earlier.py."""

    def answer(self, request: Request, run: Any) -> Response | None: ...

    def size_of_rest(self, captures: Captures) -> tuple[int, int]: ...


class SweepShare(Protocol):
    """What is looked at again unasked: crawler/discover/sweep.py."""

    def due_again(self, collection: Swept) -> list[Any]: ...

    def finish(self, collection: Swept) -> None: ...
