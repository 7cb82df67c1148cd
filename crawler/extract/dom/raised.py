"""Takes what is written above or below the line, what stands before and after it, and formulas, and gives them as plain text: the
mark of a footnote as ``2003 [1]``, a power as ``10³``, an index as ``CO2`` where that is clear."""

from __future__ import annotations

import re

from lxml import etree

_SUPERSCRIPTS = dict(zip("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ", strict=True))  # "i" has one, too, but reads like an accent
_SUBSCRIPTS = dict(zip("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎", strict=True))
_TRADE = {"tm": "™", "sm": "℠", "(r)": "®", "r": "®"}
_LONGEST = 12  # characters: what is longer is set small, not raised
_NUMBER = re.compile(r"\d{1,4}(?:[.,]\d+)?")
_NOTE_LIST = re.compile(r"\d{1,3}(?:\s*[,;–-]\s*\d{1,3})+")
_CHARGE = re.compile(r"\d*[+−-]|[+−-]\d+")
_UNITS = frozenset(("m", "km", "cm", "mm", "dm", "nm", "μm", "µm", "ft", "in", "mi", "yd", "s", "м", "км", "см"))
_ELEMENT = re.compile(r"[A-Z][a-z]?(?![A-Za-z])")
_TERM = re.compile(r"\((?:\w|(?!.*(?:[^\W\d_]{2}|\d{4}))[^()]*[+*/=−-][^()]*)\)$")  # (a+b), not (in 2003)
_SYMBOLS = re.compile(r"[^\w\s]+")


def above(text: str, before: str, after: str, *, is_note: bool) -> str:
    """``before``: the text up to here; ``after``: what follows; ``is_note``: the markup says that it points to a footnote."""
    if len(text) > _LONGEST:
        return text
    if is_note or _NOTE_LIST.fullmatch(text):
        core = text.strip("[]() ")
        return text if not core or _SYMBOLS.fullmatch(core) else _note(core, before, after)
    if text.lower() in _TRADE and (len(text) > 1 or text == "R") and before[-1:].isalpha():
        return _TRADE[text.lower()]
    if _NUMBER.fullmatch(text):
        return power(text) if _is_power(text, before, after) else _note(text, before, after)
    if _CHARGE.fullmatch(text):
        return power(text)
    if len(text) == 1 and "a" <= text <= "z":
        return _letter(text, before, after)
    return text


def _note(text: str, before: str, after: str) -> str:
    blank = " " if before[-1:].strip() and before[-1] not in "\x00\x01([" else ""
    return f"{blank}[{text}]{' ' if after[:1].isalnum() else ''}"


def _is_power(text: str, before: str, after: str) -> bool:
    if after[:1] in ("/", "⁄") and after:
        return True  # 1 ¹/₂
    last = before[-1:]
    if not last.strip() or last in "\x00\x01([":
        return _ELEMENT.match(after) is not None  # ¹⁴C
    if last.isdigit():
        number = _last(r"[\d.,]+", before)
        return number == "10" or (number == "2" and text != "1") or (len(number) == 1 and text in ("2", "3"))
    if last.isalpha():
        word = _last(r"[^\W\d_]+", before)
        variable = len(word) == 1 or (len(word) == 2 and "=" in before[-12:])
        return (word in _UNITS and text in ("2", "3")) or (variable and word.isascii() and text in ("2", "3", "4"))
    return text in ("2", "3", "4") and _TERM.search(before) is not None


def _letter(text: str, before: str, after: str) -> str:
    word = _last(r"\w+", before)
    if text in "nkxm" and (word.isdigit() or len(word) == 1):
        return power(text)
    if (word.isdigit() and len(word) > 3) or (len(word) > 2 and word[-1].islower() and text in "abcd"):
        return _note(text, before, after)
    return text  # 1a, XIXe, no


def _last(pattern: str, text: str) -> str:
    match = re.search(rf"(?:{pattern})$", text)
    return match[0] if match else ""


def power(text: str) -> str:
    if all(sign in _SUPERSCRIPTS for sign in text):
        return "".join(_SUPERSCRIPTS[sign] for sign in text)
    return f"^{text}" if len(text) == 1 or text.isalnum() else f"^({text})"


def below(text: str, before: str, after: str) -> str:
    """``CO2`` stays so, a number after a number becomes ``2003₁``, a letter after a letter ``x_i``."""
    if len(text) > _LONGEST:
        return text
    if all(sign in _SUBSCRIPTS for sign in text):
        clear = text.isdigit() and (before[-1:].isalpha() or before[-1:] in (")", "]")) and not after[:1].isdigit()
        return text if clear else "".join(_SUBSCRIPTS[sign] for sign in text)
    return f"_{text}" if text.isalpha() and len(_last(r"[^\W\d_]+", before)) == 1 else text


# ---- formulas ----------------------------------------------------------------------------------------------------------
def formula(element: etree._Element) -> str:
    """The text of MathML, https://www.w3.org/TR/mathml-core/; its TeX where it holds nothing else."""
    return " ".join(_formula(element).split()) or _source(element)


def _formula(element: etree._Element) -> str:
    tag = element.tag
    if not isinstance(tag, str) or tag.startswith("annotation") or tag in ("mphantom", "none", "mprescripts"):
        return ""
    parts = [_formula(child) for child in element]
    if tag in _FORMS and len(parts) == _FORMS[tag]:
        return _composed(tag, parts)
    if tag == "semantics":
        return parts[0] if parts else ""
    if tag == "mspace":
        return " "
    between = {"mtr": "; ", "mtd": " "}.get(tag, "")
    inner = (element.text or "").strip() + "".join(part + (child.tail or "").strip() for part, child in zip(parts, element, strict=True))
    return f"√{_grouped(inner)}" if tag == "msqrt" else inner + between


_FORMS = {"msup": 2, "msub": 2, "msubsup": 3, "mfrac": 2, "mroot": 2, "munder": 2, "mover": 2, "munderover": 3}


def _composed(tag: str, parts: list[str]) -> str:
    first, second, third = (*parts, "")[:3]
    if tag == "mfrac":
        return f"{_grouped(first)}/{_grouped(second)}"
    if tag == "mroot":
        return f"{power(second)}√{_grouped(first)}"
    if tag in ("msup", "mover"):
        return first + (power(second) if second else "")
    index = below(second, "", "") if second.isdigit() else f"_{_grouped(second)}" if second else ""
    return first + index + (power(third) if third else "")


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"


def _source(element: etree._Element) -> str:
    return next((note.text or "" for note in element.iter("annotation")), "") or element.get("alttext") or ""
