"""What a person has to decide or look at: takes a connection and the archive's folder, gives alarms, each until it is decided or over.

An alarm names what happened, since when, where the evidence is, and the exact command for each answer. ``archive status``, the
status page, its JSON and the metrics show this one list.
"""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from archive.queries.fill_rates import fallen_rates
from archive.queries.health import Standing, age, waiting
from archive.queries.rows import Row
from archive.seal.standing import seal_standing
from archive.store.coverage import accepted_gap, gap_ref
from archive.store.decisions import decided
from archive.store.site_refs import mass_loss_ref, site_ref

PROGRAM = "python -m archive"
SHOWN = 5  # addresses of one alarm; the command or page that it names has them all
LOW_DISK = 1 << 30  # bytes free, less than which is an alarm whatever the archive's pace

AlarmKind = Literal["quarantine", "mass loss", "gap", "closed door", "bad run", "late run", "fill rate", "seal", "disk"]


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing that needs a person. ``site`` is None where it is about the whole archive. Times are UTC."""

    id: str  # what ``accept`` and ``reject`` take
    kind: AlarmKind
    site: str | None
    since: str
    what: str
    evidence: tuple[str, ...]  # addresses on the site, or paths of the reading site; at most SHOWN
    commands: tuple[tuple[str, str], ...]  # (what it does, the command)


def alarms(db: Database, folder: Path, stands: Sequence[tuple[Row, Standing]], stale_after: float, now: str) -> list[Alarm]:
    """All that is undecided, the sites in their order. ``stands``: each site's row with how it stands; ``stale_after``: hours."""
    found = [alarm for site, stand in stands for alarm in site_alarms(db, site, stand, stale_after, now)]
    return [*found, *undecided(db, seal_alarms(db, folder, stale_after, now)), *disk_alarms(db, folder, stands, now)]


def site_alarms(db: Database, site: Row, stand: Standing, stale_after: float, now: str) -> Iterator[Alarm]:
    """The alarms of one site, those that hide something first."""
    yield from quarantine_alarms(db, site)
    yield from mass_loss_alarms(db, site)
    yield from gap_alarms(db, site, stand)
    yield from undecided(db, closed_doors(db, site))
    yield from undecided(db, fill_alarms(db, site, now))
    if not (site["paused_at"] or site["removed_at"]):
        yield from undecided(db, bad_runs(db, site, stand, stale_after, now))


def undecided(db: Database, found: Iterator[Alarm]) -> Iterator[Alarm]:
    """Those that nobody has accepted since they began."""
    accepted = decided(db, "accept")
    for alarm in found:
        decision = accepted.get(alarm.id)
        if decision is None or decision["decided_at"] < alarm.since:
            yield alarm


# pages that were not believed


def same_kind(reason: str) -> str:
    """A reason without its numbers: ``the text shrank from # to # words``."""
    return re.sub(r"\d+", "#", reason)


def quarantine_alarms(db: Database, site: Row) -> Iterator[Alarm]:
    """Pages in quarantine, those of one kind together. The id of an alarm is that of its oldest page."""
    groups = defaultdict[str, list[Row]](list)
    for row in reversed(waiting(db, site["id"])):
        groups[same_kind(row["reason"])].append(row)
    for rows in groups.values():
        first, number = rows[0], len(rows)
        one = f"a page was not believed: {first['reason']}"
        yield Alarm(
            id=str(first["id"]),
            kind="quarantine",
            site=site["name"],
            since=first["captured_at"],
            what=one if number == 1 else f"{number:,} pages were not believed: {same_kind(first['reason'])}",
            evidence=tuple(row["url"] for row in rows[:SHOWN]),
            commands=(
                ("look at it beside what is held", f"{PROGRAM} accept --show {first['id']}"),
                ("the site is right", f"{PROGRAM} accept {first['id']}"),
                *((("it is so with all of them", f"{PROGRAM} accept --all-like {first['id']}"),) if number > 1 else ()),
                ("what is held is right", f"{PROGRAM} reject {'--all-like ' * (number > 1)}{first['id']}"),
            ),
        )


def like(db: Database, quarantine_id: int) -> list[Row]:
    """The undecided pages of the same site in quarantine for the same kind of reason as this one, the oldest first."""
    row = next(db.query("select * from quarantine where id = ?", [quarantine_id]), None)
    if row is None:
        return []
    return [other for other in reversed(waiting(db, row["site_id"])) if same_kind(other["reason"]) == same_kind(row["reason"])]


# what is missing


