"""python -m tests.fuzz --seeds 300 [--from N] [--only SEED] [--serve SEED]: tries so many seeds, and prints what came of them."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator

from scrapy.utils.project import get_project_settings

from crawler.extract.workers import Workers
from tests.inside import stop_reactor

from .report import report
from .runner import Result, try_seed
from .site import FuzzSite


@contextlib.contextmanager
def one_process() -> Iterator[None]:
    """What the runs share: extraction workers and the reactor."""
    settings = get_project_settings()
    kept = Workers(settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_SECONDS"))
    try:
        yield
    finally:
        kept.close()
        stop_reactor()


def serve(seed: int) -> None:
    with FuzzSite(seed) as site, contextlib.suppress(KeyboardInterrupt):
        print(f"seed {seed} at {site.home}/: {site.shape.features()} {sorted(site.shape.faults)}", flush=True)
        while True:
            time.sleep(1)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seeds", type=int, default=300, metavar="N", help="how many")
    parser.add_argument("--from", type=int, default=0, dest="first", metavar="N", help="the first one")
    parser.add_argument("--only", type=int, metavar="SEED", help="this one alone")
    parser.add_argument("--serve", type=int, metavar="SEED", help="serve this one's site until Ctrl-C, and crawl nothing")
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.serve)
        return 0
    seeds = [options.only] if options.only is not None else range(options.first, options.first + options.seeds)
    results: list[Result] = []
    with one_process():
        for seed in seeds:
            results.append(try_seed(seed))
            if results[-1].violations:
                print(f"seed {seed}: {'; '.join(map(str, results[-1].violations[:2]))}", file=sys.stderr, flush=True)
    print(report(results))
    return int(any(result.violations for result in results))


if __name__ == "__main__":
    sys.exit(main())
