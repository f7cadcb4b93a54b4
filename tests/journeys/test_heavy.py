"""The largest and the worst bodies, many at once: bounded in memory and time, and nobody else waits."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.journeys.conftest import PORTAL_TOKEN
from tests.journeys.running_gateway import RunningGateway
from tests.journeys.wire import Heard, ask, framed, request, wire

pytestmark = pytest.mark.journey

Phone = Callable[[], str]
Kept = Callable[[RunningGateway], int]

PORTAL = f"/webhooks/portal?token={PORTAL_TOKEN}"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=X"
MIB = 1 << 20
ROOM = MIB - 200


def memory_of(pid: int) -> int:
    """What a process holds in memory, in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


def hook(gateway: RunningGateway, body: bytes, content_type: str = JSON) -> Heard:
    return ask(gateway.port, request(PORTAL, body, content_type=content_type))


def test_twenty_of_the_largest_at_once_fit_and_health_is_answered_meanwhile(
    open_gateway: RunningGateway, phone: Phone
) -> None:
    worker = open_gateway.worker_pids()[0]
    numbers = [phone() for _ in range(20)]
    bodies = [b'{"phone": "%s", "note": "' % number.encode() + b"x" * ROOM + b'"}' for number in numbers]
    hook(open_gateway, bodies[0])
    before = memory_of(worker)
    with ThreadPoolExecutor(21) as callers:
        running = [callers.submit(hook, open_gateway, body) for body in bodies]
        began = time.monotonic()
        alive = ask(open_gateway.port, framed("/livez", b"", method="GET")).status
        took = time.monotonic() - began
        heard = [each.result() for each in running]

    assert [each.status for each in heard] == [200] * 20
    assert (alive, took < 2) == (200, True)
    assert memory_of(worker) - before < 160 * MIB
    assert open_gateway.worker_pids()[0] == worker


def test_ten_megabytes_are_refused_by_what_they_announce(open_gateway: RunningGateway, kept: Kept) -> None:
    before, worker = kept(open_gateway), open_gateway.worker_pids()[0]
    memory = memory_of(worker)
    for target in (PORTAL, "/forms/website"):
        with wire(open_gateway.port) as connection:
            heard = connection.say(request(target, b"x" * 10 * MIB, "Accept: application/json")).hear()
        assert (heard.status, heard.reason) == (413, "body.too_large")
    assert kept(open_gateway) == before
    assert memory_of(worker) - memory < 20 * MIB


WORST = {
    "deep": (b"[" * ROOM, JSON),
    "many names": (b"{" + b",".join(b'"%d":1' % n for n in range(90_000)) + b"}", JSON),
    "many numbers": (b"[" + b"1," * (ROOM // 2) + b"1]", JSON),
    "a number without end": (b'{"phone":' + b"9" * 5_000 + b"}", JSON),
    "digits": (b'{"phone":"' + b"9" * ROOM + b'"}', JSON),
    "brackets": (b'{"phone":"' + b"(-" * (ROOM // 2) + b'"}', JSON),
    "blanks": (b'{"phone":"' + b" " * ROOM + b'9"}', JSON),
    "almost a mail": (b'{"phone":"12","email":"' + b"a." * (ROOM // 2 - 20) + b'!"}', JSON),
    "almost an address": (
        b'{"phone":"12","page_url":"http://a.b/' + b"%2e/" * (ROOM // 4 - 20) + b'"}',
        JSON,
    ),
    "a name": (b'{"phone":"12","name":"' + b"a" * (ROOM - 30) + b'!"}', JSON),
    "accents": (b'{"phone":"12","name":"a' + b"\\u0301" * (ROOM // 6 - 10) + b'"}', JSON),
    "ligatures": (b'{"phone":"12","name":"' + b"\\ufdfa" * (ROOM // 6 - 10) + b'"}', JSON),
    "ten thousand fields": (b"&".join(b"f%d=1" % n for n in range(10_000)), FORM),
    "percent": (b"phone=" + b"%41" * (ROOM // 3), FORM),
    "ampersands": (b"&" * ROOM, FORM),
    "a thousand parts": (
        b"".join(b'--X\r\nContent-Disposition: form-data; name="f%d"\r\n\r\n1\r\n' % n for n in range(1000)),
        PARTS,
    ),
    "almost a boundary": (b"--X\r\n" + b"\r\n--" * (ROOM // 4), PARTS),
    "elements": (b"<l>" + b"<a/>" * (ROOM // 4 - 10) + b"</l>", "text/xml"),
    "nested elements": (b"<a>" * (ROOM // 3), "text/xml"),
    "entities": (
        b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><l><phone>&b;</phone></l>',
        "text/xml",
    ),
}


@pytest.mark.parametrize("name", WORST)
def test_the_worst_megabyte_is_judged_soon_and_kept_for_a_person(
    open_gateway: RunningGateway, name: str
) -> None:
    began = time.monotonic()
    heard = hook(open_gateway, *WORST[name])

    assert time.monotonic() - began < 3, "generous: the machine may be busy"
    assert heard.status == 200
    assert [each["status"] for each in heard.json["leads"]] == ["quarantined"]


@pytest.mark.parametrize(
    "name", ["deep", "many names", "digits", "ten thousand fields", "a thousand parts", "accents"]
)
@pytest.mark.parametrize("target", ["/v1/leads", "/forms/website"])
def test_a_caller_that_can_mend_it_is_told_at_once(
    open_gateway: RunningGateway, kept: Kept, target: str, name: str
) -> None:
    body, content_type = WORST[name]
    more = (f"Authorization: Bearer {open_gateway.key}", "Accept: application/json")
    before, began = kept(open_gateway), time.monotonic()
    for length in (65_000, MIB):
        heard = ask(open_gateway.port, request(target, body[:length], *more, content_type=content_type))
        assert heard.status in (400, 413, 422)
    assert time.monotonic() - began < 3
    assert kept(open_gateway) == before
