"""One message over real sockets: only to addresses that were judged, in time, and never further."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gateway.callbacks.post import Answered, HttpPoster, Unanswered
from gateway.config import Callback
from tests.callbacks.receiver import LOOPBACK, SECRET, Receiver
from tests.dialer.certificates import make
from tests.dialer.scripted import Peer, ScriptedDialer, answer

INSIDE = [
    "127.0.0.1",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "240.0.0.1",
    "192.0.2.1",
    "198.18.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:169.254.169.254",
    "fe80::1",
    "fc00::1",
    "ff02::1",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
    "2001:db8::1",
    "2001::1",
    "3fff::1",
    "::127.0.0.1",
]


def to(url: str, networks: tuple[str, ...] = LOOPBACK) -> Callback:
    return Callback(url=url, secrets=(SECRET,), networks=networks)


def post(url: str, *, networks: tuple[str, ...] = LOOPBACK, **more: Any) -> Answered | Unanswered:
    headers = {"webhook-id": "id", "Content-Type": "application/json"}
    return HttpPoster(**more).post(to(url, networks), headers=headers, body=b'{"a":1}')


def look_up_giving(*addresses: str) -> tuple[Callable[..., list[Any]], list[str]]:
    """A DNS of the test's own, and the names it was asked for."""
    asked: list[str] = []

    def look_up(host: str, port: int, **more: Any) -> list[Any]:
        if more.get("flags") == socket.AI_NUMERICHOST:
            return socket.getaddrinfo(host, port, **more)
        asked.append(host)
        return [found for each in addresses for found in socket.getaddrinfo(each, port, **more)]

    return look_up, asked


def test_a_message_is_posted_to_the_whole_address(receiver: Receiver) -> None:
    assert post(f"{receiver.url}a/b?c=d") == Answered(status=204)

    (came,) = receiver.came
    assert (came.path, came.body) == ("/a/b?c=d", b'{"a":1}')
    assert came.headers["host"] == receiver.url.removeprefix("http://").rstrip("/")
    assert came.headers["content-type"] == "application/json"
    assert "authorization" not in came.headers


def test_an_address_without_a_path_is_posted_to_its_root(receiver: Receiver) -> None:
    post(receiver.url.rstrip("/"))

    assert receiver.came[0].path == "/"


def test_the_answer_brings_its_status_and_how_long_to_wait(receiver: Receiver) -> None:
    receiver.answer, receiver.retry_after = (lambda _: 429), "120"

    assert post(receiver.url) == Answered(status=429, retry_after=120.0)


@pytest.mark.parametrize("value", ["soon", "-5", "Wed, 21 Oct 2015 07:28:00 GMT", "9" * 40])
def test_a_wish_to_wait_that_makes_no_sense_is_ignored(receiver: Receiver, value: str) -> None:
    receiver.retry_after = value

    assert post(receiver.url) == Answered(status=204)


@pytest.mark.parametrize("address", INSIDE)
def test_a_name_that_leads_inside_is_not_followed(address: str) -> None:
    look_up, asked = look_up_giving(address)

    assert post("https://partner.example/", networks=(), look_up=look_up) == Unanswered(
        problem="forbidden_address"
    )
    assert asked == ["partner.example"]


def test_one_address_inside_spoils_the_name(receiver: Receiver) -> None:
    look_up, _ = look_up_giving("127.0.0.1", "10.0.0.1")
    url = receiver.url.replace("127.0.0.1", "partner.example")

    assert post(url, look_up=look_up) == Unanswered(problem="forbidden_address")
    assert receiver.came == []


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "127.1", "[::1]"])
def test_an_address_inside_is_refused_however_it_is_written(receiver: Receiver, host: str) -> None:
    url = receiver.url.replace("127.0.0.1", host)

    assert post(url, networks=()) == Unanswered(problem="forbidden_address")
    assert receiver.came == []


def test_the_address_that_was_judged_is_the_one_that_is_used(receiver: Receiver) -> None:
    answers = iter([["127.0.0.1"], ["10.0.0.1"]])
    asked = []

    def rebinding(host: str, port: int, **more: Any) -> list[Any]:
        if more.get("flags") == socket.AI_NUMERICHOST:
            return socket.getaddrinfo(host, port, **more)
        asked.append(host)
        return [found for each in next(answers) for found in socket.getaddrinfo(each, port, **more)]

    url = receiver.url.replace("127.0.0.1", "partner.example")

    assert post(url, look_up=rebinding) == Answered(status=204)
    assert asked == ["partner.example"]
    assert receiver.came[0].headers["host"].startswith("partner.example:")
    assert post(url, look_up=rebinding) == Unanswered(problem="forbidden_address")


def test_a_host_that_does_not_exist_is_said_so() -> None:
    def nowhere(_host: str, _port: int, **_more: Any) -> list[Any]:
        raise socket.gaierror

    assert post("https://partner.example/", look_up=nowhere) == Unanswered(problem="unknown_host")


def test_nobody_there_is_said_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    assert post(f"http://127.0.0.1:{port}/") == Unanswered(problem="unreachable")


def test_whoever_trickles_an_answer_is_left_when_the_time_is_over() -> None:
    def trickle(peer: Peer) -> None:
        peer.request()
        while not peer.stopped.wait(0.02):
            peer.send(b"H")

    began = time.monotonic()
    with ScriptedDialer(trickle) as server:
        told = post(server.url, patience=0.4)

    assert told == Unanswered(problem="timeout")
    assert time.monotonic() - began < 2


def test_an_answer_is_enough_and_its_endless_body_is_not_read() -> None:
    def endless(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
        while not peer.stopped.wait(0.01):
            peer.send(b"x" * 10_000)

    began = time.monotonic()
    with ScriptedDialer(endless) as server:
        assert post(server.url) == Answered(status=200)
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("script", "problem"),
    [
        (lambda peer: (peer.request(), peer.reset()), "connection_lost"),
        (lambda peer: (peer.request(), peer.close()), "connection_lost"),
        (lambda peer: (peer.request(), peer.send(b"SSH-2.0-x\r\n\r\n"), peer.close()), "unreadable"),
    ],
)
def test_an_answer_that_is_none_is_said_so(script: Callable[[Peer], None], problem: str) -> None:
    with ScriptedDialer(script) as server:
        assert post(server.url) == Unanswered(problem=problem)


def test_a_certificate_is_checked_against_the_name_of_the_address(tmp_path: Path) -> None:
    good = make(tmp_path, "good", host="DNS:partner.example")
    other = make(tmp_path, "other", host="DNS:other.example")
    look_up, _ = look_up_giving("127.0.0.1")

    def told(served: Any, trusted: Any) -> Answered | Unanswered:
        with ScriptedDialer(lambda peer: peer.answer_all(answer(b"")), tls=served.server()) as server:
            url = server.url.replace("127.0.0.1", "partner.example")
            return post(url, tls=trusted.trust(), look_up=look_up)

    assert told(good, good) == Answered(status=200)
    assert told(other, other) == Unanswered(problem="tls")
    assert told(good, other) == Unanswered(problem="tls")
