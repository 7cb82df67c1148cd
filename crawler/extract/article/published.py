"""Takes a page, its head and the parts around its headline and says when the article was published and last changed: by JSON-LD, the
meta elements of the field, microdata, what stands beside the headline, the address. A date that cannot be is left out and named."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

from crawler.extract.dates.order import DateOrder, page_order
from crawler.extract.dates.parse import Moment, parse_any_language, parse_iso, parse_stated, parse_written
from crawler.extract.dom.document import Document
from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import string
from crawler.extract.dom.tree import Element, text_of, word_list, word_set

# Names of meta elements, in order of trust: Open Graph, Dublin Core (https://www.dublincore.org/specifications/dublin-core/dcmi-terms/),
# Highwire and PRISM (what scholarly indexes read), Parse.ly, Sailthru, Cxense, and what publishing systems make up.
_PUBLISHED = word_list(
    "article:published_time og:published_time og:article:published_time article:published datepublished "
    "dcterms.issued dc.date.issued dc.issued dc.date dcterms.available dc.date.available dcterms.created dc.date.created dc.created "
    "dcterms.date sailthru.date parsely-pub-date citation_publication_date citation_online_date citation_date prism.publicationdate "
    "bepress_citation_date bepress_citation_online_date publish-date publish_date publishdate published-date published_date pubdate "
    "og:pubdate bt:pubdate published_time published_at publishedat publication_date publication-date publicationdate "
    "cxenseparse:recs:publishtime cxenseparse:publishtime originalpublicationdate date.issued article.published article.created "
    "article:published_at article:post_date article:create_at article_date_original shareaholic:article_published_time rnews:datepublished "
    "release_date releasedate displaydate datecreated date_published created created_at published"
)
_MODIFIED = word_list(
    "article:modified_time og:modified_time og:updated_time article:modified article:updated_time datemodified dcterms.modified "
    "dc.date.modified dc.modified dc.date.updated lastmod last-modified last_modified lastmodified article:updated article.updated revised "
    "updated_time updated_at updated modified date_modified modified_time moddate bt:moddate last-updated last_updated "
    "cxenseparse:recs:modifiedtime cxenseparse:modifiedtime rnews:datemodified"
)
_EITHER = "date"  # of publication on some sites, of the last change on others
_FULL_DATE = re.compile(r"\d{1,4}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?\d{1,4}")
_DIGIT = re.compile(r"[\d年]")  # Chinese writes its numbers in words, too
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/-](\d{1,2})[/-](\d{1,2})(?:/|-|$)|/((?:19|20)\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])(?:[/_.-]|$)")
_URL_WORDS = re.compile(r"/((?:19|20)\d\d)/([a-z]{3,9})/(\d{1,2})/")
_MODIFIED_WORDS = re.compile(
    r"\b(?:updated|modified|revised|last edit|aktualisiert|geändert|mis à jour|modifié|actualizad|atualizad|aggiornat|bijgewerkt|"
    r"zaktualizowan|aktualiz|ažurirano|uppdatera|opdatere|oppdater|päivite|frissít|actualizat|diperbarui|cập nhật|güncelle|"
    r"обновлен|изменен|оновлен|ενημέρωση|עודכן|تحديث|آخر تحديث|به.?روز)|更新|수정",
    re.I,
)
_PUBLISHED_WORDS = re.compile(
    r"\b(?:published|posted|created|veröffentlicht|erstellt|publié|publicado|publicad[oa]|pubblicato|gepubliceerd|opublikowan|опубликован|"
    r"yayın|diterbitkan|نُ?شر|منتشر)|发布|發布|公開|게시|입력",
    re.I,
)
_OTHER_ORDER: dict[DateOrder, DateOrder] = {"dmy": "mdy", "mdy": "dmy"}
_OLDEST = 1990  # no page was published on the web before


@dataclass(frozen=True, slots=True)
class PageDates:
    published: Moment | None
    modified: Moment | None
    warnings: tuple[str, ...] = ()  # dates that cannot be


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the dates of a page are to be read: language and order; ``known``: days that can be read in one way only."""

    language: str | None
    order: DateOrder
    known: frozenset[date]

    def read(self, text: str) -> Moment | None:
        found = parse_stated(text, self.order, self.language)
        if found is None or not self.known or found.day in self.known:
            return found
        other = parse_stated(text, _OTHER_ORDER[self.order], self.language)
        return other if other is not None and other.day in self.known else found


