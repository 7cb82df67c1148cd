#!/usr/bin/env python3
"""Takes arguments of ``scrapy update``; brings every remembered site up to date, waits EVERY seconds (a day), and so on.

SIGTERM and SIGINT are passed on: a crawl ends after the answer under way, then this ends with the crawl's exit code. A shell
would lose a signal that comes while it starts the crawl.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

DAY = 86400.0
LOOK = 0.5  # seconds between two looks at whether the crawl has ended


def main() -> int:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    while True:
        code = update(sys.argv[1:], stopping)
        stopped = stopping.is_set()  # asked before the line is printed: a stop that comes after it is one of the pause, exit code 0
        if code:
            print(f"scrapy update: exit code {code}", file=sys.stderr, flush=True)
        if stopped:
            return code
        if stopping.wait(float(os.environ.get("EVERY") or DAY)):
            return 0


def update(arguments: list[str], stopping: threading.Event) -> int:
    """One crawl to its end. It is asked to stop once: Scrapy takes a second signal as the order to drop everything."""
    crawl = subprocess.Popen(["scrapy", "update", "--quiet", *arguments], start_new_session=True)  # Ctrl-C reaches it through here alone
    while crawl.poll() is None:
        if stopping.wait(LOOK):
            crawl.terminate()
            crawl.wait()
    code = crawl.returncode
    return code if code >= 0 else 128 - code  # as a shell tells a death by signal


if __name__ == "__main__":
    sys.exit(main())
