"""What large archives are asked in another way is answered alike: searches by date, counts that are taken off, rows in little room."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive.db.schema import migrate
from archive.publish.changes.phrases import gained, phrase_pattern
from archive.publish.mentions.asked import asked_of_indexes
from archive.publish.mentions.terms import read_term
from archive.publish.search.results import search
from archive.queries import mentions
from archive.queries.search_query import parse_query
from archive.store.blocks import numbered
from archive.store.coverage import COUNTED_COMMENTS, EACH_COMMENT
from archive.text.compact_reading import compact, compacted, expanded
from archive.text.fingerprint import fingerprint
from tests.literal import HOME, Desk, article, comment
from tests.search_corpus import build_corpus, reader


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """The corpus, its articles with the numbers of comments that they have."""
    folder = build_corpus(tmp_path_factory.mktemp("corpus"))
    db = sqlite3.connect(folder / "archive.db")
    db.execute("update articles set comment_count = (select count(*) from comments where article_id = articles.id)")
    db.commit()
    db.close()
    connection = reader(folder)
    yield connection
    connection.close()


@pytest.mark.parametrize(
    "asked", ["", "words:>1", "words:>17", "comments:>0", "-kind:link", "kind:article comments:..3", "seen:2026", "seen:2027"]
)
@pytest.mark.parametrize("words", ["bridge", "the", "bridg*", "安理会", "bridge OR 安理会"])
def test_comments_by_date_are_those_that_ranking_finds(corpus: sqlite3.Connection, words: str, asked: str) -> None:
    query = parse_query(f"in:comments {words} {asked}")
    ranked = search(corpus, query, "newest")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("archive.publish.search.find_hits.MOST_RANKED", -1)
        by_date = search(corpus, query, "newest")
    assert by_date.comments == ranked.comments
    assert [hit["id"] for hit in by_date.comment_hits] == [hit["id"] for hit in ranked.comment_hits]


def test_a_search_without_facets_has_the_same_hits(corpus: sqlite3.Connection) -> None:
    query = parse_query("bridge")
    whole, bare = search(corpus, query), search(corpus, query, facets=False)
    assert whole.facets and not bare.facets
    assert (whole.hits, whole.comment_hits, whole.articles, whole.comments) == (bare.hits, bare.comment_hits, bare.articles, bare.comments)


def test_each_index_of_words_is_asked_as_its_own_matches_need(corpus: sqlite3.Connection) -> None:
    """The index of other languages has none of these words: comments are not walked for it."""
    base = mentions.AskedIndex("comments_fts", '{text} : ("bridge")', " and comments_fts.rowid not in (select id from main.comment_words)")
    other = mentions.AskedIndex("comment_words_fts", '{text} : ("bridge")')
    asked = {mentions.COMMENTS: (base, other)}
    plain = mentions.texts_with(corpus, asked, "", 5, 0, 20)
    statements: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(mentions, "MOST_SORTED", 1)
        corpus.set_trace_callback(statements.append)
        found = mentions.texts_with(corpus, asked, "", 1_000_000, 0, 20)
        corpus.set_trace_callback(None)
    assert found == plain != []
    assert not [sql for sql in statements if "from comments\n" in sql and "comment_words_fts match" in sql]


@pytest.mark.parametrize("words", ["bridge", "the", "bridge OR 安理会", "qzxv"])
def test_articles_that_mention_a_word_are_listed_and_counted_as_one_by_one(desk: Desk, words: str) -> None:
    days = ["2024-03-07", None, "2024-03-09", "2023-12-31", None, "2024-03-07"]
    for number, day in enumerate(days):
        told = "The bridge" if number % 3 else "安理会开会讨论了这个问题"
        at = f"{day}T12:00:00Z" if day else None
        desk.see(article([told], source_id=str(number), url=f"{HOME}{number}/", title="T", published_at=at, published_on=day))
    term = read_term(words, {})
    assert term.node is not None
    asked = asked_of_indexes(desk.db.conn, term.node)[mentions.ARTICLES]
    each: list[tuple[str, int, int, str]] = []
    for index in asked:
        sql = f"""
            select coalesce(published_on, published_at, ''), articles.id, revision_id, coalesce(month, '')
            from {index.table}
            join articles on articles.revision_id = {index.table}.rowid
            where {index.condition}
        """
        each += desk.db.execute(sql, {"match": index.expression}).fetchall()
    each.sort(reverse=True)
    counted = Counter(month for *_, month in each)
    assert mentions.mentioning_by_month(desk.db.conn, mentions.ARTICLES, asked) == counted
    for when in ("", "2024", "2024-03", "2023-12", "1999"):
        found = mentions.texts_with(desk.db.conn, {mentions.ARTICLES: asked}, when, 0, 1, 3)
        wanted = [row for row in each if not when or row[3].startswith(when)]
        assert [(one.at, one.id, one.state) for one in found] == [row[:3] for row in wanted[1:4]]


def test_comments_are_counted_as_one_by_one(desk: Desk) -> None:
    desk.see(article(), _12=[comment("1"), comment("2"), {**comment("3"), "kind": "pingback"}, comment("4")])
    desk.see(article(source_id="13", url="https://example.org/13/"), _13=[comment("1"), {**comment("2"), "kind": "trackback"}])
    desk.db.execute("update comments set missing_since = '2026' where source_id = '4'")
    desk.db.execute("update articles set comment_count = comment_count - 1 where source_id = '12'")
    asked = {"site": 1}
    for missing in (None, "2026"):
        desk.db.execute("update articles set missing_since = ? where source_id = '13'", [missing])
        assert desk.db.execute(COUNTED_COMMENTS, asked).fetchone() == desk.db.execute(EACH_COMMENT, asked).fetchone() != (0,)


def test_a_word_is_counted_in_the_lines_that_differ() -> None:
    lines = ["a road", "Road, road", "the roads", "", "“road”", "broad"]
    texts = ["\n".join(some) for count in range(4) for some in itertools.product(lines, repeat=count)]
    pattern = phrase_pattern("road")
    assert pattern is not None
    for before, after in zip(texts, random.Random(4).sample(texts, len(texts)), strict=True):
        assert gained(pattern, "road", before, after) == len(pattern.findall(after)) - len(pattern.findall(before))


def test_a_reading_in_little_room_is_the_same_reading() -> None:
    read = {
        "title": "A bridge",
        "authors": [{"name": "Jane", "url": "", "source_id": ""}, {"name": "Bo", "url": "https://example.org/bo", "source_id": "7"}],
        "terms": [{"kind": "tag", "name": "Yemen", "slug": "yemen", "source_id": ""}],
        "text_key": f"sha256:{'a1' * 32}",
        "links_key": "damaged",
        "part_words": 0,
    }
    stored = compact(read | {"captions_key": None})
    assert expanded(stored) == read
    assert len(stored) < len(json.dumps(read))
    assert compacted(json.dumps(read)) == compacted(stored) == stored
    assert expanded(compact({"authors": None, "terms": []})) == {"terms": []}


@pytest.fixture(scope="module")
def blank() -> Database:
    """A database in memory with one empty revision."""
    db = Database(sqlite3.connect(":memory:", isolation_level=None))
    migrate(db)
    db.execute("insert into revisions values (1, 1, 1, '', '', null, null, 'page', '', null, null, null, '', '', '', '', '', '')")
    return db


@given(st.text(max_size=20), st.sampled_from(["", "r", "0123456789abcdeF", "x" * 16]))
def test_a_fingerprint_is_a_number_in_the_tables_and_its_digits_in_the_view(blank: Database, text: str, other: str) -> None:
    digits = fingerprint(text)
    for place, value in enumerate((digits, other)):
        blank.execute("insert into blocks values (1, ?, 'body', 'x', '<p>x</p>', 'r', ?, null)", [place, value])
    assert [row[0] for row in blank.execute("select fingerprint from block_spans order by position")] == [numbered(digits), other]
    assert [row[0] for row in blank.execute("select fingerprint from blocks order by position")] == [digits, other]
    blank.execute("delete from blocks")


def test_labels_that_are_usual_take_no_room_and_a_change_of_them_keeps_the_rest(desk: Desk) -> None:
    desk.see(article())
    before = desk.rows("select position, text, html, fingerprint, vote from blocks order by position")
    desk.db.execute("update blocks set kind = 'bio', rule = 'learned: x' where position = 0")
    assert desk.rows("select kind, rule from block_spans order by position") == [("bio", "learned: x"), (None, None)]
    assert desk.rows("select position, text, html, fingerprint, vote from blocks order by position") == before
    desk.db.execute("update blocks set kind = 'body', rule = 'container', vote = 'chrome' where position = 0")
    assert desk.rows("select kind, rule, vote, typeof(fingerprint) from block_spans where position = 0") == [
        (None, None, "chrome", "integer")
    ]
