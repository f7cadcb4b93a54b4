"""Messages leave through a process of their own: taken, refused, hanging, and with nothing of ours in its hands."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from gateway.alerting.letters import Letter
from gateway.alerting.post import ProcessSender, Sent, _environment, advice
from gateway.config.alert_table import AlertTarget
from tests.callbacks.receiver import Receiver, receiving

LETTER = Letter(
    severity="critical", title="CRITICAL: It is away.", body="It is away.\n<!channel> & more\nhttp://x/"
)


def target(url: str) -> AlertTarget:
    return AlertTarget(reference="env:A", url=url)


def json_at(receiver: Receiver) -> AlertTarget:
    return target(receiver.url.replace("http://", "json://") + "secret-path")


class _Mailbox(socketserver.StreamRequestHandler):
    """Just enough SMTP to be given a mail."""

    def handle(self) -> None:
        self.wfile.write(b"220 mailbox\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                mail = b""
                while (more := self.rfile.readline()) != b".\r\n":
                    mail += more
                self.server.mails.append(mail)  # type: ignore[attr-defined]
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 fine\r\n")
            if word == b"QUIT":
                return


@pytest.fixture
def mailbox() -> Iterator[tuple[int, list[bytes]]]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mailbox) as server:
        server.daemon_threads = True
        server.mails = mails = []  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1], mails
        server.shutdown()


def test_a_webhook_takes_the_message_as_it_is() -> None:
    with receiving() as receiver:
        sent = ProcessSender().send(json_at(receiver), LETTER)
    (came,) = receiver.messages()

    assert sent == Sent(taken=True)
    assert (came["title"], came["message"], came["type"]) == (LETTER.title, LETTER.body, "failure")


def test_a_mail_is_delivered(mailbox: tuple[int, list[bytes]]) -> None:
    port, mails = mailbox

    sent = ProcessSender().send(
        target(f"mailto://127.0.0.1:{port}?from=gateway@leads.example.com&to=duty@leads.example.com"), LETTER
    )

    assert sent == Sent(taken=True)
    assert b"Subject: CRITICAL: It is away." in mails[0]
    assert b"duty@leads.example.com" in mails[0]


@pytest.mark.parametrize(("status", "says"), [(404, "(404)"), (401, "new one"), (500, "500")])
def test_a_refusal_is_told_by_its_status_and_what_to_do(status: int, says: str) -> None:
    with receiving(Receiver(answer=lambda _: status)) as receiver:
        sent = ProcessSender().send(json_at(receiver), LETTER)

    assert sent == Sent(taken=False, problem=f"status_{status}")
    assert says in advice(sent.problem)


def test_a_closed_port_and_an_address_of_no_kind_are_told_apart() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    assert ProcessSender().send(target(f"json://127.0.0.1:{port}/"), LETTER).problem == "unreachable"
    assert ProcessSender().send(target("nothing://of/the/kind"), LETTER).problem == "unreadable"


def test_a_service_that_hangs_is_given_up_in_time_and_its_process_ended() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sender = ProcessSender(patience=1.0)
        began = time.monotonic()
        sent = sender.send(target(f"json://127.0.0.1:{silent.getsockname()[1]}/"), LETTER)

    assert sent == Sent(taken=False, problem="timeout")
    assert time.monotonic() - began < 5.0


def test_stopping_ends_a_sending_under_way() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        sender, outcome = ProcessSender(), []
        address = target(f"json://127.0.0.1:{silent.getsockname()[1]}/")
        thread = threading.Thread(target=lambda: outcome.append(sender.send(address, LETTER)))
        thread.start()
        connection, _ = silent.accept()
        with contextlib.closing(connection):
            sender.stop()
            thread.join(5)

    assert outcome == [Sent(taken=False, problem="broken")]


def test_nothing_that_serves_requests_loads_what_sends() -> None:
    program = "import sys, gateway.app, gateway.web.console.alerts; print('apprise' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"


def test_the_sending_process_loads_nothing_of_the_gateway_and_gets_no_secret_of_it() -> None:
    program = (
        "import sys, gateway.alerting.send; print(sorted(n for n in sys.modules if n.startswith('gateway')))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['gateway', 'gateway.alerting', 'gateway.alerting.send']"
    assert not [name for name in _environment() if name.startswith("GATEWAY_") or "PASSWORD" in name]
