"""Pages for everyone about the archive itself: what it is and who runs it, its policy, how to reach them, how to ask for something to
be withheld, and the ledger of what was. None of them writes anything.
"""

from __future__ import annotations

import sqlite3
from typing import Any
from urllib.parse import quote

from datasette.utils.asgi import Response

from archive.publish.overview.status import site_states
from archive.publish.server.responses import Handler, answer_json, origin, page, read
from archive.publish.server.service import service_of
from archive.queries.counts import archive_counts
from archive.queries.ledger import expunged_ledger, withheld_ledger
from archive.queries.numbers import NUMBERS
from archive.queries.rows import fetch_row

LONGEST_REQUEST = 2_000  # characters of each field; an address bar holds some more


async def show_about(datasette: Any, request: Any) -> Response:
    """/about: what this archive is, who runs it, what it holds, how it is made and how it is cited."""
    context = await read(datasette, holdings)
    own = {name: datasette.metadata(name) for name in ("title", "description", "license", "license_url", "about", "about_url")}
    return await told(datasette, request, "about.html", context | {"own": own, "here": origin(datasette, request)})


def holdings(db: sqlite3.Connection) -> dict[str, Any]:
    """How much is held, counted without what is withheld."""
    sql = """
        select
          (select min(published_on) from articles) as first_on,
          (select max(published_on) from articles) as last_on,
          (select url from articles where missing_since is null order by published_at desc limit 1) as example
    """
    return {**(fetch_row(db, sql) or {}), "counts": archive_counts(db), "sites": site_states(db)}


async def show_policy(datasette: Any, request: Any) -> Response:
    """/policy: the operator's text, else what holds for every archive of this kind."""
    return await told(datasette, request, "policy.html", {})


async def show_contact(datasette: Any, request: Any) -> Response:
    """/contact: how those who run the archive are reached."""
    return await told(datasette, request, "contact.html", {})


async def show_takedown(datasette: Any, request: Any) -> Response:
    """/takedown: asks for an address and a reason, and makes a mail of them that the reader sends, or does not."""
    about, why = (" ".join((request.args.get(name) or "").split())[:LONGEST_REQUEST] for name in ("url", "why"))
    mail, letter = service_of(datasette).mail, takedown_letter(about, why)
    written = f"mailto:{quote(mail, safe='@+.')}?subject={quote('Please withhold this')}&body={quote(letter)}" if mail else None
    return await told(datasette, request, "takedown.html", {"about": about, "why": why, "letter": letter, "written": written})


def takedown_letter(about: str, why: str) -> str:
    """The text of a request to withhold something."""
    lines = ["Please withhold this from the archive:", about or "(address of the article, or of the comment)", ""]
    return "\r\n".join([*lines, "Reason:", why or "(why)", "", "My name, and how you reach me:", ""])


async def show_numbers(datasette: Any, request: Any) -> Response:
    """/numbers: what each number on the pages means."""
    return await told(datasette, request, "numbers.html", {"numbers": NUMBERS})


async def show_ledger(datasette: Any, request: Any) -> Response:
    """/ledger: when and why something was withheld, shown again or destroyed; nothing of what it was."""
    return await told(datasette, request, "ledger.html", await read(datasette, ledger))


async def show_ledger_json(datasette: Any, request: Any) -> Response:
    """/ledger.json: the same for programs."""
    return answer_json(request, await read(datasette, ledger))


def ledger(db: sqlite3.Connection) -> dict[str, Any]:
    """What the ledger shows."""
    return {"withheld": withheld_ledger(db), "destroyed": expunged_ledger(db)}


async def told(datasette: Any, request: Any, template: str, context: dict[str, Any]) -> Response:
    """A page that knows what ``serve`` was told."""
    service = service_of(datasette)
    return await page(datasette, request, template, context | {"contact": service.contact, "mail": service.mail, "policy": service.policy})


PUBLIC_PAGES: list[tuple[str, Handler]] = [
    (r"^/about$", show_about),
    (r"^/policy$", show_policy),
    (r"^/contact$", show_contact),
    (r"^/takedown$", show_takedown),
    (r"^/numbers$", show_numbers),
    (r"^/ledger$", show_ledger),
    (r"^/ledger\.json$", show_ledger_json),
]
