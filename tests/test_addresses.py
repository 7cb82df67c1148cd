"""Which addresses belong to a site, and the one spelling of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import ConfigurationError
from crawler.addresses import Addresses, checked_home, family

SITE = Addresses("https://www.example.org/", ("utm_*", "fbclid"))


@pytest.mark.parametrize(
    "url",
    ["http://example.org/", "https://example.org:443/a", "http://www.example.org:80/", "HTTPS://WWW.Example.ORG/"],
)
def test_http_https_and_www_are_one_site(url: str) -> None:
    assert SITE.belongs(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.org:8443/",
        "https://evil.org/",
        "https://www.example.org.evil.org/",
        "https://example.org@evil.org/",
        "file:///etc/passwd",
        "ftp://www.example.org/",
        "//evil.org/",
        "http://[::1",
        "javascript:alert(1)",
        "https://sub.example.org/",
        "http://127.0.0.1/",
    ],
)
def test_other_ports_hosts_and_schemes_are_not(url: str) -> None:
    assert not SITE.belongs(url)


def test_a_home_with_a_port_has_only_that_port() -> None:
    assert family("http://127.0.0.1:8002/") == {("http", "127.0.0.1", 8002), ("http", "www.127.0.0.1", 8002)}


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("http://example.org/a.php#comments", "https://www.example.org/a.php"),
        ("https://www.example.org", "https://www.example.org/"),
        ("http://example.org/?p=3&utm_source=x&fbclid=y", "https://www.example.org/?p=3"),
        ("http://example.org/?q=a%20b", "https://www.example.org/?q=a%20b"),
        ("https://other.example/a?utm_source=x#y", "https://other.example/a?utm_source=x#y"),
    ],
)
def test_every_address_of_the_site_has_one_spelling(url: str, canonical: str) -> None:
    assert SITE.canonical(url) == canonical
    assert SITE.canonical(canonical) == canonical


@given(st.text(max_size=40))
def test_any_text_has_a_spelling_and_never_leaves_the_site(text: str) -> None:
    url = SITE.canonical(f"http://example.org/{text}")
    assert url.startswith("https://www.example.org/") or url == f"http://example.org/{text}"


@pytest.mark.parametrize(
    ("given", "home"),
    [
        ("https://Example.org", "https://example.org/"),
        (" http://example.org/journal ", "http://example.org/journal/"),
        ("http://127.0.0.1:8002/?x=1#y", "http://127.0.0.1:8002/"),
    ],
)
def test_a_home_gets_its_slash(given: str, home: str) -> None:
    assert checked_home(given) == home


@pytest.mark.parametrize(
    "given", ["", "example.org", "http://", "ftp://example.org/", "http://[::1/", "http://a:b@example.org/", "http://x:0/"]
)
def test_what_is_no_home_is_named(given: str) -> None:
    with pytest.raises(ConfigurationError, match="no web address"):
        checked_home(given)
