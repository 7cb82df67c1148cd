"""How fast and how small the product is, beside its references, as one table; and for each goal that is missed, where the time goes.

    python -m tests.bench [--size smoke|full] [--only NAME ...] [--rounds N] [--folder DIR] [--json FILE]

All sites are invented and served on loopback; the full size needs 8 GB of room in TMPDIR. A figure means little while other programs
work on the machine. The exit code is 1 when a measure could not be made; a goal that is missed is only told.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from tests.bench import extraction, many_sites, memory, pipeline, reextract, search_words, serving, storage, update
from tests.bench.bench import Bench
from tests.bench.sizes import SIZES
from tests.bench.table import Row, explanations, missed_lines, table_lines

Measure = Callable[[Bench], Iterator[Row]]
MEASURES: dict[str, Measure] = {
    "pipeline": pipeline.measure,
    "extraction": extraction.measure,
    "reextract": reextract.measure,
    "update": update.measure,
    "storage": storage.measure,
    "words": search_words.measure,
    "sites": many_sites.measure,
    "memory": memory.measure,
    "serving": serving.measure,
}


def main() -> int:
    given = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # what is ended takes its servers and its folder with it
    size = SIZES[given.size]
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary, ExitStack() as closing:
        folder = Path(temporary)
        bench = Bench(replace(size, rounds=given.rounds or size.rounds), folder, given.folder or folder / "served", closing)
        rows, failed = measured(bench, {name: MEASURES[name] for name in given.only or MEASURES})
        print("\n".join([*table_lines(rows), "", *missed_lines(rows)]), flush=True)
        told = {} if given.no_profiles else told_explanations(rows)
    for name in failed:
        print(f"{name}: not measured, see above")
    if given.json:
        given.json.write_text(json.dumps(as_json(given.size, rows, failed, told), indent=1) + "\n", encoding="utf-8")
    return 1 if failed else 0


def measured(bench: Bench, measures: Mapping[str, Measure]) -> tuple[list[Row], dict[str, str]]:
    """The rows of all measures, and what went wrong with those that failed; one that fails stops none of the others."""
    rows: list[Row] = []
    failed: dict[str, str] = {}
    for name, measure in measures.items():
        start = time.monotonic()
        bench.say(f"{name} ...")
        try:
            for row in measure(bench):
                rows.append(row)
        except Exception:
            failed[name] = traceback.format_exc()
            bench.say(failed[name])
        bench.say(f"{name}: {time.monotonic() - start:.0f} s")
    return rows, failed


def arguments() -> argparse.Namespace:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__, formatter_class=form)
    parser.add_argument("--size", choices=SIZES, default="full", help="smoke only shows that every measure runs")
    parser.add_argument("--only", nargs="+", choices=MEASURES, metavar="NAME", help=f"of {', '.join(MEASURES)}")
    parser.add_argument(
        "--folder", type=Path, metavar="DIR", help="serve the archive in this folder; one is made there, and kept, where none is"
    )
    parser.add_argument("--rounds", type=int, metavar="N", help="of each measure, in turn with its references; the median counts")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there as well")
    parser.add_argument("--no-profiles", action="store_true", help="do not look where the time of missed rows goes")
    return parser.parse_args()


def told_explanations(rows: list[Row]) -> dict[str, list[str]]:
    """Print where the time of missed rows goes; return it."""
    told = {}
    for explanation, measures in explanations(rows):
        try:
            lines = explanation.lines()
        except Exception as error:
            lines = [f"not told: {type(error).__name__}: {error}"]
        if lines:
            told[explanation.title] = lines
            print(f"\nWhere it goes: {explanation.title} (missed: {', '.join(dict.fromkeys(measures))})", flush=True)
            print("\n".join(f"  {line}" for line in lines), flush=True)
    return told


def as_json(size: str, rows: list[Row], failed: dict[str, str], told: dict[str, list[str]]) -> dict[str, Any]:
    machine = {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()}
    return {"size": size, "machine": machine, "rows": [row.as_json() for row in rows], "failed": failed, "explanations": told}


if __name__ == "__main__":
    sys.exit(main())
