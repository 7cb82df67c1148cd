"""Where readers who are logged in say which spellings are one name: takes a form of /mentions, writes to a file beside the archive, and
leads back to the page.

Only where the operator has turned that on. What a decision has to fulfil is what the command ``label --spelling`` asks for.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette.utils.asgi import Response

from archive.errors import StorageError
from archive.publish.mentions.spelling_book import SpellingBook
from archive.publish.mentions.terms import LONGEST_NAME
from archive.publish.server.responses import DATABASE, Handler, folder, page, read
from archive.publish.server.service import service_of
from archive.queries.mentions import is_written
from archive.queries.rows import Row
from archive.queries.search_query import QueryTerm, printable
from archive.queries.spelling_decisions import (
    BETWEEN,
    DIFFERENT,
    SAME,
    decided_by_command,
    decided_on_pages,
    standing_decisions,
)
from archive.store.decisions import UNDONE

DECIDE = "/mentions/spelling"


def deciding_account(datasette: Any, request: Any) -> str | None:
    """Who may decide on spellings here: the id of who is logged in; None where nobody is, or the operator has not turned it on."""
    actor = (request.actor or {}).get("id") if service_of(datasette).spellings else None
    return str(actor) if actor else None


async def decide_on_spelling(datasette: Any, request: Any) -> Response:
    """/mentions/spelling by POST, with ``name``, ``other``, ``value`` (same, different or undone), ``back`` (the query of the page) and
    the token of the form, which a page of another site cannot read."""
    await datasette.ensure_permissions(request.actor, [("view-database", DATABASE), "view-instance"])
    account = deciding_account(datasette, request)
    if request.method != "POST":
        return Response.text("POST only.\n", status=405, headers={"allow": "POST"})
    if account is None:
        return await undecided(datasette, request, 403, "Only who is logged in may decide on spellings here.")
    sent = await request.post_vars()
    if not secrets.compare_digest(sent.get("csrftoken", "").encode(), request.scope["csrftoken"]().encode()):
        return await undecided(datasette, request, 403, "The token of this form has run out. Load the page of mentions anew.")
    name, other, value = (" ".join(printable(sent.get(field, "")).split()) for field in ("name", "other", "value"))
    wrong = await read(datasette, refusal, name, other, value)
    if not wrong:
        try:
            await asyncio.to_thread(SpellingBook(folder(datasette)).decide, account, name, other, value)
        except StorageError as error:
            return await undecided(datasette, request, 507, f"{error}.")
    if wrong:
        return await undecided(datasette, request, 400, wrong)
    back = urlencode(parse_qsl(sent.get("back", "")))
    return Response("", status=303, headers={"location": f"/mentions?{back}#spellings", "cache-control": "no-store"})


def refusal(db: sqlite3.Connection, name: str, other: str, value: str) -> str:
    """Why a decision cannot be kept; '' when it can."""
    if value not in (SAME, DIFFERENT, UNDONE):
        return "A decision is same, different or undone."
    spoken = all(any(character.isalnum() for character in one) and len(one) <= LONGEST_NAME and BETWEEN not in one for one in (name, other))
    if name.casefold() == other.casefold() or not spoken:
        return f"Write two spellings that differ, of {LONGEST_NAME} characters at most."
    unwritten = [one for one in (name, other) if value != UNDONE and not is_written(db, QueryTerm(one).match())]
    return f"No article and no comment has {unwritten[0]}: is it written so?" if unwritten else ""


def decisions_about(db: sqlite3.Connection, place: Any, names: set[str]) -> list[Row]:
    """What stands of the decisions on one of these names (folded by case): one, other, value, decided_at, by."""
    standing = standing_decisions([*decided_on_pages(place), *decided_by_command(db)])
    rows = [
        {"one": one.ref.partition(BETWEEN)[0], "other": one.ref.partition(BETWEEN)[2], "value": one.value, "decided_at": one.decided_at}
        | {"by": one.account or "a command"}
        for one in standing
    ]
    return [row for row in rows if {row["one"].casefold(), row["other"].casefold()} & names]


async def undecided(datasette: Any, request: Any, status: int, why: str) -> Response:
    """A page that says why nothing was decided."""
    return await page(datasette, request, "undecided.html", {"why": why}, status, {"cache-control": "no-store"})


SPELLING_DECISIONS: list[tuple[str, Handler]] = [(rf"^{DECIDE}$", decide_on_spelling)]
"""An address that takes something: it writes to a file of its own, never to the archive."""
