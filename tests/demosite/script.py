"""The scripted change of the demo: one of each kind of thing that happens to a site between two visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import load

if TYPE_CHECKING:
    from .changes import Editable

CORRECTED, SILENT, REMOVED, DISCUSSED, FIRST = 144, 136, 127, 128, 101


def comment_id(site: Editable, post: int, author: str, text: str) -> int:
    return next(c.id for c in site.comments.values() if (c.post, c.author) == (post, author) and c.text.startswith(text))


def change(site: Editable) -> list[str]:
    """Eight changes; what each did, as a sentence. A second call changes nothing and returns []."""
    later = load.read_post(load.FOLDER / "later" / "150-wardrobe-of-marrow-pass.html")
    if site.find(later.slug):
        return []
    note = "<strong>Correction:</strong> An earlier version of this report said that the clocks stopped at 3:20. They stopped at 3:40."
    edited = site.edit(CORRECTED, replace=("They stopped at 3:20.", "They stopped at 3:40."), append=note)
    silent = site.edit(SILENT, replace=("11,400 tonnes", "14,100 tonnes"), touch_modified=False)
    removed = site.trash(REMOVED)
    lost = site.trash_comment(comment_id(site, DISCUSSED, "Shepherd", "It was the bridge"))
    reworded = site.edit_comment(comment_id(site, DISCUSSED, "Flour Trader", "52"), "58. I had read the board from the wrong side.")
    fresh = site.add_comment(
        FIRST, "Toll House Museum", "We have the wardrobe. Come and wait in front of it.", url="https://toll-house.example/"
    )
    article = site.add_post(
        later.title, later.body, slug=later.slug, authors=later.authors, tags=later.tags, categories=later.categories, editor=later.editor
    )
    site.reword_bio(
        "tobin-raske", "Tobin Raske is deputy editor of The Harrow Desk. His second book, on the dairies of Kharvania, appears next spring."
    )
    return [
        f"article {edited.id} edited, with a correction note: {site.urls.post(edited)}",
        f"article {silent.id} edited without a word: {site.urls.post(silent)}",
        f"article {removed.id} removed: {site.urls.post(removed)}",
        f"comment {lost.id} removed from article {lost.post}",
        f"comment {reworded.id} edited on article {reworded.post}",
        f"comment {fresh.id} added to article {fresh.post}",
        f"article {article.id} published: {site.urls.post(article)}",
        "the bio of Tobin Raske reworded on every page of his",
    ]
