"""What articles show or link and the archive does not hold: takes a site's id, gives numbers."""

from __future__ import annotations

from dataclasses import dataclass

from sqlite_utils import Database

from archive.queries.remembered import remembered

# The condition is that of an index.
EMBEDS = """
    select count(*)
    from block_spans
    join articles on articles.revision_id = block_spans.revision_id
    where rule = 'media' and substr(html, 1, 12) = '<p><a href="' and site_id = ?
    """


@dataclass(frozen=True, slots=True)
class NotHeld:
    """Of one site. ``embeds``: videos, sounds and posts in current revisions."""

    pictures: int
    pictures_held: int
    documents: int
    documents_held: int
    embeds: int

    @property
    def said(self) -> str:
        """``10 of 12 pictures, 1 of 3 documents, 2 embedded videos and posts``; '' where all is held."""
        parts = []
        for count, held, name in ((self.pictures, self.pictures_held, "picture"), (self.documents, self.documents_held, "document")):
            if count > held:
                parts.append(f"{count - held:,} of {count:,} {name}{'' if count == 1 else 's'}")
        if self.embeds:
            parts.append(f"{self.embeds:,} embedded {'video or post' if self.embeds == 1 else 'videos and posts'}")
        return ", ".join(parts)


def not_held(db: Database, site_id: int) -> NotHeld:
    """What a site's articles show or link beside their text, and how much of it is held."""
    return remembered(db.conn, ("not held", site_id), lambda: _not_held(db, site_id))


def _not_held(db: Database, site_id: int) -> NotHeld:
    pictures = "select count(*), count(capture_id) from images where article_id in (select id from articles where site_id = ?)"
    documents = "select count(*), count(state_id) from documents where site_id = ?"
    (shown, held), (linked, captured) = (db.execute(sql, [site_id]).fetchone() for sql in (pictures, documents))
    [embeds] = db.execute(EMBEDS, [site_id]).fetchone()
    return NotHeld(shown, held, linked, captured, embeds)
