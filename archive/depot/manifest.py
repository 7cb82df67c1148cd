"""What a snapshot of a site's archive consists of: takes the database, gives which pieces make it, and in which objects they lie.

The database is cut into pieces of 1 MiB. Pieces that an earlier snapshot has are named, not sent again; new ones are packed with
zstandard and lie one behind the other in one object, the manifest behind them. An object that few pieces are left of is written anew.
"""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from archive.depot.heads import Committed
from archive.depot.objects import NoObject, Objects
from archive.errors import ConfigurationError, StorageError

PIECE = 1 << 20
PACK = 32 << 20  # bytes of packed pieces in one object
LEVEL = 3
MOST_PACKS = 8  # that a snapshot is read from; those with the least in them are written anew
TOGETHER = 16 << 20  # bytes of neighbours that are read by one request


class DamagedPack(StorageError):
    """What lies in the depot is not what was put there."""


@dataclass(frozen=True, slots=True)
class PackedSpan:
    """Packed content: the digest of what it unpacks to, and where it lies."""

    digest: str
    pack: str
    offset: int
    length: int


@dataclass(slots=True)
class Manifest:
    """``warc``: FILE -> [bytes, SHA-256]; ``files``: others of the archive's folder, by their path in it.

    ``destroyed``: WARC files that a legal order has replaced: a copy that still lies on a worker's disk goes."""

    size: int = 0
    pieces: list[PackedSpan] = field(default_factory=list)
    files: dict[str, PackedSpan] = field(default_factory=dict)
    warc: dict[str, tuple[int, str]] = field(default_factory=dict)
    destroyed: list[str] = field(default_factory=list)

    def content(self) -> bytes:
        packs = sorted({span.pack for span in (*self.pieces, *self.files.values())})
        number = {pack: i for i, pack in enumerate(packs)}

        def row(span: PackedSpan) -> list[Any]:
            return [span.digest, number[span.pack], span.offset, span.length]

        files = {path: row(span) for path, span in sorted(self.files.items())}
        told = {"size": self.size, "packs": packs, "pieces": [row(s) for s in self.pieces], "files": files, "warc": self.warc}
        told["destroyed"] = self.destroyed
        return json.dumps(told, separators=(",", ":")).encode()

    @classmethod
    def read(cls, content: bytes) -> Manifest:
        """Raises DamagedPack where it is no manifest, or names a file outside an archive."""
        try:
            told = json.loads(content)
            spans = [PackedSpan(digest, told["packs"][pack], offset, length) for digest, pack, offset, length in told["pieces"]]
            files = {
                path: PackedSpan(digest, told["packs"][pack], offset, length)
                for path, (digest, pack, offset, length) in told["files"].items()
            }
            warc = {name: (size, digest) for name, (size, digest) in told["warc"].items()}
            destroyed = [*told["destroyed"]]
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
            raise DamagedPack(f"a manifest in the depot is damaged ({type(error).__name__}: {error})") from error
        if outside := [path for path in (*files, *(f"warc/{name}" for name in (*warc, *destroyed))) if not _is_inside(path)]:
            raise DamagedPack(f"a manifest in the depot names {outside[0]!r}, which is no file of an archive")
        return cls(told["size"], spans, files, warc, destroyed)

    @property
    def packs(self) -> set[str]:
        return {span.pack for span in (*self.pieces, *self.files.values())}


def _is_inside(path: str) -> bool:
    """Whether a path leads to a file below ``warc/``."""
    first, *rest = path.split("/")
    return first == "warc" and bool(rest) and not {"", ".", ".."} & {*rest} and "\0" not in path


def packs_prefix(site: str) -> str:
    return f"sites/{site}/db/"


def read_manifest(objects: Objects, committed: Committed) -> Manifest:
    """The manifest that a head names. Raises DamagedPack, NoObject."""
    packed = objects.get_range(committed.pack, committed.offset, committed.length)
    if hashlib.sha256(packed).hexdigest() != committed.digest:
        raise DamagedPack(f"{committed.pack} in the depot is damaged: its manifest has another digest than the head says")
    return Manifest.read(_unpacked(packed, committed.pack))


def digest_of(data: bytes | memoryview) -> str:
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _zstd() -> Any:
    try:
        import zstandard
    except ImportError as error:
        raise ConfigurationError("a depot needs pip install -r requirements-cluster.txt (zstandard)") from error
    return zstandard


def _unpacked(packed: bytes, where: str) -> bytes:
    zstandard = _zstd()
    try:
        return bytes(zstandard.ZstdDecompressor().decompress(packed))
    except zstandard.ZstdError as error:
        raise DamagedPack(f"{where} in the depot is damaged: {error}") from error


# writing


def copied_database(source: Path, target: Path) -> None:
    """One state of the database, through SQLite."""
    target.unlink(missing_ok=True)
    reading, copy = sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=60), sqlite3.connect(target)
    with closing(reading), closing(copy):
        copy.execute("pragma synchronous = off")
        reading.backup(copy)


