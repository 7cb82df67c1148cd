"""In which language a text is written: takes plain text, gives a code of ISO 639-1, or nothing where it is not sure.

The script decides first. Where several languages share one, letters decide that only one of them has, or its most frequent words.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import cache

READ = 2000  # characters that are looked at
SURE = 0.08  # of the words are among the most frequent ones of the language
FEW = 3  # such words at least

LANGUAGES = {
    "ar": "Arabic",
    "bg": "Bulgarian",
    "bn": "Bengali",
    "cs": "Czech",
    "da": "Danish",
    "de": "German",
    "el": "Greek",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fi": "Finnish",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "hu": "Hungarian",
    "id": "Indonesian",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "nl": "Dutch",
    "no": "Norwegian",
    "pl": "Polish",
    "pt": "Portuguese",
    "ro": "Romanian",
    "ru": "Russian",
    "sv": "Swedish",
    "th": "Thai",
    "tr": "Turkish",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
}
"""Code -> English name."""

SCRIPTS = {
    "kana": "\u3040-\u30ff\uff66-\uff9f",
    "han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff",
    "hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "cyrillic": "\u0400-\u052f",
    "arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "hebrew": "\u0590-\u05ff",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "thai": "\u0e00-\u0e7f",
    "devanagari": "\u0900-\u097f",
    "bengali": "\u0980-\u09ff",
}
ONE_OF_ITS_OWN = {"hangul": "ko", "hebrew": "he", "greek": "el", "thai": "th", "devanagari": "hi", "bengali": "bn"}
TOLD_BY_LETTERS = {  # letters that tell a language from the others of its script
    "cyrillic": (("uk", "іїєґІЇЄҐ"), ("ru", "ыэёЫЭЁ")),
    "arabic": (("ur", "ٹڈڑںے"), ("fa", "پچژگی")),
}
ELSE = {"cyrillic": "bg", "arabic": "ar"}
FREQUENT = {
    "en": "the of and to in that is was for on with as by it from at this are not be have has",
    "de": "der die das und ist nicht ein eine den dem des im mit von zu auf für sich auch es dass werden wird hat bei nach sind aus war",
    "fr": "le la les et des est une dans pour que qui sur pas par au aux avec ce du sont il elle ne plus cette",
    "es": "el la los las y que en del por con una para es se su al como más pero fue lo han sus este",
    "it": "il di che è per un una del della non con sono le gli nel alla si dei da anche più ha come",
    "pt": "o os as e que em do da dos das um uma para com não por se no na mais foi ao como são é",
    "nl": "de het een van en in is dat op te niet zijn met voor door ook aan er maar bij werd heeft naar",
    "sv": "och att det som en är på för av inte med den till ett om har de var sig från men vid",
    "da": "og at det som en er på for af ikke med den til et om har de var sig fra men ved blev",
    "no": "og at det som en er på for av ikke med den til et om har de var seg fra men ved ble",
    "pl": "i w nie na się że z do to jest jak o po są przez dla który oraz przed jego było",
    "cs": "a v se na je že to s z do o ve jsou byl pro za jako ale podle který jeho není",
    "ro": "și de în la cu nu este pe care din pentru un o mai au fost sunt că ale prin",
    "hu": "a az és hogy nem is egy van ez volt meg csak már kell vagy mint azt még szerint",
    "fi": "ja on ei että se oli hän joka mutta ovat ole kun myös niin sen mukaan tai jo",
    "tr": "ve bir bu da de için ile olarak çok daha olan gibi sonra kadar ise değil ancak",
    "id": "yang dan di dengan untuk dari ini itu dalam tidak pada akan ke oleh adalah juga telah",
    "vi": "và của là có không được cho trong với các những một đã người này khi đến về",
}
WORD = re.compile(r"[^\W\d_]+")
ASCII_WORDS = bytes(code if chr(code).isalpha() and code < 128 else 32 for code in range(256))


def language_of(text: str) -> str | None:
    """The code of the language; None for a text that is too short, or in a language that is not known here."""
    start = text[:READ]
    if start.isascii():  # most are: what there is of words is told by bytes, in a tenth of the time
        return _by_frequent_words(start.lower().encode().translate(ASCII_WORDS).decode().split())
    letters = sum(map(str.isalpha, start))
    if not letters:
        return None
    counts = {name: len(pattern.findall(start)) for name, pattern in _patterns().items()}
    for name, count in sorted(counts.items(), key=lambda pair: -pair[1])[:2]:
        if count * 4 > letters and (code := _of_script(name, start, counts)):
            return code
    return _by_frequent_words(WORD.findall(start.casefold()))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    return {name: re.compile(f"[{letters}]") for name, letters in SCRIPTS.items()}


def _of_script(name: str, text: str, counts: dict[str, int]) -> str:
    if name in ("kana", "han"):
        return "ja" if counts["kana"] * 20 > counts["han"] else "zh"
    if name in ONE_OF_ITS_OWN:
        return ONE_OF_ITS_OWN[name]
    told = ((code, sum(text.count(letter) for letter in letters)) for code, letters in TOLD_BY_LETTERS[name])
    return next((code for code, count in told if count * 200 > counts[name]), ELSE[name])


def _by_frequent_words(found: list[str]) -> str | None:
    words = Counter(found)
    there = words.keys() & _all_frequent()
    counts = {code: sum(map(words.__getitem__, there & frequent)) for code, frequent in _frequent().items()}
    code, count = max(counts.items(), key=lambda pair: pair[1])
    return code if count >= FEW and count >= SURE * words.total() else None


@cache
def _all_frequent() -> frozenset[str]:
    return frozenset().union(*_frequent().values())


@cache
def _frequent() -> dict[str, frozenset[str]]:
    return {code: frozenset(words.split()) for code, words in FREQUENT.items()}