def mass_loss_alarms(db: Database, site: Row) -> Iterator[Alarm]:
    """Articles or comments that went in too great a number to be believed."""
    sql = """
        select kind, min(at) as since, max(at) as last, count(*) as number
        from checkpoints
        where site_id = ? and kind in ('mass_loss_articles', 'mass_loss_comments')
        group by kind
        """
    ref = mass_loss_ref(site["name"])
    answers = [decided(db, "accept"), decided(db, "reject")]
    for row in db.query(sql, [site["id"]]):
        if any(ref in found and found[ref]["decided_at"] >= row["last"] for found in answers):
            continue
        what = row["kind"].removeprefix("mass_loss_")
        yield Alarm(
            id=ref,
            kind="mass loss",
            site=site["name"],
            since=row["since"],
            what=f"{row['number']:,} {what} are missing at once, and none of them is marked: look at the site",
            evidence=lost_addresses(db, site["id"], row["kind"]),
            commands=(
                ("they were removed", f"{PROGRAM} accept {ref}"),
                ("it is a fault of the site", f"{PROGRAM} reject {ref}"),
            ),
        )


def lost_addresses(db: Database, site_id: int, kind: str) -> tuple[str, ...]:
    sql = f"""
        select distinct articles.url
        from checkpoints
        {"join articles on" if kind.endswith("articles") else "join comments on comments.id = ref join articles on comments.article_id ="}
          articles.id {"= ref" if kind.endswith("articles") else ""}
        where checkpoints.site_id = ? and checkpoints.kind = ?
        order by checkpoints.position
        limit ?
        """
    return tuple(url for (url,) in db.execute(sql, [site_id, kind, SHOWN]))


def gap_alarms(db: Database, site: Row, stand: Standing) -> Iterator[Alarm]:
    """What the site names, the archive does not hold, and no rule explains."""
    for kept in stand.ledgers:
        for reason, number in kept.unexplained.items():
            ref = gap_ref(site["name"], kept.kind, reason)
            rows = gaps_of_reason(db, site["id"], kept.kind, reason, accepted_gap(db, ref))
            yield Alarm(
                id=ref,
                kind="gap",
                site=site["name"],
                since=rows[0][1] if rows else stand.last_success or stand.first_run or "",
                what=f"{number:,} {kept.kind}{'' if number == 1 else 's'} missing from the archive: {reason}",
                evidence=tuple(url for url, _ in rows[:SHOWN]),
                commands=(
                    ("ask for all of it again", f"scrapy update {site['name']} -a mode=full"),
                    ("it cannot be had; what is missing now is no alarm any more", f"{PROGRAM} accept {ref} --reason WHY"),
                ),
            )


def gaps_of_reason(db: Database, site_id: int, kind: str, reason: str, accepted_at: str) -> list[tuple[str, str]]:
    """(what, since when), the oldest first."""
    sql = """
        select ref, since
        from gaps
        where site_id = ? and kind = ? and reason = ? and explained = 0 and since > ?
        order by since, ref
        """
    return list(db.execute(sql, [site_id, kind, reason, accepted_at]).fetchall())


# how runs go


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


# the machine


def seal_alarms(db: Database, folder: Path, stale_after: float, now: str) -> Iterator[Alarm]:
    """Records that no seal covers, seals that no authority stamped."""
    for ref, since, what in seal_standing(db, folder).problems(stale_after, now):
        commands = (
            ("seal and stamp what waits", f"{PROGRAM} seal"),
            ("be silent until it is more", f"{PROGRAM} accept {ref}"),
        )
        yield Alarm(ref, "seal", None, since, what, (), commands)


def disk_alarms(db: Database, folder: Path, stands: Sequence[tuple[Row, Standing]], now: str) -> Iterator[Alarm]:
    """The disk has less room than the next 30 days need, or than a gigabyte."""
    free = shutil.disk_usage(folder).free
    grown = [stand.growth for _, stand in stands]
    files = sum(one.monthly_bytes or 0 for one in grown)
    database = max((one.monthly_database or 0 for one in grown), default=0)
    if free >= max(LOW_DISK, files + database):
        return
    last = db.execute("select max(finished_at) from crawls").fetchone()[0]
    yield from undecided(
        db,
        iter(
            [
                Alarm(
                    id="disk",
                    kind="disk",
                    site=None,
                    since=last or now,
                    what=f"{free / 1e9:.1f} GB are free; the next 30 days bring about {(files + database) / 1e9:.1f} GB",
                    evidence=(),
                    commands=(("make room; it is known until the next run", f"{PROGRAM} accept disk"),),
                )
            ]
        ),
    )
