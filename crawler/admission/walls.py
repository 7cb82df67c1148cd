"""Tells a wall from articles: takes the pages of a run, each with its addresses, and says which of them show the same in place of
what was asked for.

A wall (consent, login, payment, a check of visitors, a notice of maintenance) is known in any language by one thing: the same
page stands at addresses that the site's lists name as different, and carries the identity of none of them. Numbers, times and tokens in
it may change. Two articles that share a text, and are marked as articles of their own addresses, are no wall; four are.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit, urlunsplit

from crawler.admission.judge import letters
from crawler.admission.sightings import Met, Numbers, Sighting, Sightings, note, numbers_of
from crawler.extract.article.wall_words import is_worded_as_wall

if TYPE_CHECKING:
    from crawler.items import Article

WALL = "a wall: "
SAME_PAGE = f"{WALL}the same page stands at several addresses"
SAME_TEXT = 3  # other addresses with the very same text: too many, even for pages that are marked as articles
ALIKE = 0.8  # share of the letters of two pages that stand in equal sentences
LONG = 400  # words: longer pages are compared as a whole only
KEPT = 50  # pages in which a sentence is looked for
LED = 3  # addresses that lead to one other place: renamed articles do not come together
_SENTENCE = re.compile(r"[.!?。！？؟\n]+")
_GATE = re.compile(
    r"(?:cookie-?)?consent\S*|(?:sso-?)?(?:log|sign)-?in\S*|cookiewall|paywall|captcha\S*|challenge\S*|verify|subscribe\S*|registration|"
    r"zustimmung|anmelden|connexion|abonnement\S*|(?:site-)?maintenance\S*",
    re.I,
)
_VIEWS = ("", "amp", "print", "m", "index.html", "index.php")
_WORD = re.compile(r"[^\W_]+")


class Walls:
    """The pages of one run. ``known``: walls that earlier runs met, headline and text."""

    def __init__(self, known: Iterable[tuple[str, str]] = ()) -> None:
        self._seen = Sightings()
        self._by_digest: Numbers = {}  # by its hash
        self._by_sentence: Numbers = {}  # by its hash; the first KEPT
        self._by_arrival: dict[str, set[str]] = defaultdict(set)
        self._again: set[int] = set()  # hashes of names and digest, where the digest was met before, or is none
        self._known = {self._add(known_wall(*one)) for one in known}

    def meet(self, sighting: Sighting) -> None:
        """Remember what an address showed; the same once."""
        numbers = self._with_digest(sighting.digest)
        if numbers or not sighting.digest:
            showing = hash((sighting.names, sighting.digest))
            if showing in self._again or (numbers and self._seen[numbers[0]].all_names == sighting.names):
                return
            self._again.add(showing)
        self._add(sighting)

    def _add(self, sighting: Sighting) -> int:
        number = self._seen.add(sighting)
        if sighting.digest:
            note(self._by_digest, hash(sighting.digest), number)
        for sentence, _ in sighting.sentences:
            if len(numbers_of(self._by_sentence, sentence)) < KEPT:
                note(self._by_sentence, sentence, number)
        if sighting.arrived and not _is_twin(sighting.asked, sighting.arrived):
            self._by_arrival[place_of(sighting.arrived, sighting.asked)].add(sighting.asked)
        return number

    def _with_digest(self, digest: str) -> Sequence[int]:
        return numbers_of(self._by_digest, hash(digest)) if digest else ()

    def reason(self, sighting: Sighting) -> str | None:
        """Why a page is taken for a wall; None when it is not. It says no number, which would differ from run to run."""
        if sighting.arrived and not sighting.strong:
            place = place_of(sighting.arrived, sighting.asked)
            if len(self._by_arrival[place]) >= LED or is_gate(sighting.asked, sighting.arrived):
                return f"{WALL}its address leads to {place}"
        same = [number for number in self._same(sighting) if not self._is_own(self._seen[number], sighting)]
        if (sighting.worded or not sighting.strong) and self._known.intersection(same):
            return SAME_PAGE
        others = {self._seen[number].asked for number in same if number not in self._known}
        worded = sighting.worded or any(self._seen[number].worded for number in same)
        if any(not _is_twin(other, sighting.asked) for other in others) and (worded or not sighting.strong):
            return SAME_PAGE
        return "the same text as several other addresses" if len(others) >= SAME_TEXT else None

    def asked_alike(self, sighting: Sighting) -> set[str]:
        """The other addresses that show the same."""
        return {self._seen[number].asked for number in self._same(sighting)} - {sighting.asked, ""}

    def _is_own(self, other: Met, sighting: Sighting) -> bool:
        """Whether another sighting is of the same article, or only led to the address of this one."""
        led = bool(other.arrived) and place_of(other.arrived, other.asked) == sighting.asked
        return led or (other.asked in sighting.names if other.names is None else bool(other.names & sighting.names))

    def _same(self, sighting: Sighting) -> list[int]:
        """Numbers of the sightings that show the same page."""
        found = dict.fromkeys(self._with_digest(sighting.digest))
        if sighting.strong and not sighting.worded:
            return list(found)
        shared = Counter[int]()
        for sentence, length in dict(sighting.sentences).items():
            for number in numbers_of(self._by_sentence, sentence):
                shared[number] += length
        whole = sighting.length
        alike = [n for n, length in shared.items() if n not in found and length >= ALIKE * max(whole, self._seen.lengths[n]) > 0]
        mine = Met.of(sighting)
        titled = [n for n in (*found, *alike) if _is_titled(self._seen[n], mine, exact=n in found)]
        bare = [n for n in (*found, *alike) if self._seen[n].is_none and sighting.is_none]
        return list(dict.fromkeys([*titled, *(bare if len(bare) > SAME_TEXT else ())]))


def _is_titled(other: Met, one: Met, *, exact: bool) -> bool:
    """Whether what two pages say alike is more than what empty pages of a site say under different headlines."""
    worded = other.worded or one.worded or other.headline == one.headline
    return worded or (exact and not (other.is_none and one.is_none and other.headline and one.headline))


def sighting_of(article: Article, *names: str, arrived: str = "") -> Sighting:
    """What a page showed. ``names``: the address asked for first; ``arrived``: where it led, '' where it stayed."""
    text = article.text or article.shown
    marks = set(article.identity)
    strong = article.kind != "none" and (
        "id" in marks or "headline" in marks or ("article" in marks and "date" in marks) or "address" in marks
    )
    return Sighting(
        frozenset(names) | ({article.url} if article.kind != "none" else set()),
        names[0],
        digest_of(text or " ".join(image.url for image in article.images)),
        _sentences(text),
        letters(article.title),
        article.kind == "none",
        strong and not (arrived and "headline" not in marks and "id" not in marks),
        is_worded_as_wall(article.title, text),
        arrived,
    )


def known_wall(headline: str, text: str) -> Sighting:
    """A wall that an earlier run met."""
    return Sighting(
        frozenset(), "", digest_of(text), _sentences(text), letters(headline), True, False, is_worded_as_wall(headline, text), ""
    )


def seen_before(digest: str, url: str) -> Sighting:
    """What an address showed that an earlier run called no article."""
    return Sighting(frozenset((url,)), url, digest, (), "", True, False, False, "")


def held_text(text: str, url: str) -> Sighting:
    """The text of an article that is held."""
    return Sighting(frozenset((url,)), url, digest_of(text), (), "", False, True, False, "")


def digest_of(text: str) -> str:
    """Of a text, whatever its spaces and capitals; '' of none."""
    words = " ".join(text.casefold().split())
    return hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:32] if words else ""


def _sentences(text: str) -> tuple[tuple[int, int], ...]:
    """(hash, letters) of each sentence, without numbers, and without words that hold digits, such as tokens."""
    if len(text.split()) > LONG or len(text) > 10 * LONG:
        return ()
    found = {}
    for sentence in _SENTENCE.split(text.casefold()):
        words = [word if not word.isascii() else "" if any(map(str.isdigit, word)) else word for word in _WORD.findall(sentence)]
        plain = "".join(letter for word in words for letter in word if letter.isalpha())
        if len(plain) > 3:
            found[hash(plain)] = len(plain)
    return tuple(found.items())


def place_of(arrived: str, asked: str) -> str:
    """Where an address led, without what names the address itself."""
    parts = urlsplit(arrived)
    kept = [part for part in parts.query.split("&") if part and not _names(part, asked)]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "&".join(kept), ""))


def is_gate(asked: str, arrived: str) -> bool:
    """Whether an address leads to a place that is to lead back to it, or is called an entrance."""
    return _names(urlsplit(arrived).query, asked) or any(_GATE.fullmatch(part) for part in urlsplit(arrived).path.split("/"))


def _names(query: str, asked: str) -> bool:
    path = unquote(urlsplit(asked).path)
    return len(path) > 1 and path in unquote(unquote(query))


def _is_twin(one: str, other: str) -> bool:
    """Whether two addresses differ as those of an article and of its view for printing, for telephones or in another folder do."""
    if urlsplit(one).path == urlsplit(other).path and bool(urlsplit(one).query) != bool(urlsplit(other).query):
        return True
    stems = [_stem(address) for address in (one, other)]
    return len(stems[0]) > 3 and stems[0] == stems[1]


def _stem(address: str) -> str:
    parts = [part for part in unquote(urlsplit(address).path).split("/") if part.casefold() not in _VIEWS]
    return (parts[-1].rpartition(".")[0] or parts[-1]) if parts else ""
