"""All that is true of a site. One more site is one more ``Site(...)``; a site that is not declared gets the defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from archive.text.urls import NOISE

if TYPE_CHECKING:
    from archive.store.linked_files import FileKind


@dataclass(frozen=True, slots=True)
class Site:
    """Conventions of one site. Every field but ``name`` and ``home`` may stay empty: the extractor then finds out by itself."""

    name: str  # short name: the spider's name and the folder of its WARC files
    home: str  # https://host/ with a trailing slash
    timezone: str | None = None  # IANA name; None = ask REST, else infer
    container: str | None = None  # CSS selector of the article's body
    boilerplate: tuple[tuple[str, str], ...] = ()  # (block kind, regular expression searched in a block's text), first match wins
    query_noise: tuple[str, ...] = NOISE
    # query parameters that never name another page; a trailing * is a prefix
    image_hosts: tuple[str, ...] = ()  # other hosts that deliver its pictures, as "cdn.example.net"; with -a images they are asked too
    asset_hosts: tuple[str, ...] = ()  # other hosts that deliver its style sheets, fonts and scripts; with -a assets they are asked too
    document_hosts: tuple[str, ...] = ()  # other hosts that have its documents; with -a documents they are asked too
    types: tuple[str, ...] = ()  # WordPress post types that hold articles though their name speaks against it; "-event": that hold none

    def file_hosts(self, kind: FileKind) -> tuple[str, ...]:
        """The other hosts that may be asked for files of a kind."""
        return {"image": self.image_hosts, "asset": self.asset_hosts, "document": self.document_hosts}[kind]
