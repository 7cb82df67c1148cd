"""Citations that can be checked: takes a reading page's context, gives text, BibTeX, RIS and CSL-JSON.

Each has the dated address here, the digest of what the site sent, and the id of the record that holds it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from archive.publish.cite.names import inverted, split_name
from archive.publish.cite.proofs import Proof
from archive.publish.formats import readable_day
from archive.text.markup import plain

LATEX = {character: f"\\{character}" for character in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}
MEDIA_TYPES = {
    "txt": "text/plain; charset=utf-8",
    "bib": "application/x-bibtex; charset=utf-8",
    "ris": "application/x-research-info-systems; charset=utf-8",
    "json": "application/vnd.citationstyles.csl+json; charset=utf-8",
}


@dataclass(frozen=True, slots=True)
class Citation:
    """What is cited: one state of one article, or what changed between two. Days are ``YYYY-MM-DD``, or less of it, or empty."""

    title: str
    authors: tuple[str, ...]
    site: str
    published_on: str
    url: str
    permalink: str  # absolute dated address in this archive
    seen_at: str
    payload_digest: str = ""
    record_id: str = ""
    keywords: tuple[str, ...] = ()
    number: int = 1  # of the citations in one file that would have the same key
    sealed_at: str = ""
    stamped_at: str = ""
    gone: str = ""  # a sentence, where the article is missing from its site
    before: Proof | None = None  # of a comparison: what proves the earlier state

    @property
    def key(self) -> str:
        """``roggio2014taliban``: family name, year, first long word of the headline; ``roggio2014taliban-2`` for the second."""
        first = self.authors[0] if self.authors else ""
        family = (split_name(first) or (first.split()[-1:] or [""]))[0]
        words = [ascii_word(word) for word in re.findall(r"\w+", self.title) if len(ascii_word(word)) > 3]
        bare = (ascii_word(family) or ascii_word(self.site) or "archive") + self.published_on[:4] + (words[0] if words else "")
        return bare if self.number == 1 else f"{bare}-{self.number}"

    @property
    def proof(self) -> str:
        """When the cited state was seen, and the record that proves it; of a comparison, both states."""
        own = str(Proof(self.seen_at, self.payload_digest, self.record_id, self.sealed_at, self.stamped_at))
        return f"before: {self.before}; after: {own}" if self.before else own

    @property
    def archived(self) -> str:
        """Where it is archived, what proves it, and whether the site still has it: the same words in every format."""
        return f"Archived at {self.permalink} ({self.proof})" + (f". {self.gone}" if self.gone else "")


def distinct(citations: Sequence[Citation]) -> list[Citation]:
    """The citations of one file, no two with one key: BibTeX refuses the second, reference managers overwrite the first."""
    seen: Counter[str] = Counter()
    result = []
    for one in citations:
        seen[one.key] += 1
        result.append(replace(one, number=seen[one.key]))
    return result


def ascii_word(text: str) -> str:
    """A word in lower-case ASCII letters, for a key."""
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", folded.lower())


def cite(article: dict[str, Any], origin: str, path: str, proof: Proof) -> Citation:
    """The citation of a reading page's context, whose dated address is ``path`` at ``origin`` (``http://HOST:PORT``)."""
    return Citation(
        title=plain(article["revision"]["title"]),
        authors=tuple(plain(name) for name in article["authors"] if name),
        site=plain(article["article"]["site_title"] or article["article"]["site"]),
        published_on=article["article"]["published_on"] or (article["article"]["published_at"] or "")[:10],
        url=article["article"]["url"],
        permalink=origin + path,
        seen_at=article["revision"]["seen_at"],
        payload_digest=proof.payload_digest,
        record_id=proof.record_id,
        keywords=tuple(plain(tag["name"]) for tag in article["tags"]),
        sealed_at=proof.sealed_at,
        stamped_at=proof.stamped_at,
        gone=missing_sentence(article["article"]),
    )


