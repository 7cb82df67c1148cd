"""The door of pictures: what articles show is captured as evidence, each picture once, the newest articles first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from archive.store import images
from crawler.linked.door import LinkedDoor, LinkedFile


class PictureDoor(LinkedDoor):
    """Pictures of articles: rows of ``images``."""

    kind = "image"
    called = "pictures"
    accept = "image/*,*/*;q=0.5"  # no HTML, because some servers wrap a picture in a page where it is asked for

    def found(self) -> Iterable[LinkedFile]:
        found: dict[str, LinkedFile] = {}
        for row in self.store.ask(images.pictures_of, self.run.site_id):
            if url := self.asked(row["url"]):
                picture = found.setdefault(url, LinkedFile(url, row["article_id"]))
                picture.rows.append(row)
                picture.refs.add(row["url"])
                picture.captures[row["capture_id"] or 0] = row["captured_at"] or ""
        return found.values()

    async def save(self, file: LinkedFile, row: dict[str, Any]) -> str:
        shown = images.read_picture(self.store.folder, row)
        held = file.capture_id and self._capture(file.capture_id)["payload_digest"]
        places = [(shown_at["article_id"], shown_at["position"]) for shown_at in file.rows]
        self.store.save_picture(self.run.site_id, row, shown, places, file.refs)
        file.captures = {row["id"]: row["captured_at"]}
        return "replaced" if held and held != row["payload_digest"] else "as before" if held else "captured"
