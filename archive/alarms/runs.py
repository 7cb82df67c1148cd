"""Alarms about how a site is read: a door that closed, a field that new articles lack, runs that end badly or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from archive.alarms.alarm import PROGRAM, SHOWN, Alarm
from archive.queries.fill_rates import fallen_rates
from archive.queries.health import Standing, age
from archive.queries.rows import Row
from archive.store.site_refs import site_ref


def closed_doors(db: Database, site: Row) -> Iterator[Alarm]:
    """A REST door through which articles came, and which is closed."""
    closed = next(db.query("select closed from lists where site_id = ? and name = 'posts' and closed is not null", [site["id"]]), None)
    last = """
        select max(captured_at)
        from revisions
        join revision_captures on revision_id = revisions.id
        join captures on captures.id = capture_id
        where revisions.door = 'rest' and captures.door = 'rest'
          and revisions.article_id in (select id from articles where site_id = ?)
        """
    since = db.execute(last, [site["id"]]).fetchone()[0] if closed else None
    if closed and since:
        ref = site_ref("closed-door", site["name"])
        yield Alarm(
            id=ref,
            kind="closed door",
            site=site["name"],
            since=since,
            what=f"REST gave the articles until then, and is closed now ({closed['closed']}): pages are read instead",
            evidence=(site["home"],),
            commands=(("the site wants it so", f"{PROGRAM} accept {ref}"),),
        )


def fill_alarms(db: Database, site: Row, now: str) -> Iterator[Alarm]:
    """A field that most articles had, and that most new ones lack: the site looks different, and is read less well."""
    for rate in fallen_rates(db, site["id"], now):
        ref = site_ref("fill-rate", site["name"], rate.field)
        yield Alarm(
            id=ref,
            kind="fill rate",
            site=site["name"],
            since=rate.since,
            what=f"{rate.lacking:,} of the {rate.new:,} newest articles have no {rate.field}; before, {rate.before:.0%} had one",
            evidence=rate.urls[:SHOWN],
            commands=(
                ("see what is read of such a page", f"python -m crawler.extract --url {rate.urls[0]} PAGE.html"),
                ("the site gives none any more", f"{PROGRAM} accept {ref}"),
            ),
        )


def bad_runs(db: Database, site: Row, stand: Standing, stale_after: float, now: str) -> Iterator[Alarm]:
    """The last run ended badly for a reason of its own, or no run was complete for long."""
    failed = failed_since(db, site["id"], now)
    again = ("ask again now", f"scrapy update {site['name']}")
    if failed:
        since, row = failed
        ref = site_ref("bad-run", site["name"])
        what = f"the last run ended as {row['outcome'] or 'killed'}{': ' + row['note'] if row['note'] else ''}"
        accept = ("it is known; be silent until a run was complete", f"{PROGRAM} accept {ref}")
        yield Alarm(ref, "bad run", site["name"], since, what, (site["home"],), (again, accept))
    late = stand.hours is None and (stand.begun is None or stand.begun > stale_after)
    if late or (stand.hours is not None and stand.hours > stale_after):
        ref = site_ref("late-run", site["name"])
        since = stand.last_success or stand.first_run or ""
        what = "no run was ever complete" if late else f"no run was complete for {age(stand.hours or 0)}; the last was {stand.last_success}"
        accept = ("it is known; be silent until a run was complete", f"{PROGRAM} accept {ref}")
        yield Alarm(ref, "late run", site["name"], since, what, (site["home"],), (again, accept))


BAD = (1, 2, 3, 5)  # exit codes of runs that read less than they should; what a content alarm is about stands by itself


def failed_since(db: Database, site_id: int, now: str) -> tuple[str, Row] | None:
    """(when the first of the bad runs began that nothing good followed, the last of them); None where the last was not bad. A run that a
    clock dated into the future says nothing of today."""
    sql = """
        select *
        from crawls
        where site_id = ? and mode <> 'reextract' and finished_at is not null and started_at <= ?
        order by started_at desc, id desc
        """
    bad: list[Row] = []
    for row in db.query(sql, [site_id, now]):
        if row["exit_code"] == 130:
            continue  # stopped by somebody, who knows
        if row["exit_code"] not in BAD:
            break
        bad.append(row)
    return (bad[-1]["started_at"], bad[0]) if bad else None
