#!/usr/bin/env python3
"""``every SECONDS COMMAND...``: runs the command, waits so many seconds, and so on. A signal is passed on, and ends it.

A shell would lose a signal that comes while it starts the command.
"""

from __future__ import annotations

import signal
import subprocess
import sys
import threading

LOOK = 0.5  # seconds between two looks at whether the command has ended


def main() -> int:
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    seconds, words = float(sys.argv[1]), sys.argv[2:]
    while True:
        running = subprocess.Popen(words, start_new_session=True)  # Ctrl-C reaches it through here alone
        while running.poll() is None:
            if stopping.wait(LOOK):
                running.terminate()
                running.wait()
        if running.returncode:
            print(f"{' '.join(words[:2])}: exit code {running.returncode}", file=sys.stderr, flush=True)
        if stopping.wait(seconds):
            return 0


if __name__ == "__main__":
    sys.exit(main())
