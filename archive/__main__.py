"""``python -m archive COMMAND``: work on the evidence, without the crawler.

Takes the arguments of a command line, gives its exit code. A command is a module with a click command called ``command``,
which is imported when it runs.
"""

from __future__ import annotations

import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from archive.cli.options import archive_dir_option
from archive.errors import ArchiveError

COMMANDS = {
    "serve": "archive.publish.commands.serve",
    "status": "archive.publish.commands.status",
    "changes": "archive.cli.changes",
    "diff": "archive.cli.diff",
    "verify": "archive.cli.verify",
    "seal": "archive.cli.seal",
    "backup": "archive.cli.backup",
    "restore": "archive.cli.restore",
    "merge": "archive.cli.merge",
    "export": "archive.publish.commands.export",
    "sites": "archive.cli.sites",
    "accept": "archive.cli.accept",
    "reject": "archive.cli.reject",
    "label": "archive.cli.label",
    "withhold": "archive.cli.withhold",
    "expunge": "archive.cli.expunge",
    "upgrade": "archive.cli.upgrade",
    "doctor": "archive.cli.doctor",
}
"""Command -> its module. Those of publish/ stand here by name only: nothing outside publish/ imports it."""
PROGRAM = "python -m archive"
INTERRUPTED = 130


class LazyGroup(click.Group):
    """A group whose commands are imported one by one, and whose failures are one line on stderr and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = importlib.import_module(COMMANDS[cmd_name]).command
        return command

    def main(  # type: ignore[override]  # click overloads it by standalone_mode
        self, args: Sequence[str] | None = None, prog_name: str | None = None, *, standalone_mode: bool = True, **extra: Any
    ) -> int:
        """Run one command. Returns its exit code, or exits with it in standalone mode, as click's own ``main`` does."""
        code = self.exit_code(sys.argv[1:] if args is None else args, prog_name or PROGRAM, **extra)
        if standalone_mode:
            sys.exit(code)
        return code

    def exit_code(self, arguments: Sequence[str], prog_name: str, **extra: Any) -> int:
        """The exit code of one run, whose output is written. click's own ``main`` would answer 1 to a closed pipe."""
        try:
            with self.make_context(prog_name, list(arguments), **extra) as context:
                code = self.invoke(context)
            sys.stdout.flush()
        except click.exceptions.Exit as stopped:  # after --help
            return stopped.exit_code
        except ArchiveError as error:
            return failed(str(error), error.exit_code)
        except click.ClickException as error:
            return failed(usage_message(error), error.exit_code)
        except KeyboardInterrupt:
            return INTERRUPTED
        except BrokenPipeError:  # | head
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return 0
        return int(code or 0)


def failed(message: str, code: int) -> int:
    """Write one line on stderr. Returns the exit code."""
    print(f"archive: {message}", file=sys.stderr)
    return code


def usage_message(error: click.ClickException) -> str:
    """What was wrong with the arguments, and where to read more: ``...; see python -m archive diff --help``."""
    message = " ".join(error.format_message().split()).removesuffix(".")
    context = getattr(error, "ctx", None)
    return f"{message}; see {context.command_path} --help" if context else message


@click.group(PROGRAM, cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, no_args_is_help=False)
@archive_dir_option
def commands() -> None:
    """Serve, check and keep the archive. Works without the crawler."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command (``sys.argv`` by default). Returns its exit code; what a person can mend is one line on stderr."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # cron's terminal may know no Arabic
    return commands.main(arguments, standalone_mode=False)


if __name__ == "__main__":
    sys.exit(main())
