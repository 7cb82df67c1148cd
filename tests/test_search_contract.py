# ruff: noqa: E501
"""What a search finds: known answers over the demo site's archive and over a corpus in many languages, each operator, each mistake."""

from __future__ import annotations

import html
import random
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.db.connection import FILENAME, open_as_it_is, open_for_writing
from archive.db.migrations import STEPS, m025_words, m029_searched_sooner
from archive.db.words import fill_all_due, unlike_words
from archive.merge.merge import merge
from archive.publish.redaction.public_copy import write_public_copy
from archive.publish.search.results import search
from archive.queries.change_report import matching_events, search_notes
from archive.queries.search_fields import EXAMPLES, FIELDS
from archive.queries.search_nodes import leaves
from archive.queries.search_query import Query, QueryTerm, mended, parse_query
from archive.text.markup import END, START
from archive.text.normalised import NEEDING
from archive.text.search_marks import places_of, sought, with_sentinels
from archive.verify.database import whole
from tests.conftest import History
from tests.former_archive import as_former_release_held
from tests.literal import Desk, article, comment
from tests.publish_site import Site
from tests.search_corpus import COMMENT_IDS, IDS, build_corpus, reader

NAMES = {number: name for name, number in IDS.items()}
SAID = {number: name for name, number in COMMENT_IDS.items()}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="module")
def db(corpus: Path) -> Iterator[sqlite3.Connection]:
    connection = reader(corpus)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def site(corpus: Path) -> Iterator[Site]:
    site = Site(corpus)
    yield site
    for database in site.datasette.databases.values():
        database.close()
    site.loop.close()


def articles(db: sqlite3.Connection, text: str) -> set[str]:
    """Names of the articles found."""
    return {NAMES[hit["id"]] for hit in search(db, parse_query(text), size=100).hits}


def comments(db: sqlite3.Connection, text: str) -> set[str]:
    """Names of the comments found."""
    return {SAID[hit["id"]] for hit in search(db, parse_query(f"in:comments {text}"), size=100).comment_hits}


