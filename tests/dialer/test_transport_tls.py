"""TLS to the dialer: the certificate is checked, always, and nothing is sent when it does not hold."""

from __future__ import annotations

import socket
import ssl
import time
from pathlib import Path

import pytest

from gateway.dialer.transport import Failure, Reply, Request, Transport
from tests.dialer.certificates import Certificate, make, make_expired
from tests.dialer.scripted import ScriptedDialer, answering, config

FORM = Request(target="/", body=b"a=1")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def good(folder: Path) -> Certificate:
    return make(folder, "good")


def failure_of(served: Certificate, trusted: ssl.SSLContext | None) -> tuple[str, bool, int]:
    with ScriptedDialer(answering(), tls=served.server()) as server:
        result = Transport(config(server.url), tls=trusted).send(FORM)
    assert isinstance(result, Failure)
    return result.code, result.sent, len(server.requests)


def test_a_trusted_certificate_serves_many_requests_on_one_connection(good: Certificate) -> None:
    with ScriptedDialer(answering(), tls=good.server()) as server:
        transport = Transport(config(server.url), tls=good.trust())
        for _ in range(3):
            assert isinstance(transport.send(FORM), Reply)
        transport.close()
    assert (server.connections, len(server.requests)) == (1, 3)


def test_a_certificate_nobody_vouches_for_is_not_sent(good: Certificate) -> None:
    assert failure_of(good, None) == ("dialer.tls", False, 0)


def test_a_certificate_of_another_host_is_not_sent(folder: Path) -> None:
    other = make(folder, "other", host="DNS:dialer.example")
    assert failure_of(other, other.trust()) == ("dialer.tls", False, 0)


def test_an_expired_certificate_is_not_sent(folder: Path) -> None:
    expired = make_expired(folder)
    assert failure_of(expired, expired.trust()) == ("dialer.tls", False, 0)


def test_a_server_that_does_not_speak_tls_is_not_sent(good: Certificate) -> None:
    with ScriptedDialer(lambda peer: peer.send(b"HTTP/1.1 400 Bad Request\r\n\r\n")) as server:
        url = server.url.replace("http:", "https:")
        result = Transport(config(url), tls=good.trust()).send(FORM)
    assert isinstance(result, Failure)
    assert (result.code, result.sent) == ("dialer.tls", False)


def test_a_handshake_that_never_ends_is_not_sent_within_the_connect_timeout(good: Certificate) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"https://127.0.0.1:{silent.getsockname()[1]}/"
        started = time.monotonic()
        result = Transport(config(url, connect_timeout=0.3), tls=good.trust()).send(FORM)
    assert isinstance(result, Failure)
    assert (result.code, result.sent) == ("dialer.connect_timeout", False)
    assert time.monotonic() - started < 1.0


def test_nothing_older_than_tls_1_2_is_spoken() -> None:
    context = Transport(config("https://127.0.0.1/"))._tls
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
