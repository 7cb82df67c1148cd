"""What a public archive says of itself: about, policy, contact, takedown, ledger, and honest answers to addresses that it lacks."""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from archive.__main__ import main as archive
from archive.db.connection import FILENAME
from archive.errors import ConfigurationError
from archive.publish.server.service import Service, checked_contact, read_policy
from archive.queries.ledger import public_reason_in, withheld_value
from tests.publish_archive import HOME, build_archive
from tests.publish_site import RAID, Site

MAIL = "archive@example.net"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive"))


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Site]:
    with Site(folder, "https://archive.example.net", Service(contact=MAIL)) as site:
        yield site


def test_about_says_what_is_held_who_runs_it_and_how_it_is_cited(site: Site) -> None:
    text = site.text("/about")
    assert "Articles 7, published 7 March 2014 to 1 July 2016" in text and MAIL in text
    assert "The Example Journal" in text and "BibTeX" in text and "https://archive.example.net/20240307123005/HOST/PATH" in text


def test_every_page_of_ours_and_of_datasette_leads_to_the_pages_about_the_archive(site: Site) -> None:
    for path in ("/", RAID, "/archive", "/archive/articles", "/nowhere"):
        markup = site.get(path).text
        for target in ("/about", "/policy", "/contact", "/takedown", "/ledger"):
            assert f'href="{target}"' in markup, (path, target)


def test_without_a_contact_nothing_is_invented(folder: Path) -> None:
    site = Site(folder)
    assert "have not said how they are reached" in site.text("/contact")
    assert "mailto:" not in site.get("/takedown?url=https://x.example/&why=mine").text
    site.close()


def test_a_takedown_is_a_letter_that_the_reader_sends(site: Site) -> None:
    page = site.get("/takedown?url=" + quote(HOME + "2014/03/raid") + "&why=It%20names%20me%20%26%20%3Cb%3E").text
    [letter] = re.findall(r'href="(mailto:[^"]*subject[^"]*)"', page)
    parts = urlsplit(html.unescape(letter))
    asked = parse_qs(parts.query)
    assert parts.path == MAIL and asked["subject"] == ["Please withhold this"]
    assert HOME + "2014/03/raid" in asked["body"][0] and "It names me & <b>" in asked["body"][0]
    assert "<b>" not in page.partition("<main")[2]


def test_a_takedown_form_writes_nothing(folder: Path, site: Site) -> None:
    before = list(sqlite3.connect(folder / FILENAME).iterdump())
    assert site.get("/takedown?url=x&why=y").status_code == 200
    assert site.ask("POST", "/takedown", data={"url": "x"}).status_code == 405
    assert list(sqlite3.connect(folder / FILENAME).iterdump()) == before


@pytest.mark.parametrize("told", ["you@example.org", "mailto:you@example.org", "https://example.org/contact"])
def test_a_contact_is_a_mail_address_or_a_page(told: str) -> None:
    assert checked_contact(told) == told.removeprefix("mailto:")


@pytest.mark.parametrize("told", ["", "you", "javascript:alert(1)", 'https://example.org/"onclick', "a@b?cc=c@d.example", "you@example"])
def test_what_is_no_contact_is_refused(told: str) -> None:
    with pytest.raises(ConfigurationError, match="neither a mail address nor the address of a page"):
        checked_contact(told)


HOSTILE = """# Our policy

We keep *what was published*. See [the law](https://law.example/) or [this](javascript:alert(1)).

<script>alert(2)</script><img src=x onerror=alert(3)> ![](https://spy.example/pixel.png)
"""


def test_a_policy_in_markdown_is_shown_without_what_could_run(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "policy.md").write_text(HOSTILE)
    site = Site(folder, service=Service(policy=read_policy(tmp_path / "policy.md")))
    markup = site.get("/policy").text.partition("<main")[2]
    assert "<h1>Our policy</h1>" in markup and "<em>what was published</em>" in markup and 'href="https://law.example/"' in markup
    assert not re.search(r"<script|<img|href=\"javascript:", markup, re.I)
    site.close()


