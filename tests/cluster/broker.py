"""A RabbitMQ node of the test's own on loopback: started, killed and started again with what it had kept on disk."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.crawls import until

SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")  # as the distribution has it; what lies in the path changes to another user
BOOT = 180.0  # seconds: some when nothing else runs


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class Broker:
    """``url`` for ``--broker``. It is a child process: nothing of it is left."""

    def __init__(self, folder: Path, name: str = "guest", password: str = "guest", settings: str = "") -> None:
        """``settings``: further lines of rabbitmq.conf; ``advanced``: those of RabbitMQ's application that can be said in Erlang alone."""
        self.name, self.password, self.settings, self.advanced = name, password, settings, ""
        self.folder, self.port, self.distribution, self.names = folder, free_port(), free_port(), free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.mapper: subprocess.Popen[bytes] | None = None  # epmd, which would stay behind if the node started it

    @property
    def url(self) -> str:
        return f"amqp://{self.name}:{self.password}@127.0.0.1:{self.port}//"

    def start(self) -> None:
        """Returns when it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        told = f"default_user = {self.name}\ndefault_pass = {self.password}\nlog.file.level = warning\n{self.settings}"
        (self.folder / "rabbitmq.conf").write_text(f"listeners.tcp.default = 127.0.0.1:{self.port}\n{told}")
        (self.folder / "advanced.config").write_text(f"[{{rabbit, [{self.advanced}]}}].\n")
        (self.folder / "plugins").write_text("[].\n")
        named = {
            "NODENAME": f"cluster{self.port}@localhost",
            "MNESIA_BASE": str(self.folder / "mnesia"),
            "LOG_BASE": str(self.folder / "log"),
            "CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "ADVANCED_CONFIG_FILE": str(self.folder / "advanced.config"),
            "ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "DIST_PORT": str(self.distribution),
            "PID_FILE": str(self.folder / "pid"),
            "CONF_ENV_FILE": str(self.folder / "no-environment"),
            "SERVER_ADDITIONAL_ERL_ARGS": "+sbwt none +sbwtdcpu none +sbwtdio none",
        }
        environment = {**os.environ, "HOME": str(self.folder), "ERL_EPMD_PORT": str(self.names)}
        environment["ERL_CRASH_DUMP"] = str(self.folder / "erl_crash.dump")
        environment |= {f"RABBITMQ_{name}": value for name, value in named.items()}
        if self.mapper is None:
            self.mapper = subprocess.Popen(["epmd", "-port", str(self.names), "-address", "127.0.0.1"], stdin=subprocess.DEVNULL)
            until(lambda: answers(self.names))  # the node would start one of its own
        with open(self.folder / "said", "ab") as said:
            self.process = subprocess.Popen([SCRIPT], env=environment, stdout=said, stderr=said, start_new_session=True)
        end = time.monotonic() + BOOT
        while not self.answers():
            assert self.process.poll() is None and time.monotonic() < end, (self.folder / "said").read_text()[-2000:]
            time.sleep(0.1)

    def answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), 1) as connection:
                connection.sendall(b"AMQP\x00\x00\x09\x01")
                connection.settimeout(2)
                return bool(connection.recv(7))
        except OSError:
            return False

    def kill(self) -> None:
        """As if the machine had lost its power."""
        if self.process is not None:
            with suppress(ProcessLookupError):  # it ended by itself
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.kill()
        if self.mapper is not None:
            self.mapper.kill()
            self.mapper.wait()
