"""``python -m archive serve``."""

from __future__ import annotations

import argparse
from pathlib import Path

HELP = "serve the archive as a web site until Ctrl-C"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", type=int, default=8001, help="port to listen on; 0 = any free one (default: %(default)s)")


def run(folder: Path, arguments: argparse.Namespace) -> int:
    from archive.publish.server.serve import serve  # Datasette takes a second to import, which no other command should wait for

    return serve(folder, arguments.host, arguments.port)
