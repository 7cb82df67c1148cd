"""A depot: takes its address, gives its sites, their heads, claims on them, and decisions that travel back to them."""

from __future__ import annotations

import json
import logging
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from archive.clock import now
from archive.depot.address import open_objects
from archive.depot.claim import Busy, Claim, NotInDepot
from archive.depot.decided import Decided
from archive.depot.heads import HEADS, DamagedHead, HeldBy, SiteHead, head_key, read_site_head, refuse_newer_head
from archive.depot.objects import NoObject, ObjectChanged, Objects, warc_key
from archive.depot.sessions import GRAIN, LEASE, Session, elapsed_time
from archive.errors import NewerSchema
from archive.text.homes import checked_home, family, site_name
from archive.text.urls import origin

logger = logging.getLogger(__name__)
NUMBERS = "numbers/"


@dataclass(frozen=True, slots=True)
class DepotSite:
    """A site that a depot knows."""

    name: str
    home: str
    settings: Mapping[str, str]
    paused_at: str | None
    removed_at: str | None


def _warned(error: Exception) -> None:
    logger.warning("%s", error)


class Depot:
    """The sites of one depot. Methods raise DepotAway when the store does not answer; they may be called from several threads."""

    def __init__(self, objects: Objects, holder: str = "", clock: Callable[[], float] = elapsed_time) -> None:
        """``clock``: seconds that only go forward, also while the machine sleeps."""
        self.objects = objects
        self.session = Session(objects, holder or socket.gethostname(), clock)
        self.decided = Decided(objects)
        self._read: dict[str, SiteHead] = {}

    @property
    def url(self) -> str:
        return self.objects.url

    # heads

    def head(self, name: str) -> SiteHead:
        """Raises NotInDepot, DamagedHead, NewerSchema."""
        try:
            found = self.objects.get(head_key(name))
        except NoObject as error:
            raise NotInDepot(f"the depot {self.url} knows no site {name!r}") from error
        head = self._read[name] = read_site_head(head_key(name), found.data, found.version, found.modified)
        return head

    def versions(self) -> dict[str, str]:
        """Name of each site -> version of its head, by one listing."""
        found = ((row.key.removeprefix(HEADS), row.version) for row in self.objects.list(HEADS))
        return {name.removesuffix(".json"): version for name, version in found if name.endswith(".json")}

    def heads(self, damaged: Callable[[Exception], None] = _warned) -> Iterator[SiteHead]:
        """Every head, by one listing; those that this object has read before and that nobody changed are not read again.

        ``damaged`` hears of each that cannot be read, as DamagedHead or NewerSchema.
        """
        for name, version in self.versions().items():
            known = self._read.get(name)
            try:
                yield known if known and known.version == version else self.head(name)
            except (DamagedHead, NewerSchema) as error:
                damaged(error)
            except NotInDepot:
                continue  # it was taken away since it was listed

    def change(self, name: str, **changes: Any) -> SiteHead:
        """Write columns of a head, whoever holds the site."""
        while True:
            head = self.head(name)
            try:
                return self._save(head, head.written(**changes))
            except ObjectChanged:
                continue

    def _save(self, head: SiteHead, changed: SiteHead) -> SiteHead:
        version = self.objects.put_if(head.key, changed.content(), head.version or None)
        saved = self._read[head.name] = changed.written(version=version)
        return saved

    # sites

    def sites(self, damaged: Callable[[Exception], None] = _warned) -> list[DepotSite]:
        """Every site by name, paused and removed ones too."""
        return [DepotSite(head.name, head.home, head.settings, head.paused_at, head.removed_at) for head in self.heads(damaged)]

    def register(self, home: str, settings: Mapping[str, str] | None = None, name: str | None = None) -> tuple[DepotSite, bool]:
        """(the site, whether it is new). A site is known by its home, as in any archive. Raises ConfigurationError."""
        return next(self._register([checked_home(home)], settings or {}, name, _warned))

    def register_all(self, homes: Iterable[str], damaged: Callable[[Exception], None] = _warned) -> Iterator[tuple[DepotSite, bool]]:
        """The same of several, with one look at what is there."""
        return self._register([checked_home(home) for home in homes], {}, None, damaged)

    def _register(
        self, homes: list[str], settings: Mapping[str, str], name: str | None, damaged: Callable[[Exception], None]
    ) -> Iterator[tuple[DepotSite, bool]]:
        known = {origin(head.home): head for head in self.heads(damaged)}
        for home in homes:
            held = next((known[one] for one in family(home) if one in known), None)
            is_new = held is None
            wanted, number = name or site_name(home), 0
            while held is None:
                number += 1
                free = wanted if number == 1 else f"{wanted}-{number}"
                made = SiteHead(free, home, self._free_number(free), dict(settings), now())
                try:
                    held = known[origin(home)] = self._save(made, made)
                except ObjectChanged:
                    held = self._same_site(made.name, home)
                    is_new = held is None
            yield DepotSite(held.name, held.home, held.settings, held.paused_at, held.removed_at), is_new

    def _free_number(self, name: str) -> int:
        """A number that no site has had, taken for this one."""
        rows = (row.key.removeprefix(NUMBERS).removesuffix(".json") for row in self.objects.list(NUMBERS))
        number = 1 + max((int(row) for row in rows if row.isdecimal()), default=0)
        content = json.dumps({"site": name, "nonce": secrets.token_hex(8)}).encode()
        while True:
            try:
                self.objects.put_if(f"{NUMBERS}{number:08d}.json", content, None)
                return number
            except ObjectChanged:
                number += 1

    def _same_site(self, name: str, home: str) -> SiteHead | None:
        """The site of a name, if it has this home; None where the name is another site's, or its head is damaged."""
        try:
            head = self.head(name)
        except (DamagedHead, NewerSchema):
            return None
        return head if origin(head.home) in family(home) else None

    def pause(self, name: str) -> SiteHead:
        """Visit it no more for a while."""
        return self.change(name, paused_at=now(), removed_at=None)

    def resume(self, name: str) -> SiteHead:
        return self.change(name, paused_at=None, removed_at=None)

    def remove(self, name: str) -> SiteHead:
        """Visit it no more; what is held of it stays."""
        return self.change(name, paused_at=None, removed_at=now())

    def set_settings(self, name: str, values: Mapping[str, str]) -> SiteHead:
        """Remember these settings; an empty value takes one back."""
        while True:
            head = self.head(name)
            settings = {key: value for key, value in {**head.settings, **values}.items() if value}
            try:
                return self._save(head, head.written(settings=settings))
            except ObjectChanged:
                continue

    # claims

    def claim(self, name: str, holder: str = "", *, former: str = "", even_removed: bool = False) -> Claim:
        """Be the one who writes a site. ``former``: the nonce of a claim that a process left in a folder which is the caller's alone now.

        Raises Busy, NotInDepot for a site that is not known or removed, NewerSchema, DamagedHead.
        """
        nonce = secrets.token_hex(16)
        head = self.head(name)
        if head.removed_at and not even_removed:
            raise NotInDepot(f"{name} was removed from the depot {self.url}")
        refuse_newer_head(head)
        if head.claim and head.claim.nonce != former:
            age = self.session.age_of(head.claim.session, head.claim.nonce, head.modified)
            if age <= LEASE + GRAIN:
                raise Busy(name, head.claim.holder, max(LEASE + GRAIN - age, 0.0))
        held = HeldBy(nonce, self.session.id, holder or self.session.holder)
        sent = self.session.clock()
        self.session.claims.add(nonce)
        try:
            saved = self._save(head, head.written(epoch=head.epoch + 1, claim=held))
        except ObjectChanged:
            self.session.claims.discard(nonce)
            raise Busy(name, "another worker", LEASE) from None
        except BaseException:
            self.session.claims.discard(nonce)
            raise
        return Claim(self.objects, self.session, self.decided, saved, sent)

    # evidence

    def record(self, site: str, filename: str, offset: int, length: int) -> bytes:
        """A stretch of a WARC file, named as ``captures`` name it. Raises NoObject, DepotAway."""
        return self.objects.get_range(warc_key(site, filename), offset, length)


def open_depot(url: str, holder: str = "") -> Depot:
    """Raises ConfigurationError where the address names no depot."""
    return Depot(open_objects(url), holder)
