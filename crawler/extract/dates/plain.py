"""Takes a text and gives it in the letters that dates are looked up in: the digits of every script as 0 to 9, plain blanks and strokes,
the numerals and eras of East Asian years as numbers; and words without case, accents and variants of a letter."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache


class _Plain(dict[int, str]):
    """What a character becomes. Digits of all scripts are those that Unicode gives a decimal value."""

    def __missing__(self, code: int) -> str:
        value = unicodedata.decimal(chr(code), None)
        found = self[code] = chr(code) if value is None else str(value)
        return found


_PLAIN = _Plain(
    dict.fromkeys((160, 8199, 8201, 8239, 12288), " ")
    | dict.fromkeys((8203, 8204, 8205, 8206, 8207, 8294, 8295, 8296, 8297, 8234, 8235, 8236, 173, 65279), "")
    | {0x060C: ",", 0x3001: ",", 0xFF0C: ",", 0xFF0E: ".", 0xFF0F: "/", 0xFF1A: ":", 0xFF0D: "-", 0x2010: "-", 0x2011: "-", 0x2212: "-"}
)
_HAN = {character: number for number, character in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0}
_HAN_NUMBER = re.compile(r"[〇零○一二三四五六七八九十]{1,4}(?=[年月日号時时点點分])")
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018, "民國": 1911, "民国": 1911}  # the year before the first
_ERA = re.compile(rf"({'|'.join(_ERAS)})\s*(元|\d{{1,3}})\s*年")
_DROPPED = re.compile("[\u0300-\u036f\u064b-\u0655\u0670\u0640\u093c\u09bc\u0a3c]+")  # accents, vowel signs and nuqtas
_VARIANTS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ۀ": "ه", "ı": "i"})


def plain(text: str) -> str:
    if text.isascii():
        return text
    text = text.translate(_PLAIN)
    if "年" in text:
        text = _HAN_NUMBER.sub(lambda match: str(_han_number(match.group())), text)
        text = _ERA.sub(lambda match: f"{_ERAS[match.group(1)] + (1 if match.group(2) == '元' else int(match.group(2)))}年", text)
    return text


def _han_number(written: str) -> int:
    """``二〇一九`` digit by digit, ``二十三`` by tens."""
    if "十" not in written:
        return int("".join(str(_HAN[character]) for character in written))
    tens, _, ones = written.partition("十")
    return (_HAN.get(tens[-1:], 1)) * 10 + _HAN.get(ones[:1], 0)


@lru_cache(maxsize=8192)
def folded(word: str) -> str:
    """``Février`` as ``fevrier``, ``أكتوبر`` as ``اکتوبر``: sites leave accents out and mix the letters of a keyboard."""
    low = word.lower()
    return low if low.isascii() else _DROPPED.sub("", unicodedata.normalize("NFD", low)).translate(_VARIANTS)
