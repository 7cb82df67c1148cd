"""Pictures: captured where a person asks for them, each once, as evidence; no text and no exit code depends on one."""

from __future__ import annotations

import asyncio
import gzip
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archive.__main__ import main as archive
from archive.errors import ConfigurationError
from archive.store.images import read_picture
from archive.store.linked_files import NoFile
from archive.warc.place import sha256
from archive.warc.read import read_body
from crawler.addresses import is_public, origin, origins_of
from crawler.http.guard import GuardMiddleware
from tests.conftest import Stage
from tests.crawls import content, copied, crawl, dump, rows, scrapy
from tests.demosite import DemoSite, uploads
from tests.kills import assert_whole, kill
from tests.literal import HOME, Desk, article, exchange
from tests.publish_site import Site

BRIDGE, ROAD = 128, 100  # articles with a picture each
HELD = "select url, digest, capture_id from images order by article_id, position"
UNHELD = "select count(*) from images where capture_id is null"
GAPS = "select reason, explained from gaps where kind = 'image'"


def picture_of(site: DemoSite, name: str = "marrow-bridge.png", post: int = BRIDGE) -> str:
    """The path of a picture."""
    return site.urls.upload(site.post(post), name).removeprefix(site.home)


def pictures(site: DemoSite) -> list[str]:
    """Paths of the pictures that the site was asked for."""
    return [request.path for request in site.requests if request.path.endswith(".png")]


def asked(site: DemoSite, folder: Path, *arguments: str, **settings: object) -> list[str]:
    """A run that ends well, and the paths of the pictures it asked for."""
    site.clear_requests()
    run = crawl(site, folder, *arguments, **settings)
    assert run.code == 0, run
    return pictures(site)


@pytest.fixture(scope="module")
def illustrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[DemoSite, Stage]]:
    """A site, and its archive with all pictures."""
    folder = tmp_path_factory.mktemp("illustrated") / "archive"
    with DemoSite() as site:
        run = crawl(site, folder, "images=all", "pages=none")
        assert run.code == 0, run
        yield site, Stage(run, folder, list(site.requests))


@pytest.fixture
def held(illustrated: tuple[DemoSite, Stage], tmp_path: Path) -> Iterator[tuple[DemoSite, Path]]:
    """The same for a test that changes the archive, not the site."""
    site, stage = illustrated
    yield site, copied(stage.folder, tmp_path / "archive")
    site.clear_faults()


# what is asked for


def test_without_being_told_to_no_picture_is_asked_for(site: DemoSite, folder: Path) -> None:
    assert asked(site, folder, "mode=full") == []
    assert rows(folder, "select count(*), count(capture_id), count(digest) from images") == [(10, 0, 0)]


def test_each_picture_is_asked_for_once_and_the_run_says_how_many(illustrated: tuple[DemoSite, Stage]) -> None:
    site, stage = illustrated
    paths = [request.path for request in stage.requests if request.path.endswith(".png")]
    assert sorted(paths) == sorted(url.removeprefix(site.home) for url, _, _ in stage.rows(HELD))
    assert len(set(paths)) == 10
    assert "pictures: 10 captured" in stage.run.out


def test_a_picture_is_tied_to_the_exchange_that_brought_it(illustrated: tuple[DemoSite, Stage]) -> None:
    _, stage = illustrated
    sql = """
        select images.url, captures.url, digest, payload_digest, door, status, mime, captures.article_id = images.article_id, filename,
               offset, length
        from images join captures on captures.id = capture_id
        """
    for url, asked_for, digest, payload, door, status, mime, own, *place in stage.rows(sql):
        assert (asked_for, payload, door, status, mime, own) == (url, digest, "image", 200, "image/png", 1)
        name = url.rpartition("/")[2]
        assert read_body(stage.folder, *place)[1] == uploads.png(f"{name}/0")
    assert stage.value("select count(*) from captures where door = 'image'") == 10


def test_a_second_run_asks_for_none(held: tuple[DemoSite, Path]) -> None:
    site, folder = held
    before = dump(folder, ["images", "gaps", "articles", "revisions"])
    assert asked(site, folder, "images=all", "pages=none") == []
    assert len(site.requests) == 3
    assert dump(folder, ["images", "gaps", "articles", "revisions"]) == before


