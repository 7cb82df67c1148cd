"""What was embedded in a text and is not held: takes the markup of a block, gives what stood there. Pure."""

from __future__ import annotations

import re
from html import unescape
from typing import NamedTuple
from urllib.parse import urlsplit

HOSTS = (
    (
        "video",
        r"youtube(?:-nocookie)?\.com|youtu\.be|vimeo\.com|dailymotion\.com|rumble\.com|tiktok\.com|bitchute\.com|odysee\.com|twitch\.tv",
    ),
    (
        "video",
        r"twitch\.tv|brightcove\.(?:net|com)|jwplatform\.com|jwplayer\.com|streamable\.com|c-span\.org|ted\.com|rutube\.ru|wistia\.(?:net|com)",
    ),
    ("audio", r"soundcloud\.com|spotify\.com|podcasts\.apple\.com|libsyn\.com|buzzsprout\.com|podbean\.com|megaphone\.fm|acast\.com"),
    (
        "post",
        r"twitter\.com|x\.com|facebook\.com|instagram\.com|t\.me|telegram\.org|bsky\.app|threads\.net|reddit\.com|vk\.com|linkedin\.com",
    ),
    ("document", r"scribd\.com|documentcloud\.org|issuu\.com|docs\.google\.com|slideshare\.net"),
)
FILES = (
    ("video", r"\.(?:mp4|m4v|webm|ogv|mov|m3u8)$"),
    ("audio", r"\.(?:mp3|m4a|ogg|oga|opus|wav|aac|flac)$"),
    ("document", r"\.(?:pdf|docx?|pptx?|xlsx?)$"),
)
EMBED = re.compile(r'<p><a href="([^"]+)"[^<>]*>([^<]*)</a></p>')
"""As extraction writes a frame: a paragraph that is a link to what it would show, and says so."""


class Embed(NamedTuple):
    """What was embedded: ``kind`` is video, audio, post, document or content; ``host`` without www."""

    kind: str
    url: str
    host: str


def embed_in(kind: str, rule: str, html: str) -> Embed | None:
    """What a block embeds, by its kind, the rule that decided it and its markup; None for any other block."""
    found = EMBED.match(html) if (kind, rule) == ("caption", "media") else None
    if found is None or found[1] != found[2]:
        return None
    url = unescape(found[1])
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = (parts.hostname or "").removeprefix("www.")
    return Embed(_kind(host, parts.path), url, host) if parts.scheme in ("http", "https") else None


def _kind(host: str, path: str) -> str:
    by_file = (kind for kind, pattern in FILES if re.search(pattern, path, re.I))
    by_host = (kind for kind, pattern in HOSTS if re.search(rf"(?:^|\.)(?:{pattern})$", host))
    if host.endswith("facebook.com") and "/video" in path:
        return "video"
    return next(by_file, None) or next(by_host, None) or "content"
