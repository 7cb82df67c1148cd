"""Which addresses belong to a site, and the one spelling of each."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import ConfigurationError
from archive.text.homes import checked_home, family
from crawler.addresses import Addresses

SITE = Addresses("https://www.example.org/", ("utm_*", "fbclid"))


@pytest.mark.parametrize(
    "url",
    [
        "https:\\\\www.example.org\\a",
        "http://example.org/",
        "https://example.org:443/a",
        "http://www.example.org:80/",
        "HTTPS://WWW.Example.ORG/",
    ],
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
        ("http://example.org/%d0%b4;jsessionid=1", "https://www.example.org/%D0%B4"),
        ("https://www.example.org/д?а=%d0", "https://www.example.org/%D0%B4?%D0%B0=%D0"),
        ("http://www.example.org/a/../b//c/.", "https://www.example.org/b//c/"),
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
        ("https://example.org/blog/index.php", "https://example.org/blog/"),
        ("https://Пример.example/дом", "https://xn--e1afmkfd.example/%D0%B4%D0%BE%D0%BC/"),
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


@pytest.mark.parametrize(
    ("url", "belongs"),
    [
        ("https://example.org/blog/2019/a/", True),
        ("http://www.example.org/blog/?p=12", True),
        ("https://example.org/blog", True),
        ("https://example.org/BLOG/a", False),
        ("https://example.org/blogroll/a", False),
        ("https://example.org/blog/../shop/a", False),
        ("https://example.org/shop/a", False),
        ("https://other.example/blog/a", False),
    ],
)
def test_a_home_in_a_folder_has_what_lies_in_it(url: str, belongs: bool) -> None:
    site = Addresses("https://example.org/blog/")
    assert site.belongs(url) == belongs
    assert site.reaches(url) == ("other" not in url)
    assert site.canonical("http://www.example.org/blog") == site.home
    assert site.canonical("http://example.org/shop/?utm=1") == "https://example.org/shop/?utm=1"


def test_a_home_that_is_a_file_has_what_lies_beside_it() -> None:
    site = Addresses(checked_home("https://example.org/news/start.html"))
    assert site.belongs("https://example.org/news/2019/a.html")
    assert not site.belongs("https://example.org/shop/")
