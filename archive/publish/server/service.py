"""How the archive is offered to others: takes what ``serve`` was told, gives checked values that the pages and the limits read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from datasette.utils import BadMetadataError, parse_metadata
from markupsafe import Markup

from archive.errors import ConfigurationError

LARGEST_POLICY = 1_000_000  # bytes
SECONDS = {"second": 1.0, "minute": 60.0, "hour": 3600.0}
MAIL = re.compile(r"[^\s@<>\"'(),:;\[\]\\]+@[^\s@<>\"'(),:;\[\]\\]+\.[^\s@<>\"'(),:;\[\]\\]+")


@dataclass(frozen=True, slots=True)
class Rate:
    """So many requests a client may make in so many seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Service:
    """What ``serve`` was told. Nothing of it is needed to read an archive alone at home."""

    base_url: str | None = None  # the public origin, such as https://archive.example.org
    contact: str | None = None  # a mail address, or the address of a page
    policy: Markup | None = None  # the operator's text, safe to show
    limit: Rate | None = None
    proxies: int = 0  # how many proxies in front add to X-Forwarded-For
    metadata: Mapping[str, Any] = field(default_factory=dict)  # Datasette's, over ours
    settings: Mapping[str, Any] = field(default_factory=dict)  # Datasette's, over ours
    plugins_dir: Path | None = None
    cors: bool = False
    secret: str | None = None
    notebook: bool = False  # who is logged in may keep a notebook on the server
    spellings: bool = False  # who is logged in may say which spellings are one name
    author_urls: bool = False  # the addresses that people gave with their names are shown

    @property
    def mail(self) -> str | None:
        """The mail address of the contact; None where it is a page, or none was given."""
        return self.contact if self.contact and MAIL.fullmatch(self.contact) else None


def service_of(datasette: Any) -> Service:
    """What this Datasette was told; nothing, where another program made it."""
    return getattr(datasette, "service", None) or Service()


def checked_origin(base_url: str) -> str:
    """``https://archive.example.org/`` -> ``https://archive.example.org``. Raises ConfigurationError for anything but an origin."""
    try:
        parts = urlsplit(base_url.strip())
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.username
    except ValueError:
        usable = False
    if not usable or parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ConfigurationError(f"--base-url {base_url!r} is no origin; write it as https://archive.example.org, without a path")
    return f"{parts.scheme}://{parts.netloc.lower()}"


def checked_contact(contact: str) -> str:
    """A mail address, or the http(s) address of a page. Raises ConfigurationError for anything else."""
    text = contact.strip().removeprefix("mailto:")
    if MAIL.fullmatch(text) or re.fullmatch(r"https?://[^\s\"'<>]+", text):
        return text
    raise ConfigurationError(f"--contact {contact!r} is neither a mail address nor the address of a page; write it as you@example.org")


def checked_rate(text: str) -> Rate:
    """``60/minute`` -> Rate(60, 60.0). Raises ConfigurationError."""
    found = re.fullmatch(r"\s*([1-9]\d{0,6})\s*/\s*(second|minute|hour)\s*", text)
    if found is None:
        raise ConfigurationError(f"--limit {text!r} is no rate; write it as 60/minute (or /second, /hour)")
    return Rate(int(found[1]), SECONDS[found[2]])


def read_policy(path: Path) -> Markup:
    """A file of plain text or Markdown as safe markup: its own HTML is shown as text. Raises ConfigurationError."""
    from markdown_it import MarkdownIt  # only who has a policy waits for it

    text = _read(path, "--policy")
    if path.suffix.lower() not in (".md", ".markdown"):
        return Markup("").join(Markup("<p>{}</p>\n").format(part) for part in re.split(r"\n\s*\n", text.strip()))
    reader = MarkdownIt("js-default").disable("image")  # pictures of other servers would tell them who reads
    return Markup(reader.render(text))  # its preset for texts of strangers: no HTML, no javascript: links


def read_metadata(path: Path) -> dict[str, Any]:
    """Datasette's metadata out of a JSON or YAML file. Raises ConfigurationError."""
    try:
        metadata = parse_metadata(_read(path, "--metadata"))
    except BadMetadataError as error:
        raise ConfigurationError(f"--metadata {path}: neither JSON nor YAML") from error
    if not isinstance(metadata, dict):
        raise ConfigurationError(f"--metadata {path}: it has to be a mapping, with keys such as title or plugins")
    return metadata


def _read(path: Path, option: str) -> str:
    try:
        if path.stat().st_size > LARGEST_POLICY:
            raise ConfigurationError(f"{option} {path}: larger than {LARGEST_POLICY:,} bytes")
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"{option} {path}: {error.strerror or error}") from error
    except UnicodeDecodeError as error:
        raise ConfigurationError(f"{option} {path}: it is no UTF-8 text") from error


def merged(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Two mappings as one: what both have is theirs, mappings within them are merged in the same way."""
    both = dict(ours)
    for key, value in theirs.items():
        inner = both.get(key)
        both[key] = merged(inner, value) if isinstance(inner, Mapping) and isinstance(value, Mapping) else value
    return both
