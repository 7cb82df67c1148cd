"""What the archive holds after crawls of the demo site, run as people run them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from archive.__main__ import main
from archive.warc.place import sha256
from archive.warc.read import read_body
from crawler.absence.policy import mass_loss
from tests.conftest import History, Stage, Steady
from tests.crawls import WRITTEN, content, crawl, crawl_process, dump, rows
from tests.demosite import DemoSite
from tests.demosite.model import Comment, Post
from tests.demosite.script import CORRECTED, DISCUSSED, FIRST, REMOVED, SILENT


def read_posts(site: DemoSite) -> dict[str, Post]:
    """Public posts that can be read without a password, by id."""
    return {str(post.id): post for post in site.published() if not post.password}


def public_comments(site: DemoSite) -> dict[str, Comment]:
    posts = read_posts(site)
    return {str(c.id): c for c in site.comments.values() if c.status == "approved" and str(c.post) in posts}


def utc(moment: object) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


# the first run


def test_in_a_process_of_its_own_a_crawl_ends_in_the_same_way_and_leaves_the_same(steady: Steady, folder: Path) -> None:
    run = crawl_process(steady.site, folder)
    assert (run.code, run.err, len(run.out.splitlines())) == (0, "", 1)
    assert content(folder) == steady.content


def test_first_run_ends_with_one_line_and_0(history: History) -> None:
    run = history.first.run
    assert run.code == 0
    assert run.err == ""
    assert len(run.lines) == 1
    assert "complete" in run.out and f"holds {len(read_posts(history.site))} articles" in run.out


def test_what_is_new_is_not_unchanged_too_though_its_page_was_read_after_its_rest_answer(history: History) -> None:
    there = "(select count(*) from articles) + (select count(*) from comments)"
    assert history.first.rows(f"select new = {there}, unchanged from crawls") == [(1, 0)]
    assert "unchanged" not in history.first.run.out


def test_what_is_read_through_both_doors_is_unchanged_once(history: History) -> None:
    there = """
        (select count(*) from articles where missing_since is null) + (
          select count(*)
          from comments join articles on articles.id = article_id
          where articles.missing_since is null and comments.missing_since is null
        )
        """
    run = f"select unchanged = {there} - new - revised from crawls order by id desc limit 1"
    assert history.full.rows(run) == [(1,)]


def test_every_public_article_is_held_and_nothing_else(history: History) -> None:
    held = dict(history.first.rows("select source_id, url from articles"))
    assert held == {number: history.site.urls.post(post) for number, post in read_posts(history.site).items()}


def test_articles_carry_the_sites_titles_and_dates(history: History) -> None:
    held = {r[0]: r[1:] for r in history.first.rows("select source_id, title, published_at, published_precision from articles")}
    for number, post in read_posts(history.site).items():
        title, at, precision = held[number]
        assert words(title) == words(post.title), number
        if not post.gmt_skew:
            assert (at, precision) == (utc(post.date), "second"), number


def words(text: str) -> str:
    """Letters and digits alone: WordPress turns quotes and dashes."""
    return "".join(letter for letter in text.casefold() if letter.isalnum())


def test_bylines_have_the_co_authors_that_only_pages_show(history: History) -> None:
    rows = history.first.rows(
        "select articles.source_id, name from article_authors join articles on articles.id = article_id "
        "join authors on authors.id = author_id order by position"
    )
    for number, post in read_posts(history.site).items():
        expected = {history.site.authors[slug].name for slug in post.authors}
        assert {name for held, name in rows if held == number} == expected, number
    assert any(len(post.authors) > 1 for post in read_posts(history.site).values())


def test_tags_and_categories_are_complete(history: History) -> None:
    rows = history.first.rows(
        "select articles.source_id, tags.kind, tags.name from article_tags join tags on tags.id = tag_id "
        "join articles on articles.id = article_id"
    )
    for number, post in read_posts(history.site).items():
        for kind, name in (("tag", "post_tag"), ("category", "category")):
            expected = sorted(term.name for term in history.site.terms_of(post, name))
            assert sorted(n for held, k, n in rows if (held, k) == (number, kind)) == expected, number


def test_the_text_is_the_authors_and_the_rest_is_labelled(history: History) -> None:
    appeal = "The Harrow Desk is free to read because readers pay for it"
    texts = [text for (text,) in history.first.rows("select text from article_texts")]
    assert not [text for text in texts if appeal in text or "Share this:" in text or "Tags: " in text]
    kinds = {kind for (kind,) in history.first.rows("select distinct kind from blocks where text like ?", f"%{appeal}%")}
    assert kinds == {"appeal"}


def test_text_of_an_article_is_its_body_blocks(history: History) -> None:
    for revision, text in history.first.rows("select id, text from revisions"):
        blocks = history.first.rows("select text from blocks where revision_id = ? and kind = 'body' order by position", revision)
        assert text == "\n\n".join(block for (block,) in blocks)


def test_every_public_comment_is_held_with_its_signature_time_and_parent(history: History) -> None:
    held = {
        r[0]: r[1:]
        for r in history.first.rows(
            "select comments.source_id, articles.source_id, author, author_url, posted_at, source_parent_id, comments.kind "
            "from comments join articles on articles.id = article_id"
        )
    }
    expected = public_comments(history.site)
    assert held.keys() == expected.keys()
    for number, comment in expected.items():
        post, author, url, at, parent, kind = held[number]
        assert (post, url, kind) == (str(comment.post), comment.url, comment.kind), number
        assert author in (comment.author, "Anonymous"), number
        assert at == utc(comment.date), number
        assert parent == (str(comment.parent) if comment.parent else None), number


def test_a_comment_under_a_hidden_parent_stands_at_top_level_and_keeps_what_it_answered(history: History) -> None:
    public = public_comments(history.site)
    hidden = [c for c in public.values() if c.parent and str(c.parent) not in public and history.site.comments[c.parent].post == c.post]
    assert hidden
    for comment in hidden:
        [row] = history.first.rows("select parent_id, depth, source_parent_id from comments where source_id = ?", str(comment.id))
        assert row == (None, 1, str(comment.parent))


def test_pingbacks_come_from_pages(history: History) -> None:
    assert history.first.value("select count(*) from comments where kind <> 'comment' and door = 'page'") > 0


def test_an_article_behind_a_password_is_an_explained_gap(history: History) -> None:
    locked = [str(post.id) for post in history.site.published() if post.password]
    assert locked
    gaps = history.first.rows("select kind, ref, reason, explained from gaps where reason = 'password'")
    assert gaps == [("article", ref, "password", 1) for ref in locked]


def test_coverage_is_measured_against_the_sites_own_count(history: History) -> None:
    [(reported, held)] = history.first.rows("select reported, held from coverage where kind = 'article' and month = 'all'")
    assert (reported, held) == (len(history.site.published()), len(read_posts(history.site)))
    assert history.first.rows("select sum(held) from coverage where kind = 'article' and month <> 'all'") == [(held,)]


def test_kinds_tell_headlines_that_point_elsewhere_and_videos_from_articles(history: History) -> None:
    kinds = dict(history.first.rows("select kind, count(*) from articles group by kind"))
    assert kinds.keys() >= {"article", "link"}


def test_every_answer_lies_in_the_warc_as_it_came(history: History) -> None:
    stage = history.first
    captures = stage.rows("select url, status, filename, offset, length, payload_digest, door from captures order by id")
    asked = sorted(f"{history.site.home}{request.path}" for request in stage.requests)
    assert sorted(capture[0] for capture in captures) == asked
    for url, status, filename, offset, length, digest, door in captures:
        headers, body = read_body(stage.folder, filename, offset, length)
        assert (int(headers.get_statuscode()), sha256(body)) == (status, digest), url
        if door == "rest":
            json.loads(gzip.decompress(body) if headers.get_header("Content-Encoding") == "gzip" else body)


def test_every_article_has_its_page_as_evidence(history: History) -> None:
    without = history.first.rows(
        "select url from articles where not exists (select 1 from captures where captures.article_id = articles.id and door = 'page')"
    )
    assert without == []


def test_robots_txt_is_asked_first_and_the_user_agent_names_a_contact(history: History) -> None:
    first, *others = history.first.requests
    assert first.path == "/robots.txt"
    assert {request.user_agent for request in history.first.requests} == {"AnalysisArchive/0.1 (+archive@example.org)"}
    assert not [request.path for request in others if request.path == "/robots.txt"]


def test_full_text_search_finds_other_forms_of_a_word(history: History) -> None:
    search = "select count(*) from revisions_fts where revisions_fts match ?"
    assert history.first.value(search, "bridges") == history.first.value(search, "bridge") > 0
    assert history.first.value(search, "xqzzyqx") == 0
    assert history.first.value("select count(*) from comments_fts where comments_fts match ?", "bridge") > 0


def test_the_runs_row_says_what_happened(history: History) -> None:
    [row] = history.first.rows("select mode, outcome, exit_code, requests, new, revised, missing, quarantined from crawls")
    articles, comments = len(read_posts(history.site)), len(public_comments(history.site))
    assert row == ("update", "complete", 0, len(history.first.requests), articles + comments, 0, 0, 0)


def test_no_page_of_a_thread_is_looked_for_where_rest_gives_the_thread(history: History) -> None:
    site = history.site
    split = {site.urls.post(post).removeprefix(site.home) for post in site.published() if site.threads.pages(post) > 1}
    asked = {request.path.partition("/comment-page-")[0] for request in history.first.requests if "/comment-page-" in request.path}
    assert asked == split


# nothing has changed


def test_an_unchanged_site_costs_3_requests(history: History) -> None:
    assert history.unchanged.run.code == 0
    assert len(history.unchanged.requests) == 3
    assert "nothing new; 3 requests" in history.unchanged.run.out


def test_an_unchanged_site_writes_no_row(history: History) -> None:
    assert dump(history.unchanged.folder, WRITTEN) == dump(history.first.folder, WRITTEN)


# the site has changed


def events(stage: Stage, earlier: Stage) -> list[tuple[str, str, str | None]]:
    """(event, article, comment) that a stage has and the earlier one has not, by the site's own ids."""
    sql = """
        select changes.event, articles.source_id, comments.source_id, changes.at
        from changes join articles on articles.id = changes.article_id left join comments on comments.id = changes.comment_id
        """
    new = set(stage.rows(sql)) - set(earlier.rows(sql))
    return sorted((row[:3] for row in new), key=repr)


