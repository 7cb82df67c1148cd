"""Handlers of articles' addresses: each takes Datasette and a request, gives a reading page, a citation, a comparison, or what
to do when there is none.
"""

from __future__ import annotations

import json
import re
import sqlite3
from typing import Any
from urllib.parse import unquote, unquote_plus, urlsplit

from datasette.utils.asgi import Response
from markupsafe import Markup

from archive.publish.cite import memento
from archive.publish.cite.citation import (
    MEDIA_TYPES,
    Citation,
    as_bibtex,
    as_csl,
    as_ris,
    as_text,
    cite,
    cite_comparison,
    distinct,
)
from archive.publish.cite.linked_data import linked_data
from archive.publish.cite.proofs import proof_by
from archive.publish.formats import MARKS, field_query, search_path, with_marks_asked
from archive.publish.reading.article import reading_context, state_context
from archive.publish.reading.comparison import compared_at
from archive.publish.reading.search_marks import with_search_marks
from archive.publish.redaction.withholding import withheld_since
from archive.publish.search.results import search
from archive.publish.server.responses import answer, answer_json, folder, origin, page, read, read_tables, redirect
from archive.queries.addresses import Address, article_at, dated_path, known_hosts, latest_instant, parse_address, reading_path
from archive.queries.nearest import nearest_addresses
from archive.queries.rows import Row, fetch_rows
from archive.queries.search_query import Filter, Query, parse_query
from archive.text.urls import bare_host, split_url

MOST_CITED = 100  # articles in one file
WRITERS = {"txt": as_text, "bib": as_bibtex, "ris": as_ris}


async def find_url(datasette: Any, request: Any) -> Response:
    """/url: any spelling of an address leads to its reading page."""
    text = request.args.get("url") or ""
    parts = split_url(text)
    article = await read(datasette, article_at, *parts) if parts else None
    if article:
        return redirect(reading_path(article["url"]))
    if parts is None:
        return await not_found(datasette, request, text, 404 if text else 200)
    return await no_article(datasette, request, Address(*parts), text)


async def show_article(datasette: Any, request: Any) -> Response:
    """/HOST/PATH?QUERY and /YYYYMMDDhhmmss/HOST/PATH?QUERY."""
    asked, sought = without_marks_asked(request.query_string)
    address = parse_address(request.path, asked)
    known, article, context = await read(datasette, asked_article, address) if address else (False, None, None)
    if address is None or not known:
        return await not_found(datasette, request, request.path)
    if article is None:
        return await no_article(datasette, request, address)
    if context is None:
        return await not_seen_yet(datasette, request, article)
    if address.moment is None and request.headers.get("accept-datetime"):
        return through_time(datasette, request, context)
    own_path = f"/{address.moment}{reading_path(article['url'])}" if address.moment else reading_path(article["url"])
    if unquote(request.path + (f"?{asked}" if asked else "")) != unquote(own_path):
        return redirect(with_marks_asked(own_path, sought))
    query = parse_query(sought)
    return await reading_page(datasette, request, with_search_marks(context, query) if query.marks else context)


def asked_article(db: sqlite3.Connection, address: Address) -> tuple[bool, Row | None, dict[str, Any] | None]:
    """(whether a site has this host, the article at this address, what its page shows)."""
    if address.host not in known_hosts(db):
        return False, None, None
    article = article_at(db, address.host, address.path, address.query)
    return True, article, reading_context(db, article["id"], address.moment) if article else None


def without_marks_asked(query_string: str) -> tuple[str, str]:
    """(the query string of the article's own address, the search whose words are marked in it)."""
    pairs = query_string.split("&") if query_string else []
    sought = [pair for pair in pairs if pair.startswith(f"{MARKS}=")]
    return "&".join(pair for pair in pairs if pair not in sought), unquote_plus(sought[-1].partition("=")[2]) if sought else ""


def through_time(datasette: Any, request: Any, context: dict[str, Any]) -> Response:
    """A TimeGate's answer: to the state of the moment asked for, or 400 for what is no time (RFC 7089, 4.5.3)."""
    asked = request.headers["accept-datetime"]
    url, revisions = context["article"]["url"], context["revisions"]
    headers = {"vary": "Accept-Datetime", "link": memento.link_header(url, revisions, origin(datasette, request))}
    wanted = memento.moment_of(asked)
    if wanted is None:
        body = "Accept-Datetime is no date of the form Thu, 07 Mar 2024 12:30:05 GMT\n"
        return answer(request, body, "text/plain; charset=utf-8", 400, headers)
    return redirect(dated_path(url, memento.nearest(revisions, latest_instant(wanted))), headers)