def test_a_site_without_rest_shows_the_same_pictures(illustrated: tuple[DemoSite, Stage], folder: Path) -> None:
    _, stage = illustrated
    with DemoSite(rest="404") as site:
        assert len(asked(site, folder, "images=all")) == 10
        assert asked(site, folder, "images=all") == []
    digests = "select digest from images order by digest"
    assert rows(folder, digests) == stage.rows(digests)


def test_a_picture_in_two_articles_and_several_spellings_is_asked_for_once(held: tuple[DemoSite, Path]) -> None:
    site, folder = held
    spellings = (f"home:{picture_of(site)}", f"http://www.127.0.0.1:{site.port}{picture_of(site)}#map", f"home:{picture_of(site)}?nb=1")
    shown = "\n\n".join(f'<img src="{address}" alt="again" />' for address in spellings)
    post = site.add_post("The map again", f"The map of the bridge, once more.\n\n{shown}")
    try:
        assert asked(site, folder, "images=all", "pages=none") == []
    finally:
        site.delete(post.id)
    same = "select count(*), count(distinct capture_id) from images where url like '%marrow-bridge.png%'"
    assert rows(folder, same) == [(3, 1)]  # one article shows it as two pictures: the third address is the first without noise


def test_a_budget_takes_the_newest_articles_first_and_the_next_run_goes_on(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none")
    newest_first = "select images.url from images join articles on articles.id = article_id order by published_at desc, position"
    paths = [url.removeprefix(site.home) for (url,) in rows(folder, newest_first)]
    assert sorted(asked(site, folder, "images=budget", "pages=none", IMAGE_BUDGET=4)) == sorted(paths[:4])
    assert rows(folder, "select note from crawls order by id desc limit 1") == [("pictures: 4 captured, 6 left for the next run",)]
    assert sorted(asked(site, folder, "images=budget", "pages=none", IMAGE_BUDGET=4)) == sorted(paths[4:8])
    assert sorted(asked(site, folder, "images=all", "pages=none")) == sorted(paths[8:])


def test_a_limit_of_articles_is_one_of_their_pictures_too(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none")
    assert len(asked(site, folder, "images=all", "pages=none", "limit=2")) == 2
    assert rows(folder, "select count(distinct article_id) from images where capture_id is not null") == [(2,)]


# what comes back


def test_a_page_in_place_of_a_picture_is_none_and_is_asked_for_again(held: tuple[DemoSite, Path]) -> None:
    site, folder = held
    forget(folder, "marrow-bridge")
    fault = site.fault(r"marrow-bridge\.png", lie="challenge")
    assert asked(site, folder, "images=all", "pages=none") == [picture_of(site)]
    assert rows(folder, UNHELD) == [(1,)]
    assert rows(folder, GAPS) == [("is no picture, but text/html", 1)]
    assert rows(folder, "select note from crawls order by id desc limit 1")[0][0].endswith(
        "1 not obtained (is no picture, but text/html: 1)"
    )
    assert rows(folder, "select count(*) from quarantine") == [(0,)]
    site.faults.rules.remove(fault)
    assert asked(site, folder, "images=all", "pages=none") == [picture_of(site)]
    assert rows(folder, UNHELD) == rows(folder, "select count(*) from gaps where kind = 'image'") == [(0,)]


def forget(folder: Path, *names: str, captures: bool = True) -> None:
    """As if these pictures had not come yet; without ``captures`` as if the run had been killed before they were tied to articles."""
    db = sqlite3.connect(folder / "archive.db")
    with db:
        for name in names:
            db.execute("update images set digest = null, capture_id = null where url like ?", [f"%{name}%"])
            if captures:
                db.execute("update captures set url = url || '?' where door = 'image' and url like ?", [f"%{name}%"])
    db.close()


def test_a_picture_that_is_not_there_is_recorded_and_asked_for_again_in_a_full_run_only(held: tuple[DemoSite, Path]) -> None:
    site, folder = held
    forget(folder, "marrow-bridge", "tethal-road")
    site.fault(r"marrow-bridge\.png", status=404)
    site.fault(r"tethal-road\.png", status=410)
    paths = {picture_of(site), picture_of(site, "tethal-road.png", ROAD)}
    assert set(asked(site, folder, "images=all", "pages=none")) == paths
    assert sorted(rows(folder, GAPS)) == [("answers 404", 1), ("answers 410", 1)]
    assert set(rows(folder, "select status from captures where door = 'image' order by id desc limit 2")) == {(404,), (410,)}
    assert asked(site, folder, "images=all", "pages=none") == []
    assert paths < set(asked(site, folder, "images=all", "pages=none", "mode=full"))


@pytest.mark.parametrize("fault", [{"status": 500}, {"drop": True}, {"truncate": True}])
def test_a_picture_that_fails_stops_nothing_and_comes_with_the_next_run(held: tuple[DemoSite, Path], fault: dict[str, Any]) -> None:
    site, folder = held
    forget(folder, "marrow-bridge")
    rule = site.fault(r"marrow-bridge\.png", **fault)
    tries = asked(site, folder, "images=all", "pages=none")
    assert set(tries) == {picture_of(site)}
    assert len(tries) == 1 or "drop" in fault, "a lost connection is made anew; what was answered waits for the next run"
    assert rows(folder, UNHELD) == [(1,)]
    [(reason, explained)] = rows(folder, GAPS)
    assert reason and site.home not in reason and explained == ("status" in fault)
    site.faults.rules.remove(rule)
    assert asked(site, folder, "images=all", "pages=none") == [picture_of(site)]
    assert rows(folder, "select count(*) from images where digest = ?", sha256(uploads.png("marrow-bridge.png/0"))) == [(1,)]


@pytest.mark.torture
def test_what_keeps_failing_is_asked_for_at_doubling_distances(site: DemoSite, folder: Path) -> None:
    site.fault(r"\.png", status=403)
    days = {
        day: len(asked(site, folder, "images=all", "pages=none", NOW=f"2027-01-{day:02}T00:00:00Z", SWEEP_DAYS=0))
        for day in (1, 2, 3, 4, 5)
    }
    assert days == {1: 10, 2: 10, 3: 10, 4: 0, 5: 10}


def test_a_host_that_gives_none_is_left_alone(site: DemoSite, folder: Path) -> None:
    body = "\n\n".join(f'<img src="home:/wp-content/uploads/map-{number}.png" alt="" />' for number in range(40))
    site.add_post("Forty maps", f"Here they are.\n\n{body}")
    site.fault(r"\.png", status=503)
    assert 10 <= len(asked(site, folder, "images=all", "pages=none")) < 20
    assert "left for the next run" in rows(folder, "select note from crawls")[0][0]


def test_a_picture_that_is_too_large_is_named_and_not_asked_for_again(
    site: DemoSite, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "png", lambda *seed: b"\x89PNG\r\n\x1a\n" + bytes(2_000_000))
    assert len(asked(site, folder, "images=all", "pages=none", DOWNLOAD_MAXSIZE=1_000_000)) == 10
    assert set(rows(folder, GAPS)) == {("larger than DOWNLOAD_MAXSIZE", 1)}
    assert asked(site, folder, "images=all", "pages=none", DOWNLOAD_MAXSIZE=1_000_000) == []


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"body": b"<!doctype html><p>Wait"}, "is markup, though it is called image/png"),
        ({"body": b""}, "is empty"),
        ({"body": gzip.compress(b"\x89PNG")[:-3], "packed": "gzip"}, "cannot be unpacked whole"),
        ({"body": b"\x89PNG", "packed": "br"}, "is packed as br, which was not asked for"),
        ({"body": b"\x89PNG", "truncated": True}, "broke off before the end it had announced"),
    ],
)
def test_what_is_no_picture_says_why(desk: Desk, folder: Path, given: dict[str, Any], reason: str) -> None:
    with pytest.raises(NoFile, match=reason):
        read_picture(folder, brought(desk, **given))