def test_update_notices_all_that_the_sites_lists_tell(history: History) -> None:
    removed = comment(history.site, DISCUSSED, "Shepherd")
    assert events(history.update, history.unchanged) == sorted(
        [
            ("new", "150", None),
            ("new", str(FIRST), str(max(history.site.comments) + 1)),
            ("edited", str(CORRECTED), None),
            ("missing", str(REMOVED), None),
            ("missing", str(DISCUSSED), removed),
        ],
        key=repr,
    )


def comment(site: DemoSite, post: int, author: str) -> str:
    """The id of the comment that the scripted change touches."""
    start = {"Shepherd": "It was the bridge", "Flour Trader": "52"}[author]
    return next(str(c.id) for c in site.comments.values() if (c.post, c.author) == (post, author) and c.text.startswith(start))


def test_an_update_asks_little(history: History) -> None:
    assert len(history.update.requests) <= 15


def test_a_correction_is_a_declared_revision_beside_the_old_text(history: History) -> None:
    sql = "select number, change, declared, old_text, text from edits join articles on articles.id = article_id where source_id = ?"
    [(number, change, declared, old, new)] = history.update.rows(sql, str(CORRECTED))
    assert (number, change, declared) == (2, "correction", 1)
    assert "They stopped at 3:20." in old and "They stopped at 3:40." in new