OPERATORS = [
    ("drone convoy", "bridge strike"),
    ("drone AND convoy", "bridge strike"),
    ("drone & trucks", "strike"),
    ("drone NOT tired", "strike"),
    ("drone -tired", "strike"),
    ("bridge NOT tired", ""),
    ("ferry OR wardrobe", "ferry picture"),
    ("ferry | wardrobe", "ferry picture"),
    ("ferry OR wardrobe museum", "picture"),
    ("ferry OR (wardrobe museum)", "ferry picture"),
    ("(drone convoy) -(tired bridge)", "strike"),
    ("drone -(tired OR five)", ""),
    ("NOT (bridge OR drone) year:2014", ""),
    ("drone OR -published:..2022", "bridge strike hindi"),
    ('"drone strike"', "strike"),
    ('"strike drone"', ""),
    ('-"drone strike" drone', "bridge"),
    ("conv*", "bridge strike"),
    ('"drone str"*', "strike"),
    ("multi-agent", "strike"),
    ("it's", "strike"),
    ("NEAR(drone hour, 5)", "bridge"),
    ("NEAR(drone hour, 2)", ""),
    ("drone NEAR/5 hour", "bridge"),
    ("drone near/2 hour", ""),
    ("trucks", "strike"),
    ("truck", "strike"),
    ("con\u00advoy drone", "bridge strike"),  # a soft hyphen, copied out of a page
    ("\u202b\u200fdrone\ufeff con\u200bvoy\u202c", "bridge strike"),
    ("drone \u2212tired", "strike"),
    ("\uff08drone convoy\uff09 \uff0d\uff08tired\uff09", "strike"),
    ("title\uff1abridge", "bridge"),
    ("it\u2019s", "strike"),
    ("multi\u2010agent", "strike"),
    ("cafe ete", "french"),
    ("Café", "french"),
]
FIELDED = [
    ("title:bridge", "bridge"),
    ("title:drone", "strike"),
    ("text:drone", "bridge"),
    ("title:(drone convoy)", "strike"),
    ("title:(ferry OR wardrobe)", "ferry picture"),
    ("-title:drone drone", "bridge"),
    ("signed:Doe", "bridge ferry"),
    ("author:Doe", "bridge ferry"),
    ('author:"Jane Doe" -tag:Roads', "ferry"),
    ("author:Roe OR tag:Roads", "strike bridge link"),
    ("(author:Roe OR tag:Roads) drone", "strike bridge"),
    ("ferry OR tag:Drones", "ferry strike bridge"),
    ("tag:Roads", "bridge link"),
    ("cites:report.example.org", "link"),
    ("site:corpus ferry", "ferry"),
    ("is:silent", "strike"),
    ("is:declared", "ferry"),
    ("is:edited", "strike ferry"),
    ("is:missing", "ferry"),
    ("is:gone", "ferry"),
    ("is:link", "link"),
    ("is:picture", "picture"),
    ("is:silent OR is:picture", "strike picture"),
    ("published:2014", "bridge strike"),
    ("published:2014-03..2015-06-01", "bridge strike ferry"),
    ("published:..2014-03", "bridge"),
    ("published:>2022", "hindi"),
    ("published:>=2022-07 published:<2023", "korean"),
    ("after:2015-06-02 before:2016", "link"),
    ("month:2014-03", "bridge"),
    ("year:2015", "ferry link"),
    ("seen:2026-10.. tag:Roads", "bridge link"),
    ("seen:..2026-09", ""),
    ("comments:>3", "bridge"),
    ("comments:0 drone", "strike"),
    ("words:16..17", "strike"),
    ("in:history four", "strike"),
    ("in:articles four", ""),
    ("in:history seen:2026-10-05", "strike ferry"),
]
LANGUAGES = [
    ("安理会", "chinese"),
    ("紧急会议", "chinese"),
    ("者", "chinese"),
    ('"紧急会议" 局势', "chinese"),
    ("title:安理会", "chinese"),
    ("会者记", ""),
    ("緊急会合", "japanese"),
    ("ミサイル", "japanese"),
    ("水曜", "japanese"),
    ("ความมั่นคง", "thai"),
    ("ฉุกเฉิน ประชุม", "thai"),
    ("긴급회의", "korean"),
    ("परिषद", "hindi"),
    ("مجلس الأمن", "arabic"),
    ("مجلس الامن", "arabic"),
    ("مَجْلِس", "arabic"),
    ("حكومه", "arabic"),
    ("الحكومة", "arabic"),
    ("می‌روند", "persian"),
    ("ميروند", "persian"),
    ("كتابها", "persian"),
    ("войны", "russian"),
    ("войной", "russian"),
    ("провел", "russian"),
    ("беспилотник город", "russian"),
    ("беспилот*", "russian"),
    ("переговоров NOT война", ""),
    ("Rat", "german"),
    ("Sicherheit", "german"),
    ("sich", ""),
    ("Angriff Drohne", "german"),
    ("Haus", "german"),
    ("Muenchen", "german"),
    ("munchen", "german"),
    ("Stillstand", "german"),
    ("title:Angriff", "german"),
    ("text:Angriff", ""),
    ('"Rat tagt"', ""),
    ('"Sicherheitsrat tagt"', "german"),
    ("lang:ja", "japanese"),
    ("lang:Russian", "russian"),
    ("lang:fr OR lang:de", "french german"),
    ("-lang:en published:2018..2019", "german russian"),
]


@pytest.mark.parametrize(("text", "found"), [*OPERATORS, *FIELDED, *LANGUAGES])
def test_a_search_of_the_corpus_finds_what_it_says(db: sqlite3.Connection, text: str, found: str) -> None:
    assert parse_query(text).problems == ()
    assert articles(db, text) == set(found.split())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("bridge", "weigher bill"),
        ("text:bridge", "bill"),
        ("signed:bridge", "weigher"),
        ("signed:bridge OR text:closed", "weigher bill"),
        ("title:bridge", "weigher bill ivan li"),
        ("title:ferry", ""),
        ("author:Bill", "bill"),
        ("published:2014-03-12", "bill"),
        ("before:2014-03-12", "weigher"),
        ("month:2014-03 tag:Roads -text:bridge", "weigher ivan li"),
        ("войны", "ivan"),
        ("мост", "ivan"),
        ("signed:Иван", "ivan"),
        ("安理会", "li"),
        ("-text:bridge weighed", "weigher"),
        ("bridge NOT closed", "weigher"),
        ("bridge OR 安理会", "weigher bill li"),
    ],
)
def test_a_search_in_comments_tells_what_is_said_from_who_signs_it(db: sqlite3.Connection, text: str, found: str) -> None:
    assert comments(db, text) == set(found.split())


