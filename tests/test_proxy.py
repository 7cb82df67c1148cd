"""A site behind a proxy: every request goes through it, it alone looks names up, and nothing goes past it when it fails."""

from __future__ import annotations

import gzip
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from archive.__main__ import commands
from archive.text.proxies import read_proxy, without_secrets
from crawler.addresses import named_public
from tests.crawls import rows, scrapy
from tests.othersites.press import PressSite
from tests.proxies import HttpProxy, LoggingProxy, SocksProxy

HOST = "press.only-the-proxy-knows.test"
SECRET = "sesame:opensecret"


class NamedPress(PressSite):
    """A press that calls itself by a name which leads nowhere here."""

    count = 3

    def __enter__(self) -> NamedPress:
        super().__enter__()
        self.place = ("127.0.0.1", self.server.server_address[1])
        self.home = f"http://{HOST}"
        return self


@pytest.fixture
def press() -> Iterator[NamedPress]:
    with NamedPress(3) as site:
        yield site


def crawled(folder: Path, proxy: str, **settings: object) -> tuple[int, str]:
    done = scrapy("crawl", "site", "-a", f"home=http://{HOST}/", folder=folder, PROXY=proxy, **settings)
    return done.code, done.err + done.out


def everything(folder: Path) -> bytes:
    """All that lies in an archive, unpacked."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return b"".join(gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes() for path in files)


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
@pytest.mark.parametrize("secret", ["", SECRET])
def test_every_request_goes_through_the_proxy_which_alone_knows_the_name(
    folder: Path, press: NamedPress, kind: type[LoggingProxy], secret: str
) -> None:
    with kind({HOST: press.place}, secret) as proxy:
        code, said = crawled(folder, proxy.address)
    assert code == 0, said
    assert {host for host, _ in proxy.asked} == {HOST} and "/robots.txt" in press.requests and "/n/1" in press.requests
    if kind is HttpProxy:
        assert len(proxy.asked) == len(press.requests)
    assert rows(folder, "select count(*) from articles") == [(3,)]
    kept = everything(folder)
    assert b"WARC-IP-Address" not in kept  # it would be the proxy's
    assert b"opensecret" not in kept and "opensecret" not in said and b"c2VzYW1lOm9wZW5zZWNyZXQ" not in kept


def certificate(folder: Path) -> ssl.SSLContext:
    """What a server of TLS needs that calls itself ``HOST``."""
    key, pem = folder / "key.pem", folder / "certificate.pem"
    said = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}", "-days", "2", "-nodes", "-keyout", str(key), "-out", str(pem)]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", *said], check=True, capture_output=True
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, key)
    return context


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_https_goes_through_a_tunnel_of_the_proxy(folder: Path, tmp_path: Path, press: NamedPress, kind: type[LoggingProxy]) -> None:
    press.server.socket = certificate(tmp_path).wrap_socket(press.server.socket, server_side=True)
    press.home = f"https://{HOST}"
    with kind({HOST: press.place}, SECRET) as proxy:
        home = ["crawl", "site", "-a", f"home=https://{HOST}/"]
        done = scrapy(*home, folder=folder, PROXY=proxy.address, DOWNLOAD_VERIFY_CERTIFICATES=False)
    assert done.code == 0, done.err
    assert set(proxy.asked) == {(HOST, 443)} and "/n/1" in press.requests
    assert b"WARC-IP-Address" not in everything(folder) and b"c2VzYW1lOm9wZW5zZWNyZXQ" not in everything(folder)


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_a_certificate_is_checked_through_the_tunnel(folder: Path, tmp_path: Path, press: NamedPress, kind: type[LoggingProxy]) -> None:
    press.server.socket = certificate(tmp_path).wrap_socket(press.server.socket, server_side=True)
    with kind({HOST: press.place}) as proxy:
        done = scrapy("crawl", "site", "-a", f"home=https://{HOST}/", folder=folder, PROXY=proxy.address)
    assert done.code == 5 and proxy.asked and press.requests == []


@pytest.mark.parametrize("scheme", ["http", "socks5h"])
def test_without_its_proxy_a_site_is_not_asked_at_all(
    folder: Path, press: NamedPress, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    home = f"http://127.0.0.1:{press.place[1]}/"  # it could be reached directly
    done = scrapy("crawl", "site", "-a", f"home={home}", folder=folder, PROXY=f"{scheme}://{SECRET}@127.0.0.1:{port}")
    assert done.code == 5 and press.requests == []
    assert len(done.err.strip().splitlines()) == 1 and f"the proxy {scheme}://127.0.0.1:{port}" in done.err
    assert "opensecret" not in done.err and b"opensecret" not in everything(folder)


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
def test_a_proxy_that_wants_another_password_ends_the_run(folder: Path, press: NamedPress, kind: type[LoggingProxy]) -> None:
    with kind({HOST: press.place}, SECRET) as proxy:
        code, said = crawled(folder, proxy.address.replace("opensecret", "guess"))
    assert code == 5 and proxy.refused and press.requests == [] and "guess" not in said
    assert rows(folder, "select count(*) from captures") == [(0,)]


def test_redirects_and_pictures_go_through_it_too(folder: Path, press: NamedPress) -> None:
    press.extra["/n/9"] = "<h1>x</h1>"
    answer = press.answer

    def answering(path: str, query: dict[str, str]) -> object:
        if path == "/pic.png":
            return 200, "image/png", b"\x89PNG\r\n\x1a\n" + bytes(64)
        if path == "/robots.txt":
            return 301, "text/plain", f"{press.home}/moved-robots.txt"
        return answer(path, query)

    press.answer = answering  # type: ignore[assignment, method-assign]
    article = press.article
    cdn = "http://pictures.only-the-proxy-knows.test/pic.png"
    press.article = lambda piece: article(piece).replace("</article>", f'<p><img src="{cdn}" alt="a"></p></article>')  # type: ignore[method-assign]
    names = {HOST: press.place, "pictures.only-the-proxy-knows.test": press.place}
    with SocksProxy(names) as proxy:
        done = scrapy(
            *("crawl", "site", "-a", f"home=http://{HOST}/", "-a", "images=all"),
            folder=folder,
            PROXY=proxy.address,
            IMAGE_HOSTS="pictures.only-the-proxy-knows.test",
        )
    assert done.code in (0, 4), done.err
    assert {host for host, _ in proxy.asked} == {HOST, "pictures.only-the-proxy-knows.test"}
    assert "/pic.png" in press.requests and "/moved-robots.txt" in press.requests


def test_a_sites_own_proxy_is_remembered_and_never_shown(folder: Path, press: NamedPress) -> None:
    def sites(*words: str) -> str:
        return CliRunner().invoke(commands, ["--archive-dir", str(folder), "sites", *words]).output

    sites("add", f"http://{HOST}/")
    with SocksProxy({HOST: press.place}, SECRET) as proxy:
        said = sites("set", HOST, f"proxy={proxy.address}")
        done = scrapy("update", folder=folder)
    assert done.code == 0 and len(proxy.asked) >= 1 and "/n/1" in press.requests
    assert "opensecret" not in said + sites() and f"proxy=socks5h://***@127.0.0.1:{proxy.port}" in sites()
    assert "opensecret" not in done.err + done.out


def test_a_look_at_a_known_site_goes_through_its_proxy_too(folder: Path, press: NamedPress) -> None:
    with SocksProxy({HOST: press.place}) as proxy:
        for words in (["add", f"http://{HOST}/"], ["set", HOST, f"proxy={proxy.address}"]):
            assert CliRunner().invoke(commands, ["--archive-dir", str(folder), "sites", *words]).exit_code == 0
        done = scrapy("probe", f"http://{HOST}/", folder=folder)
    assert done.code == 0 and "robots.txt" in done.out and {host for host, _ in proxy.asked} == {HOST}


def test_naming_no_proxy_does_not_take_the_sites_own_away(folder: Path, press: NamedPress) -> None:
    home = f"http://127.0.0.1:{press.place[1]}/"
    for words in (["add", home], ["set", f"127.0.0.1-{press.place[1]}", "proxy=http://127.0.0.1:9"]):
        assert CliRunner().invoke(commands, ["--archive-dir", str(folder), "sites", *words]).exit_code == 0
    assert scrapy("crawl", "site", "-a", f"home={home}", folder=folder, PROXY="").code == 5
    assert press.requests == []


def test_a_proxy_that_is_none_is_refused_without_its_text(folder: Path) -> None:
    code, said = crawled(folder, "socks5://me:hidden@127.0.0.1:9050")
    assert code == 2 and "socks5h://" in said and "hidden" not in said


def test_addresses_of_proxies() -> None:
    assert read_proxy("http://proxy.example") is not None and read_proxy("socks5h://u:p%40@[::1]:9050").password == "p@"  # type: ignore[union-attr]
    for wrong in (
        "",
        "proxy.example:3128",
        "https://proxy.example",
        "socks5://127.0.0.1:9050",
        "http://x/path",
        "http://x:99999",
        "http://",
    ):
        assert read_proxy(wrong) is None
    assert without_secrets("http://u:p@x:1") == "http://***@x:1" and without_secrets("http://x:1") == "http://x:1"
    assert "p@" not in repr(read_proxy("http://u:p%40@x:1"))


def test_behind_a_proxy_a_name_tells_whether_it_is_of_a_private_network() -> None:
    for host in ("example.org", "expyuzz4wqqyqhjn.onion", "8.8.8.8"):
        assert named_public(host)
    for host in ("localhost", "intranet", "router.lan", "x.local", "10.0.0.1", "127.0.0.1", "::1", "::ffff:10.0.0.1"):
        assert not named_public(host)