def test_a_removed_article_is_kept_and_called_missing_not_gone(history: History) -> None:
    [row] = history.update.rows("select missing_since is not null, gone_at, word_count > 0 from articles where source_id = ?", str(REMOVED))
    assert row == (1, None, 1)
    [(last, missing, proof)] = history.update.rows(
        "select last_seen_at, missing_since, captures.url from absences join captures on captures.id = capture_id where comment_id is null"
    )
    assert last < missing
    assert f"include={REMOVED}" in proof or f",{REMOVED}" in proof or f"/{REMOVED}" in proof


def test_comments_of_a_missing_article_are_not_called_missing(history: History) -> None:
    held = history.update.rows(
        "select comments.missing_since from comments join articles on articles.id = article_id where articles.source_id = ?", str(REMOVED)
    )
    assert set(held) <= {(None,)}


def test_a_full_run_finds_the_silent_edit_and_the_reworded_comment(history: History) -> None:
    found = events(history.full, history.update)
    assert ("edited", str(SILENT), None) in found
    assert ("edited", str(DISCUSSED), comment(history.site, DISCUSSED, "Flour Trader")) in found
    [row] = history.full.rows(
        "select change, declared from edits join articles on articles.id = article_id where source_id = ?", str(SILENT)
    )
    assert row == ("number", 0)


