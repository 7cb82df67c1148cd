"""What commands of ``python -m archive`` share: the archive's folder, and the options of a decision.

Takes the function that does a command's work; gives a click command that hands it the archive's folder and the options.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from archive.db.connection import archive_dir
from archive.depot.records import reach_followed

Work = TypeVar("Work", bound=Callable[..., Any])


def archive_command(name: str, described: str, more: str = "") -> Callable[[Callable[..., int]], click.Command]:
    """A command out of a function ``(folder, **options) -> exit code``; ``--archive-dir`` says which folder that is.

    ``described`` is one line of the list of commands, and begins the command's own help; ``more`` says what its arguments are.
    """

    def decorated(work: Callable[..., int]) -> click.Command:
        @archive_dir_option
        @click.pass_context
        @functools.wraps(work)
        def in_folder(context: click.Context, /, **options: Any) -> int:
            folder = archive_dir(context.obj)
            reach_followed(folder)
            return work(folder, **options)

        text = f"{described}\n\n{more}" if more else described
        return click.command(name, help=text, short_help=described)(in_folder)  # without short_help click would cut the line

    return decorated


def archive_dir_option(function: Work) -> Work:
    """``--archive-dir``, which is given before or after the command's name; the one after it counts."""
    described = "the archive's folder (default: $ARCHIVE_DIR, else data)"
    option = click.option("--archive-dir", metavar="DIR", expose_value=False, callback=keep_folder, help=described)
    return option(function)


def keep_folder(context: click.Context, _: click.Parameter, given: str | None) -> None:
    """Keep the folder that was named; a command inherits it from the group."""
    if given:
        context.obj = given


def decision_options(
    listed: str,
    reason: str = "why; it is kept with the decision",
    undo: str = "take the decision back",
) -> Callable[[Work], Work]:
    """``--reason``, ``--undo`` and ``--list`` (as ``listing``) of a command that takes decisions; the texts are their help."""

    def decorated(function: Work) -> Work:
        function = click.option("--list", "listing", is_flag=True, help=listed)(function)
        function = click.option("--undo", is_flag=True, help=undo)(function)
        return click.option("--reason", metavar="TEXT", help=reason)(function)

    return decorated


def require_one(given: Mapping[str, Any]) -> None:
    """One of these, name -> value, was given and no more. Raises click.UsageError that names them."""
    if sum(value not in (None, False) for value in given.values()) != 1:
        raise click.UsageError(f"give one of {', '.join(given)}, and only one", click.get_current_context())


def author_urls_option(function: Work) -> Work:
    """``--show-author-urls`` (as ``author_urls``), which the environment may say too."""
    described = "show the web addresses that people gave with their names under comments; without it they are in the archive alone"
    return click.option("--show-author-urls", "author_urls", is_flag=True, envvar="SHOW_AUTHOR_URLS", show_envvar=True, help=described)(
        function
    )
