"""The answers of a person to alarms: takes the id of an alarm, stores that it is accepted or rejected, and says of what.

An id is the number of a page in quarantine, or the name that ``archive status`` prints, such as ``mass-loss:SITE``. One that names
nothing decides nothing.
"""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Literal

from sqlite_utils import Database

from archive.alarms.alarm import Alarm
from archive.alarms.alarms import alarms
from archive.alarms.unbelieved import like
from archive.cli.deciding import open_deciding
from archive.clock import now
from archive.db.connection import open_for_reading
from archive.errors import ConfigurationError
from archive.queries.health import standing
from archive.queries.named import site_named
from archive.queries.rows import Row
from archive.store.decisions import UNDONE, decided, listed
from archive.store.site_refs import mass_loss_ref
from archive.text.plaintext import one_line

Answer = Literal["accept", "reject"]
Subject = tuple[str, str]  # what the decision is about, for the table and in words
DONE: dict[Answer, str] = {"accept": "accepted", "reject": "rejected"}
MASS_LOSS = mass_loss_ref("")


def decide(folder: Path, answer: Answer, alarm: str | None, all_like: int | None, reason: str | None, undo: bool) -> None:
    """Store the answer to one alarm, or to all pages like one, and print a line for each. Raises ConfigurationError."""
    with closing(open_for_reading(folder)) as db:
        subjects = pages_like(db, all_like) if all_like is not None else [subject(db, folder, answer, alarm or "", undo)]
        for ref, what in subjects:
            if undo and ref not in decided(db, answer):
                raise ConfigurationError(f"{what} was not {DONE[answer]}: there is nothing to take back")
    with closing(open_deciding(folder)) as store:
        for ref, what in subjects:
            store.decide(answer, ref, UNDONE if undo else DONE[answer], reason)
            print(f"{'no longer ' if undo else ''}{DONE[answer]}: {what}")


def subject(db: Database, folder: Path, answer: Answer, alarm: str, undo: bool) -> Subject:
    """What an id names. Raises ConfigurationError where it names nothing that can be answered so."""
    if alarm.isdecimal():
        return page(db, int(alarm[:18]))
    if alarm.startswith(MASS_LOSS):
        site = site_named(db, alarm.removeprefix(MASS_LOSS))["name"]
        return mass_loss_ref(site), mass_loss_said(site, answer)
    if undo and alarm in decided(db, answer):
        return alarm, alarm
    found = next((one for one in standing_alarms(db, folder) if one.id == alarm), None)
    if found is None:
        raise ConfigurationError(f"no alarm is called {alarm!r}; archive status lists those that stand")
    if answer == "reject":
        raise ConfigurationError(f"{alarm} cannot be rejected, only accepted; it ends by itself when it is over")
    return alarm, f"{found.site}: {found.what}" if found.site else found.what


def mass_loss_said(site: str, answer: Answer) -> str:
    return f"what the next run of {site} finds missing" if answer == "accept" else f"that {site} lost what is missing: nothing is marked"


def page(db: Database, quarantine_id: int) -> Subject:
    """A page in quarantine. Raises ConfigurationError when there is none of this number."""
    row = next(db.query("select * from quarantine where id = ?", [quarantine_id]), None)
    if row is None or row["capture_id"] is None:
        raise ConfigurationError(f"nothing is in quarantine under {quarantine_id}; accept --list shows what is")
    return _as_subject(row)


def pages_like(db: Database, quarantine_id: int) -> list[Subject]:
    """The undecided pages of the same site that are in quarantine for the same kind of reason. Raises ConfigurationError for none."""
    page(db, quarantine_id)
    rows = like(db, quarantine_id)
    if not rows:
        raise ConfigurationError(f"no page like {quarantine_id} is undecided")
    return [_as_subject(row) for row in rows]


def _as_subject(row: Row) -> Subject:
    return str(row["capture_id"]), f"{one_line(row['url'])} of {row['captured_at']} ({one_line(row['reason'])})"


def standing_alarms(db: Database, folder: Path, stale_after: float = 72) -> list[Alarm]:
    """All that is undecided now."""
    sites, at = list(db.query("select * from sites order by id")), now()
    return alarms(db, folder, [(site, standing(db, folder, site["id"], at)) for site in sites], stale_after, at)


def quarantine_lines(db: Database) -> list[str]:
    """Pages in quarantine, a line each, the latest first."""
    answers = {ref: done for answer, done in DONE.items() for ref in decided(db, answer)}
    rows: list[Row] = list(db.query("select * from quarantine order by captured_at desc, id desc"))
    return [
        f"{row['id']:>6}  {row['captured_at']}  {answers[ref] + '  ' if (ref := str(row['capture_id'])) in answers else ''}"
        f"{one_line(row['url'])}: {one_line(row['reason'])}"
        for row in rows
    ]


def decision_lines(db: Database) -> list[str]:
    """What is in quarantine, and every decision on alarms that was ever taken."""
    return [*quarantine_lines(db), *listed(db, "accept"), *listed(db, "reject")]
