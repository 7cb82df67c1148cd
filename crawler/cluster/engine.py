"""The queue: takes a broker's address, gives a Celery application whose tasks are slices, and sends them.

A message is acknowledged when its slice is committed. A worker that dies loses its connection, and its messages go to others; the claim
in the depot makes it harmless that a message may come twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import contextmanager
from dataclasses import asdict
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from archive.errors import ConfigurationError, StorageError
from crawler.cluster.slices import Due

if TYPE_CHECKING:
    from collections.abc import Iterator

    from celery import Celery

QUEUE = TASK = "slices"
HEARTBEAT = 10  # seconds; a broker that hears of no worker for twice as long takes its messages back
SCHEMES = ("amqp", "amqps", "redis", "rediss")
BEYOND = 600  # seconds that Redis waits longer than a slice may take before it hands a message to another worker
PATIENCE = 5.0  # seconds until a broker that does not answer is told of


class BrokerAway(StorageError):
    """The broker does not answer."""


def application(broker: str, seconds: float) -> Celery:
    """The application of one process. ``seconds``: the longest slice. Raises ConfigurationError for an address that is no broker's."""
    scheme = urlsplit(broker).scheme
    if scheme not in SCHEMES:
        raise ConfigurationError(
            f"{without_password(broker)!r} is no broker; write --broker amqp://NAME:PASSWORD@HOST:5672/ or redis://HOST:6379/0"
        )
    try:
        from celery import Celery

        if scheme.startswith("redis"):
            import_module("redis")
    except ImportError as error:
        need = 'pip install "kombu[redis]"' if error.name == "redis" else "pip install -r requirements-cluster.txt"
        raise ConfigurationError(f"this broker needs {need} ({error.name} is missing)") from error
    app = Celery("archive", broker=broker, set_as_current=False, changes=None)
    options: dict[str, Any] = {"visibility_timeout": seconds + BEYOND} if scheme.startswith("redis") else {"confirm_publish": True}
    app.conf.update(
        broker_transport_options=options,
        broker_heartbeat=HEARTBEAT,
        broker_connection_timeout=PATIENCE,
        broker_connection_max_retries=None,
        broker_connection_retry_on_startup=True,
        broker_channel_error_retry=True,  # RabbitMQ closes the channel of a slice that takes longer than its consumer_timeout
        task_default_queue=QUEUE,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        worker_prefetch_multiplier=1,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        worker_enable_prefetch_count_reduction=False,
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_send_task_events=True,  # for Flower
        task_send_sent_event=False,
        task_serializer="json",
        accept_content=["json"],
        enable_utc=True,
    )
    return app


def without_password(broker: str) -> str:
    """The address as it may be printed."""
    parts = urlsplit(broker)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl() if "@" in parts.netloc else broker


@contextmanager
def connected(app: Celery) -> Iterator[Any]:
    """A connection to the broker; what its client raises meanwhile becomes BrokerAway."""
    from kombu.exceptions import OperationalError

    connection = app.connection_for_write(connect_timeout=PATIENCE)
    try:
        connection.ensure_connection(max_retries=1, interval_start=0.5)
        yield connection
        connection.release()
    except (OperationalError, OSError, *connection.connection_errors, *connection.channel_errors) as error:
        _drop(connection)
        said, broker = str(error).splitlines()[0] if str(error) else type(error).__name__, without_password(str(app.conf.broker_url))
        raise BrokerAway(f"the broker {broker} does not answer ({said}); nothing is lost: what is due stays due") from error


def _drop(connection: Any) -> None:
    """Without a goodbye: a broker that has run out of memory or disk answers to nothing more, and kombu would wait for ever."""
    if connection.connected and hasattr(connection.connection, "collect"):  # of AMQP
        connection.connection.collect()
    else:
        connection.release()


class Queue:
    """The messages, as those see them who put some there."""

    def __init__(self, app: Celery) -> None:
        self.app, self.broker = app, str(app.conf.broker_url)

    def send(self, sites: Iterable[Due], wait: float = 0.0) -> int:
        """Put slices on the queue, each confirmed by the broker within ``PATIENCE``; how many. ``wait``: seconds until they may be read.
        Raises BrokerAway."""
        sent = 0
        with connected(self.app) as connection, self.app.amqp.Producer(connection) as producer:
            for due in sites:
                self.app.send_task(
                    TASK, kwargs=asdict(due), countdown=wait or None, producer=producer, retry=False, confirm_timeout=PATIENCE
                )
                sent += 1
        return sent

    def waiting(self) -> int:
        """How many messages no worker has taken yet. Raises BrokerAway."""
        with connected(self.app) as connection:
            queue = self.app.amqp.queues[QUEUE](connection.default_channel)
            return int(queue.queue_declare().message_count)
