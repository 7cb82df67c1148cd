"""Records of other tools copied below warc/: takes files, gives what was taken, left out and known already, a count for each site.

Each file of theirs becomes one of ours for each site, ``warc/SITE/import-NAME-DIGEST.warc.gz``, written under another name and renamed
when it is whole. A record that is there already, by its id or by address, time and body, is not copied again.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING
from urllib.parse import urlsplit

from archive.text.urls import origin
from archive.warc.place import SUFFIX, sha256
from archive.warc.read import is_response, response_in, type_of
from archive.warc.records import Note, metadata
from archive.warc.write import member

if TYPE_CHECKING:
    from pathlib import Path

    from archive.text.urls import Origin
    from archive.warc.foreign import ForeignRecord

WAITING = 64  # records beside captures that are kept until it is known whether theirs is taken
Known = Callable[[str, str, str, str], bool]  # record id, address, time, digest of the body -> whether it is there
Other = Callable[[str, str], bool]  # record id, digest of the body -> whether a record with this id has another body


@dataclass(frozen=True, slots=True)
class ImportSite:
    """A site whose records are taken: the name of its folder, its home, and the origins that are its own."""

    name: str
    home: str
    origins: frozenset[Origin]


@dataclass(slots=True)
class Copied:
    """What became of the records of all files."""

    taken: Counter[str] = field(default_factory=Counter)  # site -> captures
    known: Counter[str] = field(default_factory=Counter)
    anew: Counter[str] = field(default_factory=Counter)  # packed anew
    elsewhere: Counter[str] = field(default_factory=Counter)  # host -> captures
    unreadable: int = 0  # responses that cannot be read
    doubles: int = 0  # responses with the id of another one
    resources: int = 0  # files at addresses of a site, without the answer of a server


@dataclass(slots=True)
class FileCopier:
    """Copies the records of one file. ``take`` each in its order, then ``finish``."""

    warc: Path
    scratch: Path
    name: str
    at: str
    sites: tuple[ImportSite, ...]
    known: Known
    other: Other
    copied: Copied
    seen: set[tuple[str, ...]]  # what was taken by this import: ids, (id, digest), and (address, time, digest)
    _open: dict[str, IO[bytes]] = field(default_factory=dict)
    _digests: dict[str, hashlib._Hash] = field(default_factory=dict)
    _waiting: list[ForeignRecord] = field(default_factory=list)
    _last: tuple[str, str] = ("", "")  # site and id of the capture before, where it was taken

    def take(self, record: ForeignRecord) -> None:
        kind = type_of(record.content)
        if kind in ("response", "revisit"):
            self._capture(record, kind)
        elif self._last[1] and record.said("WARC-Concurrent-To") == self._last[1]:
            self._write(self._last[0], record)
        elif kind in ("request", "metadata", "resource", "conversion", "warcinfo"):
            if kind == "resource" and self._site_of(record.said("WARC-Target-URI")):
                self.copied.resources += 1
            self._waiting = [*self._waiting[-WAITING:], record]

    def _capture(self, record: ForeignRecord, kind: str) -> None:
        url = record.said("WARC-Target-URI").strip("<>")
        waiting, self._waiting, self._last = self._waiting, [], ("", "")
        site = self._site_of(url)
        if site is None:
            self.copied.elsewhere[urlsplit(url).netloc or "no host"] += 1
            return
        names = self._names(record, url)
        if names is None:
            self.copied.unreadable += 1
            return
        if len(names) > 1 and self._is_double(names[0][0], names[1][2]):
            self.copied.doubles += 1
            return
        if any(name in self.seen for name in names) or self.known(*self._asked(record, names)):
            self.copied.known[site.name] += 1
            return
        self.seen.update(names, [(names[0][0], names[-1][-1])])
        for other in waiting:
            self._write(site.name, other)
        self._write(site.name, record)
        self.copied.taken[site.name] += 1
        self._last = (site.name, record.said("WARC-Record-ID"))

    def _site_of(self, url: str) -> ImportSite | None:
        try:
            place = origin(url)
        except ValueError:
            return None
        return next((site for site in self.sites if place in site.origins), None)

    def _names(self, record: ForeignRecord, url: str) -> list[tuple[str, ...]] | None:
        """What a capture is known by; None where it cannot be read as one."""
        number = record.said("WARC-Record-ID")
        if not is_response(record.content):
            return [(number,)] if number else None
        read = response_in(record.content)
        return [(read.record_id,), (url, read.captured_at, sha256(read.body))] if read else None

    def _is_double(self, number: str, digest: str) -> bool:
        """Whether another record has this id, with another body: some tools give one twice."""
        if (number,) in self.seen:
            return (number, digest) not in self.seen
        return self.other(number, digest)

    def _asked(self, record: ForeignRecord, names: list[tuple[str, ...]]) -> tuple[str, str, str, str]:
        url, at, digest = names[1] if len(names) > 1 else ("", "", "")
        return names[0][0], url, at, digest

    def _write(self, site: str, record: ForeignRecord) -> None:
        if site not in self._open:
            home = next(each.home for each in self.sites if each.name == site)
            said = {"file": self.name, "site": site, "home": home, "imported_at": self.at}
            self._open[site] = open(self.scratch / f"{len(self._open)}.part", "wb")  # noqa: SIM115 - closed by finish
            self._digests[site] = hashlib.sha256()
            self._open[site].write(member(metadata(Note("import", self.at, said))))
        self._open[site].write(record.member)
        self._digests[site].update(record.member)
        self.copied.anew[site] += record.packed_anew

    def finish(self) -> list[tuple[Path, Path]]:
        """(written file, its place below warc/) of what was taken; each is synced."""
        places = []
        stem = re.sub(r"[^A-Za-z0-9._-]+", "-", re.sub(r"\.(warc|arc|wacz)(\.gz)?$", "", self.name)).strip("-.")[:60]
        for number, (site, file) in enumerate(self._open.items()):
            file.flush()
            os.fsync(file.fileno())
            file.close()
            digest = self._digests[site].hexdigest()[:8]
            part = self.scratch / f"whole-{digest}-{number}"
            os.replace(self.scratch / f"{number}.part", part)
            places.append((part, self.warc / site / f"import-{stem or 'file'}-{digest}{SUFFIX}"))
        return places


def put_in_place(places: list[tuple[Path, Path]]) -> None:
    """Give the copied files their names below warc/."""
    for part, path in places:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, path)


def told(hosts: Mapping[str, int]) -> str:
    """Counts by name, the greatest first, the first five of them."""
    most = sorted(hosts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count:,}" for name, count in most[:5]) + (f" and {len(most) - 5:,} more" if len(most) > 5 else "")
