"""``python -m archive COMMAND``: work on the evidence, without the crawler.

A command is a module with ``HELP``, ``add_arguments(parser)`` and ``run(folder, arguments) -> exit code``; it imports
what is slow to import when it runs.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import sys
from collections.abc import Sequence

from archive.db.connection import archive_dir
from archive.errors import ArchiveError

COMMANDS = {
    "serve": "archive.publish.commands.serve",
    "status": "archive.publish.commands.status",
    "changes": "archive.cli.changes",
    "diff": "archive.cli.diff",
    "verify": "archive.cli.verify",
    "backup": "archive.cli.backup",
    "export": "archive.cli.export",
    "accept": "archive.cli.accept",
    "label": "archive.cli.label",
    "withhold": "archive.cli.withhold",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns its exit code; what a person can mend is one line on stderr."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # cron's terminal may know no Arabic
    try:
        parsed = build_parser().parse_args(given)
        code: int = parsed.run(archive_dir(parsed.archive_dir), parsed)
        sys.stdout.flush()
    except ArchiveError as error:
        print(f"archive: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # | head
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return code


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m archive", description="Serve, check and keep the archive. Works without the crawler.")
    folder = "the archive's folder (default: $ARCHIVE_DIR, else data)"
    parser.add_argument("--archive-dir", metavar="DIR", help=folder)
    shared = argparse.ArgumentParser(add_help=False)  # given before or after the command
    shared.add_argument("--archive-dir", metavar="DIR", default=argparse.SUPPRESS, help=folder)
    subparsers = parser.add_subparsers(metavar="COMMAND", required=True)
    for name, module_name in COMMANDS.items():
        command = importlib.import_module(module_name)
        subparser = subparsers.add_parser(name, parents=[shared], help=command.HELP, description=command.HELP)
        command.add_arguments(subparser)
        subparser.set_defaults(run=command.run)
    return parser


if __name__ == "__main__":
    sys.exit(main())
