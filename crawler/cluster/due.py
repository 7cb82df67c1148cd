"""What is due at the sites of a depot: takes their heads and the time, gives what is to be read, the most overdue first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive.clock import later, moment
from archive.depot.heads import SiteHead
from archive.errors import ConfigurationError
from archive.queries.liveliness import LEAST_COST, UNKNOWN_RATE, Liveliness, intervals, paced
from archive.store.site_settings import hours
from crawler.cluster.slices import Due, read_epoch

LATE = 1.0  # hours for which a site is due and not read: then it is late


@dataclass(frozen=True, slots=True)
class SiteDue:
    """A site and how due it is. ``interval``: hours between two visits; ``overdue``: share of it that has passed, 1 is due."""

    head: SiteHead
    interval: float
    overdue: float

    @property
    def is_due(self) -> bool:
        return self.overdue >= 1

    def since(self, now: str) -> str:
        """Since when it is due (UTC)."""
        if self.overdue == float("inf"):
            outcome = self.head.committed.outcome if self.head.committed else None
            return (outcome.ended_at if outcome else self.head.added_at) or now
        return later(now, hours=-self.interval * (self.overdue - 1))

    def is_late(self, now: str) -> bool:
        return self.is_due and (moment(now) - moment(self.since(now))).total_seconds() > LATE * 3600


def standings(heads: Iterable[SiteHead], now: str, budget: float = 0) -> list[SiteDue]:
    """Every site that is visited, the most overdue first, as ``update --due`` reckons it. ``budget``: requests a day on all of them;
    0: as many as a visit to each a day costs."""
    visited = [head for head in heads if head.is_visited]
    lively = [_lively(head) for head in visited]
    pace = intervals(lively, budget or sum(site.cost for site in lively)) if visited else []
    found = [_standing(head, site, interval, now) for head, site, interval in zip(visited, lively, pace, strict=True)]
    return sorted(found, key=lambda one: -one.overdue)


def _lively(head: SiteHead) -> Liveliness:
    told = head.committed.outcome.lively if head.committed else {}
    if not told:
        return Liveliness(UNKNOWN_RATE, LEAST_COST)
    return Liveliness(float(told["rate"]), float(told["cost"]), tuple(told["busy"]))


def _standing(head: SiteHead, site: Liveliness, interval: float, now: str) -> SiteDue:
    outcome = head.committed.outcome if head.committed else None
    fixed = hours(head.settings.get("every", ""))
    began = None if outcome is None or outcome.unfinished else outcome.began_at
    return SiteDue(head, *paced(began, outcome.failures if outcome else 0, fixed, interval, site.busy, now))


def as_due(chosen: Sequence[SiteDue], heads: Iterable[SiteHead], now: str) -> list[Due]:
    """What a message says of each. ``heads``: of all sites, which tell where several lie on one host."""
    hosts = Counter(host_of(head) for head in heads if head.is_visited)
    return [
        Due(one.head.name, read_epoch(one.head), one.since(now), host_of(one.head) if hosts[host_of(one.head)] > 1 else "")
        for one in chosen
    ]


def named_sites(found: Sequence[SiteDue], heads: Iterable[SiteHead], names: Sequence[str]) -> list[SiteDue]:
    """Those with these names, or all. Raises ConfigurationError for one that is not known, paused or removed."""
    by_name, known = {one.head.name: one for one in found}, {head.name: head for head in heads}
    for name in names:
        if name not in known:
            raise ConfigurationError(f"the depot knows no site {name!r}; python -m archive sites add --depot URL HOME makes one known")
        if name not in by_name:
            raise ConfigurationError(
                f"{name} is {'removed' if known[name].removed_at else 'paused'}; python -m archive sites resume lets it be visited"
            )
    return [by_name[name] for name in dict.fromkeys(names)] if names else list(found)


def host_of(head: SiteHead) -> str:
    """The host of a site's home, with its port; ``www.`` makes no other one."""
    return str(urlsplit(head.home).netloc).rpartition("@")[2].lower().removeprefix("www.")
