"""``python -m tests.s3_server FOLDER [PORT]``: a small object store on loopback that keeps its objects on disk, and can fail on demand.

Speaks what a depot needs of S3: PUT with If-Match and If-None-Match, GET with ranges, HEAD, DELETE, lists. An object is
synced before the answer; a process that is killed and begun anew on the same folder has all that it confirmed. Prints its port. Each
request is a line of ``FOLDER/requests.log``. Signatures are not checked. Its clock is ``S3_CLOCK_OFF`` seconds ahead of the machine's.

Faults: PUT /_faults with a JSON list of {"do": KIND, "times": 1, "method": "PUT", "match": "heads/", "skip": 0, "seconds": 2}. KIND is
slow, fail (503), full (507), status ("status" and "code" of the answer), lose (does what was asked and ends the connection without an
answer), half (reads half of the body, keeps nothing, and ends it), hang (the same after some seconds), or what other stores and proxies
do: ignore (takes a write whatever its conditions), weak (calls entity tags weak), bare (lists them without quotes).
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import sys
import threading
import time
from collections.abc import Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

PAGE = 1000  # objects of one listing
LOG = "requests.log"
CLOCK_OFF = float(os.environ.get("S3_CLOCK_OFF", "0"))
ANSWERS = {"fail": (503, "SlowDown"), "full": (507, "InsufficientStorage")}


class S3Server(ThreadingHTTPServer):
    """The store. ``folder``: BUCKET/KEY are files below it."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, folder: Path, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self.turn = threading.Lock()
        self.hanging = threading.Event()
        self.faults: list[dict[str, Any]] = []
        self.etags: dict[str, tuple[tuple[int, int, int], str]] = {}
        self.log = open(folder / LOG, "a", buffering=1)  # noqa: SIM115 - as long as the process

    def etag(self, path: Path, written: bool = False) -> str:
        """``written``: just now; a file may get the inode and the time of an earlier one."""
        told = path.stat()
        key = (told.st_ino, told.st_mtime_ns, told.st_size)
        held = self.etags.get(str(path))
        if held is None or written or held[0] != key:
            held = self.etags[str(path)] = (key, f'"{hashlib.md5(path.read_bytes()).hexdigest()}"')
        return held[1]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed is no news."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def fault(self, method: str, path: str) -> dict[str, Any]:
        with self.turn:
            for fault in self.faults:
                if fault.get("times", 1) > 0 and re.search(fault.get("match", ""), path) and fault.get("method", method) == method:
                    if fault.get("skip", 0) > 0:
                        fault["skip"] -= 1
                        continue
                    fault["times"] = fault.get("times", 1) - 1
                    return fault
        return {}


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16
    disable_nagle_algorithm = True
    server: S3Server

    def log_message(self, *_: Any) -> None:
        pass

    def _path(self, key: str) -> Path:
        return self.server.folder / key

    def _once(self) -> Iterator[tuple[str, dict[str, str]]]:
        """(BUCKET/KEY, query) of the request; nothing where a fault has answered it."""
        parts = urlsplit(self.path)
        key = unquote(parts.path).lstrip("/")
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        self.lost = False
        if key == "_faults":
            yield key, query
            return
        fault = self.server.fault(self.command, self.path)
        does = fault.get("do", "")
        if does == "slow":
            time.sleep(fault.get("seconds", 1.0))
        if does in ("fail", "full", "status"):
            self._body()
            self._error(*ANSWERS.get(does) or (fault["status"], fault["code"]))
            return self._note(key, query, does)
        if does in ("half", "hang"):
            self.rfile.read(int(self.headers.get("Content-Length") or 0) // 2)
            if does == "hang":
                self._note(key, query, does)
                self.server.hanging.wait(fault.get("seconds", 30))
            self.close_connection = True
            return self._note(key, query, does)
        self.lost, self.does = does == "lose", does
        yield key, query
        self._note(key, query, does)

    def _note(self, key: str, query: dict[str, str], does: str) -> None:
        status = getattr(self, "status", 0)
        self.server.log.write(f"{time.time():.3f} {self.command} {key} {'list' if 'list-type' in query else '-'} {status} {does or '-'}\n")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.status = status
        if self.lost:
            self.close_connection = True
            return
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if "Content_Length" not in headers:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def _error(self, status: int, code: str) -> None:
        self._answer(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode(), Content_Type="application/xml")

    # reading

    def do_GET(self) -> None:
        for key, query in self._once():
            if "list-type" in query:
                self._list(key, query)
            else:
                self._read(key)

    def do_HEAD(self) -> None:
        for key, _ in self._once():
            self._read(key)

    def _read(self, key: str) -> None:
        path = self._path(key)
        try:
            with self.server.turn:  # content, time and tag of one and the same version
                data, told, etag = path.read_bytes(), path.stat(), self.server.etag(path)
        except OSError:
            return self._error(404, "NoSuchKey")
        etag = f"W/{etag}" if self.does == "weak" else etag
        headers = {"ETag": etag, "Last_Modified": formatdate(told.st_mtime + CLOCK_OFF, usegmt=True), "Accept_Ranges": "bytes"}
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range") or "")
        if self.command == "HEAD" or not found:
            return self._answer(200, data, **headers, Content_Length=str(len(data)))
        start, end = int(found[1]), min(int(found[2] or len(data) - 1), len(data) - 1)
        if start >= len(data):
            return self._error(416, "InvalidRange")
        self._answer(206, data[start : end + 1], **headers, Content_Range=f"bytes {start}-{end}/{len(data)}")

    def _list(self, bucket: str, query: dict[str, str]) -> None:
        bucket, prefix = bucket.strip("/"), query.get("prefix", "")
        after = query.get("continuation-token") or query.get("start-after") or ""
        root = self._path(bucket)
        keys = sorted(p.relative_to(root).as_posix() for p in root.rglob("*") if p.is_file() and not p.name.startswith("."))
        keys = [key for key in keys if key.startswith(prefix) and key > after]
        rows = []
        for key in keys[:PAGE]:
            told, etag = (root / key).stat(), self.server.etag(root / key).strip('"' if self.does == "bare" else "")
            at = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(told.st_mtime))
            rows.append(
                f"<Contents><Key>{escape(key)}</Key><LastModified>{at}</LastModified><ETag>{escape(etag)}</ETag>"
                f"<Size>{told.st_size}</Size><StorageClass>STANDARD</StorageClass></Contents>"
            )
        more = len(keys) > PAGE
        token = f"<NextContinuationToken>{escape(keys[PAGE - 1])}</NextContinuationToken>" if more else ""
        body = (
            f'<?xml version="1.0"?><ListBucketResult><Name>{bucket}</Name><Prefix>{escape(prefix)}</Prefix><KeyCount>{len(rows)}</KeyCount>'
            f"<MaxKeys>{PAGE}</MaxKeys><IsTruncated>{str(more).lower()}</IsTruncated>{token}{''.join(rows)}</ListBucketResult>"
        )
        self._answer(200, body.encode(), Content_Type="application/xml")

    # writing

    def do_PUT(self) -> None:
        for key, _ in self._once():
            body = self._body()
            if key == "_faults":
                with self.server.turn:
                    self.server.faults = json.loads(body)
                return self._answer(200)
            with self.server.turn:
                self._write(key, body)

    def _write(self, key: str, body: bytes) -> None:
        path = self._path(key)
        held = path.exists() and self.does != "ignore"
        if self.headers.get("If-None-Match") == "*" and held:
            return self._error(412, "PreconditionFailed")
        if self.does != "ignore" and (wanted := self.headers.get("If-Match")) and (not held or self.server.etag(path) != wanted):
            return self._error(412 if held else 404, "PreconditionFailed" if held else "NoSuchKey")
        path.parent.mkdir(parents=True, exist_ok=True)
        made = path.with_name(f".{path.name}.{threading.get_ident()}")
        with open(made, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
        handle = os.open(path.parent, os.O_RDONLY)
        os.fsync(handle)
        os.close(handle)
        self._answer(200, ETag=self.server.etag(path, written=True))

    def do_DELETE(self) -> None:
        for key, _ in self._once():
            with self.server.turn:
                self._path(key).unlink(missing_ok=True)
            self._answer(204)

    def do_POST(self) -> None:
        for bucket, _ in self._once():
            keys = [node.text or "" for node in ElementTree.fromstring(self._body()).iter() if node.tag.rpartition("}")[2] == "Key"]
            with self.server.turn:
                for key in keys:
                    self._path(f"{bucket.strip('/')}/{key}").unlink(missing_ok=True)
            told = "".join(f"<Deleted><Key>{escape(key)}</Key></Deleted>" for key in keys)
            self._answer(200, f"<DeleteResult>{told}</DeleteResult>".encode(), Content_Type="application/xml")


def main() -> None:
    server = S3Server(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