MISTAKES = [
    ("autor:Jane", "autor:Jane", "author:Jane"),
    ("topic:Roads", "topic:Roads", "tag:Roads"),
    ("xyzzy:thing", "xyzzy:thing", ""),
    ("intitle:(raid OR strike)", "intitle:(", "title:("),
    ('"open quote', '"open quote', '"open quote"'),
    ("(open bracket", "(", ""),
    ("shut bracket)", ")", ""),
    ("nothing ()", "()", ""),
    ("drone AND", "AND", ""),
    ("OR drone", "OR", ""),
    ("drone OR", "OR", ""),
    ("drone NOT", "NOT", ""),
    ("drone NEAR", "NEAR", ""),
    ("NEAR(drone)", "NEAR", ""),
    ("tag:Roads NEAR drone", "NEAR", ""),
    ("author:", "author:", ""),
    ("title: bridge", "title:", ""),
    ("is:silnt", "is:silnt", "is:silent"),
    ("in:coments x", "in:coments", "in:comments"),
    ("lang:rusian", "lang:rusian", "lang:ru"),
    ("published:soon", "published:soon", ""),
    ("published:2014/3/7", "published:2014/3/7", "published:2014-03-07"),
    ("published:2014-2016", "published:2014-2016", "published:2014..2016"),
    ("published:2014\u20132016", "published:2014\u20132016", "published:2014..2016"),
    ("seen:7.3.2026", "seen:7.3.2026", "seen:2026-03-07"),
    ("after:2014-3-7", "after:2014-3-7", "after:2014-03-07"),
    ("month:2014/03", "month:2014/03", "month:2014-03"),
    ("before:7/3/2014", "before:7/3/2014", ""),
    ("before:31/3/2014", "before:31/3/2014", "before:2014-03-31"),
    ("published:2014-02-31", "published:2014-02-31", ""),
    ("seen:2015..2014", "seen:2015..2014", "seen:2014..2015"),
    ("comments:many", "comments:many", ""),
    ("year:14", "year:14", ""),
    ("dr*ne", "dr*ne", "dr*"),
    ("drone - convoy", "-", ""),
    ("!!!", "!!!", ""),
    ("(drone in:comments)", "in:comments", ""),
    ("-in:comments drone", "in:comments", ""),
]


@pytest.mark.parametrize(("text", "part", "guess"), MISTAKES)
def test_a_mistake_is_named_with_a_guess(text: str, part: str, guess: str) -> None:
    query = parse_query(text)
    assert [(one.part, one.guess) for one in query.problems] == [(part, guess)]
    assert query.text[query.problems[0].start : query.problems[0].end] == part
    if guess:
        assert parse_query(mended(query, query.problems[0])).problems == ()


def test_what_is_not_understood_is_said_on_the_page_and_in_the_file(site: Site) -> None:
    page = site.text("/search?q=autor:Jane is:silnt")
    assert "autor: is no field, so it was searched for as words. Did you mean author:Jane ?" in page
    assert "Did you mean is:silent ?" in page
    said = site.get("/search.json", params={"q": "is:silnt"}).json()["problems"]
    assert said[0]["part"] == "is:silnt" and said[0]["guess"] == "is:silent"


def test_a_word_that_stands_nowhere_gets_one_that_does(site: Site) -> None:
    assert "Did you mean convoy ?" in site.text("/search?q=conwoy")
    assert "Nothing here has the name that site:corpse asks for. Did you mean corpus, The Corpus ?" in site.text(
        "/search?q=site:corpse ferry"
    )
    assert "Did you mean Jane Doe ?" in site.text('/search?q=author:"Jaine Doe"')


