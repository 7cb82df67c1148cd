"""Handlers of the search: its page, its files, and the page that explains it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from datasette.utils.asgi import Response

from archive.publish.formats import search_path
from archive.publish.overview.charts import timeline
from archive.publish.search import exports, spellings
from archive.publish.search.examples import example_searches
from archive.publish.search.hints import name_hints, word_hints
from archive.publish.search.results import MOST_COMMENTS, SORTS, search
from archive.publish.server.responses import answer, as_json_text, folder, origin, page, page_number, read, redirect
from archive.publish.server.spelling_lists import spelling_groups
from archive.queries.search_fields import FIELDS
from archive.queries.search_query import PLACES, Query, mended, parse_query, without
from archive.text.languages import LANGUAGES

ADDRESS = re.compile(r"\s*(https?://|www\.)\S+\s*$", re.I)
VOCABULARIES: WeakKeyDictionary[Any, spellings.Vocabulary] = WeakKeyDictionary()  # of each archive that this process serves


def month_link(query: str) -> Callable[[str], str]:
    """A function from a month or a year to the address of the same search in that time."""
    return lambda time: search_path(f"{query} {'year' if len(time) == 4 else 'month'}:{time}".strip())


async def show_search(datasette: Any, request: Any) -> Response:
    """/search: what a query finds; a pasted address leads to its article instead."""
    if ADDRESS.match(request.args.get("q") or ""):
        return redirect("/url?" + urlencode({"url": request.args["q"].strip()}))
    groups = await spelling_groups(datasette)
    query = parse_query(request.args.get("q") or "", groups)
    sort = request.args.get("sort") or ""
    found = await read(datasette, search, query, sort, page_number(request))
    context = {
        "results": found,
        "query": query,
        "sorts": SORTS,
        "asked_sort": f"&sort={found.sort}" if sort else "",
        "subject": query.subject,
        "mentions_of": query.subject.value if query.subject else query.text if query.match else "",
        "narrowings": [(one, without(query.text, one)) for one in query.filters],
        "q": query.text,
        "most_comments": MOST_COMMENTS,
        "most_in_file": exports.MOST,
        "places": {place: moved(query.text, place) for place in PLACES},
        "chart": timeline(found.months, "articles", None, month_link(query.text), "Hits over time") if len(found.months) > 1 else "",
        "problems": problem_lines(query),
        "spellings": await offered_spellings(datasette, query, groups),
        "hints": [],
        "unknown_names": [],
    }
    if not (found.articles or found.comments or found.documents):
        context |= {
            "hints": await read(datasette, word_hints, query, vocabulary_of(datasette)),
            "unknown_names": await read(datasette, name_hints, query),
        }
    return await page(datasette, request, "search.html", context)


def problem_lines(query: Query) -> list[tuple[str, str, str]]:
    """(what was not understood, what was probably meant, the query with it), each once."""
    return list(dict.fromkeys((problem.message, problem.guess, mended(query, problem)) for problem in query.problems))


async def explain_search(datasette: Any, request: Any) -> Response:
    """/search/help: the language of the search, with examples that find something here."""
    examples = await read(datasette, example_searches)
    return await page(datasette, request, "search_help_page.html", {"examples": examples, "languages": LANGUAGES, "fields": FIELDS})


def vocabulary_of(datasette: Any) -> spellings.Vocabulary:
    """The words of an archive, as they were read last."""
    return VOCABULARIES.get(datasette) or spellings.Vocabulary()


async def offered_spellings(datasette: Any, query: Query, groups: spellings.Groups) -> list[tuple[str, list[tuple[str, str]]]]:
    """Word -> other spellings, each with the query that asks for both."""
    if not query.wanted:
        return []
    vocabulary = await read(datasette, spellings.refresh, vocabulary_of(datasette))
    VOCABULARIES[datasette] = vocabulary
    return [
        (word, [(other, spellings.with_spelling(query.text, word, other)) for other in others])
        for word, others in spellings.suggestions(query, groups, vocabulary)
    ]


def moved(text: str, place: str) -> str:
    """The text of a query with another place (``in:``); ``everything`` is written without it."""
    bare = re.sub(r"(?<!\S)-?in:\S*\s*", "", text, flags=re.I).strip()
    return bare if place == "everything" else f"in:{place} {bare}"


async def export_search(datasette: Any, request: Any) -> Response:
    """/search.csv, .json, .ris, .bib, .csl and .atom: the hits of any search."""
    query = parse_query(request.args.get("q") or "", await spelling_groups(datasette))
    sort, form, here = request.args.get("sort") or "", request.url_vars["format"], origin(datasette, request)
    number, size = page_number(request), exports.FEED if form == "atom" else exports.MOST
    results = await read(datasette, exports.hits_for_file, query, sort, number, size)
    own = search_path(query.text, f".{form}") + (f"&sort={results.sort}" if sort else "")
    more = {"link": f'<{here}{own}&page={number + 1}>; rel="next"'} if number < results.pages(size) else {}
    rows = await read(datasette, exports.proven_rows, folder(datasette), results, here) if form in ("json", "csv") else []
    if form in ("ris", "bib", "csl"):
        body = await read(datasette, exports.file_citations, folder(datasette), results.hits, here, form)
    elif form == "json":
        said = [{"message": one.message, "part": one.part, "guess": one.guess} for one in query.problems]
        counted = {"query": query.text, "notes": query.notes, "problems": said, "page": number}
        counted |= {"articles": results.articles, "comments": results.comments}
        body = as_json_text(counted | {"hits": rows})
    elif form == "csv":
        body = exports.as_csv(rows)
    else:
        body = exports.search_feed(exports.file_rows(results, here), query.text, here, own)
    return answer(request, body, exports.MEDIA_TYPES[form], headers=more)
