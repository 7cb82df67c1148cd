"""Read content/: one text file per article and per thread, in forms that are pleasant to edit.

An article is `content/articles/ID-slug.html`: header lines `Name: value`, an empty line, the body as the editor saved it.
A thread is `content/threads/POST_ID.txt`: `## ID [> PARENT] [kind] [status] | name | local time | url`, then the text.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

from .model import Author, Comment, Post, Term, from_local

FOLDER = Path(__file__).parent / "content"
KINDS = ("comment", "pingback", "trackback")


def slugify(name: str) -> str:
    return re.sub(r"[^\w]+", "-", name.lower()).strip("-")


def read_headers(text: str) -> tuple[dict[str, str], str]:
    head, _, body = text.partition("\n\n")
    pairs = (line.partition(":") for line in head.splitlines())
    return {name.strip().lower(): value.strip() for name, _, value in pairs}, body


def split_list(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def read_post(path: Path) -> Post:
    """Raises KeyError on an article without Title or Date, ValueError on a malformed date."""
    headers, body = read_headers(path.read_text(encoding="utf-8"))
    number, _, slug = path.stem.partition("-")
    date = from_local(headers["date"])
    return Post(
        id=int(number),
        slug=headers.get("slug", slug),
        title=headers["title"],
        date=date,
        modified=from_local(headers["modified"]) if "modified" in headers else date + timedelta(minutes=11),
        body=body.strip("\n"),
        kind=headers.get("kind", "post"),
        status=headers.get("status", "publish"),
        password=headers.get("password", ""),
        authors=[slugify(name) for name in split_list(headers.get("authors", ""))],
        categories=split_list(headers.get("categories", "")),
        tags=split_list(headers.get("tags", "")),
        editor=headers.get("editor", "classic"),
        bio=headers.get("bio", "content"),
        appeal=headers.get("appeal", "end"),
        excerpt=headers.get("excerpt", ""),
        picture=headers.get("picture", ""),
        section=headers.get("section", ""),
        comments_open=headers.get("comments", "open") == "open",
        gmt_skew=int(headers.get("gmt-skew", "0")),
        old_slugs=split_list(headers.get("old-slugs", "")),
    )


def read_thread(path: Path) -> list[Comment]:
    comments = []
    for entry in re.split(r"^## ", path.read_text(encoding="utf-8"), flags=re.M)[1:]:
        head, _, text = entry.partition("\n")
        place, name, when, url = (part.strip() for part in head.split("|"))
        words = place.replace(">", " > ").split()
        parent = int(words[words.index(">") + 1]) if ">" in words else 0
        kind = next((word for word in words if word in KINDS), "comment")
        status = next((word for word in words if word in ("pending", "spam", "trash")), "approved")
        comments.append(Comment(int(words[0]), int(path.stem), parent, name, url, from_local(when), text.strip(), kind, status))
    return comments


def read_authors() -> list[Author]:
    """`content/authors.txt`: `# Name`, then one bio wording a line."""
    authors: list[Author] = []
    for line in (FOLDER / "authors.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            name = line[2:].strip()
            authors.append(Author(len(authors) + 2, name, slugify(name), []))
        elif line.strip():
            authors[-1].bios.append(line.strip())
    return authors


def read_posts() -> list[Post]:
    return [read_post(path) for path in sorted((FOLDER / "articles").glob("*.html"))]


def read_comments() -> list[Comment]:
    threads = sorted((FOLDER / "threads").glob("*.txt"))
    return sorted((comment for path in threads for comment in read_thread(path)), key=lambda comment: comment.id)


def collect_terms(posts: list[Post]) -> list[Term]:
    """Terms in the order of their first use; the posts' lists of names become lists of slugs."""
    terms: dict[tuple[str, str], Term] = {}
    for post in posts:
        for kind, names in (("category", post.categories), ("post_tag", post.tags)):
            for place, name in enumerate(names):
                slug = slugify(name)
                terms.setdefault((kind, slug), Term(len(terms) + 2, kind, name, slug))
                names[place] = slug
    return list(terms.values())