def brought(desk: Desk, packed: str = "", **given: Any) -> dict[str, Any]:
    """The captures row of an answer at a picture's address."""
    headers = [("Content-Type", "image/png"), *([("Content-Encoding", packed)] if packed else [])]
    shown = exchange(f"{HOME}bridge.png", headers=headers, **given)
    capture_id = desk.store.add_capture(desk.crawl, "image", shown, "image/png", desk.warc.write(shown))
    return next(desk.db.query("select * from captures where id = ?", [capture_id]))


def test_a_packed_picture_is_unpacked_and_its_digest_is_the_pictures(desk: Desk, folder: Path) -> None:
    desk.see(article(images=[{"url": f"{HOME}bridge.png", "caption": "", "alt": ""}]))
    row = brought(desk, body=gzip.compress(b"\x89PNG of a bridge"), packed="gzip")
    desk.store.save_picture(desk.site, row, read_picture(folder, row), [(1, 0)], [f"{HOME}bridge.png"])
    assert desk.rows("select digest from images") == [(sha256(b"\x89PNG of a bridge"),)]
    desk.store.finish_crawl(desk.crawl, "complete", 0, 0, 0, "")
    assert archive(["verify", "--archive-dir", str(folder)]) == 0
    desk.db.execute("update images set digest = 'sha256:0'")
    assert archive(["verify", "--archive-dir", str(folder)]) == 3


