"""Changes as files: takes described stories, gives CSV, rows for JSON, and a feed, each of exactly what the page shows."""

from __future__ import annotations

import csv
import html
import io
import re
from collections.abc import Sequence
from typing import Any

from markupsafe import Markup, escape

from archive.publish.formats import absence, between, excerpt
from archive.publish.search.exports import atom
from archive.queries.addresses import dated_path, digits, reading_path
from archive.queries.rows import Row
from archive.text.event_words import EVENTS
from archive.text.markup import plain

MOST = 500  # stories of one file: each is compared word by word
COLUMNS = (
    *("at", "event", "edit", "declared", "subject", "title", "author", "site", "published", "last_seen_before", "seen_at"),
    *(
        "missing_since",
        "gone_at",
        "back_at",
        "phrase",
        "removed_words",
        "added_words",
        "text",
        "address",
        "original",
        "comparison",
        "record",
    ),
)


def file_rows_of(stories: Sequence[Row], origin: str, records: dict[int, str]) -> list[Row]:
    """Stories in the columns of a file. Times are UTC, ISO 8601; ``published`` is the site's local day. ``records``: capture -> its
    record id."""
    return [story_row(story, origin, records) for story in stories]


def story_row(story: Row, origin: str, records: dict[int, str]) -> Row:
    removed, added = words_of(story)
    edited = story["event"] in ("edited", "moved")
    return {
        "at": story["at"],
        "event": story["event"],
        "edit": story["kind"] or "",
        "declared": story["said_to_be"],
        "subject": story["of"],
        "title": plain(story["title"]),
        "author": plain(story["author"] if story["comment_id"] else story["byline"]),
        "site": story["site"],
        "published": (story["published"] or "")[:10],
        "last_seen_before": story["since"] or story.get("unchanged_until") or "",
        "seen_at": story["at"] if edited or story["event"] in ("renamed", "new", "first") else "",
        "missing_since": story["missing_since"] or "",
        "gone_at": story["gone_at"] or "",
        "back_at": story["back_at"] or "",
        "phrase": story["phrase"],
        "removed_words": removed,
        "added_words": added,
        "text": plain(story["said"]),
        "address": story_address(story, origin),
        "original": story["url"],
        "comparison": origin + comparison_of(story) if comparison_of(story) else "",
        "record": records.get(story["capture_id"] or 0, ""),
    }


def story_address(story: Row, origin: str) -> str:
    """Where it is read: the state that was seen then, or the comment as it stands."""
    if story["comment_id"]:
        return f"{origin}{reading_path(story['url'])}#c-{story['comment_id']}"
    return origin + (dated_path(story["url"], story["at"]) if story["event"] == "edited" else reading_path(story["url"]))


def comparison_of(story: Row) -> str:
    """The lasting address at which both states of an edited article are compared and cited; '' for any other story."""
    if story["event"] != "edited" or story["comment_id"] or not story["old_seen_at"]:
        return ""
    return f"/compare/{digits(story['old_seen_at'])}..{digits(story['at'])}{reading_path(story['url'])}"


def words_of(story: Row) -> tuple[str, str]:
    """(what was taken out, what was put in), passages apart by `` | ``."""
    markup = markup_of(story)
    return tuple(" | ".join(html.unescape(one) for one in re.findall(rf"<{tag}>(.*?)</{tag}>", markup, re.S)) for tag in ("del", "ins"))  # type: ignore[return-value]


def markup_of(story: Row) -> Markup:
    """All that an edit changed, field by field."""
    words = Markup("").join(story.get(name) or "" for name in ("headline", "byline_words", "tag_words", "words"))
    return words + Markup("").join(Markup("<p>{}:</p>{}").format(field.capitalize(), lines) for field, lines in story.get("other") or ())


def changes_csv(rows: Sequence[Row]) -> str:
    """CSV with a heading. A cell that a spreadsheet would take for a formula starts with an apostrophe."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows([re.sub(r"^([=+\-@\t\r])", r"'\1", str(row[column])) for column in COLUMNS] for row in rows)
    return out.getvalue()


def changes_feed(stories: Sequence[Row], origin: str, own: str, text: str = "") -> str:
    """Changes as a feed. Every entry has the words that changed, so that nobody has to open the page."""
    title = f"Archive: changes about {text}" if text else "Archive: changes"
    return atom(title, origin, own, [change_entry(story, origin) for story in stories])


def change_entry(story: Row, origin: str) -> dict[str, Any]:
    """One story as an entry. A disappearance keeps its id when it is confirmed or comes back: the entry is updated."""
    about = f"comment by {plain(story['author'])} on {plain(story['title'])}" if story["comment_id"] else plain(story["title"])
    address = origin + reading_path(story["url"]) + (f"#c-{story['comment_id']}" if story["comment_id"] else "")
    part = f"missing-{story['missing_since']}" if story["missing_since"] else f"{story['event']}-{story['at']}"
    words = markup_of(story)
    said = Markup("<blockquote>{}</blockquote>").format(excerpt(story["said"], 400)) if story.get("said") else Markup("")
    return {
        "id": f"{address}{'&' if '#' in address else '#'}{part}",
        "title": f"{EVENTS[story['event']]}: {about}",
        "link": origin + comparison_of(story) if comparison_of(story) else address,
        "updated": story["at"],
        "author": plain(story["author"] if story["comment_id"] else story["byline"]) or "Archive",
        "html": edit_line(story) + words if words else Markup("<p>{}</p>").format(sentence_of(story)) + said,
    }


def edit_line(story: Row) -> Markup:
    """What kind of edit, whether the article declares it, and between which two observations it was made."""
    declared = {1: "declared by the article", 0: "not declared by the article"}.get(story.get("declared", -1))
    parts = [escape(part) for part in (story.get("change"), declared) if part]
    if story.get("unchanged_until"):
        parts.append(between(story["unchanged_until"], story["at"]))
    return Markup("<p>{}</p>").format(Markup(" · ").join(parts)) if parts else Markup("")


def sentence_of(story: Row) -> Markup:
    """A story without words of its own, as a sentence: when something went, and whether it was confirmed or came back."""
    if story["event"] == "renamed":
        return Markup("now at {}").format(plain(story["detail"]))
    if not story["missing_since"]:
        return Markup("seen for the first time") if story["event"] in ("new", "first") else Markup("")
    reason = f" ({plain(story['detail'])})" if story["detail"] else ""
    return absence(story, "; ") + reason
