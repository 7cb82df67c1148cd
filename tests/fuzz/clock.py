"""Writes a date as a site of that language does: in its head and beside its headlines. Babel has the words."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime as rfc2822
from html import escape

from babel.dates import format_date
from convertdate import persian

from .prose import Language
from .shape import Shape

DIGITS = {"fa": "۰۱۲۳۴۵۶۷۸۹", "ar": "٠١٢٣٤٥٦٧٨٩", "hi": "०१२३४५६७८९"}
JALALI = ["فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند"]


def long_day(at: datetime, language: Language, numerals: str = "ascii") -> str:
    """``5. März 2019``, ``March 5, 2019``, ``2019年3月5日``, ``۱۴ اسفند ۱۳۹۷``"""
    said = format_date(at, "long", locale=language.code.replace("-", "_"))
    if language.code not in DIGITS or numerals == "ascii":
        return said
    if numerals == "jalali" and language.code == "fa":
        year, month, day = persian.from_gregorian(at.year, at.month, at.day)
        said = f"{day} {JALALI[month - 1]} {year}"
    return said.translate(str.maketrans("0123456789", DIGITS[language.code]))


def short_day(at: datetime, language: Language) -> str:
    """Digits alone, in the order of the language."""
    if language.code == "en-US":
        return f"{at:%m/%d/%Y}"
    return (
        f"{at:%Y/%m/%d}" if language.code == "ja" else f"{at:%d.%m.%Y}" if language.code in ("de", "pl", "ru", "hr") else f"{at:%d/%m/%Y}"
    )


def with_clock(at: datetime, language: Language) -> str:
    return f"{long_day(at, language)} {language.words['at']} {at:%H:%M}".replace("  ", " ")


def stated(shape: Shape, at: datetime, language: Language) -> str:
    """What the head says, if this site's head says anything."""
    iso = at.isoformat()
    forms = {
        "iso": f'<meta property="article:published_time" content="{iso}">',
        "rfc2822": f'<meta name="pubdate" content="{rfc2822(at)}">',
        "digits": f'<meta name="date" content="{short_day(at, language)} - {at:%H:%M}">',
        "dublin": f'<meta name="dcterms.issued" content="{at:%Y-%m-%d}"><meta name="dcterms.modified" content="{at:%Y-%m-%d}">',
        "citation": f'<meta name="citation_publication_date" content="{at:%Y/%m/%d}">',
    }
    return forms.get(shape.date_form, "")


def shown(shape: Shape, at: datetime, language: Language) -> str:
    """What stands beside the headline."""
    words = escape(long_day(at, language, shape.numerals))
    if shape.date_form == "microdata":
        return f'<span itemprop="datePublished" content="{at.isoformat()}">{words}</span>'
    if shape.date_form == "epoch":
        return f'<span class="date" data-timestamp="{int(at.timestamp())}">{words}</span>'
    if shape.date_form in ("iso", "json-ld"):
        return f'<time class="entry-date published" datetime="{at.isoformat()}">{words}</time>'
    return f'<span class="date">{words}</span>'
