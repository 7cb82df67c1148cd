"""Finds the lists of articles that a REST API has beside its posts: one for each further type, and for each language that is hidden.

What is found is remembered, so that a run asks for it once in SWEEP_DAYS. A type that holds no articles is remembered with the reason.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from archive.clock import later
from archive.text.content_key import normalised
from crawler.errors import DoorClosed, FetchError, Limited, OutsideSite
from crawler.extract.rest_text import rest_plain
from crawler.extract.workers import ExtractionCut, ExtractionFailed
from crawler.wordpress import api as api
from crawler.wordpress.languages import ALL, alternates, beside, gives_all, read_languages, with_language
from crawler.wordpress.types import OWN, PostType, has_own_address, left_out, read_routes, read_types, without_articles

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.items import Article
    from crawler.session.session import Run
    from crawler.wordpress.crawl import RestDoor

logger = logging.getLogger(__name__)
USUAL_DAYS = 30  # between two looks, where nothing is swept
ROWS = 5  # of a type, the newest: they say whether it has texts
COMPARED = 50  # of a list that does not tell its total: many sites fail at 100 rows
PAGES = 3  # of a type, asked for until one of them is that of an article
LANGUAGES_AT_MOST = 40
GONE = "no longer among the site's types"
NOT_THERE = (404, 410)
NAMES = ("categories", "tags")
LATER = (FetchError, OutsideSite, DoorClosed)  # what keeps an answer from us; Limited ends the run


def is_due(run: Run) -> bool:
    """Whether this run looks which types and languages there are: the first, a full one, and one within SWEEP_DAYS."""
    last = run.remembered("types")["checked_at"]
    return run.options.mode == "full" or not last or later(last, days=run.sweep_days or USUAL_DAYS) <= run.store.now()


async def look_for_all_languages(door: RestDoor) -> None:
    """Where ``lang=all`` makes the list of posts longer, all lists are asked so from now on. Raises Limited."""
    row = door.row("posts")
    if gives_all(row["url"]):
        return
    everything = await _total(door, with_language(row["url"], ALL))
    if everything is not None and everything == row["total"]:
        return
    usual = await _total(door, row["url"])
    if usual is None or everything is None:
        await look_without_totals(door)
    elif everything > usual:
        open_all_languages(door)


async def look_without_totals(door: RestDoor) -> None:
    """The same where no answer tells how many posts there are: the newest and the oldest of both forms are compared. Nothing counts what
    is new then: where there is some, every list is to be walked from its start. By id, for rows of one date may change places.
    Raises Limited."""
    usual = door.row("posts")["url"]
    for order in ("desc", "asc"):
        ours, theirs = [await _ends(door, url, COMPARED, orderby="id", order=order) for url in (usual, with_language(usual, ALL))]
        if ours is not None and theirs is not None and not ours.ids.issuperset(theirs.ids):
            open_all_languages(door, walk_started_at=None, walked_at=None, cursor=None)
            return


def open_all_languages(door: RestDoor, **begun: None) -> None:
    """From now on all lists are asked for in all languages. ``begun``: columns of a walk to empty, so that each is read from its start."""
    for known in [*door.store.article_lists(door.run.site_id), *(door.row(name) for name in ("comments", *NAMES))]:
        if "@" not in known["name"] and not gives_all(known["url"]):
            door.store.save_list(door.run.site_id, known["name"], url=with_language(known["url"], ALL), **begun)


async def _total(door: RestDoor, url: str) -> int | None:
    listing = await _ends(door, url, 1)
    return None if listing is None else listing.total


async def _ends(door: RestDoor, url: str, count: int, **order: str) -> api.Listing | None:
    """The ids of the newest rows of a list that may not be there, or of the first ones in another ``order``; None where it makes no
    sense: it is asked once. Raises Limited."""
    try:
        response = await door.run.web.get(api.endpoint(url, "", per_page=count, **order, _fields="id"), door="rest")
        return api.read_listing(response.body, api.headers_of(response), (), count)
    except Limited:
        raise
    except LATER:
        return None


# types


async def find_types(door: RestDoor) -> None:
    """Remember the list of each further type of articles, with what speaks against it where something does. Raises Limited."""
    run, root = door.run, api.root_of(door.row("posts")["url"])
    types, reason = await _types(door, root)
    for post_type in types:
        await _look_at(door, post_type, root)
    if reason is None:  # a list that does not answer and is not among the types is none any more
        names = {post_type.list_name for post_type in types}
        for row in door.store.article_lists(run.site_id, walked=True):
            base = row["name"].partition("@")[0]
            if row["closed"] and base != "posts" and base not in names:
                door.store.close_article_list(run.site_id, row["name"], GONE)
                run.outcome.note(f"REST's list {row['name']} is {GONE}")
    url = api.endpoint(root, "wp/v2/types")
    run.store.save_list(run.site_id, "types", door="rest", url=url, total=len(types) or None, closed=reason, checked_at=run.store.now())


async def _types(door: RestDoor, root: str) -> tuple[list[PostType], str | None]:
    """(the types, why the site does not tell them itself): where it does not, its routes let suppose them."""
    try:
        return await _ask(door, api.endpoint(root, "wp/v2/types"), read_types), None
    except LATER as error:
        reason = str(error)
    try:
        return await _ask(door, api.endpoint(root, "wp/v2"), read_routes), reason
    except LATER:
        return [], reason


async def _ask(door: RestDoor, url: str, read: Callable[[bytes], list[PostType]]) -> list[PostType]:
    """Raises FetchError, OutsideSite, DoorClosed."""
    return read((await door.run.web.get(url, door="rest")).body)


async def _look_at(door: RestDoor, post_type: PostType, root: str) -> None:
    """Open the list of a type, or remember why not. One that is open stays open, unless the site's declaration leaves it out."""
    run, name = door.run, post_type.list_name
    row, out = run.remembered(name), left_out(post_type, run.site.types)
    if (row["url"] and not row["closed"] and out is None) or (out and out.endswith(OWN)):
        return
    url = run.addresses.canonical(api.endpoint(root, post_type.route))
    url = with_language(url, ALL) if gives_all(door.row("posts")["url"]) else url
    reason = out or await _why_no_articles(door, post_type, url)
    if reason and row["url"] and not row["closed"]:
        door.store.close_article_list(run.site_id, name, reason)
    elif reason != row["closed"] or not row["url"]:
        run.store.save_list(run.site_id, name, door="rest", url=url, closed=reason, checked_at=run.store.now())


