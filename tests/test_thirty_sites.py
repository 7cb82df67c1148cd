"""A year of thirty small sites, a run a fortnight, with what a year brings: outages, a redesign, a REST API that closes, a host that
moves, a full disk twice, a clock that jumps, an upgrade in between. Nothing is lost, and alarms stand on the right days only."""

from __future__ import annotations

import contextlib
import random
import resource
import shutil
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.alarms.alarms import alarms
from archive.db.connection import open_for_reading
from archive.db.migrations import STEPS
from archive.queries.health import standing
from archive.store.store import Store
from archive.verify.database import Verification
from tests.crawls import rows, scrapy, scrapy_process
from tests.former_archive import as_former_release_held
from tests.othersites.newsroom import Newsroom
from tests.othersites.pieces import Piece
from tests.othersites.press import PressSite
from tests.othersites.server import HTML, Answer

START = datetime(2027, 1, 4, 3, tzinfo=UTC)
RUNS, STEP = 26, 14  # a year of fortnights
LATE = 15 * 24.0  # hours: one bad run is no late one, two are
QUIET_FROM = 22  # the last runs see what is left to see: within SWEEP_DAYS everything is looked at again
OUTAGE, REDESIGN, CLOSED, FULL, JUMP, UPGRADE, MOVED = (4, 5), (8, 9), 11, (13, 15), 17, 10, 19
AHEAD = timedelta(days=400)
Alarms = set[tuple[str, str]]


def at(run: float) -> datetime:
    return START + timedelta(days=run * STEP)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


class Press(PressSite):
    """Its sitemap says when a piece changed. ``moved_to``: where all of it is now; ``redesigned``: its pages show no text."""

    moved_to = ""
    redesigned = False

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.extra = {}
        self.lastmod = lambda address: next(p.modified.isoformat() for p in self.pieces if self.address(p) == address)

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if self.moved_to:
            return 301, HTML, self.moved_to + path
        if self.redesigned and path.startswith("/n/"):
            return 200, HTML, self.page("The Press", "<div id='app'></div><p>This page needs a newer browser. Please come back later.</p>")
        return super().answer(path, query)


class Desk(Newsroom):
    """A newsroom whose REST answers say when a piece changed, and which can close it. ``down``: it answers 503 to everything."""

    closed = False
    down = False

    def answer(self, path: str, query: dict[str, str]) -> Answer | None:
        if self.down:
            return 503, HTML, "<h1>Back soon</h1>"
        if self.closed and path.startswith("/wp-json"):
            return 401, "application/json", '{"code": "rest_forbidden"}'
        return super().answer(path, query)

    def row(self, piece: Piece) -> dict[str, Any]:
        changed = f"{piece.modified:%Y-%m-%dT%H:%M:%S}"
        return super().row(piece) | {"modified": changed, "modified_gmt": changed}


@dataclass
class Year:
    """Thirty sites, what happened to their pieces, and what is to be on the record."""

    folder: Path
    sites: dict[str, Press | Desk] = field(default_factory=dict)
    edits: dict[str, int] = field(default_factory=dict)  # address -> how often it was edited
    removed: dict[str, int] = field(default_factory=dict)  # address -> the run before which it was removed
    published: dict[str, Piece] = field(default_factory=dict)  # every address that ever showed a piece
    chance: random.Random = field(default_factory=lambda: random.Random(7))

    def note(self) -> None:
        for site in self.sites.values():
            self.published |= {site.address(piece): piece for piece in site.pieces}

    def happen(self, run: int) -> None:
        """A few edits, new pieces and removals at sites with which nothing else is the matter."""
        calm = [name for name in self.sites if name not in TROUBLED]
        now = at(run) - timedelta(days=2)
        for name in self.chance.sample(calm, 6):
            site = self.sites[name]
            piece = self.chance.choice(site.pieces)
            piece.paragraphs.append(f"Correction: this was written down once more before run {run}.")
            piece.modified = now
            self.edits[site.address(piece)] = self.edits.get(site.address(piece), 0) + 1
        for name in self.chance.sample(calm, 3):
            pieces = self.sites[name].pieces
            number = max(piece.number for piece in self.published_by(name)) + 1
            text = [f"On the {number}th day of the count, run {run}, {name} found the tide {line} inches late." for line in range(3, 7)]
            pieces.append(Piece(number, f"tide-{number}", f"Tide report {number} of {name}", "Bo Terhage", now, now, [], text))
        for name in self.chance.sample(calm, 1):
            piece = self.sites[name].pieces.pop(2)
            self.removed[self.sites[name].address(piece)] = run
        self.note()

    def published_by(self, name: str) -> list[Piece]:
        home = self.sites[name].home + "/"
        return [piece for address, piece in self.published.items() if address.startswith(home)]


TROUBLED = {"desk-00": OUTAGE, "press-00": REDESIGN, "desk-01": CLOSED, "press-01": MOVED}  # site -> when


@contextlib.contextmanager
def thirty(folder: Path) -> Iterator[Year]:
    year = Year(folder)
    with contextlib.ExitStack() as stack:
        for number in range(15):
            year.sites[f"desk-{number:02}"] = stack.enter_context(Desk(6 + number % 3))
            year.sites[f"press-{number:02}"] = stack.enter_context(Press(6 + number % 3))
        with closing(Store(folder, lambda: stamp(at(0)))) as store:
            for name, site in year.sites.items():
                store.ensure_site(name, f"{site.home}/")
        year.note()
        yield year


