"""Names as citations want them: takes a name out of a byline, gives family name and given name, or the whole name of an institution.

A name is split only where the split is hardly in doubt; every other name stays as it was signed.
"""

from __future__ import annotations

import re

SMALL = "al el de del della di da dos du la le van von der den ter ten zu bin ibn ben"
NO_PERSON = """
    the staff editor editors editorial desk news newsroom team agency journal foundation institute press group board office committee
    centre center council network media project archive admin guest contributor contributors correspondent correspondents reporters
    reuters afp university department ministry service bureau society association and of for & jr jr. sr sr. ii iii iv phd
"""
PARTICLES = frozenset(SMALL.split())
INSTITUTIONS = frozenset(NO_PERSON.split())
WORD = re.compile(r"(?:[a-z]{1,3}[-'’])?[^\W\d_][\w.'’-]*$")  # Roggio, G., al-Masri, O'Hern


def split_name(name: str) -> tuple[str, str] | None:
    """(family, given) of a person's name of two or three words, particles aside; None where it may be something else.

    Writing systems without capitals are left alone, as is a name that starts with a particle (Abu ...): its order is not known.
    """
    words = name.split()
    if not words or any(word.lower() in INSTITUTIONS or not WORD.match(word) for word in words):
        return None
    small = [place for place, word in enumerate(words) if word.lower() in PARTICLES and not word[0].isupper()]
    family = small[0] if small else len(words) - 1
    given = words[:family]
    proper = [word for word in words if word.lower() not in PARTICLES]
    if not 2 <= len(proper) <= 3 or not 1 <= len(given) <= 2 or given[0].lower() in (*PARTICLES, "abu", "umm"):
        return None
    if not all(re.sub("^[a-z]{1,3}[-'’]", "", word)[:1].isupper() for word in proper) or all(word.isupper() for word in proper):
        return None
    return " ".join(words[family:]), " ".join(given)


def inverted(name: str) -> str:
    """``Doe, Jane``; an institution as it is, without the comma that would make it a person."""
    parts = split_name(name)
    return f"{parts[0]}, {parts[1]}" if parts else name.replace(",", "")