def page_dates(
    page: Document,
    head: Head,
    header: list[Element],
    url: str,
    skip: frozenset[Element],
    *,
    language: str | None = None,
    captured_at: str | None = None,
) -> PageDates:
    """``header``: the parts around the headline; ``skip``: the thread; ``language``: in which dates are written;
    ``captured_at``: ISO instant after which nothing was published."""
    shown, shown_modified = _shown_dates(page, header, language)
    address = _date_in_address(url)
    of_publication, of_change = list(_values(head, "datePublished", _PUBLISHED)), list(_values(head, "dateModified", _MODIFIED))
    values = [*of_publication, *of_change, *((_EITHER, value) for value in head.all(_EITHER))]
    exact = (parse_iso(text) for _, text in values)
    known = frozenset(moment.day for moment in (*exact, shown, address) if moment is not None)
    reading = _Reading(language, page_order((text for _, text in values), language), known)
    marked, sure = _marked_date(page, "datePublished", skip, reading)
    published = [*_moments(of_publication, reading), *(_present(marked) if sure else ())]
    modified = [
        *_moments(of_change, reading),
        *_present(_marked_date(page, "dateModified", skip, reading)[0]),
    ]
    either = _moments([(_EITHER, value) for value in head.all(_EITHER)], reading)
    earlier = next((moment for moment in (shown, address) if moment is not None), None)
    if either and earlier is not None and earlier.day < either[0].day - timedelta(days=1):
        modified += either
    else:
        published += either
    published += _present(marked)
    published = _believed(published, [marked, shown, address], captured_at)
    created = [("dateCreated", said)] if head.article is not None and (said := string(head.article.get("dateCreated"))) else []
    chosen = _with_clock(published, shown) or shown or address or next(iter(_believed(_moments(created, reading), [], captured_at)), None)
    return PageDates(chosen, next(iter(modified), None) or shown_modified, _impossible(values, reading))


