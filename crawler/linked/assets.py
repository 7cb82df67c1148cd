"""The door of assets: style sheets, fonts and scripts of captured pages, and what style sheets import, each address captured once.

With them a page of the archive can be played back as it looked. Pictures that a page shows beside its article's own, and the other
sizes of those, belong to it where the run captures pictures at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archive.store import assets
from archive.store.assets import FoundAsset
from archive.store.checkpoints import Checkpoint
from archive.text.urls import origin
from archive.warc.place import sha256
from crawler.extract.workers import ExtractionCut, ExtractionFailed, InWorker
from crawler.linked.door import LinkedDoor, LinkedFile
from crawler.sequences import batches

if TYPE_CHECKING:
    from crawler.extract.used_files import Used
    from crawler.session.session import Run

FILES_OF_PAGES: InWorker[list[list[Used]]] = InWorker("crawler.linked.in_worker", "files_of_pages")
FILES_OF_SHEET: InWorker[list[Used]] = InWorker("crawler.linked.in_worker", "files_of_sheet")
PAGES_A_CALL = 16
DEEPEST = 4  # style sheets between a page and a file: sheets that import ever further ones end here


class AssetDoor(LinkedDoor):
    """Files that pages show themselves with: rows of ``assets``."""

    kind = "asset"
    called = "assets"
    accept = "text/css,*/*;q=0.5"
    packed = True
    again_in_full = False  # another content has another address, as themes write it: ?ver=2

    def __init__(self, run: Run) -> None:
        super().__init__(run)
        self.pictures = run.options.images != "none"
        self.allowed = run.origins | run.further_origins["asset"] | (run.further_origins["image"] if self.pictures else frozenset())
        self.new = 0  # files that were named since the last round

    async def read_files(self) -> None:
        """Rounds: what the pages name, then what its style sheets name, and so on."""
        await self._look_at_pages()
        self.new = 1
        while self.new and self.left != 0:
            self.new = 0
            await self.round(list(self.found()))

    def found(self) -> Iterable[LinkedFile]:
        for row in self.store.ask(assets.assets_due, self.run.site_id, pictures=self.pictures):
            yield LinkedFile(row["url"], None, {row["url"]}, {0: ""}, [row])

    def asked(self, url: str) -> str | None:
        """The address as a browser that plays the page back asks for it: with all of its parameters, on the site's own host."""
        try:
            scheme, host, _ = origin(url)
        except ValueError:
            return None
        if not self.run.addresses.reaches(url):
            return url if scheme in ("http", "https") and host else None
        home = urlsplit(self.run.site.home)
        return urlsplit(url)._replace(scheme=home.scheme, netloc=home.netloc).geturl()

    def doors(self) -> tuple[str, ...]:
        return ("asset", "image")

    async def save(self, file: LinkedFile, row: dict[str, Any]) -> str:
        [asset] = file.rows
        content = assets.read_asset(self.store.folder, asset, row)
        named = await self._named_by_sheet(row) if asset["kind"] == "style" and asset["depth"] < DEEPEST else []
        found = self._allowed(named, asset["page_capture_id"], asset["depth"] + 1)
        self.new += self.store.save_asset(asset, row, sha256(content), found)
        file.captures = {row["id"]: row["captured_at"]}
        return "captured"

    async def _named_by_sheet(self, row: dict[str, Any]) -> list[Used]:
        try:
            return await self.run.context.parser.workers.run(FILES_OF_SHEET, self.store.folder, row)
        except (ExtractionCut, ExtractionFailed):  # the sheet itself is held
            return []

    # pages

    async def _look_at_pages(self) -> None:
        """Remember what the pages name that came since the last look; what all pages and held style sheets name, where other hosts
        or pictures are wanted now."""
        run = self.run
        wanted = " ".join([*sorted(f"{host}:{port}" for _, host, port in self.allowed), *(["pictures"] if self.pictures else [])])
        [last] = self.store.checkpoints(run.site_id, "assets_read") or [Checkpoint()]
        after = last.count or 0 if last.value == wanted else 0
        for sheet in [] if last.value == wanted else self.store.ask(assets.held_sheets, run.site_id):
            if sheet["depth"] < DEEPEST:
                named = await self._named_by_sheet(sheet)
                self.store.add_assets(run.site_id, self._allowed(named, sheet["page_capture_id"], sheet["depth"] + 1))
        for rows in batches(self.store.ask(assets.captured_pages, run.site_id, after), PAGES_A_CALL):
            found = [
                asset for row, used in zip(rows, await self._used_by(rows), strict=True) for asset in self._allowed(used, row["id"], 0)
            ]
            done = Checkpoint(count=max(row["id"] for row in rows), value=wanted)
            self.store.add_assets(run.site_id, found, [done])

    async def _used_by(self, rows: Any) -> list[list[Used]]:
        workers = self.run.context.parser.workers
        try:
            return await workers.run(FILES_OF_PAGES, self.store.folder, rows)
        except (ExtractionCut, ExtractionFailed):
            if len(rows) == 1:
                return [[]]
            return [used for row in rows for used in await self._used_by([row])]

    def _allowed(self, used: Iterable[Used], page: int | None, depth: int) -> list[FoundAsset]:
        """Those of the files that this run may ask for; the others are counted."""
        found = []
        for reference, kind in used:
            if (kind == "picture" and not self.pictures) or (url := self.asked(reference)) is None:
                continue
            if origin(url) in self.allowed:
                found.append(FoundAsset(url, kind, depth, page))
            else:
                self.elsewhere[url] = urlsplit(url).netloc
        return found
