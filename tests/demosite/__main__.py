"""python -m tests.demosite --port 8002"""

from __future__ import annotations

import argparse
import signal
import threading
from pathlib import Path

from . import DemoSite


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.demosite", description="Serve The Harrow Desk, an invented WordPress site, on 127.0.0.1."
    )
    parser.add_argument("--port", type=int, default=8002, help="0 = any free port (default 8002)")
    parser.add_argument("--rest", default="on", choices=["on", "404", "401", "403", "nocomments", "rest_route-only"])
    parser.add_argument("--links", default="pretty", choices=["pretty", "plain"])
    parser.add_argument("--theme", default="classic", choices=["classic", "html5"])
    parser.add_argument("--boilerplate", default="content", choices=["content", "theme", "off"])
    parser.add_argument("--comments-per-page", type=int, default=20)
    parser.add_argument("--comments-default", default="newest", choices=["newest", "oldest"])
    parser.add_argument("--no-sitemap", action="store_true")
    parser.add_argument("--no-feeds", action="store_true")
    parser.add_argument("--log", type=Path, help="append each request to this file as a JSON line")
    parser.add_argument("--change-on", choices=["SIGUSR1", "SIGUSR2", "SIGHUP"], help="run the scripted change when this signal arrives")
    args = parser.parse_args()
    site = DemoSite(
        rest=args.rest,
        links=args.links,
        theme=args.theme,
        boilerplate=args.boilerplate,
        sitemap=not args.no_sitemap,
        feeds=not args.no_feeds,
        comments_per_page=args.comments_per_page,
        comments_default=args.comments_default,
    )
    site.log_file = args.log
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    if args.change_on:
        signal.signal(getattr(signal, args.change_on), lambda *_: print("\n".join(site.change()), flush=True))
    try:
        site.start(args.port)
    except OSError as error:
        parser.exit(2, f"cannot serve on port {args.port}: {error.strerror}; choose another with --port\n")
    print(f"The Harrow Desk at {site.home}/  (POST {site.home}/__demo/change lets it change)", flush=True)
    while not stopped.wait(0.5):
        pass
    site.stop()
    return 0


raise SystemExit(main())