# kill -9


def test_kills_between_pictures_and_a_rerun_give_the_rows_of_an_undisturbed_crawl(
    illustrated: tuple[DemoSite, Stage], folder: Path
) -> None:
    site, stage = illustrated
    texts = len(stage.requests) - 10
    assert kill(site, folder, texts + 3, "images=all", "pages=none")
    for after in (5, 6):
        assert kill(site, folder, after, "images=all", "pages=none")
    assert crawl(site, folder, "images=all", "pages=none").code == 0
    assert_whole(folder)
    assert content(folder) == content(stage.folder)


def test_a_kill_between_the_record_and_its_rows_costs_no_second_request(held: tuple[DemoSite, Path]) -> None:
    """The captures are there and tied to nothing; of the last one even the row is lacking."""
    site, folder = held
    before = rows(folder, "select url, digest from images")
    forget(folder, ".png", captures=False)
    db = sqlite3.connect(folder / "archive.db")
    with db:
        db.execute("delete from captures where id = (select max(id) from captures where door = 'image')")
    db.close()
    assert asked(site, folder, "images=all", "pages=none") == []
    assert rows(folder, "select url, digest from images") == before
    assert rows(folder, "select count(*) from captures where door = 'image' and article_id is null") == [(0,)]
    assert_whole(folder)


def test_a_record_that_was_damaged_before_it_was_tied_to_an_article_is_asked_for_again(held: tuple[DemoSite, Path]) -> None:
    site, folder = held
    [(url, name, middle)] = rows(folder, "select url, filename, offset + length / 2 from captures where door = 'image' order by id limit 1")
    forget(folder, url, captures=False)
    with (folder / name).open("r+b") as file:
        file.seek(middle)
        file.write(b"damaged")
    assert asked(site, folder, "images=all", "pages=none") == [url.removeprefix(site.home)]
    assert rows(folder, UNHELD) == [(0,)]


# other hosts


@pytest.fixture
def elsewhere(site: DemoSite) -> Iterator[DemoSite]:
    """A delivery network: an article of the site shows a picture that lies there."""
    with DemoSite() as other:
        site.add_post("A map from afar", f'The map lies elsewhere.\n\n<img src="{other.home}{picture_of(other)}" alt="afar" />')
        yield other


def test_another_host_is_not_asked_and_its_pictures_are_counted(site: DemoSite, elsewhere: DemoSite, folder: Path) -> None:
    assert len(asked(site, folder, "images=all", "pages=none")) == 10
    assert elsewhere.requests == []
    host = f"127.0.0.1:{elsewhere.port}"
    [(note,)] = rows(folder, "select note from crawls")
    assert note == f"pictures: 10 captured, 1 on hosts that IMAGE_HOSTS does not name ({host}: 1)"


def test_a_host_that_is_named_is_asked_for_its_robots_txt_and_for_pictures_alone(site: DemoSite, elsewhere: DemoSite, folder: Path) -> None:
    named = {"IMAGE_HOSTS": f"cdn.example.net,127.0.0.1:{elsewhere.port}"}
    assert len(asked(site, folder, "images=all", "pages=none", **named)) == 10
    assert [request.path for request in elsewhere.requests] == ["/robots.txt", picture_of(elsewhere)]
    assert rows(folder, UNHELD) == [(0,)]
    assert rows(folder, "select url from lists where url like ?", f"%:{elsewhere.port}%") == []