def cite_comparison(compared: dict[str, Any], origin: str, path: str, proofs: tuple[Proof, Proof]) -> Citation:
    """The citation of a comparison's context, whose lasting address is ``path`` at ``origin``. Nobody signs what was changed."""
    article, (before, after) = compared["article"], proofs
    return Citation(
        title=f"Changes of “{plain(compared['new']['title'])}” from {before.seen_at} to {after.seen_at}",
        authors=(),
        site=plain(article["site_title"] or article["site"]),
        published_on=after.seen_at[:10],
        url=article["url"],
        permalink=origin + path,
        seen_at=after.seen_at,
        payload_digest=after.payload_digest,
        record_id=after.record_id,
        sealed_at=after.sealed_at,
        stamped_at=after.stamped_at,
        gone=missing_sentence(article),
        before=before,
    )


def missing_sentence(article: Mapping[str, Any]) -> str:
    """When an article was last there and first not; '' where the site has it. A disappearance lies between two observations."""
    if not article["missing_since"]:
        return ""
    times = f"last seen there {article['last_seen_at']}, missing since {article['missing_since']}"
    if article["gone_at"]:
        return f"Gone from the site: {times}, confirmed {article['gone_at']}"
    return f"Missing from the site: {times}, not yet confirmed"


def as_text(citation: Citation) -> str:
    """One paragraph of plain text."""
    names = ", ".join(citation.authors)
    when = f", {readable_day(citation.published_on)}" if citation.published_on else ""
    start = f"{names}: " if names else ""
    return f"{start}“{citation.title}”, {citation.site}{when}. {citation.url} {citation.archived}."


def as_bibtex(citation: Citation) -> str:
    """An @online entry (biblatex)."""
    fields = {
        "author": " and ".join(latex_name(name) for name in citation.authors),
        "title": "{" + latex(citation.title) + "}",
        "organization": latex(citation.site),
        "date": citation.published_on,
        "url": citation.url.replace("{", "%7B").replace("}", "%7D"),
        "urldate": citation.seen_at[:10],
        "keywords": ", ".join(latex(keyword.replace(",", " ")) for keyword in citation.keywords),
        "note": latex(citation.archived),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@online{{{citation.key},", *lines, "}"]) + "\n"


def latex_name(name: str) -> str:
    """``Doe, Jane``. A name that may be no person's is put in braces, so that BibTeX does not take it apart."""
    return latex(inverted(name)) if split_name(name) else "{" + latex(name) + "}"


def latex(text: str) -> str:
    """A value with LaTeX's special characters escaped."""
    return "".join(LATEX.get(character, character) for character in single_line(text))


def as_ris(citation: Citation) -> str:
    """RIS as reference managers import it: CRLF, two blanks before the hyphen, ER last."""
    lines = [
        ("TY", "BLOG"),
        *(("AU", inverted(name)) for name in citation.authors),
        ("TI", citation.title),
        ("T2", citation.site),
        ("PY", citation.published_on[:4]),
        ("DA", citation.published_on.replace("-", "/")),
        ("UR", citation.url),
        ("L2", citation.permalink),
        ("Y2", citation.seen_at[:10].replace("-", "/")),
        ("N1", citation.archived),
        *(("KW", keyword) for keyword in citation.keywords),
        ("ID", citation.key),
        ("ER", ""),
    ]
    return "".join(f"{tag}  - {single_line(value)}\r\n" for tag, value in lines if value or tag == "ER")


def as_csl(citation: Citation) -> dict[str, Any]:
    """CSL-JSON. https://docs.citationstyles.org/en/stable/specification.html#appendix-iv-variables"""
    item = {
        "id": citation.key,
        "type": "post-weblog",
        "title": citation.title,
        "author": [csl_name(name) for name in citation.authors],
        "container-title": citation.site,
        "issued": date_parts(citation.published_on),
        "accessed": date_parts(citation.seen_at[:10]),
        "URL": citation.url,
        "archive_location": citation.permalink,
        "keyword": ", ".join(citation.keywords),
        "note": citation.archived,
    }
    return {name: value for name, value in item.items() if value}  # an empty date is no valid one


def csl_name(name: str) -> dict[str, str]:
    """A name as CSL-JSON has it."""
    parts = split_name(name)
    return {"family": parts[0], "given": parts[1]} if parts else {"literal": name}


def date_parts(date: str) -> dict[str, list[list[int]]]:
    """``2024-03-07`` -> ``{"date-parts": [[2024, 3, 7]]}``."""
    parts = [int(part) for part in date.split("-") if part.isdigit()]
    return {"date-parts": [parts]} if parts else {}


def single_line(text: str) -> str:
    """Text without line breaks."""
    return " ".join(text.split())
