"""python -m tests.fuzz --seeds 300 [--from N] [--jobs N] [--only SEED] [--serve SEED]: tries seeds, and prints what came of them."""

from __future__ import annotations

import argparse
import contextlib
import sys
import time

from .report import report
from .runner import Result, try_seeds
from .site import FuzzSite


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
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes that crawl at the same time")
    options = parser.parse_args()
    if options.serve is not None:
        serve(options.serve)
        return 0
    seeds = [options.only] if options.only is not None else range(options.first, options.first + options.seeds)
    results: list[Result] = []
    for result in try_seeds(seeds, options.jobs):
        results.append(result)
        if result.violations:
            print(f"seed {result.shape.seed}: {'; '.join(map(str, result.violations[:2]))}", file=sys.stderr, flush=True)
    print(report(results))
    return int(any(result.violations for result in results))


if __name__ == "__main__":
    sys.exit(main())