ALPHABET = [
    *('"', "*", "-", ":", "(", ")", "^", "+", "{", "}", "|", "&", "“", "//", "\\", "'", "\x00", "\ud800", "\n", "..", ">", ">20"),
    *(" ", " ", " ", "AND", "OR", "NOT", "NEAR", "near/3", "NEAR(", ",5)", "a", "bé", "中文", "วัน", "الأمن", "война", "Rat", "2014", "x.y"),
    *(f"{name}:" for name in (*FIELDS, "autor", "http")),
]


def random_texts(count: int, seed: int) -> Iterator[str]:
    chance = random.Random(seed)
    for _ in range(count):
        yield "".join(chance.choice(ALPHABET) for _ in range(chance.randint(1, 20)))


def understood(query: Query) -> str:
    """All that a query asks for, and all that it says of what it does not."""
    asked = [f"{one.field}:{one.text if isinstance(one, QueryTerm) else one.value}" for one in leaves(query.tree)]
    spelled = ["name:" for problem in query.problems if problem.message.startswith("name:")]
    return " ".join([*asked, *spelled, f"in:{query.place}", *(problem.part for problem in query.problems)]).lower()


def test_thirty_thousand_random_texts_are_searches_and_nothing_is_left_out_unsaid() -> None:
    index = sqlite3.connect(":memory:")
    index.execute("create virtual table words using fts5(text, title, byline, tokenize='porter unicode61 remove_diacritics 2')")
    for number, text in enumerate(random_texts(30_000, seed=16)):
        query = parse_query(text)
        said = understood(query)
        for word in re.findall(r"[^\W_]+", query.text):
            operator = word in ("AND", "OR", "NOT", "NEAR", "near")
            assert operator or word.isdigit() or word.lower() in said, (text, word, said)
        if number % 10 == 0:
            for expression in filter(None, (query.match, query.excluded)):
                index.execute("select rowid from words where words match ?", [expression]).fetchall()


def test_random_texts_are_answered_over_the_web_and_by_every_index(site: Site, db: sqlite3.Connection) -> None:
    for number, text in enumerate(random_texts(300, seed=17)):
        shown = text.encode("utf-8", "replace").decode()
        search(db, parse_query(("", "in:comments ", "in:history ", "in:documents ")[number % 4] + shown))
        if number % 3 == 0:
            assert site.get("/search.json", params={"q": shown}).status_code == 200
        if number % 12 == 0:
            assert site.get("/search", params={"q": shown}, follow_redirects=True).status_code in (200, 404)  # 404: an address


DEMO = [
    ("bridge", 3, 12),
    ("bridge NOT tired", 2, 11),
    ("in:comments text:bridge", None, 9),
    ("in:comments signed:bridge", None, 4),
    ("in:comments text:bridge signed:bridge", None, 1),
    ("is:silent", 1, 0),
    ("is:declared", 1, 0),
    ("is:missing", 1, 1),
    ("lang:ar", 1, 0),
    ("lang:ru", 1, 1),
    ("comments:>20", 1, 72),
    ("title:bridge", 2, 72),
    ("is:link", 4, 0),
    ("published:2018..2019 Tethal", 2, 0),
    ('author:"Lena Petrossy" OR author:"Tobin Raske" year:2018', 2, 0),
    ("Вашенко полковник", 1, 0),
    ("محادثات", 1, 0),
    ("بيان الساحل", 2, 1),
]


@pytest.mark.parametrize(("text", "found", "said"), DEMO)
def test_a_search_of_the_demo_finds_what_it_says(history: History, text: str, found: int | None, said: int) -> None:
    connection = reader(history.full.folder)
    results = search(connection, parse_query(text), size=200)
    connection.close()
    assert (results.articles, results.comments) == (found, said)


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Rat", "Sicherheitsrat"),
        ("Haus", "Häuser"),
        ("安理会", "安理会"),
        ("者", "者"),
        ('"مجلس الامن"', "مَجْلِسُ الأَمْنِ"),
        ("می‌روند", "می‌روند"),
        ("войной", "войны"),
        ("ミサイル", "ﾐｻｲﾙ"),
        ("ความมั่นคง", "ความมั่นคง"),
        ("trucks", "trucks"),
        ('"five trucks"', "five trucks"),
        ("it\u2019s", "It's"),
        ("multi-agent", "multi-agent"),
        ('"hit five tru"*', "hit five trucks"),
    ],
)
def test_marks_stand_on_the_original(db: sqlite3.Connection, site: Site, text: str, marked: str) -> None:
    [hit] = search(db, parse_query(text)).hits
    assert f"{START}{marked}{END}" in hit["snippet"]
    link = re.findall(r'<h3 dir="auto"><a href="([^"]+)"', site.get("/search", params={"q": text}).text)[0]
    page = html.unescape(site.get(html.unescape(link.partition("#")[0])).text)
    assert re.search(rf'<mark class="hit" id="hit-\d+">{marked}</mark>', page)


