"""The demo site is crawled once per session, in four runs; each test asks the archive as it was after one of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from scrapy.utils.project import get_project_settings

from crawler.extract.workers import Workers
from tests import crawls
from tests.demosite import DemoSite
from tests.inside import stop_reactor
from tests.literal import Desk
from tests.made_once import made_once

if TYPE_CHECKING:
    from tests.publish_site import Site


@pytest.fixture(scope="session", autouse=True)
def one_process() -> Iterator[None]:
    """What the runs inside this process share: extraction workers, started with the first page, and the reactor."""
    settings = get_project_settings()
    kept = Workers(crawls.EXTRACT_WORKERS, settings.getfloat("EXTRACT_SECONDS"))
    yield
    kept.close()
    stop_reactor()


@dataclass(frozen=True)
class Stage:
    """The archive after a run, and what the site saw of that run."""

    run: crawls.Run
    folder: Path
    requests: list[Any]

    def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return crawls.rows(self.folder, sql, *values)

    def value(self, sql: str, *values: object) -> Any:
        [[value]] = self.rows(sql, *values)
        return value


@dataclass(frozen=True)
class History:
    """``first``: everything is new. ``unchanged``: at once again. ``update``: after the scripted change. ``full``: everything again."""

    site: DemoSite  # as it was before the change; it answers questions, not requests
    first: Stage
    unchanged: Stage
    update: Stage
    full: Stage


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    home, stages = made_once(tmp_path_factory, "history", crawl_four_times)
    before = DemoSite()
    before.home = home
    return History(before, *stages)


def crawl_four_times(place: Path) -> tuple[str, list[Stage]]:
    """The home of a demo site, and its archive after each run."""

    def stage(name: str, *arguments: str) -> Stage:
        site.clear_requests()
        run = crawls.crawl(site, place / "live", *arguments, CONTACT="archive@example.org")
        return Stage(run, crawls.copied(place / "live", place / name), list(site.requests))

    with DemoSite() as site:
        before = [stage("first"), stage("unchanged")]
        site.change()
        return site.home, [*before, stage("update"), stage("full", "mode=full")]


@dataclass(frozen=True)
class Steady:
    """A site that nobody changes, and what an undisturbed crawl of it holds."""

    site: DemoSite
    content: dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="session")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Steady]:
    folder = tmp_path_factory.mktemp("steady")
    with DemoSite() as running:
        assert crawls.crawl(running, folder).code == 0
        yield Steady(running, crawls.content(folder))


@pytest.fixture
def site() -> Iterator[DemoSite]:
    """A demo site of the test's own."""
    with DemoSite() as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an archive will be."""
    return tmp_path / "archive"


@pytest.fixture
def desk(folder: Path) -> Iterator[Desk]:
    """A store of the test's own."""
    opened = Desk(folder)
    yield opened
    opened.close()


# archives of literal rows, to which nobody writes, and their pages


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The pages of tests/publish_archive.py."""
    from tests.publish_archive import build_archive
    from tests.publish_site import Site

    with Site(build_archive(tmp_path_factory.mktemp("example"))) as site:
        yield site


@pytest.fixture(scope="session")
def captured(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of tests/captured_site.py."""
    from tests.captured_site import build_captured

    return build_captured(tmp_path_factory.mktemp("captured"))


@pytest.fixture(scope="session")
def captured_site(captured: Path) -> Iterator[Site]:
    from tests.publish_site import Site

    with Site(captured) as site:
        yield site


@pytest.fixture(scope="session")
def captured_address(captured: Path) -> Iterator[str]:
    """Where a process of its own serves it."""
    from tests.browsing import served

    with served(captured) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """For one module: while it is there, nothing else in this thread can have an event loop."""
    from tests.browsing import launched

    with launched() as running:
        yield running
