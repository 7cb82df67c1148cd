"""``scrapy import FILE|DIR ...``: captures of other tools become dated evidence, in their place in time. No network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archive.errors import ConfigurationError
from crawler.command import ArchiveCommand

if TYPE_CHECKING:
    import argparse


class Command(ArchiveCommand):
    def syntax(self) -> str:
        return "[options] FILE.warc[.gz]|FILE.wacz|FILE.arc[.gz]|DIR ..."

    def short_desc(self) -> str:
        return "Take in captures that other tools made: WARC, WACZ and ARC files"

    def work(self, args: list[str], arguments: dict[str, str], opts: argparse.Namespace) -> int:
        """Take in every file. ``-a home=URL`` names the site of captures whose site is not remembered."""
        unknown = arguments.keys() - {"home"}
        if unknown or not args:
            said = f"unknown argument -a {min(unknown)}" if unknown else "which files?"
            raise ConfigurationError(f"{said}; write: scrapy import FILE|DIR ... [-a home=https://example.org/]")
        assert self.settings is not None
        from crawler.imports.importing import Importing  # Scrapy loads every command to run one

        return Importing(self, self.settings, args, arguments.get("home")).run()
