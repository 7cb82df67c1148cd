"""Articles as an e-book: takes reading pages' contexts with their citations, gives an EPUB 3 file.

https://www.w3.org/TR/epub-33/. Each article is a chapter: its text as it stood, its pictures that are held, where it comes from and what
proves it. The same articles give the same bytes.
"""

from __future__ import annotations

import io
import posixpath
import re
import uuid
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from markupsafe import escape

from archive.publish.cite.citation import Citation, as_text
from archive.queries.addresses import reading_path
from archive.text.markup import paragraphs, plain

MEDIA_TYPE = "application/epub+zip"
SPACE = uuid.UUID("8b0f4a52-6a53-5d0e-9d7e-0d6a1f6f3f5e")
NEVER = (1980, 1, 1, 0, 0, 0)  # zip's first day: no time of making in the file
VOID = frozenset({"br", "hr", "img"})
WITHIN = {"figcaption": ("figure",), "li": ("ul", "ol"), "dt": ("dl",), "dd": ("dl",)}
"""What may stand only in something else; alone it becomes a ``div``."""
KEPT = frozenset({"alt", "title", "lang", "dir", "id", "class", "colspan", "rowspan", "scope", "start"})
MOST_PICTURES = 40_000_000  # bytes of one book
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp", "image/avif": "avif"}
READABLE = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})  # what every reader of EPUB 3.3 has to show
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # in XML 1.0
STYLE = """body { line-height: 1.5; } h1 { line-height: 1.2; } img { max-width: 100%; } .by, .facts { font-size: .85em; }
.comment { border-left: 2px solid; padding-left: .7em; margin: 1em 0; } .facts dd { margin: 0 0 .5em; overflow-wrap: anywhere; }
figcaption, .caption { font-size: .85em; }
"""
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles></container>
"""
PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{lang}" xml:lang="{lang}">
<head><title>{title}</title><link rel="stylesheet" type="text/css" href="style.css"/></head>
<body>{body}</body></html>
"""

Picture = Callable[[int], tuple[str, bytes] | None]
"""From a capture's id to the media type and bytes of its picture; None where it cannot be read."""


@dataclass
class Book:
    """What a book is made of, chapter by chapter."""

    title: str
    origin: str
    picture: Picture
    paths: Mapping[str, str]  # reading path -> file of the chapter
    images: dict[int, tuple[str, str]] = field(default_factory=dict)  # capture -> file, media type
    files: dict[str, bytes] = field(default_factory=dict)
    room: int = MOST_PICTURES

    def image(self, capture: int) -> str:
        """The file of a held picture; '' where it cannot be shown or there is no room left."""
        if capture not in self.images:
            held = self.picture(capture)
            mime, body = held or ("", b"")
            if mime not in READABLE or len(body) > self.room:
                return ""
            self.room -= len(body)
            name = f"picture-{capture}.{ENDINGS[mime]}"
            self.images[capture], self.files[name] = (name, mime), body
        return self.images[capture][0]