def archive(folder: Path, *words: str) -> str:
    done = CliRunner().invoke(commands, ["--archive-dir", str(folder), *words])
    assert done.exit_code == 0, done.output
    return done.output


def alarms_at(folder: Path, now: str) -> Alarms:
    with closing(open_for_reading(folder)) as db:
        stands = [(site, standing(db, folder, site["id"], now)) for site in db.query("select * from sites")]
        return {(alarm.site or "", alarm.kind) for alarm in alarms(db, folder, stands, LATE, now) if alarm.kind != "disk"}


def update(year: Year, moment: datetime, **settings: Any) -> int:
    done = scrapy("update", folder=year.folder, NOW=stamp(moment), PATIENCE=0.2, **settings)
    print(*(line for line in done.lines if "complete" not in line and "answered 404" not in line), sep="\n")
    return done.code


def fill_the_disk(year: Year, moment: datetime) -> None:
    """A run in a process that can make no file larger than the database is now."""
    largest = (year.folder / "archive.db").stat().st_size

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest // 8, largest // 8))

    done = scrapy_process("update", folder=year.folder, before=limit, NOW=stamp(moment), PATIENCE=0.2)
    assert done.code == 3


def upgrade(year: Year) -> None:
    """The archive as the release before this one made it, brought to this one."""
    former = year.folder.with_name("former")
    as_former_release_held(year.folder, former, STEPS[:-1])
    with closing(sqlite3.connect(former / "archive.db")) as db:
        db.execute("pragma journal_mode = delete")
    for suffix in ("", "-wal", "-shm"):
        (year.folder / f"archive.db{suffix}").unlink(missing_ok=True)
    shutil.move(former / "archive.db", year.folder / "archive.db")
    said = archive(year.folder, "upgrade", "--yes", "--backup", str(year.folder.with_name("before")))
    assert "all as written" in said and "1 step to this release" in said


def before_run(year: Year, run: int) -> None:
    """What happens before a run."""
    desk, press = year.sites["desk-00"], year.sites["press-00"]
    assert isinstance(desk, Desk) and isinstance(press, Press)
    desk.down = run in OUTAGE
    press.redesigned = run in REDESIGN
    if run == CLOSED:
        year.sites["desk-01"].closed = True  # type: ignore[union-attr]
    if run == UPGRADE:
        upgrade(year)
    if 0 < run < QUIET_FROM:
        year.happen(run)
    if run in FULL:
        fill_the_disk(year, at(run) - timedelta(hours=1))
    if run == JUMP:
        update(year, at(run) - timedelta(hours=1) + AHEAD)


def after_run(year: Year, run: int, there: Alarms) -> None:
    """What a person does about the alarms, once they were seen."""
    if run == CLOSED + 1:
        archive(year.folder, "accept", "closed-door:desk-01", "--reason", "the site wants it so")
    if run == MOVED + 1:
        archive(year.folder, "sites", "remove", "press-01")


def expected_alarms(run: int) -> Alarms:
    found: Alarms = set()
    if run in OUTAGE:
        found.add(("desk-00", "bad run"))
    if run == OUTAGE[1]:
        found.add(("desk-00", "late run"))
    if run in REDESIGN:
        found.add(("press-00", "quarantine"))
    if run == REDESIGN[1]:
        found.add(("press-00", "late run"))  # no run of it was complete for two fortnights
    if run in (CLOSED, CLOSED + 1):
        found.add(("desk-01", "closed door"))
    if run in (MOVED, MOVED + 1):
        found.add(("press-01", "bad run"))
    if run == MOVED + 1:
        found.add(("press-01", "late run"))
    return found


@pytest.mark.torture
def test_a_year_of_thirty_sites(folder: Path) -> None:
    with thirty(folder) as year, Press(8) as moved:
        seen: dict[int, Alarms] = {}
        for run in range(RUNS):
            if run == MOVED:
                year.sites["press-01"].moved_to = moved.home  # type: ignore[union-attr]
            before_run(year, run)
            code = update(year, at(run))
            seen[run] = alarms_at(folder, stamp(at(run) + timedelta(hours=1)))
            print(run, code, sorted(seen[run]))
            after_run(year, run, seen[run])
        assert {run: found for run, found in seen.items() if found != expected_alarms(run)} == {}
        nothing_is_lost(year)
    assert list(Verification(folder).findings()) == []


def nothing_is_lost(year: Year) -> None:
    held = {url: row for url, *row in rows(year.folder, "select url, id, missing_since from articles")}
    assert sorted(year.published.keys() - held.keys()) == []
    gone = {url for url, (_, missing) in held.items() if missing}
    assert gone == year.removed.keys()
    for url, piece in year.published.items():
        [(text, states)] = rows(
            year.folder,
            "select text, (select max(number) from revisions where article_id = ?1) from article_texts where article_id = ?1",
            held[url][0],
        )
        assert [paragraph for paragraph in piece.paragraphs if paragraph not in text and url not in gone] == [], url
        assert states <= 1 + year.edits.get(url, 0), f"{url}: a state that nobody wrote"
        if url not in gone:
            assert states == 1 + year.edits.get(url, 0), f"{url}: each edit was there for a run to see"
