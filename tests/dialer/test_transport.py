"""One request over real sockets against a scripted server: deadlines, broken connections, endless bodies."""

from __future__ import annotations

import gzip
import resource
import socket
import threading
import time

import pytest

from gateway.dialer.elision import ElisionDialer
from gateway.dialer.outcome import Answer, Busy, Created, NotSent, Refused, Unknown
from gateway.dialer.transport import Failure, Reply, Request, Transport
from tests.dialer.scripted import CREATED, LEAD, Peer, Script, ScriptedDialer, answer, answering, config

FORM = Request(target="/elision-api/main.php", body=b"a=1")


def add_lead(script: Script, **changes: object) -> tuple[Answer, ScriptedDialer]:
    with ScriptedDialer(script) as server:
        settings = config(server.url, **changes)
        dialer = ElisionDialer(settings, Transport(settings))
        answered = dialer.add_lead(LEAD)
        dialer.close()
    return answered, server


def code(answered: Answer) -> str:
    return getattr(answered.outcome, "code", None) or "created"


def test_a_lead_is_created_and_its_exchange_kept() -> None:
    answered, server = add_lead(answering())
    assert answered.outcome == Created(lead_id="1764", list_id="25062018", status="NEW")
    assert (answered.exchange.action, answered.exchange.http_status) == ("add_lead", 200)
    assert "1764" in answered.exchange.response
    assert LEAD["phone_number"] not in answered.exchange.response
    assert len(server.requests) == 1


def test_the_request_asks_for_no_encoding_and_brings_no_cookie_and_no_proxy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    answered, server = add_lead(answering())
    head = server.requests[0].split(b"\r\n\r\n")[0].lower()
    assert isinstance(answered.outcome, Created)
    assert head.startswith(b"post /elision-api/main.php http/1.1")
    assert b"accept-encoding: identity" in head
    assert b"cookie" not in head
    assert b"authorization" not in head


def test_configured_headers_are_sent_with_every_request() -> None:
    _, server = add_lead(answering(), headers={"Authorization": "Bearer abcdef"})
    assert b"Authorization: Bearer abcdef" in server.requests[0]


@pytest.mark.parametrize("part", ["body", "headers", "nothing"])
def test_a_dripping_or_silent_dialer_is_cut_at_the_deadline(part: str) -> None:
    def drip(peer: Peer) -> None:
        peer.request()
        if part == "body":
            peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
        while part != "nothing" and not peer.stopped.wait(0.05):
            peer.send(b"x")
        peer.stopped.wait(5)

    started = time.monotonic()
    answered, _ = add_lead(drip, timeout=0.4)
    assert time.monotonic() - started < 2
    assert isinstance(answered.outcome, Unknown)
    assert code(answered) == "dialer.timeout"
    assert 0.35 < answered.exchange.seconds < 0.8


def test_a_dialer_that_reads_nothing_is_cut_at_the_deadline() -> None:
    settings = config(timeout=0.4)
    with ScriptedDialer(lambda peer: peer.stopped.wait(5) and None) as server:
        transport = Transport(config(server.url, timeout=0.4))
        result = transport.send(Request(target="/", body=b"x" * 30_000_000))
    assert isinstance(result, Failure)
    assert (result.code, result.sent) == ("dialer.timeout", True)
    assert result.seconds < settings.timeout + 0.5


@pytest.mark.parametrize("how", ["reset", "close", "half"])
def test_a_connection_broken_after_the_request_is_unknown(how: str) -> None:
    def broken(peer: Peer) -> None:
        peer.request()
        {"reset": peer.reset, "close": peer.close, "half": peer.shut_writing}[how]()

    answered, server = add_lead(broken)
    assert isinstance(answered.outcome, Unknown)
    assert code(answered) == "dialer.connection_lost"
    assert len(server.requests) == 1


def test_a_connection_reset_at_once_is_unknown_or_not_sent_but_never_sent_twice() -> None:
    answered, server = add_lead(lambda peer: peer.reset())
    assert isinstance(answered.outcome, (Unknown, NotSent))
    assert server.connections == 1


def test_half_a_body_is_unknown_although_the_status_was_200() -> None:
    answered, _ = add_lead(lambda peer: peer.request() and peer.send(answer(b'{"success', length=500)))
    assert isinstance(answered.outcome, Unknown)
    assert code(answered) == "dialer.incomplete"


def test_half_a_chunk_is_unknown() -> None:
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    answered, _ = add_lead(lambda peer: peer.request() and peer.send(head + b"ff\r\n{"))
    assert code(answered) == "dialer.incomplete"


def test_a_whole_success_behind_a_wrong_length_is_a_success() -> None:
    answered, _ = add_lead(lambda peer: peer.request() and peer.send(answer(length=9000)))
    assert isinstance(answered.outcome, Created)


def test_a_success_sent_before_the_dialer_hangs_is_a_success() -> None:
    def hang(peer: Peer) -> None:
        peer.request()
        peer.send(answer(length=9000))
        peer.stopped.wait(5)

    answered, _ = add_lead(hang, timeout=0.3)
    assert isinstance(answered.outcome, Created)


