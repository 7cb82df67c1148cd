"""Time stamps of RFC 3161 by the ``openssl`` command: takes bytes, gives queries, and says what a stamp proves and by whom.

Nothing here uses the network. A stamp whose certificates have expired since is checked as of the time that it states: whether they had
been withdrawn by then is not known here.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.clock import stamp
from archive.errors import ArchiveError

SECONDS = 20  # that a command of openssl may take; a usual one takes 0.01
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n?", re.S)
TIME = re.compile(r"^Time stamp: (\w{3}) +(\d+) ([\d:]{8})(?:\.\d+)? (\d{4}) GMT$", re.M)


class NoStamp(ArchiveError):
    """There is no stamp, or it does not prove what it should: the message says why. A seal without one waits for the next asking."""

    exit_code = 5


@dataclass(frozen=True, slots=True)
class Stamp:
    """What a stamp says."""

    stamped_at: str  # UTC, whole seconds
    authority: str  # as its certificate names it


def query(digest: str) -> bytes:
    """The question for a stamp on a SHA-256, in hex, with a nonce, and a request for the authority's certificate. Raises NoStamp."""
    with _files() as folder:
        _openssl("ts", "-query", "-digest", digest, "-sha256", "-cert", "-out", folder / "query", folder=folder)
        return (folder / "query").read_bytes()


def check(answer: bytes, digest: str, trusted: Path | None, asked: bytes | None = None) -> Stamp:
    """What a stamp on a SHA-256 says. Raises NoStamp when it is none, is on something else, or is not signed as it should be.

    ``trusted``: certificates as PEM that the signature must lead to; without them it must fit the certificate inside the stamp, which
    proves that nothing was changed, and not who signed. ``asked``: the question, whose nonce must be in the answer.
    """
    with _files(answer=answer, query=asked or b"") as folder:
        said = _openssl("ts", "-reply", "-in", folder / "answer", "-text", folder=folder)
        moment = _moment(said)
        inside = _certificates(folder)
        by: list[str | Path] = ["-CAfile", trusted] if trusted else ["-CAfile", folder / "certificates", "-partial_chain"]
        of: list[str | Path] = ["-queryfile", folder / "query"] if asked else ["-digest", digest]
        at = str(int(moment.timestamp()))
        _openssl("ts", "-verify", "-in", folder / "answer", *of, *by, "-attime", at, folder=folder)
        if asked:  # the digest that was asked for is in the question
            _openssl("ts", "-verify", "-in", folder / "answer", "-digest", digest, *by, "-attime", at, folder=folder)
        return Stamp(stamp(moment), _signer(inside, folder))


def _moment(said: str) -> datetime:
    """The time that a stamp states, in openssl's words."""
    found = TIME.search(said)
    if not found:
        status = re.search(r"^Status: (.*)$", said, re.M)
        raise NoStamp(f"the answer is no stamp: {status[1] if status else 'it cannot be read'}")
    return datetime.strptime(" ".join(found.groups()), "%b %d %H:%M:%S %Y").replace(tzinfo=UTC)


def _certificates(folder: Path) -> list[str]:
    """The certificates inside a stamp, which are written to the file ``certificates``."""
    _openssl("ts", "-reply", "-in", folder / "answer", "-token_out", "-out", folder / "token", folder=folder)
    _openssl("pkcs7", "-inform", "DER", "-in", folder / "token", "-print_certs", "-out", folder / "certificates", folder=folder)
    return CERTIFICATE.findall((folder / "certificates").read_text(errors="replace"))


def _signer(certificates: list[str], folder: Path) -> str:
    """The name in the certificate that may sign stamps; '' where the stamp has none."""
    for each in certificates:
        (folder / "one").write_text(each)
        words = ("x509", "-noout", "-subject", "-nameopt", "RFC2253,-esc_msb,utf8", "-ext", "extendedKeyUsage")
        said = _openssl(*words, "-in", folder / "one", folder=folder)
        if "Time Stamping" in said:
            return re.sub(r"^subject=\s*", "", said.splitlines()[0])
    return ""


@contextmanager
def _files(**contents: bytes) -> Iterator[Path]:
    """A folder with these files for the time of the work."""
    with tempfile.TemporaryDirectory(prefix="stamp-") as name:
        folder = Path(name)
        for file, content in contents.items():
            (folder / file).write_bytes(content)
        yield folder


def _openssl(*words: str | Path, folder: Path) -> str:
    """What the command prints. Raises NoStamp with the reason that it gives."""
    try:
        done = subprocess.run(["openssl", *words], capture_output=True, timeout=SECONDS, cwd=folder, stdin=subprocess.DEVNULL)
    except FileNotFoundError as error:
        raise NoStamp("the command openssl is not installed") from error
    except subprocess.TimeoutExpired as error:
        raise NoStamp(f"openssl took more than {SECONDS} seconds") from error
    if done.returncode:
        raise NoStamp(f"the stamp is refused by openssl: {_reason(done.stderr.decode('utf-8', 'replace'))}")
    return done.stdout.decode("utf-8", "replace")


def _reason(said: str) -> str:
    """``message imprint mismatch``: what a line of OpenSSL's errors says, without numbers and places in its source."""
    lines = [line.split(":error:", 1)[1].split(":") for line in said.splitlines() if ":error:" in line]
    parts = next((line for line in lines if len(line) > 3), [])
    detail = f" ({parts[-1].removeprefix('Verify error:')})" if parts and not parts[-1].isdigit() and parts[-1] else ""
    return f"{parts[3] if len(parts) > 3 else parts[2]}{detail}" if parts else "it cannot be read"
