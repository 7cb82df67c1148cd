"""Makes what a site has published, and says what a faithful archive of it must hold: articles, with their comments, and which list or
count of the site names each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from urllib.parse import quote

from .prose import Language, paragraphs, remark, title
from .shape import Shape


@dataclass
class Remark:
    """A reader's comment; ``parent`` is the number of the one it answers, 0 at the top."""

    number: int
    author: str
    at: datetime  # on the site's clock
    text: str
    parent: int = 0


@dataclass
class Piece:
    number: int
    path: str
    title: str
    author: str
    at: datetime  # on the site's clock, aware
    paragraphs: list[str]
    language: Language
    kind: str = "post"  # or the REST base of a custom type
    remarks: list[Remark] = field(default_factory=list)
    parts: int = 1  # pages of its text
    old_path: str = ""  # under which a list still names it
    named_by: set[str] = field(default_factory=set)  # rest, sitemap, feed, listing
    kept_out: bool = False  # robots.txt is against it

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)

    def part(self, number: int) -> list[str]:
        """The paragraphs of a page of its text, counted from 1."""
        size = -(-len(self.paragraphs) // self.parts)
        return self.paragraphs[(number - 1) * size : number * size]


COMMENTS_A_PAGE = 5


def make_pieces(shape: Shape) -> list[Piece]:
    """Oldest first, some days apart, at hours at which the day is the same in every zone that is drawn."""
    random, made = Random(f"pieces {shape.seed}"), list[Piece]()
    start = datetime(random.randint(2008, 2022), random.randint(1, 12), random.randint(1, 28), tzinfo=shape.zone)
    for number in range(1, shape.count + 1):
        language, kind = shape.language, "post"
        if shape.second and number % 4 == 0:
            language = shape.second
        elif shape.custom and number % 3 == 0:
            kind = shape.custom
        at = (start + timedelta(days=number * random.randint(3, 9) + number * 5)).replace(
            hour=random.randint(10, 15), minute=random.randint(0, 59), second=random.randint(1, 59)
        )
        piece = Piece(
            number,
            "",
            title(language, random, number),
            random.choice(language.names),
            at,
            paragraphs(language, random, number),
            language,
            kind,
        )
        piece.path = path_of(shape, piece)
        if shape.parted and number % 3 == 1 and len(piece.paragraphs) > 3:
            piece.parts = 2 + len(piece.paragraphs) % 2
        if shape.thread and random.random() < 0.6:
            piece.remarks = make_remarks(shape, random, piece)
        if shape.redirects and number % 4 == 2:
            piece.old_path = piece.path.replace(f"report-{number}", f"old-report-{number}")
        piece.kept_out = "robots.txt keeps out" in shape.faults and number % 3 == 2
        made.append(piece)
    name(shape, made)
    return made


def make_remarks(shape: Shape, random: Random, piece: Piece) -> list[Remark]:
    count = random.randint(COMMENTS_A_PAGE + 1, 3 * COMMENTS_A_PAGE - 1) if shape.thread == "paged" else random.choice((1, 2, 4, 7))
    found: list[Remark] = []
    for place in range(count):
        at = (piece.at + timedelta(days=place, minutes=random.randint(1, 59))).replace(second=0)
        parent = random.choice(found).number if found and shape.thread != "paged" and random.random() < 0.3 else 0
        number = 1000 + piece.number * 50 + place
        found.append(Remark(number, random.choice(piece.language.readers), at, remark(piece.language, random, number), parent))
    return found


def path_of(shape: Shape, piece: Piece) -> str:
    slug, folder = f"report-{piece.number}", ""
    if shape.slugs == "native":
        slug = quote(f"{piece.language.places[piece.number % 6].lower().replace(' ', '-')}-report-{piece.number}")
    if shape.second and piece.language is shape.second:
        folder = f"/{piece.language.code[:2]}"
    if piece.kind != "post":
        folder += f"/{piece.kind}"
    if shape.system == "wordpress":
        return f"{folder}/{slug}/" if folder else f"/{piece.at:%Y/%m}/{slug}/"
    if shape.system in ("typepad", "blogger"):
        return f"/{piece.at:%Y/%m}/{slug}.html"
    if shape.system == "joomla":
        return f"/index.php/reports/{piece.number}-{slug}"
    if shape.system == "plain":
        return f"/texts/{slug}.html"
    if shape.system == "drupal":
        return f"{folder or '/analysis'}/{slug}"
    return f"{folder}/{slug}/" if shape.system == "ghost" else f"{folder}/posts/{slug}/"


def name(shape: Shape, pieces: list[Piece]) -> None:
    """Which list names which. Whatever a site lacks, each article stands in one list that a visitor can follow."""
    newest = pieces[::-1]
    for place, piece in enumerate(newest):
        if shape.rest == "open":
            piece.named_by.add("rest")
        if shape.sitemap != "none":
            piece.named_by.add("sitemap")
        if shape.feed != "none" and place < shape.feed_items and piece.kind == "post" and piece.language is shape.language:
            piece.named_by.add("feed")
        if piece.kind == "post" and piece.language is shape.language:
            piece.named_by.add("listing")
    if shape.lists_lack == "sitemap lacks some":
        for piece in newest:
            if piece.number % 3 == 0 and piece.named_by & {"rest", "listing"}:
                piece.named_by.discard("sitemap")
    elif shape.lists_lack == "feed alone names some" and "feed" in newest[0].named_by:
        newest[0].named_by &= {"feed", "rest"}
    for piece in newest:
        if not piece.named_by:
            piece.named_by.add("listing")