def test_a_length_too_short_does_not_spoil_the_next_answer() -> None:
    def short(peer: Peer) -> None:
        while peer.request():
            peer.send(answer(length=10))

    with ScriptedDialer(short) as server:
        transport = Transport(config(server.url))
        first, second = transport.send(FORM), transport.send(FORM)
        transport.close()
    assert [r.body for r in (first, second) if isinstance(r, Reply)] == [CREATED[:10]] * 2


def test_a_chunked_answer_is_put_together() -> None:
    parts = [CREATED[i : i + 40] for i in range(0, len(CREATED), 40)]
    body = b"".join(b"%x\r\n%b\r\n" % (len(p), p) for p in parts) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    answered, _ = add_lead(lambda peer: peer.request() and peer.send(head + body))
    assert isinstance(answered.outcome, Created)


def test_an_old_server_that_ends_its_answer_by_closing() -> None:
    answered, _ = add_lead(lambda peer: peer.request() and peer.send(b"HTTP/1.0 200 OK\r\n\r\n" + CREATED))
    assert isinstance(answered.outcome, Created)


@pytest.mark.parametrize(
    "garbage", [b"\x16\x03\x01garbage\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"SSH-2.0-x\r\n", b"\r\n" * 9]
)
def test_what_is_not_http_is_unknown(garbage: bytes) -> None:
    answered, _ = add_lead(lambda peer: peer.request() and peer.send(garbage))
    assert isinstance(answered.outcome, Unknown)


def test_headers_without_end_are_unknown() -> None:
    def endless(peer: Peer) -> None:
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\n")
        while True:
            peer.send(b"X-Line: y\r\n" * 50)

    answered, _ = add_lead(endless)
    assert isinstance(answered.outcome, Unknown)


def test_a_redirect_is_not_followed_and_stops_the_line() -> None:
    with ScriptedDialer(answering()) as elsewhere:
        redirect = answering(b"", "301 Moved Permanently", f"Location: {elsewhere.url}\r\n")
        answered, server = add_lead(redirect, headers={"Authorization": "Bearer abcdef"})
    assert isinstance(answered.outcome, Refused)
    assert code(answered) == "dialer.redirect"
    assert (len(server.requests), elsewhere.connections) == (1, 0)


def test_a_gzip_bomb_is_never_unpacked() -> None:
    bomb = gzip.compress(b"0" * 50_000_000)
    before = _memory()
    answered, _ = add_lead(answering(bomb, headers="Content-Encoding: gzip\r\n"))
    assert isinstance(answered.outcome, Unknown)
    assert _memory() - before < 20_000


def test_an_endless_body_is_left_after_64_kilobytes() -> None:
    sent = 0

    def endless(peer: Peer) -> None:
        nonlocal sent
        peer.request()
        peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2147483648\r\n\r\n")
        while True:
            peer.send(b"0" * 65_536)
            sent += 65_536

    before = _memory()
    answered, _ = add_lead(endless)
    assert code(answered) == "dialer.too_large"
    assert len(answered.exchange.response) <= 2_000
    assert sent < 100_000_000
    assert _memory() - before < 20_000


def _memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def test_busy_with_retry_after() -> None:
    answered, _ = add_lead(answering(b"later", "503 Service Unavailable", "Retry-After: 120\r\n"))
    assert isinstance(answered.outcome, Busy)
    assert answered.outcome.retry_after == 120.0


def test_an_answer_sent_before_the_request_was_read_counts() -> None:
    def early(peer: Peer) -> None:
        peer.send(answer(b"too big", "413 Content Too Large", "Connection: close\r\n"))
        peer.shut_writing()
        peer.stopped.wait(0.3)

    with ScriptedDialer(early) as server:
        result = Transport(config(server.url)).send(Request(target="/", body=b"x" * 1000))
    assert isinstance(result, Reply)
    assert result.status == 413


# -- connecting --------------------------------------------------------------------------------------


def test_a_refused_connection_is_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    result = Transport(config(f"http://127.0.0.1:{port}/")).send(FORM)
    assert isinstance(result, Failure)
    assert (result.code, result.sent) == ("dialer.unreachable", False)


def test_a_connection_nobody_accepts_is_not_sent_within_the_connect_timeout() -> None:
    full = socket.socket()
    full.bind(("127.0.0.1", 0))
    full.listen(0)
    waiting = [socket.socket() for _ in range(4)]
    for sock in waiting:
        sock.setblocking(False)
        sock.connect_ex(full.getsockname())
    started = time.monotonic()
    result = Transport(config(f"http://127.0.0.1:{full.getsockname()[1]}/", connect_timeout=0.3)).send(FORM)
    for sock in (full, *waiting):
        sock.close()
    assert isinstance(result, Failure)
    assert (result.code, result.sent) == ("dialer.connect_timeout", False)
    assert time.monotonic() - started < 1.0


def test_a_name_that_does_not_exist_is_not_sent() -> None:
    def no_such_name(*_: object, **options: object) -> list[object]:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    result = Transport(config("http://dialer.example/"), look_up=no_such_name).send(FORM)  # type: ignore[arg-type]
    assert isinstance(result, Failure)
    assert (result.code, result.sent) == ("dialer.dns", False)


def test_a_dns_that_does_not_answer_is_asked_once_and_left_at_the_connect_timeout() -> None:
    asked = 0
    answered = threading.Event()

    def slow(*_: object, flags: int = 0, **options: object) -> list[object]:
        nonlocal asked
        if flags:
            raise socket.gaierror(socket.EAI_NONAME, "not an address")
        asked += 1
        answered.wait(5)
        return []

    transport = Transport(config("http://dialer.example/", connect_timeout=0.2), look_up=slow)  # type: ignore[arg-type]
    results = [transport.send(FORM) for _ in range(2)]
    answered.set()
    assert [(r.code, r.sent) for r in results if isinstance(r, Failure)] == [
        ("dialer.connect_timeout", False)
    ] * 2
    assert asked == 1
    assert all(r.seconds < 1 for r in results)


def test_the_next_address_is_tried_when_the_first_is_dead() -> None:
    with ScriptedDialer(answering()) as server:
        port = int(server.url.split(":")[2].split("/")[0])
        found = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, port)) for host in ("127.0.0.2", "127.0.0.1")
        ]
        transport = Transport(config("http://dialer.example/"), look_up=lambda *_, **__: found)  # type: ignore[arg-type,return-value]
        result = transport.send(FORM)
        transport.close()
    assert isinstance(result, Reply)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://user:pw@127.0.0.1/", "/main.php", "http://"])
