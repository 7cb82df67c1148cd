"""The gap between two requests to a host, where they leave."""

from __future__ import annotations

from itertools import pairwise

from scrapy.core.downloader import Slot
from twisted.internet.defer import Deferred
from twisted.internet.task import Clock

from crawler.http.pace import HOSTS, Departures, departures_to, hosts


def gone(departures: Departures, clock: Clock, slot: Slot, into: list[float]) -> Deferred[None]:
    """A request that notes when it leaves."""
    return departures.turn(slot).addCallback(lambda _: into.append(clock.seconds()))


def test_requests_that_are_ready_together_leave_a_delay_apart() -> None:
    clock, left = Clock(), list[float]()
    departures, slot = Departures(clock), Slot(8, 1.0, 0)
    for _ in range(3):
        gone(departures, clock, slot, left)
    clock.pump([0.25] * 12)
    assert [later - earlier >= 1.0 for earlier, later in pairwise(left)] == [True, True]
    assert left[0] == 0.0 and left[-1] <= 3.0


def test_a_late_program_lengthens_the_gap_and_never_shortens_it() -> None:
    clock, left = Clock(), list[float]()
    departures, slot = Departures(clock), Slot(8, 1.0, 0)
    gone(departures, clock, slot, left)
    clock.advance(0.7)  # busy: only now the first one is written to its socket
    clock.advance(0)
    gone(departures, clock, slot, left)
    clock.pump([0.3, 0.3, 0.3])
    assert left == [0.0], "the first one may have left at 0.7"
    clock.advance(0.2)
    assert left[1] >= 1.7


def test_a_request_that_was_given_up_holds_nobody_up() -> None:
    clock, left = Clock(), list[float]()
    departures, slot = Departures(clock), Slot(8, 1.0, 0)
    gone(departures, clock, slot, left)
    gone(departures, clock, slot, left).addErrback(lambda _: None).cancel()
    gone(departures, clock, slot, left)
    clock.pump([0, 0, 0.5, 0.5, 0.1])
    assert len(left) == 2 and 1.0 <= left[1] <= 1.1


def test_the_delay_is_that_of_the_moment_as_robots_txt_lengthens_it() -> None:
    clock, left = Clock(), list[float]()
    departures, slot = Departures(clock), Slot(8, 0.5, 0)
    gone(departures, clock, slot, left)
    gone(departures, clock, slot, left)
    clock.pump([0, 0])
    slot.delay = 2.0
    clock.pump([0.5, 0.5, 0.5])
    assert len(left) == 1
    clock.pump([0.5, 0.1])
    assert left[1] >= 2.0


def test_crawls_that_ask_one_host_share_its_gap() -> None:
    clock, left = Clock(), list[float]()
    one, other, elsewhere = Slot(8, 1.0, 0), Slot(8, 1.0, 0), Slot(8, 1.0, 0)
    key = ("http", b"shared.example", 80)
    gone(departures_to(key, clock), clock, one, left)
    gone(departures_to(key, clock), clock, other, left)
    gone(departures_to(("http", b"other.example", 80), clock), clock, elsewhere, left)
    clock.pump([0.25] * 6)
    assert left[:2] == [0.0, 0.0] and left[2] >= 1.0


def test_hosts_that_nobody_waits_for_are_forgotten() -> None:
    clock = Clock()
    for number in range(3 * HOSTS):
        gone(departures_to(("http", b"%d.example" % number, 80), clock), clock, Slot(8, 0.001, 0), [])
        clock.pump([0, 0, 0.01])
    assert len(hosts) <= HOSTS + 1
