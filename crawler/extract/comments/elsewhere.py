"""Takes a page and says whether another site keeps its thread: a script of that site draws it, and nothing of it is in the page."""

from __future__ import annotations

from crawler.extract.dom.document import Document
from crawler.extract.dom.tree import word_set

_BOXES = {
    "Disqus": word_set("disqus_thread"),
    "Facebook": word_set("fb-comments"),
    "Coral": word_set("coral_thread coral_talk_stream"),
    "Hyvor Talk": word_set("hyvor-talk-view"),
    "Viafoura": word_set("viafoura-comments"),
    "OpenWeb": word_set("spot-im-frame-inpage openweb-conversation"),
    "Hypercomments": word_set("hypercomments_widget"),
    "Vuukle": word_set("vuukle-comments"),
    "utterances": word_set("utterances giscus"),
}


def kept_elsewhere(page: Document) -> str:
    """The name of the system; '' where none is known."""
    return next((system for system, names in _BOXES.items() if page.named(names)), "")
