"""Which links lead to documents: takes an address, gives the format that its file name says, and the name. Pure."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

READABLE = ("pdf", "docx", "pptx", "xlsx", "odt", "odp", "ods", "epub", "txt", "csv", "tsv", "md")
"""Formats whose text is read."""
UNREAD = ("doc", "xls", "ppt", "rtf", "djvu", "ps", "zip", "kml", "kmz", "geojson", "numbers", "pages", "key")
"""Formats that are captured without their text."""
_ENDING = re.compile(rf"\.({'|'.join(READABLE + UNREAD)})$", re.I)
_LONGEST = 200  # characters of a name


def document_format(url: str) -> str:
    """The format of the document that an address names, as ``pdf``, at the end of its path or of a value in its query; '' for none."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https"):
        return ""
    for name in (parts.path, *re.split(r"[&=;]", parts.query)):
        if found := _ENDING.search(unquote(name).rstrip("/ ")):
            return found[1].lower()
    return ""


def file_name(url: str) -> str:
    """The name of a file, as the end of its path says it, else its address."""
    parts = urlsplit(url)
    named = unquote(parts.path).rstrip("/").rpartition("/")[2] or url
    return "".join(letter if letter.isprintable() else " " for letter in named)[-_LONGEST:]
