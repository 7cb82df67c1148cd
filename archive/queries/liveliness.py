"""How lively each site is, and which are due for a visit: takes a connection, the time and a budget of requests, gives visits.

A site is visited in proportion to the square root of what happens there for each request that a visit costs: of all ways to spread a
number of visits, this makes the mean time until something is seen shortest (Cho and Garcia-Molina, Effective page refresh policies,
2003). Within the day, hours in which the site is busy count more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import sqrt

from sqlite_utils import Database

from archive.clock import later, moment
from archive.queries.rows import Row
from archive.store.site_settings import hours, site_settings

LOOKED_BACK = 60  # days of a site's life that tell how lively it is
FASTEST, SLOWEST = 0.25, 168.0  # hours between two visits
LEAST_COST = 3.0  # requests of a visit to a site of which little is known
UNKNOWN_RATE = 0.5  # events a day that are taken for granted of a site, with the weight of PRIOR_DAYS of looking
PRIOR_DAYS = 4.0
RETRY = 1.0  # hours after a first failure; doubled for each that follows, up to a day
FAILED = (1, 2, 3, 5)  # exit codes after which a site is tried again after RETRY
DAY = 24.0


@dataclass(frozen=True, slots=True)
class Liveliness:
    """One site. ``rate``: events a day; ``cost``: requests of a visit; ``busy``: weight of each hour of the day (UTC), mean 1."""

    rate: float
    cost: float
    busy: tuple[float, ...] = (1.0,) * 24


@dataclass(frozen=True, slots=True)
class Visit:
    """When a site is due. ``interval``: hours between two visits; ``overdue``: share of it that has passed, 1 is due."""

    site: Row
    interval: float
    overdue: float

    @property
    def due(self) -> bool:
        return self.overdue >= 1


def intervals(sites: Sequence[Liveliness], budget: float) -> list[float]:
    """Hours between two visits for each site, such that all visits together cost ``budget`` requests a day, or as near to it as the
    fastest and the slowest pace allow."""
    wanted = [sqrt(max(site.rate, 1e-9) / site.cost) for site in sites]

    def pace(factor: float) -> list[float]:
        return [min(max(DAY / (factor * want), FASTEST), SLOWEST) for want in wanted]

    low, high = 1e-6, 1e6
    for _ in range(80):  # the costs grow with the factor: halve until they meet the budget
        middle = sqrt(low * high)
        spent = sum(site.cost * DAY / interval for site, interval in zip(sites, pace(middle), strict=True))
        low, high = (middle, high) if spent < budget else (low, middle)
    return pace(low)


def elapsed(since: str, now: str, busy: Sequence[float]) -> float:
    """Hours between two times, those of busy hours of the day counted more."""
    start, end = moment(since), moment(now)
    days, rest = divmod((end - start).total_seconds(), 86400)
    total, at, left = days * sum(busy), start, rest
    while left > 0:
        step = min(left, 3600 - (at.minute * 60 + at.second))
        total += busy[at.hour] * step / 3600
        at, left = at + timedelta(seconds=step), left - step
    return total


def visits(db: Database, now: str, budget: float = 0) -> list[Visit]:
    """Every site that is visited, the most overdue first. ``budget``: requests a day; 0: as many as one visit a day to each costs."""
    rows = list(db.query("select * from sites where paused_at is null and removed_at is null order by name"))
    lively = [liveliness(db, row["id"], now) for row in rows]
    hours_between = intervals(lively, budget or sum(site.cost for site in lively)) if rows else []
    found = [_visit(db, row, site, interval, now) for row, site, interval in zip(rows, lively, hours_between, strict=True)]
    return sorted(found, key=lambda visit: -visit.overdue)


def _visit(db: Database, row: Row, site: Liveliness, interval: float, now: str) -> Visit:
    fixed = hours(site_settings(db, row["id"]).get("every", ""))
    return Visit(row, *paced(*last_visit(db, row["id"]), fixed, interval, site.busy, now))


def last_visit(db: Database, site_id: int) -> tuple[str | None, int]:
    """(when the last run began, or None where there is more to read; how many runs in a row have failed)."""
    sql = "select started_at, exit_code from crawls where site_id = ? and mode <> 'reextract' order by started_at desc, id desc limit 12"
    runs = db.execute(sql, [site_id]).fetchall()
    if not runs or runs[0][1] in (None, 130):  # never begun, killed or stopped
        return None, 0
    return runs[0][0], next((n for n, (_, code) in enumerate(runs) if code not in FAILED), len(runs))


def paced(began: str | None, failed: int, fixed: float | None, interval: float, busy: Sequence[float], now: str) -> tuple[float, float]:
    """(hours between two visits, share of them that has passed) of a site whose last run ``began`` then; None: there is more to read.

    ``failed``: runs in a row that failed; ``fixed``: hours that a person set; ``interval``: hours by how lively the site is.
    """
    if began is None:
        return fixed or interval, float("inf")
    if failed:
        pause = min(RETRY * 2 ** (failed - 1), DAY)
        return pause, elapsed(began, now, (1.0,) * 24) / pause
    if fixed:
        return fixed, elapsed(began, now, (1.0,) * 24) / fixed
    return interval, elapsed(began, now, busy) / interval


EVENTS = """
    select first_seen_at, coalesce(published_at, first_seen_at) from articles where site_id = :site and first_seen_at > :since
    union all
    select seen_at, seen_at from revisions
    where number > 1 and seen_at > :since and article_id in (select id from articles where site_id = :site)
    union all
    select first_seen_at, coalesce(posted_at, first_seen_at) from comments
    where first_seen_at > :since and article_id in (select id from articles where site_id = :site)
    union all
    select missing_since, missing_since from absences
    where missing_since > :since and article_id in (select id from articles where site_id = :site)
    """


def liveliness(db: Database, site_id: int, now: str) -> Liveliness:
    """What happened at a site since its first complete run, in the days that are looked back on."""
    ended = "select min(finished_at) from crawls where site_id = ? and exit_code = 0 and mode <> 'reextract'"
    first = db.execute(ended, [site_id]).fetchone()[0]
    since = max(first or now, later(now, days=-LOOKED_BACK))
    looked = (moment(now) - moment(since)).total_seconds() / DAY / 3600
    happened = [at for _, at in db.execute(EVENTS, {"site": site_id, "since": since})]
    asked = """
        select avg(requests)
        from (
          select requests from crawls where site_id = ? and mode = 'update' and exit_code = 0 and started_at > ? order by id desc limit 50
        )
        """
    cost = db.execute(asked, [site_id, since]).fetchone()[0] or LEAST_COST
    return estimated(happened, looked, cost)


def estimated(happened: Sequence[str], days: float, cost: float) -> Liveliness:
    """The liveliness of a site at which these things happened (times, UTC) in so many days of looking. ``cost``: requests of a visit."""
    rate = (len(happened) + UNKNOWN_RATE * PRIOR_DAYS) / (days + PRIOR_DAYS)
    return Liveliness(rate, max(float(cost), LEAST_COST), busy_hours(happened))


def busy_hours(happened: Sequence[str]) -> tuple[float, ...]:
    """The weight of each hour of the day (UTC): the square root of its share of what happened, little of it spread evenly."""
    counts = [1.0] * 24
    for at in happened:
        if at.endswith("Z") and len(at) >= 13:
            counts[int(at[11:13])] += 1
    smooth = [sqrt((counts[hour - 1] + 2 * counts[hour] + counts[(hour + 1) % 24]) / 4) for hour in range(24)]
    mean = sum(smooth) / 24
    return tuple(weight / mean for weight in smooth)
