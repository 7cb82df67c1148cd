"""Compares an archive with the manifest of the site that it was made of, and names each way in which it is not faithful."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from tests.crawls import rows
from tests.inside import Run

from .pieces import Piece
from .site import FuzzSite

ARTICLES = """
    select articles.id, articles.url, articles.source_id, articles.title, articles.byline, published_on, text
    from articles left join revisions on revisions.id = articles.revision_id
    """
GAPS = "select kind, ref, reason, explained from gaps"
COUNTS = """
    select (select count(*) from articles), (select count(*) from revisions),
           (select count(*) from comments), (select count(*) from comment_revisions)
    """


@dataclass(frozen=True)
class Violation:
    """``law``: which of the five promises is broken, in a word; ``what``: how."""

    law: str
    what: str

    def __str__(self) -> str:
        return f"[{self.law}] {self.what}"


@dataclass(frozen=True)
class Held:
    """What an archive holds of a site."""

    articles: dict[str, tuple[Any, ...]]  # path -> row of ARTICLES
    comments: dict[int, list[tuple[Any, ...]]]  # our number of the article -> (source_id, author, text, posted_at)
    gaps: list[tuple[str, str, str, int]]  # kind, ref, reason, explained
    counts: tuple[int, ...]

    def article(self, piece: Piece) -> tuple[Any, ...] | None:
        return self.articles.get(spelled(piece.path))

    def remarks(self, piece: Piece) -> list[tuple[Any, ...]]:
        row = self.article(piece)
        return [] if row is None else self.comments.get(row[0], [])


def held(folder: Path, home: str) -> Held:
    if not (folder / "archive.db").exists():
        return Held({}, {}, [], (0, 0, 0, 0))
    threads: dict[int, list[tuple[Any, ...]]] = {}
    for article, *comment in rows(folder, "select article_id, source_id, author, text, posted_at from comments where kind = 'comment'"):
        threads.setdefault(article, []).append(tuple(comment))
    articles = {spelled(row[1].removeprefix(home)): row for row in rows(folder, ARTICLES)}
    return Held(articles, threads, [(kind, unquote(ref), *rest) for kind, ref, *rest in rows(folder, GAPS)], rows(folder, COUNTS)[0])


def judge(site: FuzzSite, first: Held, run: Run, again: Held, second: Run) -> Iterator[Violation]:
    """What a first run and a second one at once after it have broken."""
    broken = next((done for done in (run, second) if "Traceback" in done.out + done.err or done.code == 1), None)
    if broken is not None:
        yield Violation("traceback", f"exit {broken.code}: {last_lines(broken)}")
        return
    if run.code == 0:
        yield from silent_losses(site, first)
    if second.code == 0 and (run.code or again.counts != first.counts):
        yield from silent_losses(site, again)
    if site.shape.sound:
        if run.code != 0:
            yield Violation("sound site", f"exit {run.code}: {last_lines(run)}")
        yield from unfaithful(site, first)
        if again.counts != first.counts:
            yield Violation(
                "unchanged", f"a second run made of articles, revisions, comments, their revisions {first.counts}: {again.counts}"
            )
    elif again.counts[1] > again.counts[0]:
        yield Violation("unchanged", f"{again.counts[1]} revisions of {again.counts[0]} articles that nobody changed")


def silent_losses(site: FuzzSite, archive: Held) -> Iterator[Violation]:
    """Exit 0, and something that a list or a count names is neither held nor a gap, or a gap is open that no rule explains."""
    for kind, ref, reason, explained in archive.gaps:
        if not explained:
            yield Violation("silent loss", f"exit 0 with a gap that is not explained: {kind} {ref.removeprefix(site.home)}: {reason}"[:200])
    for piece in site.pieces:
        if not archive.article(piece):
            if not named_by_gap(piece, archive) or explained_away(piece, archive):
                told = "explained away" if named_by_gap(piece, archive) else "without a gap"
                yield Violation("silent loss", f"{piece.path} (named by {', '.join(sorted(piece.named_by))}) is missing {told}, exit 0")
            continue
        missing = len(piece.remarks) - len(archive.remarks(piece))
        if missing > 0 and not comments_named(piece, archive):
            yield Violation("silent loss", f"{missing} of {len(piece.remarks)} comments of {piece.path} are missing without a gap, exit 0")
        counted = site.faults.counted(piece) if site.shape.rest != "open" else None  # REST itself counts right
        if counted and not comments_named(piece, archive):
            yield Violation(
                "silent loss", f"{piece.path} counts {counted} comments, {len(archive.remarks(piece))} are held, no gap, exit 0"
            )
        lost = [text for text in piece.paragraphs if squeezed(text) not in squeezed(archive.article(piece)[6] or "")]  # type: ignore[index]
        if lost and not named_by_gap(piece, archive):
            yield Violation("silent loss", f"{len(lost)} of {len(piece.paragraphs)} paragraphs of {piece.path} are missing, exit 0")


def named_by_gap(piece: Piece, archive: Held) -> bool:
    paths = [spelled(path) for path in (piece.path, piece.old_path) if path]
    return any(kind == "article" and (ref == str(piece.number) or any(path in ref for path in paths)) for kind, ref, _, _ in archive.gaps)


def explained_away(piece: Piece, archive: Held) -> bool:
    """Only robots.txt may be the reason that an article of these sites is not held and nobody is alarmed."""
    return not piece.kept_out and all(
        explained for _, ref, _, explained in archive.gaps if spelled(piece.path) in ref or ref == str(piece.number)
    )


def comments_named(piece: Piece, archive: Held) -> bool:
    return any(kind == "comment" or spelled(piece.path) in ref for kind, ref, _, _ in archive.gaps)


def unfaithful(site: FuzzSite, archive: Held) -> Iterator[Violation]:
    """Everything held, nothing else, no gap, and title, author, date, text and thread as they are."""
    for gap in archive.gaps:
        if not gap[3]:
            yield Violation("sound site", f"gap: {gap[0]} {gap[1].removeprefix(site.home)}: {gap[2]}")
    known = {spelled(piece.path) for piece in site.pieces} | {"/about"}
    for path in archive.articles:
        if path not in known:
            yield Violation("sound site", f"{path} is no article and is held as one")
    for piece in site.pieces:
        row = archive.article(piece)
        if row is None:
            yield Violation("sound site", f"{piece.path} (named by {', '.join(sorted(piece.named_by))}) is not held")
        else:
            yield from wrong_fields(piece, row, archive.remarks(piece))


def wrong_fields(piece: Piece, row: tuple[Any, ...], comments: list[tuple[Any, ...]]) -> Iterator[Violation]:
    _, _, _, title, byline, day, text = row
    if squeezed(title) != squeezed(piece.title):
        yield Violation("title", f"{piece.path}: {title!r} instead of {piece.title!r}")
    if byline != piece.author:
        yield Violation("author", f"{piece.path}: {byline!r} instead of {piece.author!r}")
    if day != f"{piece.at:%Y-%m-%d}":
        yield Violation("date", f"{piece.path}: {day} instead of {piece.at:%Y-%m-%d}")
    if squeezed(text or "") != squeezed(piece.text):
        yield Violation("text", f"{piece.path}: {difference(text or '', piece.text)}")
    yield from wrong_comments(piece, comments)


def wrong_comments(piece: Piece, comments: list[tuple[Any, ...]]) -> Iterator[Violation]:
    said = {squeezed(text): (author, posted) for _, author, text, posted in comments}
    if len(comments) != len(piece.remarks):
        yield Violation("comments", f"{piece.path}: {len(comments)} comments instead of {len(piece.remarks)}")
    for remark in piece.remarks:
        found = said.get(squeezed(remark.text))
        if found is None:
            yield Violation("comments", f"{piece.path}: no comment says {remark.text[:40]!r}")
        elif found[0] != remark.author or (found[1] or "")[:10] not in {f"{remark.at:%Y-%m-%d}", f"{remark.at.astimezone(UTC):%Y-%m-%d}"}:
            yield Violation("comments", f"{piece.path}: {found} instead of {remark.author!r} at {remark.at:%Y-%m-%d %H:%M}")


def unrepaired(site: FuzzSite, archive: Held, codes: list[int]) -> Iterator[Violation]:
    """The faults were lifted, and some runs later not all is held."""
    lacking = [piece.path for piece in site.pieces if not archive.article(piece)]
    if lacking:
        yield Violation("not repaired", f"{len(lacking)} articles are still missing, such as {lacking[0]}; exits {codes}")
    short = [p for p in site.pieces if archive.article(p) and len(archive.remarks(p)) < len(p.remarks)]
    if short:
        yield Violation("not repaired", f"{len(short)} threads are still short, such as that of {short[0].path}; exits {codes}")
    wrong = [p for p in site.pieces if (row := archive.article(p)) and squeezed(row[6] or "") != squeezed(p.text)]
    if wrong:
        row = archive.article(wrong[0])
        yield Violation(
            "not repaired", f"{len(wrong)} texts are still wrong, such as {wrong[0].path}: {difference(row[6] or '', wrong[0].text)}"
        )  # type: ignore[index]
    if codes[-1] != 0 and not (lacking or short or wrong):
        yield Violation("not repaired", f"everything is held and the run exits {codes[-1]}")


def spelled(path: str) -> str:
    """One spelling of an address: escapes decoded, no slash at the end."""
    return unquote(path).rstrip("/")


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


def difference(got: str, wanted: str) -> str:
    got, wanted = squeezed(got), squeezed(wanted)
    at = next((i for i, (a, b) in enumerate(zip(got, wanted, strict=False)) if a != b), min(len(got), len(wanted)))
    return f"{len(got)} characters instead of {len(wanted)}; from {at}: {got[at : at + 40]!r} instead of {wanted[at : at + 40]!r}"


def last_lines(run: Run) -> str:
    return " / ".join([line for line in run.lines if line.strip()][-3:])[:400]