def test_the_robots_txt_of_a_named_host_is_obeyed(site: DemoSite, elsewhere: DemoSite, folder: Path) -> None:
    elsewhere.robots = "User-agent: *\nDisallow: /wp-content/\n"
    asked(site, folder, "images=all", "pages=none", IMAGE_HOSTS=f"127.0.0.1:{elsewhere.port}")
    assert [request.path for request in elsewhere.requests] == ["/robots.txt"]
    assert rows(folder, GAPS) == [("robots.txt", 1)]


def test_a_picture_that_leads_to_another_host_is_not_followed_there(held: tuple[DemoSite, Path]) -> None:
    site, folder = held
    forget(folder, "marrow-bridge")
    with DemoSite() as other:
        site.fault(r"marrow-bridge\.png", redirect=f"{other.home}/secret", status=302)
        assert asked(site, folder, "images=all", "pages=none") == [picture_of(site)]
        assert other.requests == []
        assert rows(folder, GAPS) == [(f"leads to 127.0.0.1:{other.port}, which is not asked", 1)]


def test_a_picture_that_moved_within_the_site_is_captured_where_it_is(held: tuple[DemoSite, Path]) -> None:
    site, folder = held
    forget(folder, "marrow-bridge")
    there = picture_of(site, "tethal-road.png", ROAD)
    site.fault(r"marrow-bridge\.png", redirect=there)
    assert asked(site, folder, "images=all", "pages=none") == [picture_of(site), there]
    [(url, digest)] = rows(
        folder,
        "select captures.url, digest from images join captures on captures.id = capture_id where images.url like ?",
        "%marrow-bridge.png",
    )
    assert (url, digest) == (site.home + there, sha256(uploads.png("tethal-road.png/0")))
    assert asked(site, folder, "images=all", "pages=none") == []


def test_hosts_that_are_none_are_refused_before_the_first_request(site: DemoSite, folder: Path) -> None:
    run = crawl(site, folder, "images=all", IMAGE_HOSTS="https://cdn.example.net/")
    assert (run.code, site.requests, len(run.lines)) == (2, [], 1)
    assert "cdn.example.net:8443" in run.err
    for wrong in ("user@host", "host/path", "", "a b", "*.example.net"):
        with pytest.raises(ConfigurationError):
            origins_of([wrong])
    assert origins_of(["CDN.example.net"]) == {("http", "cdn.example.net", 80), ("https", "cdn.example.net", 443)}


def test_a_named_host_in_a_private_network_is_reached_only_from_a_site_in_one() -> None:
    def may_reach(host: str, home: str) -> bool:
        guard = GuardMiddleware(None)  # type: ignore[arg-type]
        return asyncio.run(guard.may_reach(origin(f"http://{host}/"), origin(f"http://{home}/")))

    public = "93.184.216.34"
    for private in ("127.0.0.1", "10.0.0.8", "192.168.1.1", "169.254.169.254", "[::1]", "[::ffff:10.0.0.1]", "0.0.0.0", "localhost"):
        assert not may_reach(private, public), private
        assert may_reach(private, "127.0.0.1"), private
    assert may_reach("8.8.8.8", public)
    with pytest.raises(OSError):
        asyncio.run(is_public("nowhere.invalid"))


# afterwards


def test_an_edit_of_the_text_keeps_what_was_captured_and_a_picture_makes_no_revision(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "images=all", "pages=none")
    before = rows(folder, HELD)
    assert rows(folder, "select max(number) from revisions") == [(1,)]
    site.edit(BRIDGE, append="The eastern post has since been manned.")
    assert asked(site, folder) == []
    assert rows(folder, "select max(number) from revisions") == [(2,)]
    assert rows(folder, HELD) == before


