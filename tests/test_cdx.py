"""The answers of ``/cdx``, as clients of web archives ask for them: scope, times, filters, collapse, order, pages, resuming, formats."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.publish.records import cdx, cdx_query
from archive.publish.records.cdx_query import BadQuestion, moment, position, resume_key
from archive.text.urlkey import url_key
from tests.publish_archive import HOME
from tests.publish_site import Site

RAID = f"{HOME}2014/03/raid"


@pytest.fixture
def site(captured_site: Site) -> Site:
    return captured_site


def ask(site: Site, **asked: object) -> httpx.Response:
    renamed = {name.rstrip("_"): value for name, value in asked.items()}
    return site.get("/cdx", params=renamed)


def lines(site: Site, **asked: object) -> list[str]:
    response = ask(site, **asked)
    assert response.status_code == 200, response.text
    return response.text.splitlines()


def originals(site: Site, **asked: object) -> list[str]:
    return [line.removeprefix(HOME) for line in lines(site, fl="original", **asked)]


def test_a_line_has_the_fields_of_the_format_in_their_order(site: Site) -> None:
    first, second = lines(site, url=RAID)
    key, timestamp, original, mime, status, digest, length = first.split(" ")
    assert (key, timestamp, original, mime, status) == ("org,example)/2014/03/raid", "20240101060010", RAID, "text/html", "200")
    assert digest.startswith("sha256:") and int(length) > 100 and second.split(" ")[1] == "20240201060010"


def test_json_is_a_list_of_lists_under_the_names_of_the_fields(site: Site) -> None:
    found = ask(site, url=RAID, output="json").json()
    assert found[0] == ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
    assert [" ".join(row) for row in found[1:]] == lines(site, url=RAID)
    assert ask(site, url=f"{HOME}none", output="json").json() == []
    assert ask(site, url=f"{HOME}none").text == ""


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"url": "example.org/packed"}, ["packed"]),
        ({"url": f"{HOME}2014/03/*"}, ["2014/03/raid", "2014/03/raid", "2014/03/raid?print=1"]),
        ({"url": f"{HOME}2014/03/", "matchType": "prefix"}, ["2014/03/raid", "2014/03/raid", "2014/03/raid?print=1"]),
        ({"url": f"{HOME}2014/03/r", "matchType": "prefix", "limit": 1}, ["2014/03/raid"]),
        ({"url": "pictures.example.net", "matchType": "host"}, ["https://pictures.example.net/About/"]),
        ({"url": "example.net", "matchType": "domain"}, ["https://pictures.example.net/About/"]),
        ({"url": "*.example.net"}, ["https://pictures.example.net/About/"]),
        ({"url": "*.ample.net"}, []),
        ({"url": "http://127.0.0.1:8765/*"}, ["http://127.0.0.1:8765/deep/A%20b.html"]),
        ({"url": "127.0.0.1:8765", "matchType": "host"}, ["http://127.0.0.1:8765/deep/A%20b.html"]),
        ({"url": "127.0.0.1", "matchType": "domain"}, ["http://127.0.0.1:8765/deep/A%20b.html"]),
    ],
)
def test_an_address_a_prefix_a_host_or_a_domain_is_asked_for(site: Site, asked: dict[str, object], found: list[str]) -> None:
    assert originals(site, **asked) == found


def test_a_host_comes_whole_and_in_order(site: Site) -> None:
    found = originals(site, url="www.example.org", matchType="host")
    assert len(found) == 16 and found == sorted(found)


def test_times_bound_what_is_given_both_ends_included(site: Site) -> None:
    assert len(lines(site, url=RAID, from_="20240201060010")) == len(lines(site, url=RAID, to="20240101060010")) == 1
    assert len(lines(site, url=RAID, from_="2024", to="2024")) == 2 and len(lines(site, url=RAID, to="202312")) == 0
    assert len(lines(site, url=f"{HOME}*", to="202401")) == 6


def test_filters_match_whole_values_or_a_part_and_all_of_them_count(site: Site) -> None:
    assert originals(site, url=f"{HOME}*", filter="statuscode:[34].*") == ["moved", "nothing"]
    assert originals(site, url=f"{HOME}*", filter=["!statuscode:200", "!mimetype:unk"]) == ["nothing"]
    assert originals(site, url=f"{HOME}*", filter="statuscode:4") == [] and originals(site, url=f"{HOME}*", filter="~statuscode:4") == [
        "nothing"
    ]
    assert originals(site, url=f"{HOME}*", filter="=mime:image/png") == ["pic.png"]
    assert originals(site, url=f"{HOME}*", filter=["~original:raid", "!~original:print"]) == ["2014/03/raid"] * 2


def test_neighbours_that_are_the_same_collapse_into_the_first(site: Site) -> None:
    assert [line.split()[1] for line in lines(site, url=RAID, collapse="urlkey")] == ["20240101060010"]
    assert len(lines(site, url=RAID, collapse="timestamp:4")) == 1 and len(lines(site, url=RAID, collapse="timestamp:6")) == 2
    assert len(lines(site, url=RAID, collapse=["digest", "timestamp:4"])) == 1


def test_a_limit_below_zero_asks_for_the_last(site: Site) -> None:
    whole = lines(site, url=f"{HOME}*")
    assert lines(site, url=f"{HOME}*", limit=-3) == whole[-3:] and lines(site, url=f"{HOME}*", limit=3) == whole[:3]
    assert lines(site, url=f"{HOME}*", limit=2, offset=3) == whole[3:5]
    assert lines(site, url=f"{HOME}*", limit=-2, collapse="urlkey") == lines(site, url=f"{HOME}*", collapse="urlkey")[-2:]


def test_the_order_is_turned_or_by_nearness(site: Site) -> None:
    assert lines(site, url=f"{HOME}*", sort="reverse") == lines(site, url=f"{HOME}*")[::-1]
    assert [line.split()[1] for line in lines(site, url=RAID, sort="closest", closest="20240131")] == ["20240201060010", "20240101060010"]
    assert [line.split()[1] for line in lines(site, url=RAID, closest="2023", limit=1)] == ["20240101060010"]


@pytest.mark.parametrize("asked", [{"url": RAID, "closest": ""}, {"url": RAID, "closest": "", "matchType": "prefix"}, {"url": f"{HOME}*"}])
def test_the_nearest_to_no_time_are_all_in_their_order_as_pywb_asks_for_them(site: Site, asked: dict[str, object]) -> None:
    assert lines(site, **asked, sort="closest") == lines(site, **asked)
    assert "sort=closest was not used" in ask(site, **asked, sort="closest").headers["x-archive-note"]


def test_fields_are_named_as_pywb_names_them_too(site: Site) -> None:
    assert lines(site, url=RAID, fields="timestamp,url") == lines(site, url=RAID, fl="timestamp,original")


@pytest.mark.parametrize("asked", [{"url": f"{HOME}*"}, {"url": f"{HOME}*", "sort": "reverse"}, {"url": RAID}, {"url": "*.example.net"}])
def test_a_long_answer_goes_on_where_it_stopped(site: Site, asked: dict[str, object]) -> None:
    whole, found, key = lines(site, **asked), [], ""
    while True:
        more = {"resumeKey": key} if key else {}
        part = ask(site, **asked, limit=2, showResumeKey="true", **more).text
        given, gap, rest = part.partition("\n\n")
        found += given.splitlines()
        key = rest.strip()
        if not gap:
            break
    assert found == whole
    assert ask(site, url=RAID, limit=1, showResumeKey="true", output="json").json()[-2:] == [
        [],
        [resume_key(("org,example)/2014/03/raid", "", "2024-01-01T06:00:10Z", 11))],
    ]


def test_what_is_left_out_is_said_beside_the_lines(site: Site) -> None:
    response = ask(site, url=f"{HOME}*", limit=2, foo="1")
    assert len(response.text.splitlines()) == 2
    assert "'foo' is not known" in response.headers["x-archive-note"] and "there is more" in response.headers["x-archive-note"]
    following = response.headers["link"].removeprefix("<").partition(">")[0]
    assert site.get(following).text.splitlines() == lines(site, url=f"{HOME}*")[2:4]
    assert "x-archive-note" not in ask(site, url=RAID).headers


def test_pages_are_counted_and_end(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cdx, "PAGE_LINES", 5)
    assert ask(site, url=f"{HOME}*", showNumPages="true").text == "4\n"
    assert ask(site, url=f"{HOME}*", showNumPages="true", pageSize=2).text == "2\n"
    pages = [lines(site, url=f"{HOME}*", page=page) for page in range(4)]
    assert [line for page in pages for line in page] == lines(site, url=f"{HOME}*")
    assert ask(site, url=f"{HOME}*", page=4).text == ask(site, url=f"{HOME}*", page=4, output="json").text == ""
    assert ask(site, url=f"{HOME}none", page=0, output="json").json() == []


def test_gzip_can_be_refused(site: Site) -> None:
    packed = site.get("/cdx", params={"url": f"{HOME}*"}, headers={"accept-encoding": "gzip"})
    plain = site.get("/cdx", params={"url": f"{HOME}*", "gzip": "false"}, headers={"accept-encoding": "gzip"})
    assert packed.headers["content-encoding"] == "gzip" and "content-encoding" not in plain.headers and plain.text == packed.text


def test_other_fields_are_given_when_asked_for(site: Site) -> None:
    [one, _] = lines(site, url=RAID, fl="timestamp,statuscode,filename,offset,recordid")
    timestamp, status, filename, offset, record = one.split(" ")
    assert (timestamp, status) == ("20240101060010", "200") and filename.endswith(".warc.gz") and offset.isdigit()
    assert site.get(f"/record/{record}").status_code == 200


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "url= is missing"),
        ({"url": ""}, "url= is missing"),
        ({"url": "http://"}, "url=http:// is no address"),
        ({"url": RAID, "limit": "many"}, "limit=many is no whole number"),
        ({"url": RAID, "offset": "-1"}, "offset=-1 is no whole number"),
        ({"url": RAID, "from_": "2024-01-01"}, "from=2024-01-01 is no time"),
        ({"url": RAID, "to": "123456789012345"}, "to=123456789012345 is no time"),
        ({"url": RAID, "output": "xml"}, "output=xml is not known; known are text, json"),
        ({"url": RAID, "matchType": "range"}, "matchType=range is not known"),
        ({"url": RAID, "fl": "urlkey,secret"}, "fl=secret is not known"),
        ({"url": RAID, "filter": "statuscode"}, "filter=statuscode is not of the form"),
        ({"url": RAID, "filter": "statuscode:("}, "filter=statuscode:( has no regular expression"),
        ({"url": RAID, "filter": "secret:1"}, "filter=secret is not known"),
        ({"url": RAID, "collapse": "timestamp:x"}, "collapse=timestamp:x is not of the form"),
        ({"url": RAID, "sort": "random"}, "sort=random is not known"),
        ({"url": RAID, "resumeKey": "nonsense"}, "resumeKey=nonsense is none that was given here"),
        ({"url": RAID, "page": "x"}, "page=x is no whole number"),
    ],
)
def test_what_cannot_be_understood_is_answered_in_one_line(site: Site, asked: dict[str, object], said: str) -> None:
    response = ask(site, **asked)
    assert response.status_code == 400 and response.text.startswith(said) and response.text.count("\n") == 1


def test_a_pattern_that_never_ends_is_refused(site: Site) -> None:
    response = ask(site, url=f"{HOME}*", filter="original:(?:.|.)*[!{]")
    assert (response.status_code, response.text) == (400, "filter: the pattern '(?:.|.)*[!{]' takes too long\n")


def test_a_client_that_knows_only_the_wayback_machines_path_is_answered(site: Site) -> None:
    assert site.get("/cdx/search/cdx", params={"url": RAID}).text.splitlines() == lines(site, url=RAID)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("http://127.0.0.1:8002/x", "1,0,0,127:8002)/x"),
        ("https://www.Example.org:443/A/?b=2&a=1#x", "org,example)/a?a=1&b=2"),
        ("http://www2.example.org/?p=104", "org,example)/?p=104"),
        ("https://user:pw@example.org/a%20b/", "org,example)/a%20b"),
        ("http://example.org/?", "org,example)/"),
        ("http://example.org:80/a//b/../c/", "org,example)/a/c"),
        ("http://xn--mnchen-3ya.de/ü", "de,xn--mnchen-3ya)/%c3%bc"),
        ("http://[::1]:8080/a", "[::1]:8080)/a"),
        ("no address", "no%20address"),
    ],
)
def test_an_addresss_key_is_that_of_the_internet_archive(url: str, key: str) -> None:
    assert url_key(url) == key


@given(st.text(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_no_question_breaks_the_reader(url: str, name: str, value: str) -> None:
    for asked in ({"url": [url]}, {"url": [RAID], name: [value]}, {"url": [RAID], "filter": [f"original:{value}"], "resumeKey": [value]}):
        try:
            cdx_query.cdx_query(asked)
        except BadQuestion as error:
            assert "\n" not in str(error)


@pytest.mark.parametrize(
    ("text", "low", "full"),
    [("2024", True, "20240101000000"), ("2024", False, "20241231235959"), ("202402", True, "20240201000000"),
     ("20240", True, "20240101000000"), ("2", True, "20000101000000"), ("2024013112", False, "20240131125959")],
)  # fmt: skip
def test_a_short_time_means_its_first_or_last_instant(text: str, low: bool, full: str) -> None:
    assert moment("from", text, low) == full


def test_a_resume_key_is_one_word_that_is_read_again() -> None:
    at = ("org,example", "/a b?ü=1", "2024-01-01T00:00:00Z", 7)
    assert " " not in resume_key(at) and position(resume_key(at)) == at
