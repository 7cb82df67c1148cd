"""The rows that kept archives hold: an edited article with a thread, one that is gone, a page in quarantine, a gap, decisions, a run's
memory, a seal. Made by today's program, with a fixed clock; the evidence itself is not kept."""

from __future__ import annotations

from pathlib import Path

from archive.seal.sealing import seal_records
from tests.literal import HOME, Desk, article, comment

BIO = "Mara Ellsworth reports on rivers."
LINKED = {
    "kind": "body",
    "text": "He wrote & left.",
    "html": '<p>He <a href="https://example.org/">wrote</a> &amp; left.</p>',
    "rule": "container",
}
OTHER = HOME + "archives/2020/06/mill.php"


def fill(folder: Path) -> None:
    """Make an archive of today's schema in ``folder`` with all of these rows."""
    desk = Desk(folder)
    first = article(bio=BIO)
    first["blocks"].insert(1, LINKED)
    mill = article(("The mill is shut.",), url=OTHER, source_id="13", title="The mill", images=[picture()])
    desk.see(first, mill, _12=[comment("1"), comment("2", "Not I.", parent="1")])
    desk.store.finish_crawl(desk.crawl, "complete", 0, 3, 4000, "")
    desk.crawl = desk.store.start_crawl(desk.site, "update")
    second = article(("The bridge fell on 4 May, at night.",), bio=BIO, title="The bridge, again")
    desk.see(second, at="2026-02-01T00:00:00Z", _12=[comment("1", "I was there, with my brother."), comment("2", "Not I.", parent="1")])
    reread = article(("The bridge fell on 4 May, in the night.",), bio=BIO, title="The bridge, again")
    desk.see(reread, at="2026-03-01T00:00:00Z", extractor="2", _12=[comment("1", "I was there!"), comment("2", "Not I.", parent="1")])
    remembered(desk)
    desk.store.finish_crawl(desk.crawl, "content alarm", 4, 5, 6000, "1 page in quarantine")
    seal_records(desk.store, every=True)
    desk.close()


def picture() -> dict[str, str]:
    return {"url": HOME + "mill.jpg", "caption": "The mill in May", "alt": ""}


def remembered(desk: Desk) -> None:
    """What a run notes beside articles."""
    store, at = desk.store, desk.clock.at
    store.quarantine(desk.crawl, desk.site, OTHER, "the text shrank from 400 to 40 words", desk.capture("page"), at)
    store.add_gap(desk.site, kind="article", ref=HOME + "secret/", reason="password", explained=True, since=at)
    store.decide("accept", "closed-door:example", "1", "the site wants it so")
    store.save_coverage(desk.site, "article", 3, 2)
    rows = {
        "checkpoints": "1, 'suspect_posts', '14', 0, null, null, '13'",
        "feed_items": f"1, '{OTHER}', '2020-06-01T08:00:00Z', 'Mara Ellsworth', 'd1', '{at}'",
        "verdicts": f"1, '{HOME}about/', 'a listing', '{at}', '{at}', 1, 'd2', '', '1'",
        "site_settings": "1, 'images', 'budget'",
        "absences": f"1, 2, null, '2026-02-01T00:00:00Z', '2026-03-01T00:00:00Z', '{at}', null, null, null",
    }
    with store.transaction():
        for table, values in rows.items():
            desk.db.execute(f"insert into {table} values ({values})")
        desk.db.execute("update articles set missing_since = '2026-03-01T00:00:00Z', gone_at = ? where id = 2", [at])