def test_a_url_that_cannot_work_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="url"):
        Transport(config(url))


@pytest.mark.parametrize("headers", [{"X\r\nY": "1"}, {"X": "1\r\nY: 2"}, {"X": "é" + chr(300)}])
def test_a_header_that_would_break_the_request_is_refused_at_once(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="header"):
        Transport(config("http://127.0.0.1/", headers=headers))


# -- keep-alive --------------------------------------------------------------------------------------


def test_one_connection_serves_many_requests() -> None:
    with ScriptedDialer(answering()) as server:
        transport = Transport(config(server.url))
        for _ in range(5):
            assert isinstance(transport.send(FORM), Reply)
        transport.close()
    assert (server.connections, len(server.requests)) == (1, 5)


def test_a_connection_the_server_closed_while_idle_is_not_used() -> None:
    closed = threading.Event()

    def once(peer: Peer) -> None:
        peer.request()
        peer.send(answer())
        peer.close()
        closed.set()

    with ScriptedDialer(once) as server:
        transport = Transport(config(server.url))
        for _ in range(3):
            assert isinstance(transport.send(FORM), Reply)
            assert closed.wait(2)
            time.sleep(0.02)
            closed.clear()
        transport.close()
    assert (server.connections, len(server.requests)) == (3, 3)


def test_a_connection_idle_for_too_long_is_not_used() -> None:
    with ScriptedDialer(answering()) as server:
        transport = Transport(config(server.url, keep_alive=0.05))
        transport.send(FORM)
        time.sleep(0.1)
        transport.send(FORM)
        transport.close()
    assert server.connections == 2


def test_a_reused_connection_that_breaks_after_the_request_is_unknown_and_never_sent_again() -> None:
    def second_time_reset(peer: Peer) -> None:
        peer.request()
        peer.send(answer())
        peer.request()
        peer.reset()

    with ScriptedDialer(second_time_reset) as server:
        transport = Transport(config(server.url))
        transport.send(FORM)
        result = transport.send(FORM)
    assert isinstance(result, Failure)
    assert (result.code, result.sent) == ("dialer.connection_lost", True)
    assert len(server.requests) == 2


def test_no_more_connections_are_kept_than_the_line_may_use() -> None:
    together = threading.Barrier(6)

    def crowd(peer: Peer) -> None:
        while peer.request():
            together.wait(5)
            peer.send(answer())

    with ScriptedDialer(crowd) as server:
        transport = Transport(config(server.url, max_concurrency=2))
        for _ in range(2):
            threads = [threading.Thread(target=transport.send, args=(FORM,)) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(5)
        transport.close()
    assert server.connections == 6 + 4


class Dead:
    """A socket on which the first write finds that the server has reset the connection."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def settimeout(self, seconds: float | None) -> None:
        self._sock.settimeout(seconds)

    def send(self, data: memoryview) -> int:
        raise BrokenPipeError

    def fileno(self) -> int:
        return self._sock.fileno()

    def close(self) -> None:
        self._sock.close()


def test_when_not_a_byte_of_it_left_the_request_takes_a_fresh_connection() -> None:
    with ScriptedDialer(answering()) as server:
        transport = Transport(config(server.url))
        transport.send(FORM)
        wire = transport._idle._connections[0][0].sock
        wire._sock = Dead(wire._sock)  # type: ignore[union-attr]
        result = transport.send(FORM)
        transport.close()
    assert isinstance(result, Reply)
    assert (server.connections, len(server.requests)) == (2, 2)