async def reading_page(datasette: Any, request: Any, context: dict[str, Any]) -> Response:
    """The reading page of a context, with its Memento headers."""
    url = context["article"]["url"]
    cited = citation_of(datasette, request, context)
    headers = {"link": memento.link_header(url, context["revisions"], origin(datasette, request))}
    if context["moment"]:
        headers["memento-datetime"] = memento.http_date(context["revision"]["seen_at"])
    else:
        headers["vary"] = "Accept-Datetime"
    more = {"citation": cited, "forms": citation_forms(cited), "linked_data": linked_data(cited, context, origin(datasette, request))}
    return await page(datasette, request, "reading.html", context | more, headers=headers)


async def not_seen_yet(datasette: Any, request: Any, article: Row) -> Response:
    """The archive holds the article, but had not seen it at that moment."""
    sql = "select min(seen_at) as first_seen_at from revisions where article_id = ?"
    first = (await read(datasette, fetch_rows, sql, [article["id"]]))[0]
    return await page(datasette, request, "not_found.html", first | {"wanted": article["url"], "url": article["url"]}, 404)


async def show_timemap(datasette: Any, request: Any) -> Response:
    """/timemap/HOST/PATH: every state of an article (RFC 7089)."""
    address = parse_address(request.path.removeprefix("/timemap"), request.query_string)
    parts = (address.host, address.path, address.query) if address else None
    article = await read(datasette, article_at, *parts) if parts else None
    if article is None:
        return await absent(datasette, request, parts, request.path)
    context = await read(datasette, state_context, article["id"])
    lines = memento.timemap_links(article["url"], context["revisions"] if context else [], origin(datasette, request))
    return answer(request, ",\n".join(lines) + "\n", "application/link-format")


async def show_citation(datasette: Any, request: Any) -> Response:
    """/cite.txt, .bib, .ris or .json (CSL) with ``url`` and, for an older state, ``at`` (YYYYMMDDhhmmss)."""
    asked = request.args.getlist("url")[:MOST_CITED]
    if len(asked) > 1:
        return await show_citations(datasette, request, asked)
    if request.args.get("from") and request.args.get("to"):
        return await cite_compared(datasette, request)
    parts = split_url(request.args.get("url") or "")
    article = await read(datasette, article_at, *parts) if parts else None
    moment = re.sub(r"\D", "", request.args.get("at") or "")[:14] or None
    context = await read(datasette, state_context, article["id"], moment) if article else None
    if context is None:
        return await absent(datasette, request, parts, request.args.get("url") or "")
    return citation_file(request, citation_of(datasette, request, context), request.url_vars["format"])


async def show_citations(datasette: Any, request: Any, urls: list[str]) -> Response:
    """Several articles in one file, each as it is now; what is not in the archive, or withheld, is left out."""
    articles = [await read(datasette, article_at, *parts) for parts in map(split_url, urls) if parts]
    contexts = [await read(datasette, state_context, article["id"]) for article in articles if article]
    cited = distinct([citation_of(datasette, request, context) for context in contexts if context])
    form = request.url_vars["format"]
    if form == "json":
        response = answer_json(request, [as_csl(one) for one in cited], MEDIA_TYPES[form])
    else:
        response = answer(request, "\n".join(WRITERS[form](one) for one in cited), MEDIA_TYPES[form])
    response.headers["content-disposition"] = f'attachment; filename="archive.{form}"'
    return response


def citation_of(datasette: Any, request: Any, context: dict[str, Any]) -> Citation:
    """The citation of a reading page's context."""
    seen_at = context["revision"]["seen_at"]
    proof = proof_by(folder(datasette), seen_at, next(iter(context["captures"]), None))
    return cite(context, origin(datasette, request), dated_path(context["article"]["url"], seen_at), proof)


def citation_forms(cited: Citation) -> dict[str, str]:
    """A citation in every format, as a page shows it."""
    return {
        "text": as_text(cited),
        "bibtex": as_bibtex(cited),
        "ris": as_ris(cited),
        "csl": json.dumps(as_csl(cited), ensure_ascii=False, indent=2),
    }


def comparison_citation(datasette: Any, request: Any, context: dict[str, Any]) -> Citation:
    """The citation of a comparison's context."""
    states = (context["old"], context["new"])
    before, after = (proof_by(folder(datasette), state["seen_at"], next(iter(state["captures"]), None)) for state in states)
    return cite_comparison(context, origin(datasette, request), context["path"], (before, after))


async def cite_compared(datasette: Any, request: Any) -> Response:
    """/cite.* with ``url``, ``from`` and ``to`` (YYYYMMDDhhmmss): what changed between two states."""
    url = request.args.get("url") or ""
    moments = [re.sub(r"\D", "", request.args.get(name) or "")[:14] for name in ("from", "to")]
    parts = split_url(url)
    article = await read(datasette, article_at, *parts) if parts else None
    context = await read(datasette, compared_at, article["id"], moments) if article and all(moments) else None
    if context is None:
        return await absent(datasette, request, parts, url)
    return citation_file(request, comparison_citation(datasette, request, context), request.url_vars["format"])


