"""At the end of a run: what recurs under articles is learned to be boilerplate, and what was no edit is folded."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

from archive.store.recurring import BITS, find_spots
from archive.store.revision_digest import sealed
from archive.store.settle import learn, relabel
from tests.literal import HOME, Desk, article, author

BIO = "Mara Ellsworth is a fellow at the Harrow Institute."
NEWER = "Mara Ellsworth is a senior fellow at the Harrow Institute."
LATER = "2026-02-01T00:00:00Z"


def under(number: int, bio: str, **fields: object) -> dict[str, object]:
    """An article whose own rules take the bio for text; two authors take turns."""
    paragraphs = [f"What happened on day {word(number)}.", f"And what came of it, {word(number)} as it was.", bio]
    named = [author("Mara Ellsworth")] if number % 2 else [author("Tobin Raske")]
    last = paragraphs if number % 2 else paragraphs[:2]
    return article(last, source_id=str(number), url=f"{HOME}{number}", title=word(number), authors=named, byline=named[0]["name"], **fields)


def word(number: int) -> str:
    """Numbers say nothing in a fingerprint: letters do."""
    return "".join(chr(ord("a") + int(digit)) for digit in f"{number:03d}")


def settled(desk: Desk) -> int:
    return desk.store.settle(desk.crawl, desk.site)


def filled(desk: Desk, bio: str = BIO) -> None:
    desk.see(*(under(n, bio) for n in range(1, 13)))
    settled(desk)


def assert_sealed(desk: Desk) -> None:
    for revision_id, *stored in desk.rows("select id, text, digest, content_key from revisions"):
        assert tuple(stored) == sealed(desk.db, revision_id)


def test_a_wording_under_most_articles_of_an_author_is_a_bio(desk: Desk) -> None:
    filled(desk)
    assert desk.rows("select distinct kind from blocks where text = ?", BIO) == [("bio",)]
    assert desk.rows("select count(*) from article_texts where text like '%fellow%'") == [(0,)]
    assert desk.rows("select kind, articles from boilerplate") == [("bio", 6)]
    assert_sealed(desk)


def test_an_edit_is_called_by_what_is_left_of_it_once_boilerplate_is_known(desk: Desk) -> None:
    filled(desk, "Read by 31 people.")
    desk.clock.at = LATER
    desk.see(*(under(n, "Read by 32 people.") | ({"title": "Another headline"} if n == 3 else {}) for n in (1, 3, 5, 7, 9, 11)))
    settled(desk)
    assert desk.rows("select number, title, change from revisions where number > 1") == [(2, "Another headline", "headline")]


def test_labels_are_looked_for_without_the_blocks_of_the_whole_site_in_memory(desk: Desk) -> None:
    desk.see(*(article([f"{word(n)} {word(place)}" for place in range(30)], source_id=str(n), url=f"{HOME}{n}") for n in range(1, 60)))
    tracemalloc.start()
    touched = relabel(desk.db, desk.site, {})
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (touched, desk.rows("select count(*) from blocks")) == (set(), [(59 * 30,)])
    assert peak < 59 * 30 * 50, "bytes: to hold a block takes some 400"


def test_what_recurs_is_found_without_the_wordings_of_the_whole_site_in_memory(desk: Desk) -> None:
    desk.see(*(article([f"{word(n)} {word(place)}" for place in range(30)], source_id=str(n), url=f"{HOME}{n}") for n in range(1, 60)))
    desk.see(*(under(n, BIO) for n in range(101, 113)))
    find_spots(desk.db, desk.site)
    assert desk.rows("select count(*), count(distinct fingerprint), count(distinct article_id) from temp.spots") == [(6, 1, 6)]
    tracemalloc.start()
    learned = learn(desk.db, desk.site)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [kind for kind, _ in learned.values()] == ["bio"]
    assert peak < BITS // 4 + 59 * 30 * 50, "bytes: two maps of bits, and less than one row for each block"


def test_settling_again_changes_nothing(desk: Desk) -> None:
    filled(desk)
    before = desk.db.conn.total_changes
    assert settled(desk) == 0
    writes = desk.db.conn.total_changes - before
    assert writes == 0


def test_a_bio_reworded_everywhere_makes_no_revision(desk: Desk) -> None:
    filled(desk)
    desk.clock.at = LATER
    desk.crawl = desk.store.start_crawl(desk.site, "full")
    desk.see(*(under(n, NEWER) for n in range(1, 13)), at=LATER)
    assert desk.rows("select count(*) from revisions where number > 1")[0][0] > 0, "provisional until the run ends"
    assert settled(desk) == 6
    assert desk.rows("select count(*) from revisions where number > 1") == [(0,)]
    assert desk.rows("select distinct last_seen_at from revisions") == [(LATER,)]
    assert_sealed(desk)


def test_an_edit_beside_a_reworded_bio_stays_an_edit(desk: Desk) -> None:
    filled(desk)
    desk.clock.at = LATER
    desk.crawl = desk.store.start_crawl(desk.site, "full")
    changed = [under(n, NEWER) for n in range(1, 13)]
    changed[0]["blocks"][0]["text"] = "What happened on another day."  # type: ignore[index]
    desk.see(*changed, at=LATER)
    settled(desk)
    assert desk.rows("select source_id from edits join articles on articles.id = article_id") == [("1",)]
    assert_sealed(desk)


def test_an_appeal_that_moves_within_a_text_and_cuts_it_at_another_place_is_no_edit(desk: Desk) -> None:
    desk.see(article(["The first pier is closed.\nThe second is open.", "Nobody waits."]))
    settled(desk)
    desk.crawl = desk.store.start_crawl(desk.site, "full")
    desk.see(article(["The first pier is closed.", "The second is open.", "Nobody waits."]), at=LATER)
    assert settled(desk) == 1
    desk.see(article(["The first pier is closed.", "The second is open again.", "Nobody waits."]), at=LATER)
    assert settled(desk) == 0
    assert desk.rows("select number, text from revisions order by number") == [
        (1, "The first pier is closed.\nThe second is open.\n\nNobody waits."),
        (2, "The first pier is closed.\n\nThe second is open again.\n\nNobody waits."),
    ]
    assert_sealed(desk)


def test_a_link_that_leads_elsewhere_is_an_edit_though_no_word_differs(desk: Desk) -> None:
    def linked(to: str) -> dict[str, object]:
        block = {"kind": "body", "text": "See the register.", "html": f'<p>See <a href="{to}">the register</a>.</p>', "rule": "container"}
        return article([], blocks=[block], links=[{"url": to, "text": "the register"}])

    desk.see(linked("https://register.example/1"))
    settled(desk)
    desk.crawl = desk.store.start_crawl(desk.site, "full")
    desk.see(linked("https://register.example/2"), at=LATER)
    assert settled(desk) == 0
    assert desk.rows("select number, change from revisions order by number") == [(1, None), (2, "link")]


def test_a_sentence_that_recurs_in_two_articles_stays_text(desk: Desk) -> None:
    closing = "The council meets again in the spring."
    desk.see(*(under(n, closing if n < 4 else f"A closing line, {word(n)}.") for n in range(1, 13)))
    settled(desk)
    assert desk.rows("select distinct kind from blocks where text = ?", closing) == [("body",)]


def test_a_last_paragraph_that_another_article_calls_a_bio_is_one(desk: Desk) -> None:
    nameless = {"authors": [], "byline": None}
    desk.see(
        article(["The first pier."], bio=BIO, source_id="1", url=f"{HOME}1", **nameless),
        article(["The second pier.", BIO, NEWER], source_id="2", url=f"{HOME}2", **nameless),
        article(["The third pier."], bio=NEWER, source_id="3", url=f"{HOME}3", **nameless),
        article(["A profile begins:", "Tobin Raske works here.", "And goes on."], source_id="4", url=f"{HOME}4", **nameless),
        article(["The fifth pier."], bio="Tobin Raske works here.", source_id="5", url=f"{HOME}5", **nameless),
    )
    settled(desk)
    texts = "select text from article_texts join articles on articles.id = article_id where source_id = ?"
    assert desk.rows(texts, "2") == [("The second pier.",)]
    assert desk.rows(texts, "4") == [("A profile begins:\n\nTobin Raske works here.\n\nAnd goes on.",)]
    assert_sealed(desk)


def test_what_a_person_decided_stands(desk: Desk) -> None:
    filled(desk)
    [(fingerprint,)] = desk.rows("select distinct fingerprint from blocks where text = ?", BIO)
    desk.db.execute("insert into decisions(kind, ref, value, decided_at) values ('label', ?, 'body', ?)", [fingerprint, LATER])
    settled(desk)
    assert desk.rows("select distinct kind from blocks where text = ?", BIO) == [("body",)]
    assert_sealed(desk)


def test_a_label_that_no_longer_holds_goes_back_to_what_the_pages_own_rules_said(desk: Desk) -> None:
    nameless = "A fellow at the Harrow Institute, and a friend of the desk."
    filled(desk, nameless)
    assert desk.rows("select distinct kind from blocks where text = ?", nameless) == [("bio",)]
    desk.see(*(under(n, f"Another end, {word(n)}.") for n in range(13, 61)), at=LATER)
    settled(desk)
    assert desk.rows("select distinct kind, rule from blocks where text = ?", nameless) == [("body", "container")]
    assert_sealed(desk)


def test_a_label_whose_reason_has_changed_is_sealed_anew(desk: Desk) -> None:
    filled(desk)
    [(before,)] = desk.rows("select distinct rule from blocks where text = ?", BIO)
    desk.see(under(13, BIO))
    settled(desk)
    [(after,)] = desk.rows("select distinct rule from blocks where text = ?", BIO)
    assert before != after
    assert_sealed(desk)


def test_the_order_of_crawling_leaves_no_trace(folder: Path) -> None:
    archives = []
    for name, batches in (("one", [range(1, 41)]), ("two", [range(1, 13), range(13, 41)])):
        desk = Desk(folder / name)
        for batch in batches:
            desk.see(*(under(n, "A fellow of the desk." if n < 13 else f"Another end, {word(n)}.") for n in batch))
            settled(desk)
        archives.append(desk.rows("select position, kind, text, rule from blocks order by text, position"))
        desk.store.close()
    assert archives[0] == archives[1]
