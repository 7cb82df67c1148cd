"""Alarms about what is missing: too much at once, or named by the site, not held, and explained by no rule."""

from __future__ import annotations

from collections.abc import Iterator

from sqlite_utils import Database

from archive.alarms.alarm import PROGRAM, SHOWN, Alarm
from archive.queries.health import Standing
from archive.queries.rows import Row
from archive.store.coverage import accepted_gap, gap_ref
from archive.store.decisions import decided
from archive.store.site_refs import mass_loss_ref


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
