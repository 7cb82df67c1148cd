"""What a rehearsal must have left: takes the depot, the sites' log and an undisturbed archive, gives what is wrong, line by line."""

from __future__ import annotations

import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from traceback import extract_tb

from archive.depot.depot import Depot
from archive.depot.destroy import bring_records
from archive.depot.sessions import MARGIN
from tests.cluster.sites import ARTICLES, COMMENTS, ROOT, Asked
from tests.crawls import content, rows
from tests.kills import assert_whole

Rows = dict[str, list[tuple[object, ...]]]
NEAR = 0.95  # of DOWNLOAD_DELAY


def brought(depot: Depot, folder: Path) -> list[Path]:
    """Each site's archive as it was committed last, with its WARC files."""
    folders = []
    for site in depot.sites():
        place = folder / site.name
        claim = depot.claim(site.name)
        place.mkdir(parents=True, exist_ok=True)
        claim.bring(place)
        bring_records(claim, place)
        claim.release()
        folders.append(place)
    return folders


def held(folders: list[Path]) -> Rows:
    """The rows of all of them, as one archive has them."""
    all_rows: Rows = defaultdict(list)
    for folder in folders:
        for name, found in content(folder).items():
            all_rows[name] += found
    return {name: sorted(found, key=repr) for name, found in all_rows.items()}


def differing(found: Rows, wanted: Rows) -> Iterator[str]:
    for name, rows_wanted in wanted.items():
        if found.get(name, []) != rows_wanted:
            other = [row for row in found.get(name, []) if row not in rows_wanted][:1] or ["fewer rows"]
            yield f"{name}: {len(found.get(name, [])):,} rows, {len(rows_wanted):,} undisturbed; {str(other[0])[:300]}"


def wrong_rows(folders: list[Path], undisturbed: Path) -> Iterator[str]:
    yield from differing(held(folders), content(undisturbed))
    counts = [sum(n for folder in folders for (n,) in rows(folder, f"select count(*) from {table}")) for table in ("articles", "comments")]
    if counts != [len(folders) * ARTICLES, len(folders) * ARTICLES * COMMENTS]:
        yield f"{counts[0]:,} articles and {counts[1]:,} comments are held"


def damaged(folders: list[Path]) -> Iterator[str]:
    for folder in folders:
        try:
            assert_whole(folder)
        except AssertionError as error:
            where = extract_tb(error.__traceback__)[-1]
            yield f"{folder.name}: {where.line} ({str(error)[:400]})"


def merged(depot: Depot, folder: Path, undisturbed: Path) -> Iterator[str]:
    """The one archive that follows the depot."""
    for words in (["merge", "--warc", "copy", "--depot", depot.url], ["verify"]):
        line = [sys.executable, "-m", "archive", *words, "--archive-dir", str(folder)]
        done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True)
        if done.returncode:
            yield f"{words[0]}: {(done.stdout + done.stderr)[-400:]}"
            return
    yield from (f"merged: {said}" for said in differing(content(folder), content(undisturbed)))


def hand_overs(log: list[Asked]) -> list[float]:
    """Seconds between the last request of one worker to a site and the first of the next."""
    by_site: dict[int, list[Asked]] = defaultdict(list)
    for one in log:
        by_site[one.site].append(one)
    return [later.at - one.at for asked in by_site.values() for one, later in pairwise(asked) if one.who != later.who]


def gaps(log: list[Asked]) -> list[float]:
    """Seconds between two requests to a site, sorted."""
    by_site: dict[int, list[float]] = defaultdict(list)
    for one in log:
        by_site[one.site].append(one.at)
    return sorted(later - at for times in by_site.values() for at, later in pairwise(sorted(times)))


def impolite(log: list[Asked], delay: float) -> Iterator[str]:
    close = [gap for gap in gaps(log) if gap < NEAR * delay]
    if close:
        yield f"{len(close):,} of {len(log):,} gaps at a host under {NEAR} x {delay} s, the shortest {close[0]:.3f} s"
    if early := [gap for gap in hand_overs(log) if gap < MARGIN]:
        yield f"{len(early):,} hand-overs within a lease, the shortest after {min(early):.1f} s"
