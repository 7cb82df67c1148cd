"""The functions that make pages, on strings and rows."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.publish import formats
from archive.publish.cite import citation, memento, names
from archive.publish.overview import charts
from archive.publish.reading import pictures
from archive.publish.reading.thread import in_order, with_nesting
from archive.publish.search import exports, spellings
from archive.queries import addresses
from archive.queries.search_query import parse_query
from archive.text import markup, markup_diff
from archive.text.urls import split_url

CITED = citation.Citation(
    title="Drones & {braces}: 100% of #1_x",
    authors=("Jane Doe", "Karim al-Masri"),
    site="The Example Journal",
    published_on="2014-03-07",
    url="https://www.example.org/2014/03/raid",
    permalink="http://127.0.0.1:8001/20240201060010/www.example.org/2014/03/raid",
    seen_at="2024-02-01T06:00:10Z",
    payload_digest="sha256:abc",
    record_id="<urn:uuid:1>",
)


def test_an_original_address_becomes_a_path_here() -> None:
    assert addresses.reading_path("https://www.example.org/2014/03/raid/") == "/www.example.org/2014/03/raid/"
    assert addresses.reading_path("http://127.0.0.1:8765/?p=12") == "/127.0.0.1:8765/?p=12"
    assert addresses.reading_path("https://Example.org/a b/%d8%b5?q=a b#part") == "/example.org/a%20b/%d8%b5?q=a%20b"
    assert addresses.dated_path("https://example.org/x", "2024-02-01T06:00:10Z") == "/20240201060010/example.org/x"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/example.org/a/b", ("example.org", "/a/b", None)),
        ("/Example.org:8080", ("example.org:8080", "/", None)),
        ("/127.0.0.1%3A8000/x", ("127.0.0.1:8000", "/x", None)),
        ("/20240201060010/example.org/x", ("example.org", "/x", "20240201060010")),
        ("/20240201060010/https://example.org/x", ("example.org", "/x", "20240201060010")),
        ("/https:/example.org/x", ("example.org", "/x", None)),
        ("/[::1]:80/x", ("[::1]:80", "/x", None)),
    ],
)
def test_a_path_here_is_read_as_an_address(path: str, expected: tuple[str, str, str | None]) -> None:
    address = addresses.parse_address(path, "")
    assert address and (address.host, address.path, address.moment) == expected


@pytest.mark.parametrize("path", ["/", "/a%20b/c", "/<script>/x", "/%00/x"])
def test_what_cannot_be_a_host_is_no_address(path: str) -> None:
    assert addresses.parse_address(path, "") is None


def test_a_moment_given_in_part_means_its_end() -> None:
    assert addresses.latest_instant("20240201060010") == "2024-02-01T06:00:10Z"
    assert addresses.latest_instant("20240201") == "2024-02-01T23:59:59Z"
    assert addresses.latest_instant("2024") == "2024-12-31T23:59:59Z"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("https://example.org/x?p=1", ("example.org", "/x", "p=1")),
        ("  example.org/x ", ("example.org", "/x", "")),
        ("//example.org", ("example.org", "/", "")),
        ("http://user@example.org:80/", ("example.org", "/", "")),
        ("", None),
        ("http://[broken", None),
        ("not an address", None),
    ],
)
def test_pasted_text_is_taken_apart_as_an_address(text: str, parts: tuple[str, str, str] | None) -> None:
    assert split_url(text) == parts


def test_markup_keeps_what_an_article_needs_and_nothing_that_runs() -> None:
    source = (
        '<p onclick="x()">A <a href="javascript:x()">b</a> <a href="https://e.org/">c</a></p><script>x()</script>'
        '<svg onload="x()"></svg><iframe src="https://e.org"></iframe><table><tr><td colspan="2">d</td></tr></table>\u202e\x00'
    )
    assert markup.safe_markup(source) == (
        '<p>A <a rel="noopener nofollow ugc">b</a> <a href="https://e.org/" rel="noopener nofollow ugc">c</a></p>'
        '<table><tbody><tr><td colspan="2">d</td></tr></tbody></table>'
    )


def test_plain_text_becomes_paragraphs_with_links() -> None:
    assert str(markup.paragraphs("One <b>\nline https://e.org/a?b=1&c=2.\n\nTwo")) == (
        "<p>One &lt;b&gt;<br>\nline "
        '<a href="https://e.org/a?b=1&amp;c=2" rel="noopener nofollow ugc">https://e.org/a?b=1&amp;c=2</a>.</p>\n<p>Two</p>'
    )


def test_marks_are_balanced_whatever_the_text_holds() -> None:
    start, end = markup.START, markup.END
    assert str(markup.marked(f"a {start}<b>{end} c")) == "a <mark>&lt;b&gt;</mark> c"
    assert str(markup.marked(f"{end}a {start}{start}b{end}{end} {start}c")) == "a <mark>b</mark> <mark>c</mark>"


@given(st.text())
def test_marked_text_never_holds_markup_of_its_own(text: str) -> None:
    shown = str(markup.marked(text))
    bare = shown.replace("<mark>", "").replace("</mark>", "")
    assert "<" not in bare and shown.count("<mark>") == shown.count("</mark>")


def test_pictures_become_links_unless_captured() -> None:
    held = {"https://p.net/b.jpg": pictures.ShownPicture("https://p.net/b.jpg", "B", "", 7)}
    source = '<figure><a href="https://p.net/big"><img src="https://p.net/a.jpg" alt="x &quot;>" onerror="y"></a><img src="https://p.net/b.jpg"></figure>'
    markup, shown = pictures.block_markup(source, held)
    assert shown == ["https://p.net/a.jpg", "https://p.net/b.jpg"]
    assert str(markup) == (
        '<figure><a class="picture" href="https://p.net/a.jpg" rel="noopener noreferrer nofollow" data-alt="x &#34;&gt;">'
        'Show the picture from p.net (x &#34;&gt;)</a><img src="/picture/7" alt="B" loading="lazy"></figure>'
    )


def test_a_picture_with_another_scheme_is_dropped() -> None:
    assert pictures.block_markup('<img src="data:image/svg+xml,x"><img src="javascript:x">', {})[0] == ""


def test_words_that_differ_are_marked() -> None:
    assert (
        str(markup_diff.inline_diff_markup("killing four fighters", "killing five fighters"))
        == "killing <del>four</del><ins>five</ins> fighters"
    )
    assert str(markup_diff.inline_diff_markup("one two three", "1 2 three")) == "<del>one two</del><ins>1 2</ins> three"
    assert str(markup_diff.inline_diff_markup("11,400 tons at 3:20.", "14,100 tons at 3:40.")) == (
        "<del>11,400</del><ins>14,100</ins> tons at <del>3:20</del><ins>3:40</ins>."
    )
    assert str(markup_diff.inline_diff_markup("<b>", "<i>")) == "&lt;<del>b</del><ins>i</ins>&gt;"


def test_unchanged_paragraphs_are_folded() -> None:
    old = "\n\n".join(f"Paragraph {n} stands." for n in range(8))
    new = old.replace("Paragraph 4 stands.", "Paragraph 4 falls.")
    assert str(markup_diff.text_diff_markup(old, new)).splitlines() == [
        '<p class="fold">… 3 unchanged paragraphs …</p>',
        "<p>Paragraph 3 stands.</p>",
        "<p>Paragraph 4 <del>stands</del><ins>falls</ins>.</p>",
        "<p>Paragraph 5 stands.</p>",
        '<p class="fold">… 2 unchanged paragraphs …</p>',
    ]


def test_a_new_paragraph_is_put_in_and_the_others_stay() -> None:
    assert str(markup_diff.text_diff_markup("A stays here.", "Quite another thing.\n\nA stays here.")).splitlines() == [
        "<p><ins>Quite another thing.</ins></p>",
        "<p>A stays here.</p>",
    ]


def row(id: int, parent_id: int | None = None) -> dict[str, int | None]:
    return {"id": id, "parent_id": parent_id}


def test_a_thread_is_ordered_by_its_parents() -> None:
    ordered = in_order([row(1), row(2), row(3, 1), row(4, 3), row(5, 1), row(6, 99)])
    assert [(one["id"], one["level"]) for one in ordered] == [(1, 1), (3, 2), (4, 3), (5, 2), (2, 1), (6, 1)]


def test_a_circle_of_replies_is_shown_once_each() -> None:
    assert sorted(one["id"] for one in in_order([row(1, 2), row(2, 1), row(3)])) == [1, 2, 3]


def test_a_very_deep_thread_opens_and_closes_evenly() -> None:
    rows = with_nesting(in_order([row(1), *(row(n, n - 1) for n in range(2, 3000)), row(5000)]))
    opened = sum(one["opens"] for one in rows)
    closed = sum(one["closes"] for one in rows) + rows[-1]["level"] - 1
    assert opened == closed == 9


def test_bibtex_escapes_what_latex_reads() -> None:
    assert citation.as_bibtex(CITED).splitlines()[:4] == [
        "@online{doe2014drones,",
        "  author = {Doe, Jane and al-Masri, Karim},",
        r"  title = {{Drones \& \{braces\}: 100\% of \#1\_x}},",
        "  organization = {The Example Journal},",
    ]


def test_ris_has_its_fields_in_order_and_ends() -> None:
    lines = citation.as_ris(CITED).split("\r\n")
    assert lines[:4] == ["TY  - BLOG", "AU  - Doe, Jane", "AU  - al-Masri, Karim", "TI  - Drones & {braces}: 100% of #1_x"]
    assert lines[-2:] == ["ER  - ", ""]
    assert "UR  - https://www.example.org/2014/03/raid" in lines and "DA  - 2014/03/07" in lines


def test_csl_json_carries_the_dates_as_parts() -> None:
    csl = citation.as_csl(CITED)
    assert csl["issued"] == {"date-parts": [[2014, 3, 7]]} and csl["accessed"] == {"date-parts": [[2024, 2, 1]]}


def test_a_citation_names_its_proof() -> None:
    assert citation.as_text(CITED).endswith(
        "Archived at http://127.0.0.1:8001/20240201060010/www.example.org/2014/03/raid"
        " (seen 2024-02-01T06:00:10Z; payload sha256:abc; WARC record <urn:uuid:1>)."
    )


def test_memento_links_name_the_first_and_the_last_state() -> None:
    states = [{"seen_at": "2024-01-01T06:00:10Z"}, {"seen_at": "2024-01-15T06:00:10Z"}, {"seen_at": "2024-02-01T06:00:10Z"}]
    header = memento.link_header("https://e.org/x", states, "http://here")
    assert header == (
        '<https://e.org/x>; rel="original", <http://here/e.org/x>; rel="timegate", '
        '<http://here/timemap/e.org/x>; rel="timemap"; type="application/link-format", '
        '<http://here/20240101060010/e.org/x>; rel="first memento"; datetime="Mon, 01 Jan 2024 06:00:10 GMT", '
        '<http://here/20240201060010/e.org/x>; rel="last memento"; datetime="Thu, 01 Feb 2024 06:00:10 GMT"'
    )


def test_a_timeline_of_a_few_months_links_each_and_leaves_gaps() -> None:
    rows = [{"month": "2014-01", "articles": 3, "comments": 1}, {"month": "2014-04", "articles": 1, "comments": None}]
    chart = str(charts.timeline(rows, "articles", "comments", lambda month: f"/search?q={month}&x", "<label>"))
    assert chart.count("<a ") == 2 and chart.count("<li>") == 4
    assert 'href="/search?q=2014-04&amp;x"' in chart and 'aria-label="&lt;label&gt;"' in chart
    assert 'title="2014-01: 3 articles, 1 comment"' in chart and 'title="2014-04: 1 article, 0 comments"' in chart
    assert "style=" not in chart and "Tallest: 3 articles, January 2014; 1 comment, January 2014" in chart
    assert charts.month_range("2013-11", "2014-02") == ["2013-11", "2013-12", "2014-01", "2014-02"]


def test_a_timeline_of_many_years_links_each_year_with_its_months_as_bars() -> None:
    rows = [{"month": month, "articles": 2} for month in ("2004-01", "2004-12", "2013-06")]
    chart = str(charts.timeline(rows, "articles", None, lambda time: f"/{time}", "label"))
    assert re.findall(r'href="([^"]*)"', chart) == ["/2004", "/2013"] and chart.count("<li>") == 10
    assert 'title="2004: 4 articles"' in chart and chart.count("<rect ") == 3


def test_an_answer_is_drawn_where_it_is_a_series() -> None:
    rows = [{"month": "2014-01", "articles": 3, "words": 10}, {"month": "2014-02", "articles": 0, "words": 20}]
    assert "<ol" in charts.answer_chart(["month", "articles", "words"], rows)
    years = [{"year": 2014, "articles": 3}, {"year": 2016, "articles": 1}]
    assert 'title="2016: 1 article"' in charts.answer_chart(["year", "articles"], years)
    for unfit in (
        [rows[0], rows[0]],
        rows[:1],
        [rows[0], {"month": "x", "articles": 1, "words": 1}],
        [rows[0], {**rows[1], "month": "2014-13"}],
    ):
        assert charts.answer_chart(["month", "articles", "words"], unfit) == ""
    assert charts.answer_chart(["month", "name"], [{"month": "2014-01", "name": "a"}, {"month": "2014-02", "name": "b"}]) == ""


def test_times_are_shown_with_what_is_known_of_them() -> None:
    assert formats.readable_moment("2024-03-07T12:30:05Z") == "7 March 2024, 12:30 UTC"
    assert formats.readable_moment("2024-03-07T12:30:05") == "7 March 2024, 12:30"
    assert formats.readable_day("2024-03") == "March 2024"
    assert formats.time_tag(None) == ""
    assert "06:00:10" in formats.between("2024-03-07T06:00:10Z", "2024-03-07T06:00:50Z")
    assert formats.size(12_345) == "12 kB" and formats.size(3_400_000) == "3.4 MB"
    assert formats.excerpt("one two three four", 9) == "one two …"
    assert formats.share(999, 1000) == "99.9 %" and formats.share(99_999, 100_000) == "99.9 %"


@pytest.mark.parametrize(
    "group",
    [
        ("Shabaab", "Shabab", "al-Shabab"), ("Gaddafi", "Qaddafi", "Kadafi", "Qadhafi"), ("Hezbollah", "Hizballah", "Hizbullah"),
        ("Sanaa", "Sana'a"), ("Mohammed", "Muhammad"), ("Zawahiri", "Zawahri"), ("Nusra", "Nusrah"), ("Kandahar", "Qandahar"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_share_their_consonants(group: tuple[str, ...]) -> None:
    assert len({spellings.skeleton(name) for name in group}) == 1


def test_lists_of_spellings_grow_together(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("Omar, Umar\n# nothing\n")
    two.write_text("Umar, ʿUmar, Oumar\n,,\n")
    groups = spellings.read_groups(one, two, tmp_path / "absent")
    assert groups["omar"] == groups["oumar"] == ("Omar", "Umar", "ʿUmar", "Oumar")


def test_a_name_asks_for_its_whole_group() -> None:
    groups = {"shabab": ("Shabaab", "Shabab"), "shabaab": ("Shabaab", "Shabab")}
    assert parse_query("name:Shabab raid", groups).match == '("Shabaab" OR "Shabab") AND ("raid")'
    assert parse_query("-name:shabab", groups).excluded == '"Shabaab" OR "Shabab"'
    assert parse_query("name:Nobody", groups).match == '("Nobody")'


def test_the_vocabulary_offers_names_and_no_common_words() -> None:
    db = sqlite3.connect(":memory:")
    db.executescript(
        "create table revisions (id integer, title, text); create table tags (id integer, name); create table decisions (id integer, kind);"
        "insert into tags values (1, 'Kalad');"
        "insert into revisions values (1, 'Hakimullah Killed in Waziristan', 'he was killed and called');"
        "insert into revisions values (2, 'Hakeemullah called', ''), (3, 'Wazeeristan''s Hakeemullah', '');"
    )
    vocabulary = spellings.refresh(db, spellings.Vocabulary())
    assert spellings.other_spellings("Hakimullah", {}, vocabulary) == ["Hakeemullah"]
    assert spellings.other_spellings("waziristan", {}, vocabulary) == ["Wazeeristan"]
    assert spellings.other_spellings("called", {}, vocabulary) == []
    assert spellings.refresh(db, vocabulary) is vocabulary
    db.execute("insert into revisions values (4, 'Hakeemulah, twice Hakeemulah and Hakeemulah', 'wazeeristan')")
    grown = spellings.refresh(db, vocabulary)
    assert spellings.other_spellings("Hakimullah", {}, grown) == ["Hakeemulah", "Hakeemullah"]
    assert spellings.other_spellings("waziristan", {}, grown) == []
    assert spellings.other_spellings("Hakimullah", {}, vocabulary) == ["Hakeemullah"]
    db.executescript("delete from revisions where id = 2; insert into decisions values (1, 'withhold')")
    assert spellings.refresh(db, grown).names[spellings.skeleton("Hakimullah")]["Hakeemullah"] == 1


def test_a_cell_is_no_formula() -> None:
    row = dict.fromkeys(exports.COLUMNS, "=1+1")
    assert exports.as_csv([row]).splitlines()[1].startswith("'=1+1,")


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Bill Roggio", ("Roggio", "Bill")), ("Karim al-Masri", ("al-Masri", "Karim")), ("Thomas G. Joscelyn", ("Joscelyn", "Thomas G.")),
        ("Jan van der Berg", ("van der Berg", "Jan")), ("Жанна Орлова", ("Орлова", "Жанна")), ("Mary O'Hern", ("O'Hern", "Mary")),
        ("The Harrow Desk", None), ("LWJ Staff", None), ("Reuters", None), ("Abu Maysar al-Idrimi", None), ("علي حسن", None),
        ("Jane Doe and John Roe", None), ("FDD LWJ", None), ("Institute for the Study of War", None), ("admin 2", None), ("", None),
    ],
)  # fmt: skip
def test_only_a_persons_name_is_taken_apart(name: str, parts: tuple[str, str] | None) -> None:
    assert names.split_name(name) == parts


def test_citations_of_institutions_and_of_other_scripts_are_valid() -> None:
    cited = citation.Citation(
        "نص بيان", ("The Harrow Desk, Ltd", "علي حسن"), "Desk & Co", "", "https://e.org/a", "http://h/2/e.org/a", "2024-01-01T00:00:00Z"
    )
    assert "author = {{The Harrow Desk, Ltd} and {علي حسن}}" in citation.as_bibtex(cited)
    assert "AU  - The Harrow Desk Ltd\r\nAU  - علي حسن\r\n" in citation.as_ris(cited)
    csl = citation.as_csl(cited)
    assert csl["author"] == [{"literal": "The Harrow Desk, Ltd"}, {"literal": "علي حسن"}]
    assert "issued" not in csl and csl["accessed"] == {"date-parts": [[2024, 1, 1]]}
    assert cited.key == "ltd"


def test_what_scrolls_sideways_is_reached_by_key() -> None:
    markup, _ = pictures.block_markup('<table dir="rtl"><tr><td>1</td></tr></table><pre>x</pre><p>&lt;table</p>', {})
    assert str(markup).count(' tabindex="0"') == 2 and "&lt;table<" in markup
