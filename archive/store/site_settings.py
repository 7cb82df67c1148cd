"""What is remembered of each site for its next runs: whether it is visited, and what cron would have to repeat.

Takes and gives plain values; functions that write run inside the caller's transaction.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlite_utils import Database

from archive.errors import ConfigurationError
from archive.store.sites import ensure_site
from archive.text.proxies import read_proxy, without_secrets

UNITS = {"m": 1 / 60, "h": 1.0, "d": 24.0, "w": 168.0}
DAYS = {"d": 1.0, "w": 7.0, "y": 365.25}
HIDE_COMMENTS, HIDE_GONE = "hide-comments-after", "hide-gone-after"  # rules of age
SHARES = ("all", "budget", "none")


@dataclass(frozen=True, slots=True)
class SiteSetting:
    """One setting: what may be written, what it means."""

    values: str
    meaning: str
    allows: Callable[[str], bool]


def hours(text: str) -> float | None:
    """``15m``, ``6h``, ``2d``, ``1w`` in hours; None for anything else."""
    found = re.fullmatch(r"(\d{1,4}(?:\.\d+)?)([mhdw])", text)
    return float(found[1]) * UNITS[found[2]] if found and float(found[1]) > 0 else None


def days(text: str) -> float | None:
    """``30d``, ``8w``, ``2y`` in days; None for anything else."""
    found = re.fullmatch(r"(\d{1,4})([dwy])", text)
    return int(found[1]) * DAYS[found[2]] if found and int(found[1]) > 0 else None


def _share(text: str) -> bool:
    return text in SHARES


SETTINGS = {
    "pages": SiteSetting("all|budget|none", "pages captured as evidence, as -a pages=", _share),
    "images": SiteSetting("all|budget|none", "pictures captured, as -a images=", _share),
    "assets": SiteSetting("all|budget|none", "style sheets, fonts and scripts captured, as -a assets=", _share),
    "documents": SiteSetting("all|budget|none", "linked documents captured, as -a documents=", _share),
    "delay": SiteSetting(
        "SECONDS", "between two requests to it, as -s DOWNLOAD_DELAY=", lambda text: bool(re.fullmatch(r"\d{1,4}(\.\d+)?", text))
    ),
    "every": SiteSetting(
        "15m|6h|1d|1w|auto",
        "how often update --due visits it; auto: by how lively it is",
        lambda text: text == "auto" or hours(text) is not None,
    ),
    "proxy": SiteSetting(
        "http://HOST:PORT|socks5h://HOST:PORT",
        "every request of its runs goes through it, none past it; NAME:PASSWORD@ may stand before HOST, and is not shown",
        lambda text: read_proxy(text) is not None,
    ),
    HIDE_COMMENTS: SiteSetting(
        "30d|8w|2y", "comments older than this are served no more; they stay in the archive", lambda text: days(text) is not None
    ),
    HIDE_GONE: SiteSetting(
        "30d|8w|2y",
        "what has been gone from the site for longer than this is served no more; it stays in the archive",
        lambda text: days(text) is not None,
    ),
}


def checked_settings(given: Mapping[str, str]) -> dict[str, str]:
    """The settings, checked; an empty value takes one back. Raises ConfigurationError with what to write instead."""
    for name, value in given.items():
        if name not in SETTINGS:
            raise ConfigurationError(f"a site has no setting {name!r}; it has {', '.join(SETTINGS)}")
        if value and not SETTINGS[name].allows(value):
            shown = "..." if name == "proxy" else repr(value)  # a password may stand in it
            raise ConfigurationError(f"{name}={shown} is unknown; write {name}={SETTINGS[name].values}")
    return dict(given)


def add_site(db: Database, name: str, home: str, at: str) -> str:
    """Make a site known that was never crawled; the name that it got."""
    ensure_site(db, name, home, None)
    db.execute("update sites set added_at = ? where home = ?", [at, home])
    return str(db.execute("select name from sites where home = ?", [home]).fetchone()[0])


def set_visited(db: Database, site_id: int, *, paused_at: str | None = None, removed_at: str | None = None) -> None:
    """Whether the site is visited: it is, unless it is paused or removed since some time."""
    db.execute("update sites set paused_at = ?, removed_at = ? where id = ?", [paused_at, removed_at, site_id])


def save_site_settings(db: Database, site_id: int, values: Mapping[str, str]) -> None:
    """Remember these; an empty value forgets one, and others stay."""
    for name, value in values.items():
        if value:
            db.execute("insert or replace into site_settings(site_id, name, value) values (?, ?, ?)", [site_id, name, value])
        else:
            db.execute("delete from site_settings where site_id = ? and name = ?", [site_id, name])


def site_settings(db: Database, site_id: int) -> dict[str, str]:
    """What is remembered, in the order of ``SETTINGS``."""
    held = dict(db.execute("select name, value from site_settings where site_id = ?", [site_id]).fetchall())
    return {name: held[name] for name in SETTINGS if name in held}


def shown_settings(settings: Mapping[str, str]) -> str:
    """``images=all delay=2``: as they may be printed, without a proxy's password."""
    return " ".join(f"{name}={without_secrets(value) if name == 'proxy' else value}" for name, value in settings.items())
