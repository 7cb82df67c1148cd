"""An archive that is built anew keeps the digests under which earlier readings may have been cited."""

from __future__ import annotations

from pathlib import Path

from tests.literal import Desk, article, comment

EARLIER, LATER = "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"


def read_by(folder: Path, *extractors: str, before: int = 0) -> Desk:
    """An article and its comment as the first and each later extractor read them. ``before``: runs of other ids come first."""
    desk = Desk(folder)
    for number in range(before):
        desk.see(article(source_id=str(90 + number), url=f"https://www.example.org/{number}/"))
    for at, extractor in zip(("2026-01-01T00:00:00Z", EARLIER), extractors, strict=False):
        words = ("The bridge fell.", f"Read by {extractor}.")
        desk.see(article(words, door="page"), at=at, extractor=extractor, _12=[comment("1", f"I was there ({extractor}).")])
    return desk


def test_earlier_readings_stay_with_the_states_they_were_readings_of(tmp_path: Path) -> None:
    old = read_by(tmp_path / "old", "1", "2")
    held = old.rows("select read_at, digest, content_key, extractor, revision_id is null from rereadings order by digest")
    assert held, "nothing was read again"
    again = old.store.start_crawl(old.site, "reextract")
    old.db.execute("update rereadings set crawl_id = ?", [again])
    new = read_by(tmp_path / "new", "2", before=3)
    for _ in range(2):
        new.store.carry_rereadings(old.store)
        carried = "select read_at, digest, content_key, extractor, revision_id is null from rereadings order by digest"
        assert new.rows(carried) == held
    of_article = """
        select articles.source_id
        from rereadings
        join revisions on revisions.id = rereadings.revision_id
        join articles on articles.id = article_id
        """
    of_comment = """
        select comments.source_id
        from rereadings
        join comment_states on comment_states.id = comment_revision_id
        join comments on comments.id = comment_id
        """
    assert {i for (i,) in new.rows(of_article)} <= {"12"} and {i for (i,) in new.rows(of_comment)} <= {"1"}
    assert new.rows("select count(*) from crawls where mode = 'reextract'") == [(1,)]
    assert new.rows("pragma foreign_key_check") == []