def test_a_policy_in_plain_text_is_paragraphs(tmp_path: Path) -> None:
    (tmp_path / "policy.txt").write_text("One <b>.\n\nTwo.\n")
    assert read_policy(tmp_path / "policy.txt") == "<p>One &lt;b&gt;.</p>\n<p>Two.</p>\n"


@pytest.mark.parametrize("option", ["--policy", "--metadata"])
def test_a_file_that_cannot_be_read_is_one_line_and_exit_code_2(
    folder: Path, tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert archive(["serve", "--archive-dir", str(folder), "--port", "0", option, str(tmp_path / "nothing")]) == 2
    assert f"{option} {tmp_path / 'nothing'}: No such file or directory" in capsys.readouterr().err


WRONG = [
    (["--limit", "fast"], "--limit 'fast' is no rate; write it as 60/minute"),
    (["--setting", "no_such", "1"], "--setting no_such: no_such is not a valid option"),
    (["--setting", "sql_time_limit_ms", "soon"], '"sql_time_limit_ms" should be an integer'),
    (["--setting", "base_url", "/x/"], "the archive is served at the root of a host"),
    (["--plugins-dir", "/no/such"], "--plugins-dir /no/such: it is no folder"),
    (["--base-url", "example"], "is no origin"),
    (["--contact", "me"], "is neither a mail address nor the address of a page"),
]


@pytest.mark.parametrize(("told", "said"), WRONG)
def test_a_wrong_option_is_named_and_nothing_is_served(
    folder: Path, told: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert archive(["serve", "--archive-dir", str(folder), "--port", "0", *told]) == 2
    assert said in capsys.readouterr().err


def test_a_value_of_a_decision_keeps_the_reason_for_everyone() -> None:
    assert withheld_value(None) == withheld_value(" ") == "withheld"
    assert public_reason_in(withheld_value("a court: 3 O 12/24")) == "a court: 3 O 12/24"
    assert public_reason_in("withheld") is None and public_reason_in("undone") is None


def test_the_ledger_tells_when_and_why_and_not_what(tmp_path: Path) -> None:
    folder = build_archive(tmp_path)
    site = Site(folder)
    assert "Nothing was ever withheld" in site.text("/ledger")
    place = ["--archive-dir", str(folder)]
    assert archive(["withhold", HOME + "2014/03/raid", "--reason", "Mr Doe asked", "--public-reason", "privacy", *place]) == 0
    assert archive(["withhold", "comment:1", *place]) == 0
    text = site.text("/ledger")
    assert "an article with its thread" in text and "privacy" in text and "a comment" in text and "none was given" in text
    told = site.get("/ledger").text.partition("<main")[2] + site.get("/ledger.json").text
    assert not re.search("raid|Drone|Doe asked|www.example.org|comment:1", told)
    assert archive(["withhold", HOME + "2014/03/raid", "--undo", *place]) == 0
    entries = site.get("/ledger.json").json()["withheld"]
    assert [(one["number"], one["kind"], one["public_reason"], bool(one["shown_again_at"])) for one in entries] == [
        (2, "comment", None, False),
        (1, "article", "privacy", True),
    ]
    site.close()


def test_a_second_decision_on_what_stands_gives_its_entry_a_reason(tmp_path: Path) -> None:
    folder = build_archive(tmp_path)
    for more in ([], ["--public-reason", "a court"]):
        assert archive(["withhold", HOME + "2014/03/raid", *more, "--archive-dir", str(folder)]) == 0
    site = Site(folder)
    [entry] = site.get("/ledger.json").json()["withheld"]
    assert entry["public_reason"] == "a court" and site.get(RAID).status_code == 410
    site.close()


def test_a_public_reason_without_a_decision_to_withhold_is_refused(folder: Path) -> None:
    assert archive(["withhold", HOME + "2014/03/raid", "--undo", "--public-reason", "x", "--archive-dir", str(folder)]) == 2


def test_an_address_that_is_nearly_one_leads_to_it_and_says_that_it_is_another(site: Site) -> None:
    answer = site.get("/www.example.org/2014/03/raids")
    assert answer.status_code == 404
    near = answer.text.partition("Addresses that are nearly this one")[2].partition("<h2>")[0]
    assert f'href="{RAID}"' in near and "Each is another article" in near


@pytest.mark.parametrize("path", ["/www.example.org/wp-login.php", "/www.example.org/1", "/nowhere.example/2014/03/raid", "/.env"])
def test_an_address_like_none_gets_no_nearest_one(site: Site, path: str) -> None:
    answer = site.get(path)
    assert answer.status_code == 404 and "Addresses that are nearly" not in answer.text


def test_what_is_withheld_is_not_near_to_anything(tmp_path: Path) -> None:
    folder = build_archive(tmp_path)
    assert archive(["withhold", HOME + "2014/03/raid", "--archive-dir", str(folder)]) == 0
    site = Site(folder)
    answer = site.get("/www.example.org/2014/03/raids")
    assert answer.status_code == 404 and RAID + '"' not in answer.text and "Drone strike" not in answer.text
    site.close()


def test_sql_that_does_not_run_is_shown_again_with_its_reason(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    sql = "select unknown from articles where title = '<b>'"
    answer = site.get("/archive?sql=" + quote(sql))
    assert answer.status_code == 400 and "no such column: unknown" in answer.text
    [editor] = re.findall(r"<textarea[^>]*>(.*?)</textarea>", answer.text, re.S)
    assert html.unescape(editor).strip() == sql and 'class="site-head"' in answer.text
    assert site.get("/archive.json?sql=select+unknown").json()["error"] == "no such column: unknown"
    refused = site.get("/archive?sql=" + quote("delete from articles -- <b>"))
    assert refused.status_code == 400 and "Statement must be a SELECT" in refused.text
    assert "delete from articles -- &lt;b&gt;</textarea>" in refused.text
    assert capfd.readouterr().err == "", "what strangers type is no news for the log"


SNIPPET = quote("select snippet(comments_fts, 99, '', '', '', 9) from comments_fts where comments_fts match 'the'")


@pytest.mark.parametrize(
    "path",
    [
        "/archive.csv",
        "/archive.json?_shape=array",
        f"/archive?sql={SNIPPET}",
        f"/archive.json?sql={SNIPPET}",
        f"/archive.csv?sql={SNIPPET}",
        "/archive/articles?_sort=nothing",
        "/archive/articles.csv?_sort=nothing",
        "/archive/articles.blob",
        "/archive/articles.csv?id__arraycontains=1&_col=id",
        "/archive/articles/1.blob",
    ],
)
def test_a_question_that_makes_no_sense_is_answered_as_one(site: Site, path: str, capfd: pytest.CaptureFixture[str]) -> None:
    answer = site.get(path)
    assert answer.status_code in (200, 400, 404) and "Error 500" not in answer.text
    assert ".csv" in path or ".json" in path or 'class="site-head"' in answer.text
    assert "Traceback" not in capfd.readouterr().err


def test_a_table_is_only_read(site: Site) -> None:
    posted = site.run(site.datasette.client.post("/archive/articles"))
    assert posted.status_code == 405


def test_sql_that_takes_too_long_ends_and_is_shown_again(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    site = Site(folder, service=Service(settings={"sql_time_limit_ms": 50}))
    endless = "with recursive c(x) as (select 1 union all select x + 1 from c) select max(x) from c"
    answer = site.get("/archive?sql=" + quote(endless))
    assert answer.status_code == 400 and "stopped after 0.05 seconds" in answer.text and endless in html.unescape(answer.text)
    file = site.get("/archive.csv?sql=" + quote(endless))
    assert file.status_code == 400 and file.text == "This question was stopped: it took longer than 0.05 seconds\n"
    assert site.get("/archive.json?sql=" + quote(endless)).status_code == 400
    assert capfd.readouterr().err == ""
    site.close()
