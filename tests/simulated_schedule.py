"""A simulated year of 50 sites, visited by ``update --due`` and by one visit a night: how long until what happens is seen?

``python -m tests.simulated_schedule [SEED ...]`` prints the table that docs/operations.md has. The schedule is the product's own
(archive/queries/liveliness.py); the sites are simulated, so that a year takes seconds. Written down before the first run:

* Sites, by what happens on average a day (edits, removals and comments together; new articles come on top with a tenth of that rate):
  5 live ones of 20 to 40, 10 busy ones of 2 to 6, 15 weekly ones of 0.1 to 0.5, 20 sleeping ones of 0.005 to 0.02; uniform in each range.
* Of what happens, 25 % are edits, 5 % removals, 70 % comments. Arrivals are Poisson. 80 % fall evenly into the ten hours from 8 to 18
  on the site's clock, whose zone is an even hour from UTC-8 to UTC+8; 20 % into the other hours. At weekends half as much happens.
* On day 180, one live site falls asleep, and one sleeping site becomes live.
* A visit costs 3 to 6 requests (uniform for each site), and all that happened before is seen by it. What reading the news itself costs
  is the same in both and left out.
* Nightly: every site at 03:00 UTC. Due: looked at every 15 minutes; the budget is what the nightly visits cost.
* Both begin knowing nothing. Delays of the first 30 days count too. Seeds 1, 2, 3.
"""

from __future__ import annotations

import random
import sys
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles

from archive.clock import stamp
from archive.queries.liveliness import LOOKED_BACK, Liveliness, estimated, intervals

DAYS = 365
START = datetime(2027, 1, 1, tzinfo=UTC)
CLASSES = {"live": (5, 20.0, 40.0), "busy": (10, 2.0, 6.0), "weekly": (15, 0.1, 0.5), "sleeping": (20, 0.005, 0.02)}
KINDS = {"edit": 0.25, "removal": 0.05, "comment": 0.7}
TICK = 0.25  # hours
CHANGE_DAY = 180


@dataclass
class SimulatedSite:
    """``happened``: (hours since the start, kind, class of the site at that time), in order."""

    name: str
    cost: float
    happened: list[tuple[float, str, str]] = field(default_factory=list)


def simulated_sites(seed: int) -> list[SimulatedSite]:
    chance = random.Random(seed)
    found = []
    for name, (count, least, most) in CLASSES.items():
        for number in range(count):
            rate, zone = chance.uniform(least, most), chance.randrange(-8, 9)
            site = SimulatedSite(name, chance.uniform(3, 6))
            for day in range(DAYS):
                now, daily = name, rate
                if day >= CHANGE_DAY and number == 0 and name in ("live", "sleeping"):
                    now = "sleeping" if name == "live" else "live"
                    daily = sum(CLASSES[now][1:]) / 2
                weekend = (START + timedelta(days=day)).weekday() >= 5
                for kind, share in {**KINDS, "new": 0.1}.items():
                    for _ in range(poisson(chance, daily * share * (0.5 if weekend else 1))):
                        site.happened.append((day * 24 + hour_of(chance, zone), kind, now))
            site.happened.sort()
            found.append(site)
    return found


def poisson(chance: random.Random, mean: float) -> int:
    """A Poisson number: arrivals of an exponential clock within a time of 1."""
    count, at = 0, chance.expovariate(mean)
    while at < 1:
        count, at = count + 1, at + chance.expovariate(mean)
    return count


def hour_of(chance: random.Random, zone: int) -> float:
    local = chance.uniform(8, 18) if chance.random() < 0.8 else chance.uniform(18, 32)
    return (local - zone) % 24


@dataclass
class Seen:
    """What one way of visiting brought: delays in hours by kind and class, and the requests of the year."""

    delays: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    requests: float = 0
    visits: Counter[str] = field(default_factory=Counter)

    def visit(self, site: SimulatedSite, since: float, now: float) -> list[float]:
        """Visit a site: the times of what is seen now. ``since``: of the visit before."""
        first, last = (bisect_right(site.happened, (at, "~", "")) for at in (since, now))
        for at, kind, name in site.happened[first:last]:
            if kind in KINDS:
                self.delays.setdefault((kind, name), []).append(now - at)
        self.requests += site.cost
        self.visits[site.name] += 1
        return [at for at, _, _ in site.happened[first:last]]

    def of(self, name: str) -> list[float]:
        return sorted(delay for (_, one), delays in self.delays.items() if one == name for delay in delays)


def nightly(sites: list[SimulatedSite]) -> Seen:
    seen = Seen()
    for day in range(DAYS):
        for site in sites:
            seen.visit(site, day * 24 - 21.0, day * 24 + 3.0)
    return seen


def due(sites: list[SimulatedSite]) -> Seen:
    """As ``update --due``: what is known of a site is what its visits have shown in the last LOOKED_BACK days, brought up daily."""
    seen, budget = Seen(), sum(site.cost for site in sites)
    known: list[list[float]] = [[] for _ in sites]
    visited = [0.0] * len(sites)
    since = [0.0] * len(sites)  # busy hours since the visit before
    lively: list[Liveliness] = []
    paced: list[float] = []
    for tick in range(int(DAYS * 24 / TICK)):
        now = tick * TICK
        if tick % int(24 / TICK) == 0:
            looked = min(now / 24, LOOKED_BACK)
            for times in known:
                del times[: bisect_right(times, now - LOOKED_BACK * 24)]
            lively = [
                estimated([stamp(START + timedelta(hours=at)) for at in times], looked, site.cost)
                for times, site in zip(known, sites, strict=True)
            ]
            paced = intervals(lively, budget)
        hour = int(now % 24)
        for number, site in enumerate(sites):
            since[number] += TICK * lively[number].busy[hour]
            if since[number] >= paced[number]:
                known[number] += seen.visit(site, visited[number], now)
                visited[number], since[number] = now, 0.0
    return seen


def table(seed: int) -> list[str]:
    sites = simulated_sites(seed)
    ways = {"nightly": nightly(sites), "due": due(sites)}
    lines = [f"seed {seed}: {ways['nightly'].requests:,.0f} requests nightly, {ways['due'].requests:,.0f} by --due"]
    for name in CLASSES:
        parts = []
        for way, seen in ways.items():
            delays = seen.of(name)
            parts.append(f"{way} median {median(delays):.1f} h, p95 {quantiles(delays, n=20)[-1]:.1f} h, most {delays[-1]:.0f} h")
        ratio = median(ways["nightly"].of(name)) / median(ways["due"].of(name))
        lines.append(f"  {name:<9} {'; '.join(parts)}; {ratio:.1f} times shorter")
    for kind in KINDS:
        before, after = (median(seen.delays[kind, "live"]) for seen in ways.values())
        lines.append(f"  {kind}s of live sites: {before:.1f} h nightly, {after:.1f} h by --due, {before / after:.1f} times shorter")
    return lines


if __name__ == "__main__":
    for number in map(int, sys.argv[1:] or ["1", "2", "3"]):
        print("\n".join(table(number)))
