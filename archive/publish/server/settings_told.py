"""Datasette's settings as a person told them: takes names and values, gives them as Datasette itself reads them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click
from datasette.cli import Setting

from archive.errors import ConfigurationError

OURS = {
    "base_url": "the archive is served at the root of a host; --base-url says which",
}


def checked_settings(told: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """Name -> value, the last where one is told twice. Raises ConfigurationError for what Datasette would refuse."""
    settings: dict[str, Any] = {}
    for name, value in told:
        if reason := OURS.get(name):
            raise ConfigurationError(f"--setting {name}: {reason}")
        try:
            _, settings[name] = Setting().convert((name, value), None, None)
        except click.UsageError as error:
            raise ConfigurationError(f"--setting {name}: {error.message}") from error
    return settings
