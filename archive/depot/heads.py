"""The head of a site in a depot: one JSON object that says who writes the site, and which snapshot of its archive is true.

Takes and gives bytes; ``heads/NAME.json`` is changed by compare-and-swap alone.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from archive.db.migrations import STEPS
from archive.errors import NewerSchema, StorageError

FORMAT = 1
HEADS = "heads/"
SCHEMAS = tuple(module.__name__.rpartition(".")[2] for module in STEPS)  # of this release, the newest last


class DamagedHead(StorageError):
    """A head is not what this program writes."""


@dataclass(frozen=True, slots=True)
class SliceOutcome:
    """How a slice ended. ``unfinished``: there is more to read at once. ``due_at``: when it is due next (UTC), where that is known.

    ``failures``: runs in a row that failed; ``lively``: rate, cost and busy of ``archive.queries.liveliness.Liveliness``, from which
    whoever sees all sites tells when this one is due.
    """

    exit_code: int
    counts: Mapping[str, int] = field(default_factory=dict)
    due_at: str | None = None
    unfinished: bool = False
    ended_at: str | None = None
    note: str = ""
    began_at: str | None = None
    failures: int = 0
    lively: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HeldBy:
    """Who writes the site now. ``session``: the process, whose heartbeat keeps the claim alive; ``nonce``: this very claim."""

    nonce: str
    session: str
    holder: str
    beat: str = ""  # differs each time the same claim is written again


@dataclass(frozen=True, slots=True)
class Committed:
    """The snapshot that is true: the object that holds its manifest, and where in it. ``decided``: the last decision that it obeys."""

    epoch: int
    schema: str
    pack: str
    offset: int
    length: int
    digest: str
    decided: int = 0
    outcome: SliceOutcome = field(default_factory=lambda: SliceOutcome(0))


@dataclass(frozen=True, slots=True)
class SiteHead:
    """A site of the depot. ``version`` and ``modified`` are the store's, and not in the object."""

    name: str
    home: str
    number: int  # no other site of the depot has it: ids of the archive of all begin with it
    settings: Mapping[str, str] = field(default_factory=dict)
    added_at: str | None = None
    paused_at: str | None = None
    removed_at: str | None = None
    epoch: int = 0
    claim: HeldBy | None = None
    committed: Committed | None = None
    version: str = ""
    modified: float = 0.0

    def content(self) -> bytes:
        row = {"format": FORMAT} | {name: value for name, value in asdict(self).items() if name not in ("version", "modified")}
        return json.dumps(row, ensure_ascii=False, indent=1).encode()

    @property
    def key(self) -> str:
        return head_key(self.name)

    @property
    def is_visited(self) -> bool:
        return self.paused_at is None and self.removed_at is None

    def written(self, **changes: Any) -> SiteHead:
        return replace(self, **changes)


def head_key(name: str) -> str:
    return f"{HEADS}{name}.json"


def read_site_head(key: str, data: bytes, version: str, modified: float) -> SiteHead:
    """Raises DamagedHead where it is no head, NewerSchema where a later release wrote another form of it."""
    try:
        row = json.loads(data)
        form = row.pop("format")
        if isinstance(form, int) and form > FORMAT:
            raise NewerSchema(f"{key} was written by a newer release; install that release or a later one")
        held, committed = row.pop("claim"), row.pop("committed")
        head = SiteHead(
            **{name: row[name] for name in ("name", "home", "number", "settings", "added_at", "paused_at", "removed_at", "epoch")},
            claim=HeldBy(**held) if held else None,
            committed=Committed(**committed | {"outcome": SliceOutcome(**committed["outcome"])}) if committed else None,
            version=version,
            modified=modified,
        )
        numbers = isinstance(head.epoch, int) and isinstance(head.number, int) and head.number > 0
        if key != head.key or not numbers or not isinstance(head.settings, dict):
            raise ValueError("it is another site's, or a part of it is missing")
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        why = f"{type(error).__name__}: {error}"
        raise DamagedHead(f"{key} in the depot is damaged ({why}); put an earlier version of it back") from error
    return head


def refuse_newer_head(head: SiteHead) -> None:
    """Raises NewerSchema where a later release committed the site's database."""
    if head.committed and head.committed.schema not in SCHEMAS:
        raise NewerSchema(
            f"{head.name} was written by a newer release (it has {head.committed.schema}); install that release or a later one"
        )
