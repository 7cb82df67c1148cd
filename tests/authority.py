"""A time stamp authority on loopback, made with openssl: it stamps, or answers as a broken one does."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Test Root
[ca]
basicConstraints = critical, CA:TRUE
[stamping]
extendedKeyUsage = critical, timeStamping
keyUsage = critical, digitalSignature
[tsa]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
tsa_name = yes
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""
KEY = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"


class StampAuthority:
    """Keys, certificates and what it was asked. ``behaviour`` says how it answers: see ``answer``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[bytes] = []
        self.behaviour = "stamps"
        self.url = ""
        self.released = threading.Event()  # ends an answer that hangs
        (folder / "conf").write_text(CONFIGURATION)
        (folder / "serial").write_text("01\n")
        self.openssl(f"req -x509 {KEY} -keyout root.key -out root.pem -days 30 -config conf -extensions ca")
        self.openssl(f"req -new {KEY} -keyout tsa.key -out tsa.csr -config conf -subj /CN=Loopback_Stamps")
        self.openssl(
            "x509 -req -in tsa.csr -CA root.pem -CAkey root.key -set_serial 2 -days 30 -extfile conf -extensions stamping -out tsa.pem"
        )

    @property
    def root(self) -> Path:
        """The certificate that its stamps lead to."""
        return self.folder / "root.pem"

    def openssl(self, words: str) -> None:
        subprocess.run(["openssl", *words.split()], cwd=self.folder, check=True, capture_output=True)

    def stamped(self, query: bytes) -> bytes:
        (self.folder / "query").write_bytes(query)
        self.openssl("ts -reply -queryfile query -signer tsa.pem -inkey tsa.key -config conf -section tsa -out answer")
        return (self.folder / "answer").read_bytes()

    def another_query(self, words: str) -> bytes:
        self.openssl(f"ts -query -sha256 -cert -out other {words}")
        return (self.folder / "other").read_bytes()

    def answer(self, query: bytes) -> tuple[int, bytes]:
        """(status, body), by ``behaviour``."""
        self.asked.append(query)
        if self.behaviour == "nonsense":
            return 200, b"<html>Welcome</html>"
        if self.behaviour == "error":
            return 503, b""
        if self.behaviour == "another digest":
            return 200, self.stamped(self.another_query("-digest " + "00" * 32))
        if self.behaviour == "another nonce":
            digest = next(query[at + 2 : at + 34] for at in range(len(query)) if query[at : at + 2] == b"\x04\x20")
            return 200, self.stamped(self.another_query(f"-digest {digest.hex()}"))
        if self.behaviour == "refuses":
            return 200, self.stamped(query[:-1])
        return 200, self.stamped(query)


@contextmanager
def serving(folder: Path) -> Iterator[StampAuthority]:
    """An authority that answers at ``url``."""
    authority = StampAuthority(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            query = self.rfile.read(int(self.headers["Content-Length"]))
            if authority.behaviour == "hangs":
                self.hang()
            elif authority.behaviour == "leads elsewhere":
                self.send_response(302)
                self.send_header("Location", f"{authority.url}elsewhere")
                self.end_headers()
                authority.asked.append(query)
            else:
                status, body = authority.answer(query)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def hang(self) -> None:
            """Begin an answer, and never end it: a byte now and then."""
            self.send_response(200)
            self.send_header("Content-Length", "6000")
            self.end_headers()
            with suppress(OSError):  # the other end leaves
                while not authority.released.wait(0.05):
                    self.wfile.write(b"0")

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    authority.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield authority
    finally:
        authority.released.set()
        server.shutdown()
        server.server_close()
        thread.join()


def is_there() -> bool:
    """Whether the command openssl is installed."""
    return shutil.which("openssl") is not None