MARKED = [
    "\u0130stanbul, na\u00efve Zo\u00eb of \u0141\u00f3d\u017a; Qa\u2019ida, Al\u2011Qaeda and Qa'ida; co\u00f6peration, e\u0301te\u0301 \u00e9t\u00e9; the U.S., 3,400 men's, x_y, \u02bfUmar",
    "Officials said that the strike hit five trucks. It's multi-agent work, e-mail a.b@c.org: flies, flying, running, agencies, 11th, C3PO, don't",
    "\u00dcn\u00efc\u00f6d\u00e9, Stra\u00dfe, \u00c6on, \u0110\u00e0 N\u1eb5ng, Vi\u1ec7t, \u011f \u0131 I \u0130; \u0391\u03bb\u03ad\u03be\u03b7\u03c2 \u0391\u03bb\u03b5\u03be\u03b7\u03c2; \u0438 \u0439 \u0418 \u0401\u043b\u043a\u0430",
]


def test_the_places_that_are_marked_are_those_that_the_index_knows() -> None:
    """Each word, and each two and three in a row, whole and as a beginning."""
    index = sqlite3.connect(":memory:")
    index.execute("create virtual table words using fts5(text, tokenize='porter unicode61 remove_diacritics 2')")
    for number, text in enumerate(MARKED, 1):
        index.execute("insert into words values (?)", [text])
        parts = text.split()
        for asked in (" ".join(parts[at : at + size]) for size in (1, 2, 3) for at in range(len(parts) - size + 1)):
            for term in (QueryTerm(asked), QueryTerm(asked, prefix=True)):
                sql = "select highlight(words, 0, ?, ?) from words where words match ? and rowid = ?"
                row = index.execute(sql, [START, END, term.match(), number]).fetchone()
                places = places_of(text, sought([(term.text, term.prefix)]), None)
                assert with_sentinels(text, places) == (row[0] if row else text), (asked, term.prefix)


def test_an_opened_article_says_how_many_places_are_marked_and_forgets_them(site: Site) -> None:
    page = site.get("/corpus.example/bridge?marks=bridge").text
    assert '<a href="#hit-1">the first</a>' in page and page.count('id="hit-') == 3  # in headline and text, and in Bill's comment
    assert re.search('<h1 dir="auto"[^>]*>A <mark class="hit" id="hit-1">bridge</mark> falls', page)
    assert "1 in comments" in site.text("/corpus.example/bridge?marks=bridge")
    assert "<mark" not in site.get("/corpus.example/bridge").text
    assert "No hit of" in site.text("/corpus.example/bridge?marks=nowhere")
    assert site.get("/corpus.example/bridge/?marks=bridge").headers["location"] == "/corpus.example/bridge?marks=bridge"
    hostile = site.get("/corpus.example/bridge", params={"marks": 'bridge "<script>alert(1)</script>'}).text
    assert "<script>alert(1)" not in hostile


def test_every_field_is_documented_and_every_example_finds_something(site: Site, db: sqlite3.Connection) -> None:
    page = site.get("/search/help").text
    told = Path("docs/searching.md").read_text(encoding="utf-8")
    for name in FIELDS:
        assert f"{name}:" in page and f"`{name}:" in told, name
        assert parse_query(f"{name}:{EXAMPLES[name]}", {"shabaab": ("Shabaab",)}).problems == () or name == "in"
    examples = [
        re.sub("&#34;", '"', text).replace("&gt;", ">") for text in re.findall(r'<li><a href="/search[^>]*><code[^>]*>(.*?)</code>', page)
    ]
    assert len(examples) > 20
    for text in examples:
        results = search(db, parse_query(text))
        assert parse_query(text).problems == () and (results.articles or results.comments), text


