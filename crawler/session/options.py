"""What a run is asked to do: takes the ``-a`` arguments of a spider, checks them, gives ``CrawlOptions``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from archive.errors import ConfigurationError
from archive.store.linked_files import FILE_KINDS, FileKind
from archive.text.homes import checked_home, site_name
from crawler.addresses import origins_of
from crawler.site import Site

Mode = Literal["update", "full"]
Share = Literal["all", "budget", "none"]


class Argument(NamedTuple):
    """One ``-a`` argument: what may be written, what it means, what holds where it is not given."""

    values: tuple[str, ...]
    meaning: str
    default: str = ""


REMEMBERED = ("pages", "images", "assets", "documents")  # arguments that may be remembered of a site: archive/store/site_settings.py
ARGUMENTS = {
    "home": Argument(("URL",), "the site's front page; for a site that has no spider of its own"),
    "mode": Argument(("update", "full"), "what is new or changed since the last run, or everything again", "update"),
    "pages": Argument(
        ("all", "budget", "none"), "pages captured as evidence where REST gives the text; budget: PAGE_BUDGET a run", "budget"
    ),
    "images": Argument(("none", "budget", "all"), "pictures captured; budget: IMAGE_BUDGET a run", "none"),
    "assets": Argument(
        ("none", "budget", "all"), "style sheets, fonts and scripts of captured pages captured; budget: ASSET_BUDGET a run", "none"
    ),
    "documents": Argument(
        ("none", "budget", "all"), "linked PDF and office files captured, their text searchable; budget: DOCUMENT_BUDGET a run", "none"
    ),
    "limit": Argument(("N",), "at most so many articles, from 1 on"),
}


@dataclass(frozen=True, slots=True)
class CrawlOptions:
    """What a run is asked to do, checked."""

    site: Site
    mode: Mode = "update"
    pages: Share = "budget"
    limit: int | None = None  # articles
    images: Share = "none"
    assets: Share = "none"
    documents: Share = "none"
    given: frozenset[str] = frozenset()  # arguments that were written for this run: they count more than what is remembered of the site

    def remembering(self, settings: Mapping[str, str]) -> CrawlOptions:
        """With what is remembered of the site where nothing was written for this run."""
        remembered: dict[str, Any] = {name: value for name, value in settings.items() if name in REMEMBERED and name not in self.given}
        return replace(self, **remembered)

    def files(self, kind: FileKind) -> Share:
        """How many files of a kind are captured."""
        return {"image": self.images, "asset": self.assets, "document": self.documents}[kind]


def parse_options(arguments: Mapping[str, str], declared: Site | None, spider: str) -> CrawlOptions:
    """The options that ``-a`` arguments make. Those that begin with ``_`` are a scheduler's, as scrapyd's ``_job``, and say nothing.

    ``declared``: the site of a spider that has one; ``spider``: its name. Raises ConfigurationError with what to write instead.
    """
    ours = {name: value for name, value in arguments.items() if not name.startswith("_")}
    allowed = ARGUMENTS.keys() - ({"home"} if declared else set())
    for name in ours.keys() - allowed:
        raise ConfigurationError(f"unknown argument -a {name}=...; {spider} takes {', '.join(sorted(allowed))}")
    chosen = {name: _choice(ours, name) for name, argument in ARGUMENTS.items() if argument.default}
    limit = ours.get("limit")
    if limit is not None and not (str(limit).isdecimal() and int(limit)):
        raise ConfigurationError(f"limit={limit!r} is no number of articles; write a whole number from 1 on")
    if not declared and not ours.get("home"):
        raise ConfigurationError("which site? write: scrapy crawl site -a home=https://example.org/")
    site = declared or undeclared_site(checked_home(ours["home"]))
    for kind in FILE_KINDS:
        origins_of(site.file_hosts(kind))
    return CrawlOptions(site, limit=int(limit) if limit else None, given=frozenset(ours), **chosen)  # type: ignore[arg-type]


def _choice(arguments: Mapping[str, str], name: str) -> str:
    argument = ARGUMENTS[name]
    value = arguments.get(name, argument.default)
    if value not in argument.values:
        raise ConfigurationError(f"{name}={value!r} is unknown; write one of {', '.join(argument.values)}")
    return value


def undeclared_site(home: str) -> Site:
    """A site that no spider declares: its host is its name."""
    return Site(name=site_name(home), home=home)


def help_text() -> str:
    """Every ``-a`` argument with its values and its meaning, one to a line."""
    lines = [
        (f"  -a {name}={'|'.join(argument.values)}", argument.meaning + (f" (default: {argument.default})" if argument.default else ""))
        for name, argument in ARGUMENTS.items()
    ]
    width = max(len(left) for left, _ in lines) + 2
    return "\n".join(left.ljust(width) + meaning for left, meaning in lines)
