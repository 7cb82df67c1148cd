"""The numbers that an archive tells: takes its pages, its JSON and metrics and what ``status`` prints, gives each number by its name, with
every value that is told for it.
"""

from __future__ import annotations

import contextlib
import html
import io
import re
from collections import defaultdict
from pathlib import Path

from archive.__main__ import main as archive
from archive.queries.numbers import NUMBERS
from tests.publish_site import PAGES, Site

MARK = re.compile(r'<data class="count" value="(\d*)" data-count="([^"]+)" data-of="([^"]*)" title="([^"]*)">(.*?)</data>', re.S)
FOREIGN = re.compile(r"/(archive|static|record|web|cdx|picture|timemap|cite|unapi|-)\b|^//|.*\.(csv|json|atom|ris|bib|csl)\b")
MOST = 40  # pages of one kind that are read

Told = dict[tuple[str, str], dict[str, str]]  # (name, what it is about) -> value -> the page that says so


def read_pages(site: Site) -> Told:
    """All marked numbers of the pages that links lead to from home, at most MOST of each kind."""
    told: Told = defaultdict(dict)
    waiting, seen, kinds = [*PAGES], {*PAGES}, defaultdict[str, int](int)
    while waiting:
        path = waiting.pop(0)
        answer = site.get(path, follow_redirects=True)
        if "text/html" not in answer.headers["content-type"]:
            continue
        for value, name, of, meaning, shown in MARK.findall(answer.text):
            assert html.unescape(meaning) == NUMBERS[name], (path, name)
            assert (re.sub(r"\D", "", re.sub("<[^>]+>|&#\\d+;", "", shown)) or "") == value, (path, shown)
            told[name, html.unescape(of)].setdefault(value, path)
        for link in re.findall(r'<a\b[^>]*\bhref="(/[^"#]*)', answer.text):
            link = html.unescape(link)
            kind = re.sub(r"^/\d{14}(?=/)|[^/]*[.:].*", "*", link.partition("?")[0])
            if link not in seen and not FOREIGN.match(link) and kinds[kind] < MOST:
                seen.add(link)
                kinds[kind] += 1
                waiting.append(link)
    return told


def tell(told: Told, where: str, of: str, **values: int) -> None:
    for name, value in values.items():
        assert name.replace("_", ".", 1) in NUMBERS, name
        told[name.replace("_", ".", 1), of].setdefault(str(value), where)


def read_programs(site: Site, told: Told) -> None:
    """What /status.json and /metrics say."""
    for one in site.get("/status.json").json()["sites"]:
        of = f"site/{one['name']}"
        tell(told, "/status.json", of, **{name.replace(".", "_", 1): value for name, value in one["counts"].items()})
        tell(told, "/status.json", of, articles_held=one["articles"], comments_held=one["comments"], quarantine_waiting=one["quarantined"])
        for line in one["coverage"]:
            tell(told, "/status.json", of, **{f"{line['kind']}s_there": line["held"]})
        for what, value in one["missing"].items():
            kind, _, state = what.partition(" ")
            tell(told, "/status.json", of, **{f"{kind}_{'gone' if state == 'gone' else 'unconfirmed'}": value})
    names = {"archive_articles": "articles_held", "archive_comments": "comments_held", "archive_quarantined": "quarantine_waiting"}
    for name, site_name, value in re.findall(r'^(\w+)\{site="([^"]+)"\} (\d+)$', site.get("/metrics").text, re.M):
        if name in names:
            tell(told, "/metrics", f"site/{site_name}", **{names[name]: int(value)})


def read_status(folder: Path, told: Told) -> None:
    """What ``archive status`` prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        archive(["status", "--archive-dir", str(folder)])
    of = ""
    for line in out.getvalue().splitlines():
        if found := re.match(r"(\S+)  http", line):
            of = f"site/{found[1]}"
        if found := re.match(r"  (article|comment)s +([\d,]+) held(?: of ([\d,]+) reported)?", line):
            tell(told, "status", of, **{f"{found[1]}s_there": number(found[2])})
            tell(told, "status", of, **({f"{found[1]}s_reported": number(found[3])} if found[3] else {}))
        if found := re.match(r"  held in all +([\d,]+) articles?, ([\d,]+) comments?", line):
            tell(told, "status", of, articles_held=number(found[1]), comments_held=number(found[2]))
        if found := re.match(r"  quarantine +([\d,]+) page", line):
            tell(told, "status", of, quarantine_waiting=number(found[1]))


def number(text: str) -> int:
    return int(text.replace(",", ""))


def differing(told: Told) -> dict[tuple[str, str], dict[str, str]]:
    return {key: values for key, values in told.items() if len(values) > 1}