def test_only_texts_that_need_it_have_their_words_twice(corpus: Path) -> None:
    db = sqlite3.connect(corpus / FILENAME)
    ids = {row[0] for row in db.execute("select article_id from revision_words join revisions using (id)")}
    assert {NAMES[number] for number in ids} == {
        *("german", "russian", "arabic", "persian", "chinese", "japanese", "thai", "korean", "hindi"),
    }
    assert {SAID[row[0]] for row in db.execute("select id from comment_words")} == {"ivan", "li"}
    assert db.execute("select count(*) from words_due").fetchone() == (0,)
    db.close()


def test_words_follow_their_texts_and_a_check_tells_what_does_not(corpus: Path, tmp_path: Path) -> None:
    db = open_for_writing(build_corpus(tmp_path / "own"))
    assert list(unlike_words(db)) == []
    db.execute("update comments set text = 'Мир наступил, и всё хорошо' where id = ?", [COMMENT_IDS["ivan"]])
    assert db.execute("select count(*) from comment_words_fts where comment_words_fts match 'войн'").fetchone() == (0,)  # at once
    fill_all_due(db)
    assert db.execute("select count(*) from comment_words_fts where comment_words_fts match 'мир'").fetchone() == (1,)
    db.execute("delete from comments where id = ?", [COMMENT_IDS["li"]])
    assert db.execute("select id from comment_words").fetchall() == [(COMMENT_IDS["ivan"],)]
    assert list(unlike_words(db)) == []
    db.execute("delete from revision_words where id = (select revision_id from articles where id = ?)", [IDS["thai"]])
    db.execute("update revision_words set text = 'x' where way = 'german'")
    said = list(unlike_words(db))
    assert len(said) == 2 and any("not the words of its text" in line for line in said) and any("are not there" in line for line in said)
    assert any("revision_words_fts is not that of the texts" in line for line in whole(db))  # it was written to behind the index
    db.close()


def test_the_writer_reads_words_in_the_transaction_of_their_text_and_a_merge_reads_them_anew(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "one")
    text = "Президент провёл переговоры о прекращении войны."
    desk.see(article([text]), _12=[comment("7", "安理会没有决定任何事情。")])
    assert desk.rows("select words from words_due") == [] and desk.rows("select language from articles") == [("ru",)]
    assert desk.rows("select count(*) from revision_words_fts where revision_words_fts match 'войн'") == [(1,)]
    assert desk.rows("select text from comment_words") == [("安理 理会 会没 没有 有决 决定 定任 任何 何事 事情 情",)]
    desk.see(article(["The talks about an end of the war were held on Sunday."]), at="2026-01-02T00:00:00Z")
    assert desk.rows("select language from articles") == [("en",)] and desk.rows("select count(*) from revision_words") == [(1,)]
    desk.warc.close()
    desk.store.close()
    [merged] = merge(tmp_path / "other", [tmp_path / "one"])
    assert merged.sites[0].articles == 1
    connection = reader(tmp_path / "other")
    assert search(connection, parse_query("in:history войной")).articles == 1
    assert search(connection, parse_query("in:comments 安理会")).comments == 1
    connection.close()
    db = open_as_it_is(tmp_path / "other")
    assert list(unlike_words(db)) == [] and db.execute("select count(*) from words_due").fetchone() == (0,)
    db.close()


def test_a_former_archive_is_filled_when_it_is_opened(tmp_path: Path) -> None:
    folder = build_corpus(tmp_path / "own")
    db = sqlite3.connect(folder / FILENAME, isolation_level=None)
    made = [
        (kind, name)
        for kind, name in db.execute("select type, name from sqlite_master where name like '%\\_words%' escape '\\' or name = 'words_due'")
    ]
    made += db.execute("select type, name from sqlite_master where type = 'trigger' and name like '%\\_counted\\_%' escape '\\'").fetchall()
    for kind, name in [
        *dict.fromkeys((k, n) for k, n in made if k == "trigger"),
        *((k, n) for k, n in made if k == "table" and n.endswith("_words_fts")),
    ]:
        db.execute(f"drop {kind} {name}")
    for table in ("revision_words", "comment_words", "document_words", "words_due", "table_changes"):
        db.execute(f"drop table {table}")
    db.execute("drop index articles_language")
    db.execute("alter table articles drop column language")
    db.execute("delete from _sqlite_migrations where name in ('m025_words', 'm029_searched_sooner')")
    db.close()
    open_for_writing(folder).close()
    connection = reader(folder)
    assert articles(connection, "войной") == {"russian"} and comments(connection, "安理会") == {"li"} and articles(connection, "lang:ko")
    connection.close()


