"""Made-up prose in a dozen languages, out of prose.txt beside it: titles, paragraphs, names, remarks of readers, and the words that a
theme prints around them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from random import Random


@dataclass(frozen=True)
class Language:
    """``code`` is the page's ``lang``; in sentences ``{thing}``, ``{place}`` and ``{n}`` are filled in."""

    code: str
    things: tuple[str, ...]
    places: tuple[str, ...]
    names: tuple[str, ...]
    readers: tuple[str, ...]
    titles: tuple[str, ...]
    sentences: tuple[str, ...]
    remarks: tuple[str, ...]
    words: dict[str, str]
    encodings: tuple[str, ...]

    @property
    def rtl(self) -> bool:
        return self.code[:2] in ("ar", "fa")


def _sections(text: str) -> dict[str, dict[str, list[str]]]:
    """code of the language -> name of the field -> its forms."""
    found: dict[str, dict[str, list[str]]] = {}
    forms: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            fields = found[line.strip("[]")] = {}
        elif line.startswith("  "):
            forms.append(line.strip())
        elif line and not line.startswith("#"):
            name, _, rest = line.partition(":")
            forms = fields[name] = [form.strip() for form in rest.split("|")] if rest.strip() else []
    return found


def _read() -> tuple[Language, ...]:
    sections, made = _sections((Path(__file__).parent / "prose.txt").read_text("utf-8")), []
    for code, own in sections.items():
        fields = sections[own["like"][0]] | own if "like" in own else own
        words = {key: said for key, _, said in (word.partition(" =") for word in fields["words"])}
        lists = {name: tuple(fields[name]) for name in ("things", "places", "names", "readers", "titles", "sentences", "remarks")}
        made.append(
            Language(
                code=code,
                words={key: said.strip() for key, said in words.items()},
                encodings=tuple(fields["encodings"][0].split()),
                **lists,
            )
        )
    return tuple(made)


LANGUAGES = _read()


def title(language: Language, random: Random, number: int) -> str:
    """A headline; the number of the report makes it the only one of its kind."""
    said = random.choice(language.titles).format(place=random.choice(language.places), thing=random.choice(language.things), n=number + 2)
    said = said[0].upper() + said[1:]
    return f"{said} ({number})" if number % 3 == 0 else f"{said}: {number}"


def paragraphs(language: Language, random: Random, number: int) -> list[str]:
    """Three to seven paragraphs of two to four sentences, no two alike on a site."""
    place, made = random.choice(language.places), list[str]()
    for part in range(random.randint(3, 7)):
        counted = random.choice([sentence for sentence in language.sentences if "{n}" in sentence])  # what makes it the only one
        chosen = [counted, *random.sample([sentence for sentence in language.sentences if sentence != counted], random.randint(1, 3))]
        random.shuffle(chosen)
        said = [s.format(place=place, thing=random.choice(language.things), n=number * 11 + part * 3 + i + 2) for i, s in enumerate(chosen)]
        made.append(("" if language.code == "ja" else " ").join(s[0].upper() + s[1:] for s in said))
    return made


def remark(language: Language, random: Random, number: int) -> str:
    said = random.choice(language.remarks).format(
        place=random.choice(language.places), thing=random.choice(language.things), n=number % 9 + 2
    )
    return f"{said[0].upper()}{said[1:]} #{number}"
