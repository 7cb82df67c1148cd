"""Real proxies on loopback that write down what they were asked for: an HTTP proxy (RFC 9110, CONNECT included) and a SOCKS5 server
(RFC 1928, passwords after RFC 1929). They alone know where the names of a test lead."""

from __future__ import annotations

import base64
import contextlib
import socket
import socketserver
import struct
import threading
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit


class LoggingProxy:
    """`with HttpProxy({"news.example": ("127.0.0.1", 8000)}) as proxy:`; ``asked`` has (host, port) of each connection or request."""

    handler: type[socketserver.BaseRequestHandler]
    scheme: str

    def __init__(self, names: dict[str, tuple[str, int]], secret: str = "") -> None:
        """``names``: where each host really is. ``secret``: ``NAME:PASSWORD`` that must be told."""
        self.names, self.secret = names, secret
        self.asked: list[tuple[str, int]] = []
        self.refused = 0

    def __enter__(self) -> Self:
        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True
            proxy = self

        self.server = Server(("127.0.0.1", 0), self.handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def address(self) -> str:
        return f"{self.scheme}://{self.secret + '@' if self.secret else ''}127.0.0.1:{self.port}"

    def connect(self, host: str, port: int) -> socket.socket | None:
        """A connection to where the name leads; None for a name that nobody knows."""
        self.asked.append((host, port))
        return socket.create_connection(self.names[host]) if host in self.names else None


def relay(one: socket.socket, other: socket.socket) -> None:
    """Bytes both ways until either side ends."""

    def pump(source: socket.socket, target: socket.socket) -> None:
        try:
            while content := source.recv(65536):
                target.sendall(content)
        except OSError:
            pass
        for end in (source, target):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    back = threading.Thread(target=pump, args=(other, one), daemon=True)
    back.start()
    pump(one, other)
    back.join()
    other.close()


class HttpHandler(socketserver.StreamRequestHandler):
    """One connection: CONNECT becomes a tunnel; a request with a whole address is sent on, with Connection: close."""

    def handle(self) -> None:
        proxy: LoggingProxy = self.server.proxy  # type: ignore[attr-defined]
        line = self.rfile.readline().decode("latin-1")
        headers = []
        while (header := self.rfile.readline()) not in (b"\r\n", b""):
            headers.append(header)
        told = next((h.split(b":", 1)[1].strip() for h in headers if h.lower().startswith(b"proxy-authorization:")), b"")
        if proxy.secret and told != b"Basic " + base64.b64encode(proxy.secret.encode()):
            proxy.refused += 1
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        if not line.strip():
            return
        method, target, _ = line.split()
        parts = urlsplit(f"//{target}" if method == "CONNECT" else target)
        there = proxy.connect(parts.hostname or "", parts.port or 80)
        if there is None:
            self.wfile.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        elif method == "CONNECT":
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            relay(self.connection, there)
        else:
            path = parts.path + (f"?{parts.query}" if parts.query else "")
            kept = [h for h in headers if not h.lower().startswith((b"proxy-", b"connection:"))]
            there.sendall(f"{method} {path} HTTP/1.1\r\nConnection: close\r\n".encode() + b"".join(kept) + b"\r\n")
            relay(self.connection, there)


class SocksHandler(socketserver.StreamRequestHandler):
    """One connection of SOCKS5; only names are taken (ATYP 3): whoever sends an address has looked it up itself."""

    def handle(self) -> None:
        proxy: LoggingProxy = self.server.proxy  # type: ignore[attr-defined]
        _, count = self.rfile.read(2)
        methods = self.rfile.read(count)
        wanted = 2 if proxy.secret else 0
        self.wfile.write(bytes([5, wanted if wanted in methods else 255]))
        if wanted not in methods or (wanted and not self.let_in(proxy)):
            proxy.refused += 1
            return
        _, _, _, kind = self.rfile.read(4)
        if kind != 3:
            proxy.asked.append(("an address, not a name", 0))
            self.wfile.write(b"\x05\x08\x00\x01" + bytes(6))
            return
        host = self.rfile.read(self.rfile.read(1)[0]).decode("ascii")
        (port,) = struct.unpack("!H", self.rfile.read(2))
        there = proxy.connect(host, port)
        if there is None:
            self.wfile.write(b"\x05\x04\x00\x01" + bytes(6))  # host unreachable
            return
        self.wfile.write(b"\x05\x00\x00\x01" + bytes(6))
        relay(self.connection, there)

    def let_in(self, proxy: LoggingProxy) -> bool:
        _, length = self.rfile.read(2)
        name = self.rfile.read(length)
        password = self.rfile.read(self.rfile.read(1)[0])
        right = f"{name.decode()}:{password.decode()}" == proxy.secret
        self.wfile.write(bytes([1, 0 if right else 1]))
        return right


class HttpProxy(LoggingProxy):
    handler, scheme = HttpHandler, "http"


class SocksProxy(LoggingProxy):
    handler, scheme = SocksHandler, "socks5h"
