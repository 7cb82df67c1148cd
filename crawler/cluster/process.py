"""One process that reads slices: takes a command's settings and a depot, gives everything that slices need, and ends it again."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from archive.db.connection import archive_dir
from archive.db.lock import Lock
from archive.depot.depot import Depot, open_depot
from archive.errors import ConfigurationError
from crawler.cluster.kept_folders import KeptFolders
from crawler.cluster.slices import Slices
from crawler.cluster.visits import Visits
from crawler.extensions.archive import check_settings
from crawler.extensions.shared_settings import of_many_crawls
from crawler.extract.workers import Workers
from crawler.spiders.site import SiteSpider

if TYPE_CHECKING:
    from pathlib import Path

    from crawler.command import ArchiveCommand

FOLDER = "slices"  # under ARCHIVE_DIR: a folder for each site
CLOCK_OFF = 10.0  # seconds that this machine's clock may differ from the store's


@contextlib.contextmanager
def slices_of(command: ArchiveCommand, url: str, arguments: Mapping[str, str], jobs: int, *, quiet: bool) -> Iterator[Slices]:
    """The slices of this process, alone in its folder. Raises ConfigurationError, LockHeld, StorageError where the depot is away."""
    settings = command.settings
    assert settings is not None
    if settings.getfloat("SLICE") <= 0:
        raise ConfigurationError(f"SLICE is the seconds that a site is read at a time, more than 0, and not {settings['SLICE']}")
    SiteSpider.options({"home": "https://example.org/", **arguments})
    check_settings(settings)
    settings.set("PROGRESS", False, priority="cmdline")  # one bar cannot show several sites
    command.process.settings = of_many_crawls(command.process.settings)
    folder = archive_dir(settings["ARCHIVE_DIR"]) / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    depot = open_depot(url, holder_name(folder))
    demand_clock(depot)
    depot.objects.demand_conditions(depot.session.key)
    lock = Lock(folder)
    workers = Workers(settings.getint("EXTRACT_WORKERS"), settings.getfloat("EXTRACT_SECONDS"))
    visits = Visits(command.process, arguments, quiet=quiet)
    try:
        with contextlib.closing(workers):  # they stay while one site ends and the next begins
            kept = KeptFolders(folder, settings.getfloat("SLICES_MB") * 1e6, settings.getfloat("SLICES_DAYS"))
            slices = Slices(depot, visits, kept, settings.getfloat("SLICE"), settings.getfloat("DOWNLOAD_DELAY"), jobs)
            yield slices
            slices.close()
    finally:
        lock.release()


def holder_name(folder: Path) -> str:
    """How others call this process."""
    return f"{socket.gethostname()}:{folder.parent.name}"


def demand_clock(depot: Depot) -> None:
    """Raises ConfigurationError where this machine's clock is not the store's: every time that it writes would be wrong."""
    off: Any = datetime.now(UTC).timestamp() - depot.session.store_time()
    if abs(off) > CLOCK_OFF:
        how = "ahead of" if off > 0 else "behind"
        raise ConfigurationError(f"this machine's clock is {abs(off):,.0f} s {how} that of the depot {depot.url}; set it (NTP) first")
