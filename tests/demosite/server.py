"""The demo site behind a port of the loopback interface."""

from __future__ import annotations

import gzip
import json
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from .app import App
from .changes import Editable
from .faults import PAGES, Fault, redesign
from .model import Request
from .response import Response, redirect
from .script import change


class DemoSite(Editable):
    """`with DemoSite(rest="404") as site:` serves it at `site.home`; every switch of State is a keyword.

    A test changes it in-process (`site.edit(...)`), breaks it (`site.fault(...)`) and counts in `site.requests`.
    """

    server: ThreadingHTTPServer | None = None
    log_file: Path | None = None

    def start(self, port: int = 0) -> Self:
        """Serve in a daemon thread; port 0 = any free one. Only 127.0.0.1 is bound."""
        site, app = self, App(self)
        handler = type("SiteHandler", (Handler,), {"site": site, "app": app})
        self.server = ThreadingHTTPServer(("127.0.0.1", port), handler)
        self.server.daemon_threads = True
        self.home = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        if self.server:
            self.server.shutdown()
            self.server.server_close()
            self.server = None

    def __enter__(self) -> Self:
        return self if self.server else self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    @property
    def port(self) -> int:
        return int(self.server.server_address[1]) if self.server else 0

    def change(self) -> list[str]:
        """The scripted change of the demo; says in sentences what it did."""
        with self.lock:
            return change(self)

    def fault(self, pattern: str, **what: Any) -> Fault:
        """Let paths (with query) that match go wrong; see faults.Fault for the kinds, `count=` for how often."""
        return self.faults.add(pattern, **what)

    def clear_faults(self) -> None:
        self.faults.clear()

    def clear_requests(self) -> None:
        self.requests.clear()

    def asked(self, part: str = "") -> list[Request]:
        """Logged requests whose path contains `part`."""
        return [request for request in self.requests if part in request.path]

    def record(self, request: Request) -> None:
        with self.lock:
            self.requests.append(request)
            if self.log_file:
                row = {
                    "at": request.at.isoformat(),
                    "method": request.method,
                    "path": request.path,
                    "status": request.status,
                    "ua": request.user_agent,
                }
                with self.log_file.open("a", encoding="utf-8") as log:
                    log.write(json.dumps(row) + "\n")


class Handler(BaseHTTPRequestHandler):
    site: DemoSite
    app: App
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "demosite", ""
    wbufsize = -1  # one segment an answer: no waiting for delayed acknowledgements

    def do_GET(self) -> None:
        fault = self.site.faults.strike(self.path)
        if fault and fault.delay:
            time.sleep(fault.delay)
        if fault and fault.drop:
            self.log(0)
            self.close_connection = True
            return
        self.send(self.respond(fault), truncate=bool(fault and fault.truncate), packed=fault.packed if fault else None)

    do_HEAD = do_GET

    def respond(self, fault: Fault | None) -> Response:
        if fault and fault.lie and fault.lie != "redesign":
            mime = "application/json; charset=UTF-8" if fault.lie == "garbage" else "text/html; charset=UTF-8"
            return Response(fault.status or 200, PAGES[fault.lie].encode(), mime, retry(fault))
        if fault and fault.redirect:
            return redirect(fault.redirect, fault.status or 301)
        if fault and fault.status:
            return Response(
                fault.status, f"<html><head><title>{fault.status}</title></head><body></body></html>".encode(), headers=retry(fault)
            )
        with self.site.lock:
            response = self.app.answer(self.path, {k.lower(): v for k, v in self.headers.items()}, fault.ignore if fault else ())
        if fault and fault.lie == "redesign" and response.mime.startswith("text/html") and response.status == 200:
            response.body = redesign(response.body.decode()).encode()
        if fault and fault.edit:
            fault.edit(response)
        return response

    def do_POST(self) -> None:
        """`POST /__demo/change` runs the scripted change; anything else is refused, as a read-only site would."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if urlsplit(self.path).path == "/__demo/change":
            self.send(Response(200, json.dumps(self.site.change()).encode(), "application/json"))
        else:
            self.send(Response(405))

    def send(self, response: Response, truncate: bool = False, packed: str | None = None) -> None:
        body = response.body
        headers = [("Content-Type", response.mime), *response.headers]
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > 500 and not response.mime.startswith("image/"):
            body = gzip.compress(body, 5, mtime=0) if packed != "falsely" else body
            body = body[: len(body) // 2] if packed == "torn" else body
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        self.log(response.status)
        self.send_response(response.status)
        for name, value in headers:
            self.send_header(name, value)
        if response.status != 304:
            self.send_header("Content-Length", str(len(body)))
        if truncate:
            self.close_connection = True
            body = body[: len(body) // 2]
        self.end_headers()
        if self.command != "HEAD" and response.status != 304:
            self.wfile.write(body)
            self.wfile.flush()

    def log(self, status: int) -> None:
        agent = self.headers.get("User-Agent", "")
        self.site.record(Request(self.command, self.path, status, agent, datetime.now(UTC)))

    def log_message(self, format: str, *args: object) -> None:
        """The request log replaces the one on standard error."""


def retry(fault: Fault) -> list[tuple[str, str]]:
    return [("Retry-After", str(fault.retry_after))] if fault.retry_after is not None else []
