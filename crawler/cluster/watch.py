"""What goes on in a cluster: takes the heads of a depot and what workers tell, gives lines for people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from archive.depot.heads import SiteHead
from archive.text.plaintext import counted
from crawler.cluster.due import Standing, standings
from crawler.cluster.engine import TASK, without_password
from crawler.session.outcome import WORDS

if TYPE_CHECKING:
    from crawler.cluster.engine import Queue

SHOWN = 10  # sites named of each kind
ANSWERS = 1.0  # seconds that workers are given to answer


@dataclass(frozen=True, slots=True)
class ClusterState:
    """The sites of a depot at one time."""

    sites: int
    visited: int
    held: dict[str, list[str]]  # holder -> names of the sites that it reads
    due: list[Standing]
    late: list[Standing]
    failed: list[SiteHead]


def cluster_state(heads: Iterable[SiteHead], now: str, budget: float = 0) -> ClusterState:
    found = list(heads)
    standing = standings(found, now, budget)
    held: dict[str, list[str]] = {}
    for head in found:
        if head.claim:
            held.setdefault(head.claim.holder, []).append(head.name)
    failed = [one.head for one in standing if one.head.committed and one.head.committed.outcome.failures]
    due = [one for one in standing if one.is_due]
    return ClusterState(len(found), len(standing), held, due, [one for one in due if one.is_late(now)], failed)


def depot_lines(state: ClusterState, url: str, now: str) -> list[str]:
    """What the heads tell."""
    lines = [
        f"depot {url}: {counted(state.sites, 'site')}, {state.visited:,} visited; {sum(map(len, state.held.values())):,} being read,"
        f" {len(state.due):,} due, {len(state.late):,} late, {len(state.failed):,} failed"
    ]
    lines += [f"  {holder} reads {_named(names)}" for holder, names in sorted(state.held.items())]
    lines += _some([f"  late: {one.head.name}, due since {one.since(now)}" for one in state.late])
    return lines + _some([f"  failed: {_failure(head)}" for head in state.failed])


def _failure(head: SiteHead) -> str:
    assert head.committed
    outcome = head.committed.outcome
    times = f", {outcome.failures} times in a row" if outcome.failures > 1 else ""
    return f"{head.name}: {WORDS.get(outcome.exit_code, str(outcome.exit_code))}{times}, last {outcome.ended_at}"


def _some(lines: Sequence[str]) -> list[str]:
    return [*lines[:SHOWN], f"  and {len(lines) - SHOWN:,} more"] if len(lines) > SHOWN else list(lines)


def _named(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return f"{', '.join(names[:SHOWN])}{more}"


def queue_lines(queue: Queue) -> list[str]:
    """What broker and workers tell. Raises BrokerAway."""
    waiting = queue.waiting()
    told = queue.app.control.inspect(timeout=ANSWERS)
    active: Mapping[str, Sequence[Mapping[str, Any]]] = told.active() or {}
    running = {name: [task["kwargs"]["site"] for task in tasks if task["name"] == TASK] for name, tasks in active.items()}
    slices = sum(map(len, running.values()))
    told_all = f"{counted(len(running), 'worker')}, {counted(slices, 'slice')} under way, {waiting:,} waiting"
    return [f"broker {without_password(queue.broker)}: {told_all}"] + [
        f"  {name}: {_named(sites) or 'nothing to do'}" for name, sites in sorted(running.items())
    ]
