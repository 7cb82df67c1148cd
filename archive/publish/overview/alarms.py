"""What needs a person, for the status page, its JSON and the metrics: takes a connection, gives alarms and each site's numbers."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from sqlite_utils import Database

from archive.alarms.alarm import Alarm
from archive.alarms.alarms import alarms
from archive.clock import moment, now
from archive.depot.cluster_state import ClusterState, saved_cluster_state
from archive.publish.overview.status import folder_of, site_states
from archive.queries.health import Standing, standing
from archive.queries.numbers import NUMBERS
from archive.queries.rows import Row

STALE_AFTER = 72.0  # hours without a complete run, as ``archive status`` has it

Stands = list[tuple[Row, Standing]]


def standing_sites(db: sqlite3.Connection) -> tuple[Stands, list[Alarm]]:
    """Each site's row with how it stands, and all alarms."""
    archive, folder, at = Database(db, recursive_triggers=False), folder_of(db), now()
    stands = [(site, standing(archive, folder, site["id"], at)) for site in site_states(db)]
    return stands, alarms(archive, folder, stands, STALE_AFTER, at)


def alarm_list(db: sqlite3.Connection) -> list[Alarm]:
    """All that a person should decide or look at."""
    return standing_sites(db)[1]


def status_json(db: sqlite3.Connection) -> dict[str, Any]:
    """The status page for programs."""
    stands, found = standing_sites(db)
    sites = [
        {
            "name": site["name"],
            "home": site["home"],
            "articles": site["counts"]["articles.held"],
            "comments": site["counts"]["comments.held"],
            "counts": site["counts"] | {"quarantine.waiting": stand.quarantined},
            "missing": stand.missing,
            "last_run": {key: site["last_run"][key] for key in ("started_at", "mode", "outcome", "exit_code")}
            if site["last_run"]
            else None,
            "last_complete_at": stand.last_success,
            "coverage": site["coverage"],
            "quarantined": stand.quarantined,
            "oldest_check_at": stand.oldest_check,
        }
        for site, stand in stands
    ]
    cluster = shown_cluster(db)
    told = {"cluster": cluster} if cluster else {}
    return {"sites": sites, **told, "alarms": [asdict(alarm) | {"commands": dict(alarm.commands)} for alarm in found]}


def shown_cluster(db: sqlite3.Connection) -> dict[str, Any] | None:
    """How the workers of the depot stand that this archive follows; None where nobody looked."""
    state = saved_cluster_state(folder_of(db))
    return state.shown() if state else None


METRICS = {  # name -> (type, what it is); the names end as Prometheus wants it
    "archive_articles": ("gauge", NUMBERS["articles.held"]),
    "archive_comments": ("gauge", NUMBERS["comments.held"]),
    "archive_missing": ("gauge", "Articles and comments that are missing from the site or gone."),
    "archive_quarantined": ("gauge", NUMBERS["quarantine.waiting"]),
    "archive_last_run_exit_code": ("gauge", "Exit code of the last run that visited the site."),
    "archive_last_complete_timestamp_seconds": ("gauge", "When the last complete run ended."),
    "archive_alarms": ("gauge", "Alarms that nobody has decided on."),
    "archive_cluster_seen_timestamp_seconds": ("gauge", "When scrapy cluster --record looked last."),
    "archive_cluster_workers": ("gauge", "Workers that answered."),
    "archive_cluster_slices": ("gauge", "Sites of the depot that are being read."),
    "archive_cluster_waiting": ("gauge", "Messages on the queue that no worker has taken."),
    "archive_cluster_sites": ("gauge", "Sites of the depot that are visited, due, late or whose last visit failed."),
}


def metrics(db: sqlite3.Connection) -> str:
    """The same in Prometheus's text format, version 0.0.4. https://prometheus.io/docs/instrumenting/exposition_formats/"""
    stands, found = standing_sites(db)
    values = Counter[tuple[str, tuple[tuple[str, str], ...]]]()
    for name, labels, value in (*_values(stands), *_cluster_values(saved_cluster_state(folder_of(db)))):
        values[name, labels] = int(value)
    for alarm in found:
        values["archive_alarms", (("site", alarm.site or ""), ("kind", alarm.kind))] += 1
    lines = []
    for name, (kind, described) in METRICS.items():
        lines += [f"# HELP {name} {described}", f"# TYPE {name} {kind}"]
        lines += [f"{name}{_labels(labels)} {value}" for (own, labels), value in values.items() if own == name]
    return "\n".join(lines) + "\n"


def _values(stands: Stands) -> Iterator[tuple[str, tuple[tuple[str, str], ...], float]]:
    for site, stand in stands:
        of_site = (("site", str(site["name"])),)
        yield "archive_articles", of_site, site["counts"]["articles.held"]
        yield "archive_comments", of_site, site["counts"]["comments.held"]
        for what, count in stand.missing.items():
            kind, _, state = what.partition(" ")
            yield "archive_missing", (*of_site, ("kind", kind), ("state", state)), count
        yield "archive_quarantined", of_site, stand.quarantined
        if site["last_run"] and site["last_run"]["exit_code"] is not None:
            yield "archive_last_run_exit_code", of_site, site["last_run"]["exit_code"]
        if stand.last_success:
            yield "archive_last_complete_timestamp_seconds", of_site, moment(stand.last_success).timestamp()


def _cluster_values(state: ClusterState | None) -> Iterator[tuple[str, tuple[tuple[str, str], ...], float]]:
    if state is None:
        return
    yield "archive_cluster_seen_timestamp_seconds", (), moment(state.at).timestamp()
    if state.workers is not None and state.waiting is not None:
        yield "archive_cluster_workers", (), state.workers
        yield "archive_cluster_waiting", (), state.waiting
    yield "archive_cluster_slices", (), state.slices
    for name, count in {"visited": state.visited, "due": state.due, "late": len(state.late), "failed": len(state.failed)}.items():
        yield "archive_cluster_sites", (("state", name),), count


def _labels(pairs: tuple[tuple[str, str], ...]) -> str:
    return f"{{{','.join(map(_label, pairs))}}}" if pairs else ""


def _label(pair: tuple[str, str]) -> str:
    escaped = pair[1].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'{pair[0]}="{escaped}"'
