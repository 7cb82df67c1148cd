"""Asking a time stamp authority: takes the address of one and a digest, gives its checked answer. RFC 3161, 3.4, over HTTP.

The one request of this program that is not a run's: it goes to the host that the setting names, and nowhere else. No redirect is
followed, no proxy is asked, and an authority that does not end its answer is left.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from archive.errors import ConfigurationError
from archive.seal.openssl import NoStamp, Stamp, check, query

PATIENCE = 15.0  # seconds for the whole of an answer
LARGEST = 1 << 18  # bytes of an answer; a usual one has 6,000
HEADERS = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply", "User-Agent": "AnalysisArchive"}


@dataclass(frozen=True, slots=True)
class Authority:
    """Who stamps, and whose certificates are trusted (PEM; None: whatever certificate signs is taken)."""

    url: str
    trusted: Path | None = None
    patience: float = PATIENCE

    @classmethod
    def named(cls, url: str | None, trusted: str | None) -> Authority | None:
        """By a setting, else by the environment's TSA_URL and TSA_CERT; None where neither names one. Raises ConfigurationError."""
        url = url or os.environ.get("TSA_URL") or None
        if not url:
            return None
        check_address(url)
        return cls(url, trusted_file(trusted))

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def stamp(self, digest: str) -> tuple[bytes, Stamp]:
        """A stamp on a SHA-256, in hex: the answer as it came, and what it says. Raises NoStamp."""
        asked = query(digest)
        answer = ask(self.url, asked, self.patience)
        return answer, check(answer, digest, self.trusted, asked)


def check_address(url: str) -> None:
    """Raises ConfigurationError for what is no address of HTTP or HTTPS."""
    try:
        parts = urlsplit(url)
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.username and url.isascii()
    except ValueError:
        right = False
    if not right or any(letter <= " " for letter in url):
        raise ConfigurationError(f"TSA_URL is the address of a time stamp authority, as https://HOST/PATH, and not {url!r}")


def trusted_file(named: str | None) -> Path | None:
    """TSA_CERT, by a setting, else by the environment. Raises ConfigurationError where there is no such file."""
    named = named or os.environ.get("TSA_CERT") or None
    if named is None:
        return None
    path = Path(named).expanduser().resolve()
    if not path.is_file():
        raise ConfigurationError(f"TSA_CERT is a file with the certificates of an authority (PEM), and there is none at {named}")
    return path


def ask(url: str, asked: bytes, patience: float = PATIENCE) -> bytes:
    """What the authority answers to a question. Raises NoStamp when it does not, too late, or with something else than 200."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    made: http.client.HTTPConnection
    if parts.scheme == "https":
        made = http.client.HTTPSConnection(host, parts.port, timeout=patience, context=ssl.create_default_context())
    else:
        made = http.client.HTTPConnection(host, parts.port, timeout=patience)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    with contextlib.closing(made), _limited(made, host, patience):
        made.request("POST", target, asked, HEADERS)
        response = made.getresponse()
        content = response.read(LARGEST + 1)
    if response.status != 200:
        raise NoStamp(f"{host} answers {response.status}")
    if len(content) > LARGEST:
        raise NoStamp(f"{host} answers more than a stamp: {LARGEST:,} bytes and more")
    return content


@contextlib.contextmanager
def _limited(made: http.client.HTTPConnection, host: str, patience: float) -> Iterator[None]:
    """End the exchange when its time is over, also where the answer comes byte by byte."""
    late, connected = threading.Event(), list[socket.socket]()

    def end() -> None:
        late.set()
        for each in connected:
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(patience, end)
    timer.daemon = True
    timer.start()
    try:
        made.connect()
        connected.append(made.sock)  # the connection lets go of it when the last answer begins
        if not late.is_set():
            yield
        if late.is_set():
            raise TimeoutError
    except (OSError, http.client.HTTPException, ValueError) as error:
        slow = late.is_set() or isinstance(error, TimeoutError)
        why = f"not within {patience:g} seconds" if slow else str(getattr(error, "strerror", None) or error or type(error).__name__)
        raise NoStamp(f"{host} does not answer: {' '.join(why.split())[:100]}") from error
    finally:
        timer.cancel()