def _values(head: Head, key: str, names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """(name, what it says) of JSON-LD and meta elements, in order of trust."""
    for node in (head.article, *head.nodes):
        value = None if node is None else node.get(key)
        text = str(value) if isinstance(value, int) else string(value)
        if text:
            yield key, text
    for name in names:
        if name in head.meta:
            for value in head.meta[name]:
                yield name, value


def _moments(values: Iterable[tuple[str, str]], reading: _Reading) -> list[Moment]:
    return [moment for _, text in values if (moment := reading.read(text)) is not None]


def _present(moment: Moment | None) -> list[Moment]:
    return [] if moment is None else [moment]


def _believed(stated: list[Moment], said: list[Moment | None], captured_at: str | None) -> list[Moment]:
    """The stated dates; after what the page says where the first lies in the future or before the web, and the page says otherwise."""
    captured = parse_iso(captured_at)
    latest = (datetime.now(UTC).date() if captured is None else captured.day) + timedelta(days=2)
    if not stated or (stated[0].day.year >= _OLDEST and stated[0].day <= latest):
        return stated
    return [moment for moment in said if moment is not None and moment.day.year >= _OLDEST and moment.day <= latest][:1] + stated


def _with_clock(stated: list[Moment], shown: Moment | None) -> Moment | None:
    """The first date, as another place says it that knows the time of that day. Midnight to the second is what systems write that know
    the day alone, and a day off in another zone."""
    if not stated:
        return None
    first = stated[0]
    if first.clock is not None and first.clock.time() != time():
        return first
    near = timedelta(days=0 if first.clock is None else 1)
    timed = (m for m in (*stated, *_present(shown)) if abs(m.day - first.day) <= near and m.clock is not None and m.clock.time() != time())
    return next(timed, shown if shown is not None and first.clock is None and shown.day == first.day else first)


def _impossible(values: Iterable[tuple[str, str]], reading: _Reading) -> tuple[str, ...]:
    found = {
        f"dates: {name} says {text[:40]!r}, which is no date" for name, text in values if _FULL_DATE.search(text) and not reading.read(text)
    }
    return tuple(sorted(found))


# ---- microdata ---------------------------------------------------------------------------------------------------------
_DATE_TAGS = word_set("time meta span abbr div p")


def _marked_date(page: Document, name: str, skip: frozenset[Element], reading: _Reading) -> tuple[Moment | None, bool]:
    """(the first that is no teaser's, whether all of them name its day): teasers of other articles have such dates, too."""
    found: list[Moment] = []
    for element in page.microdata:
        if element.tag in _DATE_TAGS and name in (element.get("itemprop") or "").split():
            moment = _attribute(element, reading.order, reading.language) or reading.read(text_of(element)[:120])
            if moment is not None and not any(up.tag == "a" or up in skip or up in page.elsewhere for up in element.iterancestors()):
                found.append(moment)
    return (found[0], len({moment.day for moment in found}) == 1) if found else (None, True)


_ATTRIBUTES = word_list(
    "datetime content title data-datetime data-date data-published data-publish-date data-published-at data-pubdate data-created "
    "data-time data-timestamp data-unixtime data-unix-time data-epoch data-utc"
)
_OWN_TAGS = word_set("time abbr relative-time local-time time-ago")  # the last three: elements of scripts that print a time


def _attribute(element: Element, order: DateOrder | None, language: str | None) -> Moment | None:
    for name in _ATTRIBUTES:
        said = element.get(name)
        if said and _DIGIT.search(said) and (name != "title" or element.tag in _OWN_TAGS) and len(said) < 60:
            moment = parse_stated(said, order, language)
            if moment is not None:
                return moment
    return None


# ---- beside the headline -----------------------------------------------------------------------------------------------
def _shown_dates(page: Document, header: list[Element], language: str | None) -> tuple[Moment | None, Moment | None]:
    published = modified = None
    order = page_order((page.text(part) for part in header), language) if header else None
    for part in header:
        for element in part.iter():
            moment = _moment_of(element, order, language)
            if moment is None:
                continue
            marks = page.tokens.get(element, ())
            if ("updated" in marks and "published" not in marks) or _says_modified(element):
                modified = modified or moment
            else:
                published = published or moment
    if published is not None:
        return published, modified
    for part in header:
        for line in _sayings(page.text(part)):
            moment = parse_written(line, order, language) or (parse_any_language(line, language) if len(line) < 40 else None)
            if moment is not None and _MODIFIED_WORDS.search(line):
                modified = modified or moment
            elif published is None:
                published = moment
        if published is not None:
            return published, modified
    return (published or modified), modified


def _moment_of(element: Element, order: DateOrder | None, language: str | None) -> Moment | None:
    if element.tag in _OWN_TAGS:
        return _attribute(element, order, language) or parse_written(text_of(element)[:120], order, language)
    if isinstance(element.tag, str) and any(name.startswith("data-") for name in element.attrib):
        return _attribute(element, order, language)
    return None


def _says_modified(element: Element) -> bool:
    """Does it, or the few words before it, say so?"""
    before = element.getprevious()
    said = element.getparent().text if before is None and element.getparent() is not None else None if before is None else before.tail
    return _MODIFIED_WORDS.search(f"{(said or '')[-40:]} {text_of(element)}") is not None


def _sayings(text: str) -> list[str]:
    """The lines with digits; ``January 29, 2005 / Last updated: May 3, 2006`` says two things."""
    found: list[str] = []
    for line in _lines(text):
        update, publication = _MODIFIED_WORDS.search(line), _PUBLISHED_WORDS.search(line)
        cut = None
        if update is not None and _DIGIT.search(line[: update.start()]):
            cut = update.start()
        elif update is not None and publication is not None and _DIGIT.search(line[update.start() : publication.start()]):
            cut = publication.start()
        found += [line] if cut is None else [line[:cut], line[cut:]]
    return found


def _lines(text: str) -> list[str]:
    lines = [line for line in text.split("\n") if _DIGIT.search(line)]
    return [line[:190] for line in lines if len(line) < 400]


# ---- elsewhere ---------------------------------------------------------------------------------------------------------
_DATE_CLASSES = word_set("published entry-date post-date pubdate date-published published-date dt-published")
_LONE_TAGS = word_set("time span small p div li em")
_LONE_SIZE = 32  # characters: "Published: 24th of September 2021"
_NO_DATE = word_set("nav footer aside")


def lone_date(page: Document, heading: Element | None, skip: frozenset[Element], language: str | None) -> Moment | None:
    """The last place to look, for pages without marks or with a headline far from its byline: an element named as the date
    of publication, else the first one below the headline that holds a date and nothing else."""
    out = page.inside((*page.elsewhere, *skip, *page.of(_NO_DATE))).marks
    first = 0 if heading is None else page.places[heading]
    for place in page.places_of(_LONE_TAGS):
        if out[place]:
            continue
        element, below = page.elements[place], place >= first
        marked = page.has(element, _DATE_CLASSES)
        if not marked and (not below or len(element) > 1):
            continue
        text = page.text(element)
        if len(text) > _LONE_SIZE or not _DIGIT.search(text) or _says_modified(element) or (not marked and len(text.split()) > 4):
            continue
        moment = parse_iso(element.get("datetime")) or parse_written(text, page_order((text,), language), language)
        if moment is not None:
            return moment
    return None


def _date_in_address(url: str) -> Moment | None:
    path = urlsplit(url).path
    match = _URL_DAY.search(path)
    if match is not None:
        year, month, day = (int(part) for part in match.groups() if part)
        return parse_iso(f"{year}-{month:02}-{day:02}")
    words = _URL_WORDS.search(path)
    return None if words is None else parse_written(f"{words.group(3)} {words.group(2)} {words.group(1)}")
