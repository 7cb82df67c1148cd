"""What the demo site consists of. Times are aware and UTC; the site's clock on the wall is America/New_York."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("America/New_York")


def local(moment: datetime) -> datetime:
    return moment.astimezone(ZONE)


@lru_cache(maxsize=4096)
def month_of(moment: datetime) -> str:
    """'2014/07', by the site's own calendar."""
    return local(moment).strftime("%Y/%m")


def from_local(text: str) -> datetime:
    """'2014-07-23 02:14[:05]', as the site's clock shows it, to UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


@dataclass
class Author:
    """A WordPress user. `bios` are the wordings in use at the same time; a post shows one of them."""

    id: int
    name: str
    slug: str
    bios: list[str]

    def bio(self, post_id: int) -> str:
        return self.bios[post_id % len(self.bios)] if self.bios else ""


@dataclass
class Term:
    """A category or a tag (`kind` as in WordPress: category, post_tag)."""

    id: int
    kind: str
    name: str
    slug: str


@dataclass
class Comment:
    """`status` is approved, pending, spam or trash; `kind` comment, pingback or trackback; `parent` 0 at the top."""

    id: int
    post: int
    parent: int
    author: str
    url: str
    date: datetime
    text: str
    kind: str = "comment"
    status: str = "approved"


@dataclass
class Post:
    """`body` is what the editor saved, before WordPress's filters; `editor` names those filters (classic, block, br)."""

    id: int
    slug: str
    title: str
    date: datetime
    modified: datetime
    body: str
    kind: str = "post"
    status: str = "publish"
    password: str = ""
    authors: list[str] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    editor: str = "classic"
    bio: str = "content"
    appeal: str = "end"
    excerpt: str = ""
    picture: str = ""
    section: str = ""
    comments_open: bool = True
    gmt_skew: int = 0
    ghost: bool = False
    old_slugs: list[str] = field(default_factory=list)

    @property
    def public(self) -> bool:
        return self.status == "publish" and not self.ghost

    @property
    def date_gmt(self) -> datetime:
        """What WordPress keeps beside the local date: an hour off for some posts of the spring DST night (`gmt_skew`)."""
        return self.date + timedelta(hours=self.gmt_skew)

    @property
    def archive(self) -> str:
        """'2014/07': where the post lives, by the site's own calendar."""
        return month_of(self.date)


@dataclass(frozen=True)
class Request:
    """One line of the request log; `path` includes the query string."""

    method: str
    path: str
    status: int
    user_agent: str
    at: datetime
