"""A depot in a bucket: takes ``s3://BUCKET/PREFIX?endpoint=URL``, speaks to the store through obstore, with conditional writes.

Keys and region come from the environment (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL), as for any client.
A conditional write is sent once: where its answer is lost, the object is read back, and one's own content is recognised.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from archive.depot.objects import ClockRefused, DepotAway, DepotFull, Listed, NoObject, ObjectChanged, Stored
from archive.errors import ConfigurationError

CONNECT, ANSWER = timedelta(seconds=5), timedelta(seconds=60)
PATIENCE = timedelta(seconds=15)  # a write or read is tried anew for so long; the lease bounds what follows
WHOLE = 64 << 20  # bytes of a file that goes up in one request
FULL_SIGNS = ("Insufficient Storage", "InsufficientStorage", "QuotaExceeded", "XMinioStorageFull", "No space left")
CLOCK_SIGNS = ("RequestTimeTooSkewed", "RequestExpired")
UNKNOWN_SIGNS = ("NotImplemented", "501 Not Implemented")  # what a store answers to a header that it does not know
PAUSES = (0.2, 1.0)  # seconds before a conditional write that was neither taken nor refused is sent again
OPTIONS = ("endpoint", "region", "virtual_hosted_style_request", "skip_signature")


class S3Objects:
    """Objects of a bucket under a prefix."""

    def __init__(self, url: str) -> None:
        """Raises ConfigurationError where the address, or what the environment says, is wrong, or obstore is not installed."""
        try:
            import obstore
            from obstore.store import S3Store
        except ImportError as error:
            raise ConfigurationError(f"{url}: a depot in a bucket needs pip install -r requirements-cluster.txt ({error.name})") from error
        parts = urlsplit(url)
        options = dict(parse_qsl(parts.query))
        if not parts.netloc or options.keys() - {*OPTIONS}:
            raise ConfigurationError(f"{url!r} is no depot; write s3://BUCKET/PREFIX, with ?endpoint=URL where it is not Amazon's")
        self.url, self._api = url, obstore
        again: Any = {"max_retries": 4, "retry_timeout": PATIENCE, "backoff": {"max_backoff": timedelta(seconds=4)}}
        timeouts: Any = {"connect_timeout": CONNECT, "timeout": ANSWER, "allow_http": True}
        try:
            made: Any = {"prefix": parts.path.strip("/") or None, "client_options": timeouts, **options}
            self._store: Any = S3Store(parts.netloc, retry_config=again, **made)
            self._once: Any = S3Store(parts.netloc, retry_config=again | {"max_retries": 0}, **made)
        except obstore.exceptions.BaseError as error:
            raise ConfigurationError(f"{url!r} is no depot: {_first_line(error)}") from error

    def get(self, key: str) -> Stored:
        with self._told(key):
            found = self._api.get(self._store, key)
            meta = found.meta
            return Stored(bytes(found.bytes()), strong_tag(meta["e_tag"]), meta["last_modified"].timestamp())

    def get_range(self, key: str, offset: int, length: int) -> bytes:
        try:
            with self._told(key):
                return bytes(self._api.get_range(self._store, key, start=offset, length=length))
        except DepotAway:
            if offset < self.size(key):
                raise
            return b""  # a store refuses a stretch behind the end

    def size(self, key: str) -> int:
        with self._told(key):
            return int(self._api.head(self._store, key)["size"])

    def put(self, key: str, data: bytes) -> None:
        with self._told(key):
            self._api.put(self._store, key, data, use_multipart=False)

    def put_file(self, key: str, path: Path) -> None:
        if path.stat().st_size <= WHOLE:
            self.put(key, path.read_bytes())
            return
        with self._told(key):
            self._api.put(self._store, key, path, chunk_size=WHOLE // 2)

    def put_if(self, key: str, data: bytes, version: str | None) -> str:
        mode: Any = "create" if version is None else {"e_tag": version}
        for pause in (*PAUSES, None):
            try:
                with self._told(key):
                    return strong_tag(self._api.put(self._once, key, data, mode=mode, use_multipart=False)["e_tag"])
            except (DepotAway, NoObject, ObjectChanged) as error:
                if (written := self._read_back(key, data, version, error)) is not None:
                    return written
                if pause is None:
                    raise
                time.sleep(pause)  # it is busy, or another write to the object is under way
        raise AssertionError("the last try returns or raises")

    def _read_back(self, key: str, data: bytes, version: str | None, error: Exception) -> str | None:
        """The version of what this process wrote, where it stands there; None where nothing was written. Raises ObjectChanged."""
        try:
            found = self.get(key)
        except NoObject:
            found = None
        if found is not None and found.data == data:
            return found.version
        if (found.version if found else None) != version:
            raise ObjectChanged(f"{key} was written by somebody else in the meantime") from error
        return None

    def demand_conditions(self, key: str) -> None:
        modes: tuple[Any, ...] = ("create", {"e_tag": '"0"'})
        for mode in modes:  # without a look at what is there afterwards, which would hide a store that does not know the header
            try:
                with self._told(key):
                    self._api.put(self._store, key, secrets.token_bytes(8), mode=mode, use_multipart=False)
            except (ObjectChanged, NoObject):
                continue
            except DepotAway as error:
                if not any(sign in str(error) for sign in UNKNOWN_SIGNS):
                    raise
            raise ConfigurationError(
                f"the store of {self.url} does not keep If-Match and If-None-Match on PUT: two workers could read one site; a depot needs"
                " another store, or a folder"
            )

    def list(self, prefix: str) -> Iterator[Listed]:
        """obstore lists whole folders: what else lies in them is left out here."""
        with self._told(prefix):
            for rows in self._api.list(self._store, prefix.rpartition("/")[0] or None):
                for row in rows:
                    if row["path"].startswith(prefix):
                        yield Listed(row["path"], row["size"], strong_tag(row["e_tag"]), row["last_modified"].timestamp())

    def delete(self, keys: Iterable[str]) -> None:
        if named := [*keys]:
            with self._told(named[0]):
                self._api.delete(self._store, named)

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        """Errors of obstore as those of a depot."""
        raised = self._api.exceptions
        try:
            yield
        except (raised.NotFoundError, FileNotFoundError) as error:
            raise NoObject(f"{key} is not in {self.url}") from error
        except (raised.AlreadyExistsError, raised.PreconditionError) as error:
            raise ObjectChanged(f"{key} was written by somebody else in the meantime") from error
        except (raised.PermissionDeniedError, raised.UnauthenticatedError) as error:
            if any(sign in str(error) for sign in CLOCK_SIGNS):
                raise ClockRefused(f"the depot {self.url} refuses this machine's clock; set it (NTP) first") from error
            raise DepotAway(f"the depot {self.url} does not let this program at {key}: {_first_line(error)}") from error
        except (raised.BaseError, OSError) as error:
            if any(sign in str(error) for sign in FULL_SIGNS):
                raise DepotFull(f"the depot {self.url} has no room for {key} (InsufficientStorage)") from error
            raise DepotAway(f"the depot {self.url} does not answer for {key}: {_first_line(error)}") from error


def strong_tag(tag: str | None) -> str:
    """An entity tag in the form that a write may name: a proxy that packs answers calls it weak, some lists leave its quotes out."""
    bare = (tag or "").removeprefix("W/").strip('"')
    return f'"{bare}"' if bare else ""


def _first_line(error: BaseException) -> str:
    return " ".join(str(error).split("\n\nDebug source", 1)[0].split())[:300]