def test_a_reworded_bio_is_no_revision(history: History) -> None:
    edited = {int(article) for event, article, about in events(history.full, history.first) if event == "edited" and about is None}
    assert edited == {CORRECTED, SILENT}


def test_a_reworded_comment_keeps_both_wordings(history: History) -> None:
    number = comment(history.site, DISCUSSED, "Flour Trader")
    sql = (
        "select comment_revisions.text from comment_revisions join comments on comments.id = comment_id where source_id = ? order by number"
    )
    assert [text.split(".")[0] for (text,) in history.full.rows(sql, number)] == ["52", "58"]


def test_the_full_run_ends_well(history: History) -> None:
    assert (history.update.run.code, history.full.run.code) == (0, 0)
    assert history.full.run.err == ""


# other ways to run


def test_pages_none_then_all_completes_without_a_second_revision(site: DemoSite, folder: Path) -> None:
    assert crawl(site, folder, "pages=none").code == 0
    few = len(site.requests)
    assert few <= 32  # all lists are compared once
    assert crawl(site, folder, "pages=all").code == 0
    assert rows(folder, "select count(*) from revisions where number > 1") == [(0,)]
    assert rows(folder, "select count(*) from articles where byline like '% and %'")[0][0] > 0


def test_both_orders_of_the_doors_give_the_same_archive(history: History, site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none")
    crawl(site, folder, "pages=all")
    held = content(folder)
    for name in ("articles", "comments", "article_authors", "article_tags", "images", "blocks"):
        mine = [[str(v).replace(site.home, "") for v in row] for row in held[name]]
        theirs = [[str(v).replace(history.site.home, "") for v in row] for row in content(history.first.folder)[name]]
        assert mine == theirs, name


def test_limit_reads_so_many_articles_with_their_threads_and_the_next_run_goes_on(site: DemoSite, folder: Path) -> None:
    run = crawl(site, folder, "limit=7")
    assert run.code == 0
    newest = [str(post.id) for post in site.published()][::-1][:7]
    assert {number for (number,) in rows(folder, "select source_id from articles")} == set(newest)
    of_those = [c for c in public_comments(site).values() if str(c.post) in newest and c.kind == "comment"]
    assert rows(folder, "select count(*) from comments where kind = 'comment'") == [(len(of_those),)]
    captured = rows(folder, "select count(distinct article_id) from captures where door = 'page' and article_id is not null")
    assert captured == [(7,)]
    assert crawl(site, folder).code == 0
    assert rows(folder, "select count(*) from articles") == [(len(read_posts(site)),)]
    assert rows(folder, "select count(*) from comments") == [(len(public_comments(site)),)]


def test_a_limit_holds_through_pages_too(folder: Path) -> None:
    with DemoSite(rest="404") as site:
        for held in (3, 6):
            crawl(site, folder, "limit=3")
            assert rows(folder, "select count(*) from articles") == [(held,)]


def test_a_limit_of_one_gets_on_with_every_run(site: DemoSite, folder: Path) -> None:
    for held in (1, 2, 3):
        crawl(site, folder, "limit=1", "pages=none")
        assert rows(folder, "select count(*) from articles") == [(held,)]


def test_the_archive_is_remembered_by_its_home_whatever_its_spelling(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none")
    again = site.home.upper().replace("HTTP", "http")
    site.home = again
    assert crawl(site, folder, "pages=none").code == 0
    assert rows(folder, "select count(*) from sites") == [(1,)]


@pytest.mark.parametrize("ignore", [(), ("modified_after",)])
def test_a_bulk_edit_of_one_second_is_noticed_to_the_last_article(site: DemoSite, folder: Path, ignore: tuple[str, ...]) -> None:
    crawl(site, folder, "pages=none")
    second = site.now()
    edited = [int(number) for number in read_posts(site)][:35]
    for number in edited:
        site.edit(number, touch_modified=False, modified=second, append=f"Of {site.post(number).title} nothing more was heard.")
    site.fault(r"wp/v2/posts", ignore=ignore)
    site.clear_requests()
    assert crawl(site, folder, "pages=none").code == 0
    if not ignore:
        found = rows(folder, "select source_id from articles join revisions on revisions.article_id = articles.id where number = 2")
        assert {int(number) for (number,) in found} == set(edited)
        assert len(site.requests) == 5, "robots.txt, two probes, the list of what was modified, its articles"


def test_missing_becomes_gone_when_a_later_run_confirms_it_and_back_when_it_returns(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none")
    site.trash(REMOVED)
    crawl(site, folder, "pages=none", GONE_AFTER=0)
    assert rows(folder, "select gone_at from absences") == [(None,)]
    crawl(site, folder, "pages=none", GONE_AFTER=0)
    assert rows(folder, "select gone_at is not null, back_at from absences") == [(1, None)]
    site.publish(REMOVED)
    crawl(site, folder, "pages=none", GONE_AFTER=0)
    assert rows(folder, "select gone_at is not null, back_at is not null from absences") == [(1, 1)]
    assert rows(folder, "select missing_since, gone_at from articles where source_id = ?", str(REMOVED)) == [(None, None)]


def test_comments_that_vanish_lead_to_their_article_when_that_is_what_vanished(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none")
    site.trash(128)
    site.add_ghost(3)  # the articles' total stays what it was
    assert crawl(site, folder, "pages=none").code == 0
    assert rows(folder, "select source_id from articles where missing_since is not null") == [("128",)]
    assert rows(folder, "select comment_id from absences") == [(None,)]


@pytest.mark.parametrize("what", ["article", "comment"])
def test_what_is_absent_and_could_not_be_confirmed_is_asked_for_in_the_next_run(site: DemoSite, folder: Path, what: str) -> None:
    """The first run has counted anew by then: nothing else would lead to it before the sweep."""
    crawl(site, folder, "pages=none")
    if what == "article":
        site.trash(REMOVED)
    else:
        site.trash_comment(next(number for number, comment in site.comments.items() if comment.status == "approved"))
    site.fault(r"wp/v2/(posts|comments)\?.*include=", status=503)
    assert crawl(site, folder, "pages=none", PATIENCE=0).code == 5
    assert rows(folder, "select count(*) from absences") == [(0,)]
    site.clear_faults()
    assert crawl(site, folder, "pages=none").code == 0
    assert rows(folder, "select article_id is not null, comment_id is not null from absences") == [(1, int(what == "comment"))]
    site.clear_requests()
    assert crawl(site, folder, "pages=none").code == 0
    assert len(site.requests) == 3


def test_comments_that_are_counted_on_under_a_draft_are_not_searched_for_and_are_no_gap(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none")
    site.unpublish(128)
    site.clear_requests()
    assert crawl(site, folder, "pages=none").code == 0
    assert rows(folder, "select source_id from articles where missing_since is not null") == [("128",)]
    assert [request.path for request in site.requests if "/comments" in request.path and "orderby=id" not in request.path] == []
    assert rows(folder, "select count(*) from absences where comment_id is not null") == [(0,)]
    assert main(["status", "--quiet", "--archive-dir", str(folder)]) == 0
    site.clear_requests()
    assert crawl(site, folder, "pages=none").code == 0
    assert len(site.requests) == 3


def test_a_renamed_article_is_the_same_article_with_both_addresses(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none")
    old = site.urls.post(site.post(SILENT))
    new = site.urls.post(site.rename(SILENT, "corridor-renamed"))
    crawl(site, folder, "pages=none")
    held = rows(folder, "select urls.url, urls.kind from urls join articles on articles.id = article_id where source_id = ?", str(SILENT))
    assert sorted(held) == sorted([(old, "alias"), (new, "current")])
    assert rows(folder, "select count(*) from revisions where number > 1") == [(0,)]


def test_mass_loss_marks_nothing_and_exits_4(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none")
    for number in list(read_posts(site))[:8]:
        site.trash(int(number))
    run = crawl(site, folder, "pages=none")
    assert run.code == 4
    assert len(run.lines) == 1 and "missing at once" in run.err
    assert rows(folder, "select count(*) from absences") == [(0,)]


def test_pages_that_a_mass_loss_took_away_are_no_gaps_once_it_is_believed(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none")
    for number in list(read_posts(site))[:8]:
        site.trash(int(number))
    assert crawl(site, folder, "pages=all").code == 4
    lacking = "select count(*) from gaps where explained = 0"
    assert rows(folder, lacking) > [(0,)]
    [(name,)] = rows(folder, "select name from sites")
    assert main(["accept", f"mass-loss:{name}", "--archive-dir", str(folder)]) == 0
    assert crawl(site, folder, "pages=all").code == 0
    assert rows(folder, lacking) == [(0,)]
    assert rows(folder, "select count(*) from absences where comment_id is null") == [(8,)]


def test_a_mass_loss_of_which_a_part_has_lasted_says_how_much_is_marked() -> None:
    assert mass_loss("articles", 9, 8, 5, "example") == (
        "9 articles are missing at once (more than 5): 8 of them, missing for 7 days, are marked, the others not; look at the site, "
        "and if they were removed: python -m archive accept mass-loss:example"
    )


@pytest.mark.parametrize("lie", ["challenge", "donate", "soft404", "empty"])
def test_a_page_that_lies_changes_nothing_and_exits_4(site: DemoSite, folder: Path, lie: str) -> None:
    crawl(site, folder, "pages=none")
    before = content(folder)
    site.fault(r"/archives/\d", lie=lie)
    run = crawl(site, folder, "pages=all")
    assert run.code == 4
    assert len(run.lines) == 1 and "believed" in run.err
    assert content(folder)["revisions"] == before["revisions"]
    assert content(folder)["articles"] == before["articles"]
    assert rows(folder, "select count(*) from quarantine")[0][0] > 0


def test_a_mass_loss_that_lasts_three_runs_over_a_week_is_believed(site: DemoSite, folder: Path) -> None:
    crawl(site, folder, "pages=none", NOW="2027-01-01T06:00:00Z")
    for number in list(read_posts(site))[:8]:
        site.trash(int(number))
    codes = {day: crawl(site, folder, "pages=none", NOW=f"2027-01-{day:02d}T06:00:00Z").code for day in (2, 5, 8, 9)}
    assert codes == {2: 4, 5: 4, 8: 4, 9: 0}
    notes = [note for (note,) in rows(folder, "select note from crawls where exit_code = 4")]
    name = rows(folder, "select name from sites")[0][0]
    assert set(notes) == {
        f"8 articles are missing at once (more than 5): none is marked; look at the site, and if they were removed: "
        f"python -m archive accept mass-loss:{name}"
    }
    absences = rows(folder, "select count(*), min(missing_since), max(last_seen_at) < '2027-01-02' from absences")
    assert absences == [(8, "2027-01-09T06:00:00Z", 1)]
