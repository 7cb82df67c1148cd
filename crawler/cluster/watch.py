"""What goes on in a cluster: takes the heads of a depot and what workers tell, gives its state, and lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from archive.depot.cluster_state import ClusterState
from archive.depot.heads import SiteHead
from archive.text.plaintext import counted
from crawler.cluster.due import standings
from crawler.cluster.engine import TASK, without_password
from crawler.session.outcome import WORDS

if TYPE_CHECKING:
    from crawler.cluster.engine import Queue

SHOWN = 10  # sites named of each kind
ANSWERS = 1.0  # seconds that workers are given to answer


def cluster_state(heads: Iterable[SiteHead], url: str, now: str, budget: float = 0) -> ClusterState:
    """As the heads tell. ``budget``: DUE_REQUESTS."""
    found = list(heads)
    standing = standings(found, now, budget)
    reading: dict[str, list[str]] = {}
    for head in found:
        if head.claim:
            reading.setdefault(head.claim.holder, []).append(head.name)
    return ClusterState(
        at=now,
        url=url,
        sites=len(found),
        visited=len(standing),
        due=sum(one.is_due for one in standing),
        reading=reading,
        late={one.head.name: one.since(now) for one in standing if one.is_late(now)},
        failed={one.head.name: said for one in standing if (said := failure(one.head))},
    )


def failure(head: SiteHead) -> str:
    """``unreachable or limiting, 2 times in a row, last 2026-03-01T12:00:00Z``; '' where the last visit went well."""
    outcome = head.committed.outcome if head.committed else None
    if outcome is None or not outcome.failures:
        return ""
    times = f", {outcome.failures} times in a row" if outcome.failures > 1 else ""
    return f"{WORDS.get(outcome.exit_code, str(outcome.exit_code))}{times}, last {outcome.ended_at}"


def with_workers(state: ClusterState, queue: Queue) -> ClusterState:
    """With what broker and workers tell. Raises BrokerAway."""
    waiting = queue.waiting()
    active: Mapping[str, Sequence[Mapping[str, Any]]] = queue.app.control.inspect(timeout=ANSWERS).active() or {}
    reading = {name: [task["kwargs"]["site"] for task in tasks if task["name"] == TASK] for name, tasks in active.items()}
    return replace(state, reading=reading, workers=len(active), waiting=waiting)


def state_lines(state: ClusterState, broker: str | None = None) -> Iterator[str]:
    """For people."""
    yield (
        f"depot {state.url}: {counted(state.sites, 'site')}, {state.visited:,} visited; {state.slices:,} being read, {state.due:,} due,"
        f" {len(state.late):,} late, {len(state.failed):,} failed"
    )
    if broker is not None:
        yield f"broker {without_password(broker)}: {counted(state.workers or 0, 'worker')}, {counted(state.waiting or 0, 'slice')} waiting"
    for worker, names in sorted(state.reading.items()):
        yield f"  {worker} reads {_named(names) or 'nothing'}"
    yield from _some([f"  late: {name}, due since {since}" for name, since in state.late.items()])
    yield from _some([f"  failed: {name}: {said}" for name, said in state.failed.items()])


def _some(lines: Sequence[str]) -> list[str]:
    return [*lines[:SHOWN], f"  and {len(lines) - SHOWN:,} more"] if len(lines) > SHOWN else list(lines)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"
