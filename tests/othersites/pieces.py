"""What both sites publish: invented reports from an invented archipelago. The same pieces every time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

AUTHORS = ("Ilva Sarnet", "Bo Terhage", "Quentin Maar")
SUBJECTS = (
    ("Ferry that came back empty", "ferry", "the ferry Anselm", "Harbours"),
    ("Lighthouse keepers go unpaid again", "lighthouse", "the lighthouse at Brack Point", "Labour"),
    ("Who owns the salt pans of Ulm Sound", "salt pans", "the salt pans of Ulm Sound", "Land"),
    ("Second pier, first casualties", "pier", "the second pier of Varrow", "Harbours"),
    ("Militia without boats", "militia", "the Skerry Guard", "Armed groups"),
    ("Price of a quiet winter", "winter", "the truce of the northern islands", "Armed groups"),
    ("Three ballots for one island", "ballots", "the council of Little Hesk", "Politics"),
    ("Drone over the kelp farms", "drone", "the kelp farms off Dunmar", "Armed groups"),
    ("Fog as a border", "fog", "the channel between Hesk and Varrow", "Borders"),
    ("Radio station changes its wavelength", "radio", "the station at Tollgate Rock", "Media"),
    ("Census of the absent", "census", "the census of the outer islands", "Politics"),
    ("Flag nobody lowered", "flag", "the customs house of Port Ansel", "Borders"),
)
TIMES = ("in spring", "after the storm", "one year on")
OPENINGS = (
    "Until last week {about} was a matter for engineers. Since Thursday it is a matter for negotiators.",
    "Nobody in Port Ansel wished to speak about {about}, and everybody did.",
    "What is known about {about} fits on one page, and half of that page has been crossed out.",
    "For eleven years {about} appeared in no report. This is the second one in a month.",
)
MIDDLES = (
    "The harbour register names four crews for that night. Two of them say they were ashore, and the {thing} proves neither right.",
    "Fishermen count differently from officials: they include the boats that left, and so the {thing} looks smaller from the water.",
    "“We were told to wait for the {thing},” said a pilot who has worked the sound since 1998. “Nobody told us for how long.”",
    "A letter seen by this publication sets out what each side expects of the {thing}; the figures in it do not add up.",
)
ENDINGS = (
    "The next sitting of the island council is in nine days. The {thing} stands on its agenda as item fourteen.",
    "That leaves the question of who pays for the {thing}. The answer of last year, somebody else, no longer holds.",
    "Both readings are possible. Only one of them explains why the {thing} was painted grey in the night.",
)


@dataclass
class Remark:
    """A reader's comment; ``answers`` is the number of another one, 0 at the top."""

    number: int
    author: str
    at: datetime
    text: str
    answers: int = 0


@dataclass
class Piece:
    number: int
    slug: str
    title: str
    author: str
    at: datetime  # UTC
    modified: datetime
    tags: list[str]
    paragraphs: list[str]
    remarks: list[Remark] = field(default_factory=list)
    old_slugs: list[str] = field(default_factory=list)


def make_pieces(count: int) -> list[Piece]:
    """Oldest first, some months apart."""
    pieces = []
    for number in range(1, count + 1):
        title, thing, about, tag = SUBJECTS[number % len(SUBJECTS)]
        when = TIMES[number // len(SUBJECTS) % len(TIMES)]
        at = datetime(2017, 2, 3, 6, 41, 12, tzinfo=UTC) + timedelta(days=83 * number, minutes=47 * number, seconds=number)
        paragraphs = [
            OPENINGS[number % 4].format(about=about) + f" It was report number {number} of this desk that said so first.",
            MIDDLES[number % 4].format(thing=thing),
            MIDDLES[(number + 1 + number // 12) % 4].format(thing=thing),
            ENDINGS[number % 3].format(thing=thing) + f" We counted {number * 7} of them.",
        ]
        whole = f"{title} {when}"
        slug = "-".join(whole.lower().replace(",", "").split())
        tags = [tag, "Islands"] if number % 2 else [tag]
        pieces.append(Piece(number, slug, whole, AUTHORS[number % 3], at, at, tags, paragraphs, remarks(number, thing, at)))
    return pieces


def remarks(number: int, thing: str, at: datetime) -> list[Remark]:
    """A short thread under every fourth piece."""
    if number % 4:
        return []
    first, hour = number * 10, timedelta(hours=1)
    return [
        Remark(first, "Deckhand", at + 3 * hour, f"I was there when they moved the {thing}. It took six people."),
        Remark(first + 1, "Old Pilot", at + 5 * hour, "Seven. You forgot the cook.", answers=first),
        Remark(first + 2, "Deckhand", at + 6 * hour, "The cook only watched.", answers=first + 1),
        Remark(first + 3, "Reader in Varrow", at + 30 * hour, f"Thank you for writing about the {thing} at last."),
    ]
