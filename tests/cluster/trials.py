"""``python -m tests.cluster.trials [NAME ...]``: what goes wrong around a worker, one thing after the other, with real processes.

Each trial has an object store, a worker and three small sites of its own. It prints what was said and what became of it; all
sites must have been read to the end, once, politely, and the worker must still be there. Exit code 1 where one of them failed.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from archive.depot.depot import Depot, open_depot
from crawler.cluster.engine import QUEUE, Queue, application, connected
from crawler.cluster.slices import Due
from tests.cluster.broker import Broker, free_port
from tests.cluster.outcome import brought, damaged, impolite
from tests.cluster.sites import ARTICLES, COMMENTS, ROOT, asked, small_sites
from tests.cluster.store import Store
from tests.cluster.workers import Workers
from tests.crawls import rows

SITES, DELAY = 3, 0.2
REQUESTS = 27 * SITES  # of an undisturbed reading
MOST = 180.0  # seconds until all is read


def wait(condition: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)


@dataclass
class Trial:
    """Where one trial takes place. ``worker``: the words of ``scrapy work`` behind broker and depot."""

    folder: Path
    homes: list[str]
    store: Store
    broker: Broker
    workers: Workers
    requests: float = 1.15  # how often each may be sent
    missing: int = 0  # sites that cannot be read

    @property
    def there(self) -> list[str]:
        return ["--broker", self.workers.words[2], "--depot", self.store.url]

    @property
    def depot(self) -> Depot:
        return open_depot(self.store.url)

    @property
    def log(self) -> Path:
        return self.folder.parent / "requests.log"

    def begin(self, *, dispatch: bool = True) -> None:
        """Everything as it should be: a worker, and messages for it."""
        self.workers.start_all()
        if dispatch:
            self.dispatch()

    def dispatch(self, *words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", "scrapy", "dispatch", *self.there, *words]
        done = subprocess.run(line, cwd=ROOT, env=self.workers.environment, capture_output=True, text=True, timeout=MOST)
        print(f"  dispatch: {(done.stdout + done.stderr).strip()} (exit code {done.returncode})", flush=True)
        return done

    def queue(self) -> Queue:
        return Queue(application(self.workers.words[2], 60))

    def half_way(self) -> None:
        wait(lambda: len(asked(self.log)) > REQUESTS / 3, 60)

    def says(self, words: str) -> None:
        wait(lambda: words in self.workers.said(), 90)

    def read_again(self) -> None:
        """The worker still takes messages."""
        before = {head.name: head.epoch for head in self.depot.heads()}
        self.requests += 0.5
        self.dispatch(*before)
        wait(lambda: all(head.epoch > before[head.name] and not head.claim for head in self.depot.heads()), 60)

    def unread(self) -> list[str]:
        heads = {head.name: head for head in self.depot.heads(lambda error: None)}
        read = [name for name, head in heads.items() if head.committed and not head.committed.outcome.unfinished and not head.claim]
        return [name for name in heads if name not in read]


def broker_down_at_start(trial: Trial) -> None:
    trial.broker.kill()
    trial.begin(dispatch=False)
    trial.says("does not answer")
    assert trial.dispatch().returncode == 3
    trial.broker.start()
    trial.says("answers again")
    trial.dispatch()


def broker_away_for_a_minute(trial: Trial) -> None:
    trial.begin()
    trial.half_way()
    trial.broker.kill()
    trial.says("does not answer")
    wait(lambda: not trial.unread(), 60)  # slices go on
    time.sleep(60)
    trial.broker.start()
    trial.says("answers again")
    trial.read_again()


def broker_that_has_no_room(trial: Trial) -> None:
    """It takes connections and messages, and confirms none."""
    trial.broker.kill()
    trial.broker.settings = "disk_free_limit.absolute = 900000GB\n"
    trial.broker.start()
    trial.begin(dispatch=False)
    assert trial.dispatch().returncode == 3
    trial.broker.kill()
    trial.broker.settings = ""
    trial.broker.start()
    trial.dispatch()


def broker_that_waits_less_than_a_slice_takes(trial: Trial) -> None:
    """RabbitMQ takes a message back whose acknowledgement takes longer than its consumer_timeout."""
    trial.broker.kill()
    trial.broker.settings, trial.broker.advanced = "consumer_timeout = 2000\n", "{channel_tick_interval, 1000}"
    trial.broker.start()
    trial.begin()
    wait(lambda: not trial.unread(), MOST)
    trial.read_again()


def redis_killed_in_between(trial: Trial) -> None:
    with redis(trial.folder) as (url, kill, start):
        trial.workers.words[2] = url
        trial.begin()
        trial.half_way()
        kill()
        trial.says("does not answer")
        start()
        trial.says("answers again")
        wait(lambda: not trial.unread(), MOST)
        trial.read_again()


@contextmanager
def redis(folder: Path) -> Iterator[tuple[str, Callable[[], None], Callable[[], None]]]:
    port, running = free_port(), list[subprocess.Popen[bytes]]()

    def start() -> None:
        words = ["redis-server", "--port", str(port), "--dir", str(folder), "--appendonly", "yes", "--bind", "127.0.0.1"]
        running.append(subprocess.Popen(words, stdout=subprocess.DEVNULL))

    def kill() -> None:
        running[-1].kill()
        running[-1].wait()

    start()
    try:
        yield f"redis://127.0.0.1:{port}/0", kill, start
    finally:
        kill()


def store_away_for_a_while(trial: Trial) -> None:
    trial.begin()
    trial.half_way()
    trial.store.kill()
    trial.says("does not answer")
    time.sleep(20)
    trial.store.start()


def store_slower_than_the_lease(trial: Trial) -> None:
    trial.begin()
    trial.half_way()
    trial.store.faults({"do": "slow", "seconds": 25, "times": 4})


def store_full_for_a_while(trial: Trial) -> None:
    trial.begin()
    trial.half_way()
    trial.store.faults({"do": "full", "method": "PUT", "match": "sites/", "times": 1000})
    trial.says("InsufficientStorage")
    trial.store.faults()


def half_uploads_and_lost_answers(trial: Trial) -> None:
    trial.begin(dispatch=False)
    trial.store.faults(
        *({"do": "lose", "method": "PUT", "match": match, "times": 3} for match in ("heads/", "[.]pack", "warc/")),
        *({"do": "half", "method": "PUT", "match": match, "times": 3} for match in ("heads/", "[.]pack", "warc/")),
    )
    trial.dispatch()


def store_busy(trial: Trial) -> None:
    """503 SlowDown and 409 to every third write."""
    trial.begin(dispatch=False)
    slow = {"do": "status", "status": 503, "code": "SlowDown", "method": "PUT"}
    conflict = {"do": "status", "status": 409, "code": "ConditionalRequestConflict", "method": "PUT", "match": "heads/"}
    trial.store.faults(*(each | {"skip": skip} for skip in range(0, 40, 3) for each in (slow, conflict)))
    trial.dispatch()


def worker_frozen_longer_than_its_lease(trial: Trial) -> None:
    trial.begin()
    trial.half_way()
    trial.workers.freeze(0)
    time.sleep(30)
    trial.workers.wake(0)


def clock_off_by_an_hour(trial: Trial) -> None:
    trial.store.kill()
    trial.store.start(clock_off=3600)
    trial.workers.start_all()
    wait(lambda: not trial.workers.under_way(), 60)
    assert trial.workers.processes[0].returncode == 2
    trial.store.kill()
    trial.store.start()
    trial.begin()


def messages_twice_late_and_of_removed_sites(trial: Trial) -> None:
    names = [site.name for site in trial.depot.sites()]
    trial.depot.remove(names[2])
    trial.missing = 1
    trial.begin(dispatch=False)
    late = [Due(names[0], 0), Due(names[2], 0), Due("nobody", 0), Due(names[1], 0), Due(names[0], 0), Due(names[1], 0)]
    trial.queue().send(late)
    wait(lambda: not [name for name in trial.unread() if name in names[:2]], 60)
    trial.queue().send(reversed(late))
    wait(lambda: not trial.queue().waiting(), 60)


def head_that_is_no_json(trial: Trial) -> None:
    trial.depot.register("https://www.example.org/", name="torn")
    trial.depot.objects.put("heads/torn.json", b"{")
    trial.begin()
    trial.queue().send([Due("torn", 0)])
    trial.says("heads/torn.json")


def two_dispatchers(trial: Trial) -> None:
    trial.begin(dispatch=False)
    line = [sys.executable, "-m", "scrapy", "dispatch", "--wait", *trial.there]
    both = [subprocess.Popen(line, cwd=ROOT, env=trial.workers.environment) for _ in range(2)]
    assert [process.wait(MOST) for process in both] == [0, 0]


TRIALS: list[Callable[[Trial], None]] = [
    broker_that_has_no_room,
    broker_that_waits_less_than_a_slice_takes,
    redis_killed_in_between,
    store_away_for_a_while,
    store_slower_than_the_lease,
    store_full_for_a_while,
    half_uploads_and_lost_answers,
    store_busy,
    worker_frozen_longer_than_its_lease,
    clock_off_by_an_hour,
    messages_twice_late_and_of_removed_sites,
    head_that_is_no_json,
    two_dispatchers,
    broker_down_at_start,
    broker_away_for_a_minute,
]


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that what was started is ended
    names, failed = sys.argv[1:], []
    with tempfile.TemporaryDirectory(prefix="trials", dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None) as name:
        folder = Path(name)
        with small_sites(SITES, folder / "requests.log") as homes, Broker(folder / "broker") as broker:
            for trial in TRIALS:
                if names and trial.__name__ not in names:
                    continue
                print(f"{trial.__name__.replace('_', ' ')}:", flush=True)
                begun = time.monotonic()
                wrong = attempt(trial, folder / trial.__name__, homes, broker)
                print(f"  {time.monotonic() - begun:.0f} s; {'; '.join(wrong) or 'all is there, once'}", flush=True)
                failed += [trial.__name__] if wrong else []
    print(f"failed: {', '.join(failed)}" if failed else "all went well")
    return 1 if failed else 0


def attempt(run: Callable[[Trial], None], folder: Path, homes: list[str], broker: Broker) -> list[str]:
    folder.mkdir()
    with ExitStack() as stack:
        store = stack.enter_context(Store(folder / "store"))
        os.environ.update(store.environment)
        words = ["work", "--broker", broker.url, "--depot", store.url, "-s", f"DOWNLOAD_DELAY={DELAY}"]
        trial = Trial(folder, homes, store, broker, Workers(folder, 1, words, store.environment))
        stack.callback(trial.workers.kill_all)
        for home in homes:
            trial.depot.register(home)
        trial.log.write_bytes(b"")
        try:
            run(trial)
            wait(lambda: len(trial.unread()) <= trial.missing, MOST)
            wrong = list(found(trial))
        except Exception as error:
            wrong = [f"{type(error).__name__}: {str(error)[:500]}"]
        for line in dict.fromkeys(trial.workers.said().splitlines()):
            print(f"  worker: {line[:220]}", flush=True)
    if not broker.answers() or broker.settings:
        broker.kill()
        broker.settings = broker.advanced = ""
        broker.start()
    app = application(broker.url, 60)
    with connected(app) as connection:
        app.amqp.queues[QUEUE](connection.default_channel).purge()
    return wrong


def found(trial: Trial) -> Iterator[str]:
    """What is wrong when all is over."""
    seen = asked(trial.log)
    expected = REQUESTS * (1 - trial.missing / SITES)
    if len(seen) > trial.requests * expected:
        yield f"{len(seen)} requests, {len(seen) / expected:.2f} times those of an undisturbed reading"
    yield from impolite(seen, DELAY)
    if not trial.workers.under_way():
        yield f"the worker ended with {[process.returncode for process in trial.workers.processes.values()]}"
    elif any(codes := trial.workers.stop()):
        yield f"it ended with {codes} when it was told to"
    for home_folder in brought_sites(trial):
        counts = [rows(home_folder, f"select count(*) from {table}")[0][0] for table in ("articles", "comments")]
        if counts != [ARTICLES, ARTICLES * COMMENTS]:
            yield f"{home_folder.name} has {counts} articles and comments"
        yield from damaged([home_folder])


def brought_sites(trial: Trial) -> list[Path]:
    for site in trial.depot.sites(lambda error: None):
        if site.removed_at:
            trial.depot.resume(site.name)
    folders = brought(trial.depot, trial.folder / "brought")
    return [folder for folder in folders if (folder / "archive.db").exists() and rows(folder, "select 1 from crawls limit 1")]


if __name__ == "__main__":
    sys.exit(main())