def epub(title: str, origin: str, chapters: Sequence[tuple[dict[str, Any], Citation]], picture: Picture, comments: bool) -> bytes:
    """The e-book. ``chapters``: contexts of reading pages, each with its citation; ``comments``: their threads too."""
    names = [f"article-{number}.xhtml" for number in range(1, len(chapters) + 1)]
    paths = {reading_path(context["article"]["url"]): name for (context, _), name in zip(chapters, names, strict=True)}
    book = Book(title, origin.rstrip("/"), picture, paths)
    for (context, cited), name in zip(chapters, names, strict=True):
        book.files[name] = chapter(book, context, cited, comments).encode()
    heads = [
        (name, plain(context["revision"]["title"]) or context["article"]["url"]) for (context, _), name in zip(chapters, names, strict=True)
    ]
    book.files["nav.xhtml"] = contents(title, heads).encode()
    book.files["style.css"] = STYLE.encode()
    permalinks = [cited.permalink for _, cited in chapters]
    modified = max((context["revision"]["seen_at"] for context, _ in chapters), default="1980-01-01T00:00:00Z")
    authors = list(dict.fromkeys(name for _, cited in chapters for name in cited.authors))
    book.files["package.opf"] = package(book, names, permalinks, modified, authors).encode()
    return zipped(book.files)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """The container: the media type first and uncompressed, as the standard demands."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(zipfile.ZipInfo("mimetype", NEVER), MEDIA_TYPE, zipfile.ZIP_STORED)
        for name, body in [
            ("META-INF/container.xml", CONTAINER.encode()),
            *((f"EPUB/{name}", body) for name, body in sorted(files.items())),
        ]:
            packed = zipfile.ZIP_STORED if posixpath.basename(name).startswith("picture-") else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, NEVER), body, packed)
    return out.getvalue()


def package(book: Book, names: Sequence[str], permalinks: Sequence[str], modified: str, authors: Sequence[str]) -> str:
    """The package document: what the book is, which files it has, and their order."""
    identifier = uuid.uuid5(SPACE, "\n".join(permalinks))
    creators = "".join(f"<dc:creator>{xml(name)}</dc:creator>" for name in authors)
    items = "".join(f'<item id="{name.partition(".")[0]}" href="{name}" media-type="application/xhtml+xml"/>' for name in names)
    pictures = "".join(f'<item id="{name.partition(".")[0]}" href="{name}" media-type="{mime}"/>' for name, mime in book.images.values())
    spine = "".join(f'<itemref idref="{name.partition(".")[0]}"/>' for name in names)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<package xmlns="http://www.idpf.org/2007/opf" version="3.0" unique-identifier="id" xml:lang="en">'
        f'<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:identifier id="id">urn:uuid:{identifier}</dc:identifier>'
        f"<dc:title>{xml(book.title)}</dc:title><dc:language>en</dc:language>{creators}<dc:source>{xml(book.origin)}</dc:source>"
        f'<meta property="dcterms:modified">{modified}</meta></metadata><manifest>'
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>'
        f'<item id="style" href="style.css" media-type="text/css"/>{items}{pictures}</manifest>'
        f'<spine><itemref idref="nav"/>{spine}</spine></package>\n'
    )


def contents(title: str, heads: Sequence[tuple[str, str]]) -> str:
    """The table of contents."""
    lines = "".join(f'<li><a href="{name}">{xml(head)}</a></li>' for name, head in heads)
    body = f'<nav epub:type="toc" id="toc"><h1>{xml(title)}</h1><ol>{lines}</ol></nav>'
    return PAGE.format(lang="en", title=xml(title), body=body)


def chapter(book: Book, context: Mapping[str, Any], cited: Citation, comments: bool) -> str:
    """One article: headline, names and day, what happened to it, the text, its citation, and its thread where that is wanted."""
    title = plain(context["revision"]["title"]) or context["article"]["url"]
    names = ", ".join(cited.authors)
    about = " · ".join(filter(None, [names, cited.published_on, cited.site]))
    parts = [f"<h1>{xml(title)}</h1>", f'<p class="by">{xml(about)}</p>']
    if cited.gone:
        parts.append(f"<p><strong>{xml(cited.gone)}.</strong></p>")
    for block in context["blocks"]:
        if block["content"]:
            pictures = "".join(str(picture.render()) for picture in block["pictures"])
            parts.append(f'<div class="{xml(block["kind"])}" id="p-{block["position"]}">{as_xhtml(book, pictures + text_of(block))}</div>')
    if not context["blocks"]:
        parts.append(as_xhtml(book, str(paragraphs(context["revision"]["text"]))))
    parts.append(
        f'<h2>Source</h2><p class="facts">{xml(as_text(cited))}</p><p><a href="{xml(cited.permalink)}">This state in the archive</a></p>'
    )
    if comments and context["thread"]:
        parts.append("<h2>Comments</h2>" + "".join(comment(book, row) for row in context["thread"] if not row.get("withheld_since")))
    return PAGE.format(lang=context["language"] or "en", title=xml(title), body="\n".join(parts))


def text_of(block: Mapping[str, Any]) -> str:
    """A block's markup, or its text as paragraphs."""
    return str(block["markup"] or paragraphs(block["text"]))


