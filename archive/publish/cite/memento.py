"""Time in HTTP: takes an article's states, gives the headers and the list of states that memento clients read.

https://www.rfc-editor.org/rfc/rfc7089
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from archive.queries.addresses import dated_path, digits, reading_path
from archive.queries.rows import Row


def http_date(instant: str) -> str:
    """``2024-03-07T12:30:05Z`` -> ``Thu, 07 Mar 2024 12:30:05 GMT``."""
    return format_datetime(datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(UTC), usegmt=True)


def moment_of(accept_datetime: str | None) -> str | None:
    """An Accept-Datetime header as YYYYMMDDhhmmss; None when there is none, or when it is no date."""
    try:
        return digits(parsedate_to_datetime(accept_datetime or "").astimezone(UTC).isoformat())
    except (ValueError, OverflowError):
        return None


def nearest(revisions: Sequence[Row], at: str) -> str:
    """When the state at a moment was first seen. Before the first state: the first state (RFC 7089, 4.5.3)."""
    earlier = [revision["seen_at"] for revision in revisions if revision["seen_at"] <= at]
    return str(earlier[-1] if earlier else revisions[0]["seen_at"])


def links(url: str, revisions: Sequence[Row], origin: str) -> list[str]:
    """The links of an article with these states, oldest first: original, timegate, timemap, and every memento.

    The first is ``first memento``, the last ``last memento``.
    """
    path = reading_path(url)
    timemap = f'<{origin}/timemap{path}>; rel="timemap"; type="application/link-format"'
    return [original(url), f'<{origin}{path}>; rel="timegate"', timemap, *memento_links(url, revisions, origin)]


def timemap_links(url: str, revisions: Sequence[Row], origin: str) -> list[str]:
    """The links of a TimeMap, with the span that it covers (RFC 7089, 5)."""
    span = f'; from="{http_date(revisions[0]["seen_at"])}"; until="{http_date(revisions[-1]["seen_at"])}"' if revisions else ""
    path = reading_path(url)
    own = f'<{origin}/timemap{path}>; rel="self"; type="application/link-format"{span}'
    return [original(url), f'<{origin}{path}>; rel="timegate"', own, *memento_links(url, revisions, origin)]


def original(url: str) -> str:
    """The link to the original."""
    return f'<{header_safe(url)}>; rel="original"'


def memento_links(url: str, revisions: Sequence[Row], origin: str) -> list[str]:
    """A link for each state, the first and the last marked."""
    result = []
    for position, revision in enumerate(revisions):
        ends = ["first"] * (position == 0) + ["last"] * (position == len(revisions) - 1)
        relation = " ".join([*ends, "memento"])
        result.append(f'<{origin}{dated_path(url, revision["seen_at"])}>; rel="{relation}"; datetime="{http_date(revision["seen_at"])}"')
    return result


def link_header(url: str, revisions: Sequence[Row], origin: str) -> str:
    """The Link header of a response. Of the mementos it has only the first and the last."""
    ends = list(dict.fromkeys([0, len(revisions) - 1])) if revisions else []
    return ", ".join(links(url, [revisions[position] for position in ends], origin))


def header_safe(url: str) -> str:
    """A URL without characters that would end a header or its brackets."""
    return "".join(character for character in url if 0x20 < ord(character) < 0x7F and character not in '<>"')
