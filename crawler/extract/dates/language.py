"""Takes a page and says in which language, and for which region, its dates are written: as it declares it, unless it declares nothing or
a theme's English over a text of another language; then the script and the commonest words of the text decide."""

from __future__ import annotations

import re
from collections import Counter
from itertools import islice
from urllib.parse import urlsplit

from crawler.extract.dates.months import primary
from crawler.extract.dom.document import Document
from crawler.extract.dom.head import Head
from crawler.extract.dom.jsonld import string

_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]+)*")
_NO_LANGUAGE = frozenset(("und", "mul", "zxx", "mis"))
# Where English is written and 5/3/2019 is in March; the ends of addresses that say so.
_DAY_FIRST_ENDS = {
    "uk": "GB",
    "ie": "IE",
    "au": "AU",
    "nz": "NZ",
    "in": "IN",
    "za": "ZA",
    "ke": "KE",
    "ng": "NG",
    "sg": "SG",
    "pk": "PK",
    "my": "MY",
}
_LATIN = re.compile(r"[^\W\d_]+")
_ASCII_LETTERS = "".join(chr(code) if chr(code).isalpha() else " " for code in range(128))
_SCRIPTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("ur", re.compile("[ٹڈڑںے]")),
    ("ps", re.compile("[ښځډړږ]")),
    ("fa", re.compile("[پچژگ]")),
    ("ar", re.compile("[\u0621-\u064a]")),
    ("ja", re.compile("[\u3041-\u30fa]")),
    ("ko", re.compile("[\uac00-\ud7a3]")),
    ("zh", re.compile("[\u4e00-\u9fff]")),
    ("th", re.compile("[\u0e01-\u0e3a]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
    ("el", re.compile("[\u03b1-\u03c9]")),
    ("hi", re.compile("[\u0904-\u0939]")),
    ("bn", re.compile("[\u0985-\u09b9]")),
    ("uk", re.compile("[іїє]")),
    ("ru", re.compile("[ыэё]")),
    ("bg", re.compile("[\u0430-\u044f]")),
)
# The commonest short words; a language wins by those that are its own.
_WORDS = {
    code: frozenset(words.split())
    for code, words in {
        "en": "the of and to in is that for with was on are by",
        "de": "der die und das nicht ist mit von den ein auf dem sich",
        "fr": "le les des et est une dans pour que du qui sur pas",
        "es": "el los las una que por con del se en para su y",
        "pt": "o os uma que não com da do em para se no na",
        "it": "il che di della per una non con sono gli è nel i",
        "nl": "het een van en dat niet op zijn voor met de aan te",
        "pl": "się nie na jest że do oraz przez jak w z i to",
        "cs": "se na je že pro jsou které při byl v a ve by",
        "sk": "sa na je že pre sú ktoré pri bol v a vo by",
        "hr": "je se na da za koji su nije bi kao u i iz",
        "sl": "je se na da za ki so pri kot tudi v in iz",
        "ro": "și în care din pe este pentru cu nu de la a o",
        "hu": "a az és hogy nem egy is van meg azt volt de",
        "fi": "ja on että ei oli myös se mutta joka ovat kun",
        "sv": "och att det som är för inte med den på av en till",
        "da": "og at det som er ikke til af med den på en for",
        "nb": "og at det som er ikke til av med på en for i",
        "tr": "ve bir bu için ile da olarak de olan daha çok",
        "id": "yang dan di untuk dengan tidak ini itu dari pada",
        "vi": "và của là không có được các trong cho với một",
        "ca": "els les que amb una per del és i la el de",
        "lt": "ir kad yra su tai į iš bet kaip",
        "lv": "un ir ka ar par no uz kas bet",
        "et": "ja on et ei see ka oli kui aga",
    }.items()
}
_LANGUAGES_OF: dict[str, list[str]] = {}  # word -> the languages whose it is
for _code, _own in _WORDS.items():
    for _word in _own:
        _LANGUAGES_OF.setdefault(_word, []).append(_code)
_SAMPLED = 12  # paragraphs
_FEWEST = 6  # common words that decide, and as many times more than of the next


def date_language(page: Document, head: Head, url: str) -> str | None:
    """``en-GB``, ``fa``; None where nothing tells."""
    declared = _declared(page, head)
    if declared is None or primary(declared) == "en":
        declared = _guessed(_sample(page, head), declared) or declared
    if declared is None or len(declared) > 3:
        return declared
    locale = head.first("og:locale").replace("_", "-")
    if primary(locale) == declared.lower() and _CODE.fullmatch(locale):
        return locale
    region = _DAY_FIRST_ENDS.get((urlsplit(url).hostname or "").rsplit(".", 1)[-1])
    return f"en-{region}" if region and declared.lower() == "en" else declared


def _declared(page: Document, head: Head) -> str | None:
    if head.language is not None and primary(head.language) not in _NO_LANGUAGE:
        return head.language
    said = [meta.get("content") or "" for meta in page.of({"meta"}) if (meta.get("http-equiv") or "").lower() == "content-language"]
    said += [head.first("og:locale", "content-language", "dc.language", "dcterms.language"), string((head.article or {}).get("inLanguage"))]
    return next((found.group().replace("_", "-") for text in said if (found := _CODE.match(text.strip()))), None)


def _sample(page: Document, head: Head) -> str:
    texts = [head.title, head.first("og:title"), head.first("description", "og:description")]
    return " ".join([*texts, *(page.text(paragraph)[:400] for paragraph in islice(page.root.iter("p"), _SAMPLED))]).lower()


def _guessed(text: str, declared: str | None) -> str | None:
    """The language of a text; None where it is too short, or is the declared one."""
    letters = text.translate(_ASCII_LETTERS).split() if text.isascii() else _LATIN.findall(text)
    foreign = 0 if text.isascii() else sum(1 for word in letters if word[0] > "\u024f")
    if letters and foreign * 2 > len(letters):
        return next((code for code, letter in _SCRIPTS if len(letter.findall(text)) > 2), None)
    common = list(filter(_LANGUAGES_OF.__contains__, letters))
    if declared is not None and len(common) <= 3 * sum(map(_WORDS["en"].__contains__, common)):
        return None  # no language has three times as many words in it as English
    counts = Counter(common)
    shares = dict.fromkeys(_WORDS, 0)
    for word, count in counts.items():
        for code in _LANGUAGES_OF[word]:
            shares[code] += count
    (most, code), (next_most, _) = sorted(((share, code) for code, share in shares.items()), reverse=True)[:2]
    if declared is not None:
        return code if most >= 2 * _FEWEST and most > 3 * shares["en"] else None
    return code if most >= _FEWEST and most > next_most else None