def comment(book: Book, row: Mapping[str, Any]) -> str:
    """One comment, with whom it answers."""
    to = f", in reply to {plain(row['parent_author']) or '(no name)'}" if row["parent_id"] and row["parent_author"] is not None else ""
    gone = " (no longer on the site)" if row["missing_since"] else ""
    head = f"{plain(row['author']) or '(no name)'}, {(row['posted_at'] or 'no date')[:16].replace('T', ' ')}{to}{gone}"
    tag = f' lang="{row["language"]}" xml:lang="{row["language"]}"' if row.get("language") else ""
    return f'<div class="comment" id="c-{row["id"]}"{tag}><p class="by">{xml(head)}</p>{as_xhtml(book, str(paragraphs(row["text"])))}</div>'


def xml(text: str) -> str:
    """Text as XML 1.0 may hold it, escaped."""
    return str(escape(ILLEGAL.sub("", plain(text))))


def as_xhtml(book: Book, markup: str) -> str:
    """Safe HTML as well-formed XHTML: every element closed, no named characters, links that work in a book."""
    writer = Writer(book)
    writer.feed(markup)
    writer.close()
    return writer.whole()


class Writer(HTMLParser):
    """Writes what it reads as XHTML. The markup was cleaned before: it has no scripts and no forms."""

    def __init__(self, book: Book) -> None:
        super().__init__(convert_charrefs=True)
        self.book = book
        self.out: list[str] = []
        self.open: list[tuple[str, str]] = []  # as it was read, as it is written

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.out.append(self.shown(given))
            return
        kept = {name: value for name, value in given.items() if name in KEPT}
        if tag == "a" and (target := self.target(given.get("href", ""))):
            kept["href"] = target
        if kept.get("lang"):
            kept["xml:lang"] = kept["lang"]
        attributes = "".join(f' {name}="{xml(value)}"' for name, value in kept.items())
        around = WITHIN.get(tag)
        written = tag if around is None or any(name in around for name, _ in self.open) else "div"
        self.out.append(f"<{written}{attributes}{'/' if tag in VOID else ''}>")
        if tag not in VOID:
            self.open.append((tag, written))

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _ in self.open):
            while (last := self.open.pop())[0] != tag:
                self.out.append(f"</{last[1]}>")
            self.out.append(f"</{last[1]}>")

    def handle_data(self, data: str) -> None:
        self.out.append(xml(data))

    def whole(self) -> str:
        """All of it, closed."""
        return "".join(self.out) + "".join(f"</{written}>" for _, written in reversed(self.open))

    def shown(self, given: Mapping[str, str]) -> str:
        """A picture that is held; the words that stand for it where it is not."""
        found = re.fullmatch(r"/picture/(\d+)", given.get("src", ""))
        name = self.book.image(int(found[1])) if found else ""
        return f'<img src="{name}" alt="{xml(given.get("alt", ""))}"/>' if name else xml(given.get("alt", ""))

    def target(self, href: str) -> str:
        """Where a link leads: to another chapter, to the archive, or to the web."""
        if href.startswith("/"):
            path, hash_, place = href.partition("#")
            chapter_file = self.book.paths.get(path)
            return f"{chapter_file}{hash_}{place}" if chapter_file else self.book.origin + href
        if href.startswith("#"):
            return href
        try:
            parts = urlsplit(href)
        except ValueError:
            return ""
        return href if parts.scheme in ("http", "https", "mailto") and not re.search(r"[\s<>\"{}|\\^`]", href) else ""