def test_a_picture_that_was_replaced_under_its_address_is_found_by_a_full_run_and_the_old_one_is_kept(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "images=all", "pages=none", NOW="2027-01-01T00:00:00Z")
    one = "select digest, capture_id from images where url like '%marrow-bridge.png'"
    [(digest, capture)] = rows(folder, one)
    site.replace_picture("marrow-bridge.png")
    assert asked(site, folder, "images=all", "pages=none", NOW="2027-01-01T12:00:00Z", SWEEP_DAYS=0) == []
    assert len(asked(site, folder, "images=all", "pages=none", "mode=full", NOW="2027-02-01T00:00:00Z")) == 10
    assert rows(folder, "select note from crawls order by id desc limit 1") == [("pictures: 1 replaced, 9 as before",)]
    [(new_digest, new_capture)] = rows(folder, one)
    assert (new_digest, new_capture > capture) == (sha256(uploads.png("marrow-bridge.png/1")), True)
    assert new_digest != digest
    assert rows(folder, "select payload_digest, article_id is not null from captures where id = ?", capture) == [(digest, 1)]
    address, pages = site.urls.post(site.post(BRIDGE)).removeprefix("http:/"), Site(folder)
    assert f"/picture/{new_capture}" in pages.get(address).text
    assert f"/picture/{capture}" in pages.get(f"/20270115000000{address}").text
    closed(pages)
    assert rows(folder, "select max(number) from revisions") == [(1,)]
    site.fault(r"\.png", status=404)
    crawl(site, folder, "images=all", "pages=none", "mode=full", NOW="2027-03-01T00:00:00Z")
    assert rows(folder, one) == [(new_digest, new_capture)], "what is gone from the site stays"
    assert rows(folder, GAPS) == []


@pytest.fixture
def served(held: tuple[DemoSite, Path]) -> Iterator[tuple[DemoSite, Path, Site]]:
    site, folder = held
    pages = Site(folder)
    yield site, folder, pages
    closed(pages)


def closed(pages: Site) -> None:
    for database in pages.datasette.databases.values():
        database.close()
    pages.loop.close()


def test_the_reading_page_shows_the_picture_byte_by_byte_and_no_other_host(served: tuple[DemoSite, Path, Site]) -> None:
    site, folder, pages = served
    address = site.urls.post(site.post(BRIDGE)).removeprefix("http:/")
    [(capture,)] = rows(folder, "select capture_id from images where url like '%marrow-bridge.png'")
    page = pages.get(address)
    assert f'<img src="/picture/{capture}" alt="Sketch map of the bridge"' in page.text
    assert "img-src 'self' data:;" in page.headers["content-security-policy"]
    picture = pages.get(f"/picture/{capture}")
    assert (picture.content, picture.headers["content-type"]) == (uploads.png("marrow-bridge.png/0"), "image/png")


def test_a_withheld_article_takes_its_pictures_along_but_not_those_that_others_show(served: tuple[DemoSite, Path, Site]) -> None:
    site, folder, pages = served
    [(bridge,)] = rows(folder, "select capture_id from images where url like '%marrow-bridge.png'")
    [(road, other)] = rows(folder, "select capture_id, article_id from images where url like '%tethal-road.png'")
    db = sqlite3.connect(folder / "archive.db")
    with db:
        sql = "insert into images select article_id, 9, ?, '', '', digest, ? from images where url like '%marrow-bridge.png'"
        db.execute(sql, [site.home + picture_of(site, "tethal-road.png", ROAD), road])
        db.execute("insert into gaps values (null, 1, 'image', (select url from images where capture_id = ?), null, 'x', 1, 'x')", [bridge])
    db.close()
    assert archive(["withhold", site.urls.post(site.post(BRIDGE)), "--archive-dir", str(folder)]) == 0
    assert pages.get(f"/picture/{bridge}").status_code == 404
    assert pages.get(f"/picture/{road}").status_code == 200
    for table in ("images", "captures", "gaps"):
        assert "marrow-bridge" not in pages.get(f"/archive/{table}.json?_shape=array&_size=max").text, table
    assert other


def test_export_verify_and_reextract_know_pictures(held: tuple[DemoSite, Path], tmp_path: Path) -> None:
    site, folder = held
    before = dump(folder, ["images", "captures"])
    assert archive(["verify", "--archive-dir", str(folder)]) == 0
    url = site.urls.post(site.post(BRIDGE))
    assert archive(["export", "--archive-dir", str(folder), "--article", url, "--to", str(tmp_path / "claim")]) == 0
    assert f"picture,{site.home}{picture_of(site)}" in (tmp_path / "claim" / "records.csv").read_text()
    assert scrapy("reextract", folder=folder).code == 0
    assert dump(folder, ["images", "captures"]) == before