async def _why_no_articles(door: RestDoor, post_type: PostType, url: str) -> str | None:
    """Why the list of a type gives no articles: it is closed or empty, its rows have no text, or no page shows one of them."""
    asked = api.endpoint(url, "", per_page=ROWS, _fields="id,date,modified,link,title,content,type")
    try:
        rows = (await door.list_rows(asked, post_type.list_name, required=("link", "title"), asked=ROWS)).rows
    except Limited:
        raise
    except LATER as error:
        return str(error)
    addresses = [str(row["link"]) for row in rows]
    home = door.run.site.home
    belongs = [door.run.addresses.belongs(link) and door.run.addresses.canonical(link) != home for link in addresses]
    if reason := without_articles(rows, belongs):
        return reason
    reason = None
    for row in [row for row, ours in zip(rows, belongs, strict=True) if ours][:PAGES]:
        reason = await _why_no_page(door, row)
        if reason is None:
            return None  # one page that speaks for it is enough
    return f"no articles: {reason}"


async def _why_no_page(door: RestDoor, row: dict[str, Any]) -> str | None:
    """What the page of a row says against its being an article; None for one that is kept from us, where its address is one."""
    link, parser = door.run.addresses.canonical(str(row["link"])), door.run.context.parser
    try:
        response = await door.run.web.get(link, door="page")
        article = await parser.page(response, marked=True)
        doubt = "it shows no article" if article.kind == "none" else await parser.why_no_article(response, article)
    except Limited:
        raise
    except (FetchError, OutsideSite, ExtractionCut, ExtractionFailed) as error:
        gone = isinstance(error, OutsideSite) or getattr(error, "status", None) in NOT_THERE
        return None if has_own_address(link) and not gone else str(error)
    if article.source_id is not None:  # the page says whose it is
        return None if article.source_id == str(row["id"]) else f"{link} shows something else"
    if parser.is_home(response.url):
        return f"{link} leads to the front page"
    return f"{link}: {doubt}" if doubt else None if has_own_address(link) or _same_title(row, article) else f"{link} shows something else"


def _same_title(row: dict[str, Any], article: Article) -> bool:
    title = row["title"].get("rendered") if isinstance(row["title"], dict) else None
    return isinstance(title, str) and normalised(rest_plain(title)) == normalised(article.title)


# languages


async def find_languages(door: RestDoor) -> None:
    """Remember a list for each language that the usual list of posts, of a further type or of comments hides. Raises Limited."""
    if gives_all(door.row("posts")["url"]):
        return
    for code, front_page in list((await _languages(door)).items())[:LANGUAGES_AT_MOST]:
        lists = [row for row in door.store.article_lists(door.run.site_id) if "@" not in row["name"]]
        forms: list[Callable[[str], str]] = [partial(with_language, code=code)]
        if front_page and door.run.addresses.belongs(front_page) and door.run.addresses.canonical(front_page) != door.run.site.home:
            forms.append(partial(beside, front_page=front_page))
        for form in forms:
            if await _open_language(door, code, lists, form):
                break


async def _languages(door: RestDoor) -> dict[str, str]:
    """Code -> front page, as the front page tells, or Polylang's own list."""
    run, found = door.run, dict[str, str]()
    try:
        home = run.home_response or await run.web.get(run.site.home, door="page", any_status=True)
        found = alternates(home.text if hasattr(home, "text") else "", home.url)
        if not found and "pll/v1" in (door.root.get("namespaces") or ()):
            url = api.endpoint(api.root_of(door.row("posts")["url"]), "pll/v1/languages")
            found = read_languages((await run.web.get(url, door="rest")).body)
    except Limited:
        raise
    except LATER as error:
        logger.info("the languages are not told: %s", error)
    return found


async def _open_language(door: RestDoor, code: str, lists: list[dict[str, Any]], form: Callable[[str], str]) -> bool:
    """Whether a way to ask for a language brings what is hidden without it; if so, its lists are remembered."""
    heard = [row for row in lists if await _hides(door, row["name"], row["url"], form(row["url"]))]
    if not heard:
        return False
    comments = door.row("comments")
    more = [comments] if not comments["closed"] and await _hides(door, "comments", comments["url"], form(comments["url"])) else []
    for row in [*heard, *more, *(door.row(name) for name in NAMES)]:
        url = door.run.addresses.canonical(form(row["url"]))
        door.store.save_list(door.run.site_id, f"{row['name']}@{code}", door="rest", url=url, closed=None)
    return True


async def _hides(door: RestDoor, name: str, usual: str, other: str) -> bool:
    """Whether the newest rows of another form of a list are not all in the usual one: a parameter that is ignored brings nothing new."""
    newest = await _ends(door, other, api.PROBE)
    if newest is None or not newest.ids:
        return False
    try:
        known = await door.list_rows(api.include_url(usual, api.rows_of(name), sorted(newest.ids), "id"), name)
    except Limited:
        raise
    except LATER:
        return False
    return not known.ids.issuperset(newest.ids)
