"""Every address is one door with one guard, however it is written, and no header talks anybody past it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.journeys.conftest import PORTAL_TOKEN
from tests.journeys.running_gateway import RunningGateway
from tests.journeys.wire import Heard, ask, framed, request

pytestmark = pytest.mark.journey

Phone = Callable[[], str]
Kept = Callable[[RunningGateway], int]

FORM = "application/x-www-form-urlencoded"
EVIL = "Host: evil.example"


def bearer(gateway: RunningGateway) -> str:
    return f"Authorization: Bearer {gateway.key}"


def lead(phone: str) -> bytes:
    return b'{"mobile_no": "%s"}' % phone.encode()


def form(gateway: RunningGateway, phone: str, *headers: str, peer: str) -> Heard:
    body = f"phone={phone}&name=Asha".encode()
    return ask(gateway.port, request("/forms/narrow", body, *headers, content_type=FORM), peer=peer)


# -- hosts, methods, addresses -------------------------------------------------------------------------------


def test_a_request_needs_a_host_and_it_is_never_repeated(
    open_gateway: RunningGateway, kept: Kept, phone: Phone
) -> None:
    body, length, json = lead(phone()), "Content-Length: 27", "Content-Type: application/json"
    before = kept(open_gateway)
    without = ask(open_gateway.port, framed("/v1/leads", body, bearer(open_gateway), json, length, host=""))
    assert (without.status, without.reason, kept(open_gateway)) == (400, "host.missing", before)

    for target in ("/v1/leads", "//v1/leads", "/v1//leads", "http://evil.example/v1/leads"):
        heard = ask(
            open_gateway.port, framed(target, lead(phone()), bearer(open_gateway), json, length, host=EVIL)
        )
        assert heard.status in (201, 404)
        assert "evil" not in f"{heard.headers}{heard.body.decode()}"
    thanks = ask(
        open_gateway.port,
        framed(
            "/forms/website",
            b"phone=" + phone().encode(),
            f"Content-Type: {FORM}",
            "Content-Length: 16",
            host=EVIL,
        ),
    )
    assert (thanks.status, thanks.header("location")[:22]) == (303, "/forms/website/thanks?")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH", "TRACE", "CONNECT", "PROPFIND"])
def test_any_other_method_is_told_which_are_taken(
    open_gateway: RunningGateway, kept: Kept, method: str
) -> None:
    before = kept(open_gateway)
    override = ("X-HTTP-Method-Override: POST", "X-Method-Override: POST", "X-HTTP-Method: POST")
    heard = ask(
        open_gateway.port,
        request("/v1/leads?_method=POST", lead("8099999999"), bearer(open_gateway), *override, method=method),
    )

    assert (heard.status, heard.reason, heard.header("allow")) == (405, "method.not_allowed", "OPTIONS, POST")
    assert b"Bearer" not in heard.body
    assert kept(open_gateway) == before


def test_a_post_stays_a_post(open_gateway: RunningGateway, phone: Phone) -> None:
    heard = ask(
        open_gateway.port,
        request("/v1/leads", lead(phone()), bearer(open_gateway), "X-HTTP-Method-Override: DELETE"),
    )

    assert heard.status == 201


def test_nobody_is_connected_through(open_gateway: RunningGateway) -> None:
    assert ask(open_gateway.port, framed("127.0.0.1:22", b"", method="CONNECT")).status == 404


@pytest.mark.parametrize(
    "target",
    [
        "/v1/leads",
        "//v1/leads",
        "/v1//leads",
        "/v1%2fleads",
        "/%76%31/leads",
        "/v1/./leads",
        "/forms/../v1/leads",
        "/forms/%2e%2e/v1/leads",
        "/v1/leads/",
        "/v1/leads.",
        "/v1/leads;x=1",
        "/v1/leads%00",
        "/v1/leads%20",
        "/V1/LEADS",
        "/v1\\leads",
        "http://127.0.0.1/v1/leads",
        "/webhooks/portal",
        "//webhooks/portal",
        "/webhooks//portal",
        "/webhooks/website/../portal",
        "/webhooks/listed",
        "/webhooks/PORTAL",
        "/webhooks/portal%00",
        "/metrics",
        "//metrics",
        "/livez/../metrics",
        "/%6detrics",
    ],
)
def test_no_spelling_of_an_address_gets_past_its_guard(
    open_gateway: RunningGateway, kept: Kept, target: str
) -> None:
    before = kept(open_gateway)
    for method in ("GET", "POST"):
        stranger = request(target, b'{"phone": "8099999999"}', "X-Forwarded-For: 127.0.0.1", method=method)
        heard = ask(open_gateway.port, stranger)
        # A webhook's bare GET is a platform's question whether anybody is there.
        assert heard.status in (400, 401, 403, 404, 405)
        assert b"gw_http_requests_total" not in heard.body
    assert kept(open_gateway) == before


@pytest.mark.parametrize(
    "target",
    ["/.git/config", "/.env", "/debug", "/admin", "/server-status", "/gateway.toml", "/static/../wsgi.py"],
)
def test_nothing_lies_about(open_gateway: RunningGateway, target: str) -> None:
    assert ask(open_gateway.port, framed(target, b"", method="GET")).status == 404


# -- who is counted, who is let in ---------------------------------------------------------------------------


def test_no_header_gives_a_visitor_a_new_address(open_gateway: RunningGateway, phone: Phone) -> None:
    claims = [
        ("X-Forwarded-For: 203.0.113.1",),
        ("X-Forwarded-For: 203.0.113.2, 203.0.113.3",),
        ("X-Forwarded-For: 203.0.113.4", "X-Forwarded-For: 203.0.113.5"),
        ("X-Forwarded-For: [2001:db8::17]:4711",),
        ("X_Forwarded_For: 203.0.113.6",),
        ("Forwarded: for=203.0.113.7",),
        ("X-Real-IP: 203.0.113.8",),
        ("True-Client-IP: 203.0.113.9",),
    ]

    found = [form(open_gateway, phone(), *claim, peer="127.2.0.1") for claim in claims]

    assert [each.status for each in found] == [303] * 3 + [429] * 5
    assert int(found[-1].header("retry-after")) >= 1
    assert form(open_gateway, phone(), peer="127.2.0.2").status == 303


def test_guessing_is_answered_with_patience_asked_for_and_spares_everybody_else(
    open_gateway: RunningGateway, phone: Phone
) -> None:
    wrong = request("/v1/leads", lead("8099999999"), "Authorization: Bearer gw_live_guess")
    right = request("/v1/leads", lead(phone()), bearer(open_gateway))

    guesses = [ask(open_gateway.port, wrong, peer="127.2.0.3").status for _ in range(32)]

    assert guesses == [401] * 30 + [429] * 2
    assert ask(open_gateway.port, right, peer="127.2.0.3").status == 201, "the right key is never locked out"
    assert ask(open_gateway.port, wrong).status == 401


def test_an_address_list_believes_the_socket_alone(open_gateway: RunningGateway, kept: Kept) -> None:
    before = kept(open_gateway)
    for claim in ("X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "X-Real-IP: 192.0.2.1"):
        assert ask(open_gateway.port, request("/webhooks/listed", lead("8099999999"), claim)).status == 401
    assert kept(open_gateway) == before


@pytest.mark.parametrize(
    ("target", "headers"),
    [
        ("/v1/leads?api_key={key}", ()),
        ("/v1/leads?x={key}", ()),
        ("/v1/leads?KEY=anything", ("Authorization: Bearer {key}",)),
    ],
)
def test_a_key_in_the_address_is_refused(
    open_gateway: RunningGateway, kept: Kept, target: str, headers: tuple[str, ...]
) -> None:
    before, key = kept(open_gateway), open_gateway.key
    heard = ask(
        open_gateway.port,
        request(target.format(key=key), lead("8099999999"), *(each.format(key=key) for each in headers)),
    )

    assert (heard.status, heard.reason) == (400, "auth.key_in_query")
    assert key.encode() not in heard.body
    assert kept(open_gateway) == before


def test_a_key_opens_only_its_own_door(open_gateway: RunningGateway, kept: Kept, phone: Phone) -> None:
    token = f"X-Gateway-Token: {PORTAL_TOKEN}"
    mine = open_gateway.post({"mobile_no": phone()}).json["lead"]["id"]
    other = open_gateway.create_key("other")
    before = kept(open_gateway)

    assert open_gateway.get(f"/v1/leads/{mine}").status == 200
    assert open_gateway.get(f"/v1/leads/{mine}", key=other).status == 404
    assert open_gateway.get(f"/v1/leads/{mine[:-1]}", key=other).status == 404
    assert ask(open_gateway.port, request("/v1/leads", lead("8099999999"), token)).status == 401
    assert (
        ask(open_gateway.port, request("/webhooks/portal", lead("8099999999"), bearer(open_gateway))).status
        == 401
    )
    assert kept(open_gateway) == before
