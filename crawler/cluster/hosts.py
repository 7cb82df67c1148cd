"""Two sites on one host: takes a depot and the host, gives the right to ask it, so that its gap is kept across workers.

``hosts/HOST.json`` names who has it; the heartbeat of the process keeps it alive, as it does a claim on a site. Only sites that share
their host need it.
"""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote

from archive.depot.claim import Busy
from archive.depot.objects import NoObject, ObjectChanged, Stored
from archive.depot.sessions import GRAIN, LEASE, MARGIN, elapsed_time

if TYPE_CHECKING:
    from archive.depot.depot import Depot


class HostClaim:
    """The right to ask one host. Made by ``claim_host``."""

    def __init__(self, depot: Depot, host: str) -> None:
        self.depot, self.host, self.key = depot, host, f"hosts/{quote(host, safe='')}.json"
        self.nonce, self.lost = secrets.token_hex(16), False
        self._version: str | None = None
        self._confirmed = float("-inf")

    def take(self) -> None:
        """Raises Busy, DepotAway."""
        found = self._found()
        row = _read(found)
        if row.get("nonce"):
            age = self.depot.session.age_of(row["session"], row["nonce"], found.modified if found else 0.0)
            if age <= LEASE + GRAIN:
                raise Busy(self.host, row["holder"], max(LEASE + GRAIN - age, 0.0))
        self._version = found.version if found else None
        try:
            self._write()
        except ObjectChanged:
            raise Busy(self.host, "another worker", LEASE) from None

    def held(self) -> bool:
        return not self.lost and elapsed_time() - self._confirmed < LEASE - MARGIN

    def renew(self) -> bool:
        """As a claim on a site does."""
        before = self._confirmed
        if not self.lost and elapsed_time() - before < LEASE - MARGIN:
            sent = self.depot.session.beat(self.nonce)
            if elapsed_time() - before < LEASE:
                self._confirmed = max(before, sent)
                return self.held()
        if not self.lost:
            found = self._found()
            if _read(found).get("nonce") != self.nonce:
                self._lose()
                return False
            try:
                self._version = found.version if found else None
                self._write()
            except ObjectChanged:
                self._lose()
        return self.held()

    def release(self) -> None:
        """Raises DepotAway."""
        if not self.lost:
            self._lose()
            try:
                row = {"nonce": "", "session": "", "holder": "", "beat": secrets.token_hex(8)}
                self.depot.objects.put_if(self.key, json.dumps(row).encode(), self._version)
            except ObjectChanged:
                pass  # somebody else's by now

    def _lose(self) -> None:
        self.lost = True
        self.depot.session.claims.discard(self.nonce)

    def _write(self) -> None:
        session, sent = self.depot.session, elapsed_time()
        row = {"nonce": self.nonce, "session": session.id, "holder": session.holder, "beat": secrets.token_hex(4)}
        session.claims.add(self.nonce)
        try:
            self._version = self.depot.objects.put_if(self.key, json.dumps(row, ensure_ascii=False).encode(), self._version)
        except BaseException:
            session.claims.discard(self.nonce)
            raise
        self._confirmed = sent

    def _found(self) -> Stored | None:
        try:
            return self.depot.objects.get(self.key)
        except NoObject:
            return None


def claim_host(depot: Depot, host: str) -> HostClaim:
    """Raises Busy where another site of the host is being read, DepotAway."""
    claim = HostClaim(depot, host)
    claim.take()
    return claim


def _read(found: Stored | None) -> dict[str, str]:
    """What is damaged names nobody."""
    try:
        row = json.loads(found.data) if found else {}
        return {name: str(row[name]) for name in ("nonce", "session", "holder")} if row else {}
    except (ValueError, KeyError, TypeError):
        return {}
