"""What was embedded in an article and is not held: takes it and the block's safe markup, gives markup that names it at its place."""

from __future__ import annotations

from markupsafe import Markup

from archive.text.embeds import EMBED, Embed

CALLED = {"video": "a video", "audio": "a sound", "post": "a post", "document": "a document", "content": "content"}


def not_held_here(embed: Embed, markup: Markup) -> Markup:
    """The block with a sentence in the place of the frame's link. A caption under it stays."""
    sentence = Markup(
        '<p class="not-held">Here the site embeds {kind} from <a href="{url}" rel="noopener noreferrer nofollow">{host}</a>. '
        "This archive does not hold it.</p>"
    ).format(kind=CALLED[embed.kind], url=embed.url, host=embed.host)
    return Markup(EMBED.sub(lambda _: str(sentence), str(markup), count=1))