def citation_file(request: Any, cited: Citation, form: str) -> Response:
    """One citation as a file to download."""
    if form == "json":
        response = answer_json(request, [as_csl(cited)], MEDIA_TYPES[form])
    else:
        response = answer(request, WRITERS[form](cited), MEDIA_TYPES[form])
    response.headers["content-disposition"] = f'attachment; filename="{cited.key}.{form}"'
    return response


async def show_unapi(datasette: Any, request: Any) -> Response:
    """What Zotero asks first: the citation of an address, or of MOMENT/ADDRESS, as RIS. http://unapi.info/specs/"""
    wanted, form = request.args.get("id"), request.args.get("format")
    if not wanted or not form:
        identifier = Markup(' id="{}"').format(wanted) if wanted else ""
        offered = Markup('<format name="ris" type="application/x-research-info-systems"/>')
        body = Markup('<?xml version="1.0" encoding="UTF-8"?>\n<formats{}>{}</formats>\n').format(identifier, offered)
        return answer(request, body, "application/xml; charset=utf-8", 300 if wanted else 200)
    if form != "ris":
        return answer(request, "only the format ris is offered\n", "text/plain; charset=utf-8", 406)
    moment, slash, url = wanted.partition("/")
    moment, url = (moment, url) if slash and re.fullmatch(r"\d{4,14}", moment) else (None, wanted)
    parts = split_url(url)
    article = await read(datasette, article_at, *parts) if parts else None
    context = await read(datasette, state_context, article["id"], moment) if article else None
    if context is None:
        return await absent(datasette, request, parts, wanted)
    return answer(request, as_ris(citation_of(datasette, request, context)), MEDIA_TYPES["ris"])


async def no_article(datasette: Any, request: Any, address: Address, wanted: str = "") -> Response:
    """The answer to an address that no article has. A site's front page leads to everything of that site."""
    if address.path == "/" and not address.query and (site := await read(datasette, site_with_home, address.host)):
        return redirect(search_path(field_query("site", site)))
    wanted = wanted or f"{address.host}{address.path}" + (f"?{address.query}" if address.query else "")
    return await absent(datasette, request, (address.host, address.path, address.query), wanted)


def site_with_home(db: sqlite3.Connection, host: str) -> str | None:
    """The name of the site whose home is at this host, with or without ``www.``."""
    homes = {bare_host(urlsplit(row["home"]).netloc): row["name"] for row in fetch_rows(db, "select name, home from sites")}
    return homes.get(bare_host(host))


async def absent(datasette: Any, request: Any, parts: tuple[str, str, str] | None, wanted: str) -> Response:
    """410 for what is held and withheld, 404 for what is not held.

    410, because "intentionally unavailable" (RFC 9110) is what is known; 451 would claim that a law demands it.
    """
    since = await read_tables(datasette, withheld_at, *parts) if parts else None
    if since is None:
        return await not_found(datasette, request, wanted)
    return await page(datasette, request, "withheld.html", {"wanted": wanted, "since": since}, 410)


def withheld_at(db: sqlite3.Connection, host: str, path: str, query: str) -> str | None:
    """Since when the article at this address is withheld, in any spelling of it."""
    article = article_at(db, host, path, query)
    return withheld_since(db, article["id"]) if article else None


async def not_found(datasette: Any, request: Any, wanted: str, code: int = 404) -> Response:
    """404, with what may help: articles that cite the address, addresses like it, a search for its words, and where else to look."""
    wanted = wanted.lstrip("/")
    host, _, path = unquote(wanted.partition("://")[2] or wanted).partition("/")
    words = re.findall(r"[^\W\d_]{4,}", path or host)[:8]
    parts = split_url(wanted)
    near = await read(datasette, nearest_addresses, parts[0], parts[1]) if parts else []
    about = Query(tree=Filter("cites", wanted, exact=True), place="articles")
    context = {
        "wanted": wanted,
        "words": words,
        "near": near,
        "hits": await articles_with(datasette, words, {row["url"] for row in near}),
        "citing": await read(datasette, search, about) if parts and parts[1] != "/" else None,
        "sites": await read(datasette, fetch_rows, "select name, home, title from sites order by id"),
        "status": code,
    }
    return await page(datasette, request, "not_found.html", context, code)


async def articles_with(datasette: Any, words: list[str], listed: set[str]) -> list[Row]:
    """Articles in which all these words stand, else those with some of them; without those that are listed already."""
    if not words:
        return (await read(datasette, search, parse_query(""))).hits[:8]
    for joined in (" ", " OR "):
        found = (await read(datasette, search, parse_query(f"in:articles {joined.join(words)}"))).hits
        if hits := [row for row in found if row["url"] not in listed][:8]:
            return hits
    return []