def test_withheld_words_are_not_found_nor_copied(tmp_path: Path) -> None:
    folder = build_corpus(tmp_path / "own")
    db = open_for_writing(folder)
    decided = {"reason": "", "decided_at": "2026-11-01T06:00:00Z", "kind": "withhold", "value": "withheld"}
    db["decisions"].insert_all([decided | {"ref": "https://corpus.example/russian"}, decided | {"ref": "comment:3"}])
    db.close()
    site = Site(folder)
    assert "Nothing found" in site.text("/search?q=переговоры") and "Nothing found" in site.text("/search?q=in:comments войны")
    for sql in (
        "select * from revision_words where text like '%переговор%'",
        "select * from revision_words_fts where revision_words_fts match 'переговор'",
        "select * from comment_words_fts where comment_words_fts match 'войн'",
    ):
        assert site.get("/archive.json", params={"sql": sql, "_shape": "array"}).json() == []
    assert "chinese" in site.get("/search?q=安理会").text
    for database in site.datasette.databases.values():
        database.close()
    site.loop.close()
    write_public_copy(folder, tmp_path / "copy.db")
    assert "переговор".encode() not in (tmp_path / "copy.db").read_bytes()
    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("select count(*) from revision_words_fts where revision_words_fts match '\"安理 理会\"'").fetchone() == (1,)
    copy.close()


def test_a_report_of_changes_asks_both_indexes_and_names_what_it_does_not_ask(corpus: Path) -> None:
    db = open_as_it_is(corpus)
    for words, found in (("войной", "russian"), ("安理会", "chinese"), ("drone NOT tired", "strike"), ("four", "strike")):
        rows = matching_events(db, [{"article_id": number, "comment_id": None} for number in NAMES], words, None)
        assert [NAMES[row["article_id"]] for row in rows] == [found]
    db.close()
    assert search_notes("drone autor:Jane tag:Roads") == [
        "autor: is no field, so it was searched for as words",
        "tag: is not asked here, only words are",
    ]


def test_the_step_of_the_schema_and_the_reader_mean_the_same_letters() -> None:
    assert all(re.match(f"[{m025_words.LETTERS}]", letter) for letter in re.findall(r"[^-]", NEEDING))


def test_a_plain_sqlite_asks_the_second_index(corpus: Path) -> None:
    db = sqlite3.connect(f"file:{corpus / FILENAME}?mode=ro", uri=True)
    sql = "select articles.url from revision_words_fts join articles on revision_id = revision_words_fts.rowid where revision_words_fts match ?"
    assert db.execute(sql, ["войн"]).fetchall() == [("https://corpus.example/russian",)]
    assert db.execute(sql, ["rat"]).fetchall() == [("https://corpus.example/german",)]
    db.close()


INDEXES = ("revisions_fts", "comments_fts", "documents_fts", "revision_words_fts", "comment_words_fts", "document_words_fts")


def test_an_archive_whose_indexes_have_the_text_last_comes_to_have_it_first_and_finds_the_same(corpus: Path, tmp_path: Path) -> None:
    as_former_release_held(corpus, tmp_path, STEPS[: STEPS.index(m029_searched_sooner)])
    made = open_for_writing(tmp_path)
    for index in INDEXES:
        assert made.execute(f"pragma table_info({index})").fetchone()[1] == "text"
        made.execute(f"insert into {index}({index}, rank) values ('integrity-check', 1)")
    assert list(whole(made)) == []
    made.close()
    former, today = reader(tmp_path), reader(corpus)
    for text in ("bridge", "title:bridge OR strike", "signed:a*", "войной", "安理会", "in:comments the OR und", "Haus -Rat"):
        query = parse_query(text)
        assert search(former, query) == search(today, query), text
    former.close()
    today.close()