def pieces_in(path: Path) -> Iterator[bytes]:
    with open(path, "rb") as file:
        while piece := file.read(PIECE):
            yield piece


class PiecePacker:
    """New content of one snapshot, sent off in objects of ``PACK`` bytes."""

    def __init__(self, former: Manifest, name: Callable[[int], str], put: Callable[[str, bytes], None]) -> None:
        self.known = {span.digest: span for span in (*former.pieces, *former.files.values())}
        self.anew = _worn(former)
        self._name, self._put = name, put
        self._waiting, self._size, self._number = list[bytes](), 0, 0
        self._pack = _zstd().ZstdCompressor(level=LEVEL, write_content_size=True).compress
        self.sent = 0

    def add(self, content: bytes) -> PackedSpan:
        digest = digest_of(content)
        known = self.known.get(digest)
        if known is not None and known.pack not in self.anew:
            return known
        packed = self._pack(content)
        span = self.known[digest] = PackedSpan(digest, self._name(self._number), self._size, len(packed))
        self._waiting.append(packed)
        self._size += len(packed)
        if self._size >= PACK:
            self._send()
        return span

    def finish(self, manifest: Manifest) -> tuple[str, int, int, str]:
        """Send the rest with the manifest behind it: (object, offset, length, digest of the manifest)."""
        packed = self._pack(manifest.content())
        place = self._name(self._number), self._size, len(packed), hashlib.sha256(packed).hexdigest()
        self._waiting.append(packed)
        self._send()
        return place

    def _send(self) -> None:
        data = b"".join(self._waiting)
        self._put(self._name(self._number), data)
        self.sent += len(data)
        self._waiting, self._size, self._number = [], 0, self._number + 1


def _worn(former: Manifest) -> set[str]:
    """The objects with the least in them that count, so that no more than ``MOST_PACKS`` are left with the one that is written now."""
    held: Counter[str] = Counter()
    for span in (*former.pieces, *former.files.values()):
        held[span.pack] += span.length
    return {pack for pack, _ in held.most_common()[MOST_PACKS - 1 :]}


# reading


def fetch(objects: Objects, spans: list[PackedSpan], take: Callable[[str, bytes], None], near: Callable[[str], bytes | None]) -> None:
    """Give the content of each span to ``take``, by its digest; ``near`` has some of it already. Raises DamagedPack, NoObject."""
    missing: dict[str, PackedSpan] = {}
    for span in spans:
        if span.digest in missing:
            continue
        if (held := near(span.digest)) is not None:
            take(span.digest, held)
        else:
            missing[span.digest] = span
    for run in _neighbours(sorted(missing.values(), key=lambda span: (span.pack, span.offset))):
        start = run[0].offset
        data = objects.get_range(run[0].pack, start, run[-1].offset + run[-1].length - start)
        for span in run:
            content = _unpacked(data[span.offset - start : span.offset - start + span.length], span.pack)
            if digest_of(content) != span.digest:
                raise DamagedPack(f"{span.pack} in the depot is damaged: what lies at {span.offset} has another digest")
            take(span.digest, content)


def _neighbours(spans: list[PackedSpan]) -> Iterator[list[PackedSpan]]:
    run: list[PackedSpan] = []
    for span in spans:
        if run and (span.pack != run[-1].pack or span.offset != run[-1].offset + run[-1].length or span.offset - run[0].offset > TOGETHER):
            yield run
            run = []
        run.append(span)
    if run:
        yield run


def assemble(objects: Objects, manifest: Manifest, target: Path, near: Path | None = None) -> int:
    """Write the database of a snapshot to ``target``, synced. ``near``: a file that has some of the pieces. How many bytes were fetched.
    Raises DamagedPack, NoObject, StorageError."""
    places: dict[str, list[int]] = {}
    for number, span in enumerate(manifest.pieces):
        places.setdefault(span.digest, []).append(number)
    held = {digest_of(piece): i for i, piece in enumerate(pieces_in(near))} if near and near.is_file() else {}
    lengths = {span.digest: span.length for span in manifest.pieces}
    with open(target, "wb") as file:

        def take(digest: str, content: bytes) -> None:
            for number in places[digest]:
                file.seek(number * PIECE)
                file.write(content)

        def from_near(digest: str) -> bytes | None:
            if digest not in held or near is None:
                return None
            with open(near, "rb") as old:
                return os.pread(old.fileno(), PIECE, held[digest] * PIECE)

        fetch(objects, manifest.pieces, take, from_near)
        file.flush()
        os.fsync(file.fileno())
    if target.stat().st_size != manifest.size:
        raise DamagedPack(f"the pieces of a snapshot make {target.stat().st_size:,} bytes, not {manifest.size:,}")
    return sum(length for digest, length in lengths.items() if digest not in held)


def sweep(objects: Objects, site: str, kept: set[str]) -> None:
    """Remove the objects of a site's former snapshots, and of those that no head ever named."""
    left = [row.key for row in objects.list(packs_prefix(site)) if row.key not in kept]
    with suppress(NoObject):
        objects.delete(left)
