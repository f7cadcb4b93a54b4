"""Whatever bytes come back, one request ends in a reply or a failure and never in an exception."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.dialer.http_status import retry_after
from gateway.dialer.transport import Failure, Reply, Request, Transport
from tests.dialer.scripted import CREATED, Peer, ScriptedDialer, config

FORM = Request(target="/", body=b"a=1")
PIECES = [
    b"HTTP/1.1 200 OK",
    b"HTTP/1.0 500",
    b"HTTP/1.1 100 Continue",
    b"HTTP/9.9 -1 x",
    b"\r\n",
    b"\n",
    b": ",
    b"Content-Length: 5",
    b"Content-Length: -7",
    b"Content-Length: 1e9",
    b"Transfer-Encoding: chunked",
    b"Retry-After: \xff",
    b"Connection: close",
    b"Content-Encoding: br",
    b"5",
    b"ffffffffffffffffff",
    b"-1",
    b"0",
    b"\x00",
    CREATED,
]
_answers = st.lists(st.sampled_from(PIECES) | st.binary(max_size=12), max_size=14).map(b"".join)


class Scripted:
    """One server for all examples: its connections get the bytes of the example and an end."""

    def __init__(self) -> None:
        self.bytes = b""

    def __call__(self, peer: Peer) -> None:
        if peer.request():
            peer.send(self.bytes)


@pytest.fixture(scope="module")
def script() -> Scripted:
    return Scripted()


@pytest.fixture(scope="module")
def transport(script: Scripted) -> Iterator[Transport]:
    with ScriptedDialer(script) as server:
        opened = Transport(config(server.url, timeout=2.0))
        yield opened
        opened.close()


@settings(max_examples=150, deadline=None)
@given(data=_answers)
def test_no_bytes_from_the_network_make_a_request_raise(
    transport: Transport, script: Scripted, data: bytes
) -> None:
    script.bytes = data
    result = transport.send(FORM)
    assert isinstance(result, (Reply, Failure))
    assert isinstance(result, Reply) or result.sent


@given(
    st.text(max_size=40) | st.sampled_from(["Mon, 99 Foo 9999 99:99:99 GMT", "Fri, 01 Jan 10000 00:00:00"])
)
def test_no_retry_after_is_longer_than_an_hour_or_negative(header: str) -> None:
    seconds = retry_after(header, now=1.7e9)
    assert seconds is None or 0 <= seconds <= 3600


def test_nothing_of_a_lead_is_logged_beside_a_malformed_header(
    transport: Transport, script: Scripted, caplog: pytest.LogCaptureFixture
) -> None:
    script.bytes = b"HTTP/1.1 200 OK\r\nbroken header\r\n : x\r\nContent-Length: 0\r\n\r\n"
    with caplog.at_level("DEBUG"):
        transport.send(Request(target="/?phone_number=9876543210"))
    assert "9876543210" not in caplog.text


def test_the_client_makes_its_own_sockets_quick() -> None:
    with ScriptedDialer(lambda peer: peer.answer_all(b"HTTP/1.1 204 No Content\r\n\r\n")) as server:
        opened = Transport(config(server.url))
        result = opened.send(FORM)
        kept = opened._idle._connections[0][0].sock
        delay = kept._sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)  # type: ignore[union-attr]
        opened.close()
    assert isinstance(result, Reply)
    assert delay != 0
