"""The page of one lead: where it is, why it was late, its story in order, and what stays hidden."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

from gateway.dialer.outcome import Busy, Created, Outcome, Rejected, Unknown
from gateway.leads.lead import State
from tests.console.at_the_console import AtTheConsole
from tests.delivery.scripted import ScriptedDialer
from tests.web.gateway_under_test import Gateway

PHONE = "9876543210"
UNANSWERED = Unknown(code="dialer.timeout", message="The dialer did not answer in time.")


def lead_of(gateway: Gateway, **fields: Any) -> str:
    """The id of a new lead of the partner."""
    answer = gateway.lead({"MobileNo": PHONE, **fields})
    assert answer.json is not None
    return str(answer.json["lead"]["id"])


def page_of(browser: AtTheConsole, lead_id: str, path: str = "", **query: str) -> str:
    """The text of the page, entities read."""
    answer = browser.get(f"/console/leads/{lead_id}{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    return html.unescape(answer.text)


def words(page: str) -> str:
    """What a person reads of it."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def revealed(browser: AtTheConsole, lead_id: str) -> str:
    answer = browser.follow(browser.post(f"/console/leads/{lead_id}/reveal"))
    return html.unescape(answer.text)


def in_turn(*outcomes: Outcome) -> Callable[[Any], Outcome]:
    """Each answer once, the last one for ever."""
    left = list(outcomes)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]


def test_the_first_sentence_says_where_the_lead_is(console: Gateway, viewer: AtTheConsole) -> None:
    lead_id = lead_of(console, CustomerName="Asha Verma")

    page = page_of(viewer, lead_id)

    assert re.search(
        r"In the dialer since <time [^>]+>\d\d:\d\d:\d\d</time> as Lead ID 1764, list 25062018\.", page
    )
    assert "It took " in page
    assert "Asha Verma" in page


def test_why_a_lead_was_late_stands_beside_where_it_is(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    busy = Busy(code="dialer.busy", message="The dialer asks us to come back later. The lead is sent again.")
    dialer = ScriptedDialer(script=in_turn(busy, Created(lead_id="9", list_id="25062018", status="NEW")))
    gateway = open_console_gateway(dialer=dialer)
    lead_id = lead_of(gateway)
    gateway.store.write(
        lambda transaction: (
            transaction.run(
                "UPDATE leads SET received_at = received_at - 723 WHERE id = ?", (lead_id,)
            ).rowcount
        )
    )
    gateway.store.write(
        lambda transaction: (
            transaction.run(
                "UPDATE attempts SET started_at = started_at - 722, finished_at = finished_at - 722"
                " WHERE lead_id = ? AND outcome = 'busy'",
                (lead_id,),
            ).rowcount
        )
    )

    page = words(page_of(_viewer(gateway), lead_id))

    assert (
        "because the dialer did not take it at first (2 attempts): The dialer asks us to come back later."
        in page
    )
    assert re.search(r"It took 12 min \d+ s because", page)
    assert "longest wait" in page


def _viewer(gateway: Gateway) -> AtTheConsole:
    from gateway.accounts import Role  # noqa: PLC0415
    from tests.console.at_the_console import add_account, signed_in  # noqa: PLC0415

    return signed_in(gateway, add_account(gateway, "vera", Role.VIEWER))


def test_the_story_stands_in_order(console: Gateway, viewer: AtTheConsole) -> None:
    lead_id = lead_of(console, CustomerName="  Asha;  Verma ", CustomField1="A hall of 40 seats")

    page = words(page_of(viewer, lead_id))

    titles = [
        "Received from partner",
        "Made into a lead",
        "Goes to list 25062018",
        "The dialer took it: Lead ID",
    ]
    places = [page.index(title) for title in titles]
    assert places == sorted(places)
    assert "CustomerName Asha; Verma Asha Verma Characters the dialer cannot take were removed." in page
    assert "POST /v1/leads" in page
    assert "action add_lead" in page


def test_numbers_and_addresses_are_hidden_from_everybody(console: Gateway, operator: AtTheConsole) -> None:
    lead_id = lead_of(
        console, MobileNo="+91 98765-43210", CustomField2="asha.verma@example.com or 022 2265 4321"
    )

    page = page_of(operator, lead_id)

    for hidden in (PHONE, "98765-43210", "asha.verma@", "2265 4321"):
        assert hidden not in page
    assert "••••••3210" in page


def test_an_operator_sees_the_number_once_and_it_is_written_down(
    console: Gateway, operator: AtTheConsole
) -> None:
    lead_id = lead_of(console, MobileNo="+91 98765-43210", CustomField2="asha.verma@example.com")

    page = revealed(operator, lead_id)

    assert "98765 43210" in page
    assert "+91 98765-43210" in page
    assert "asha.verma@example.com" in page
    log = console.store.console.audit.of("lead", lead_id)
    assert [(each.deed.actor, each.deed.action) for each in log] == [("omar", "lead.revealed")]
    assert PHONE not in str(log)
    assert PHONE not in page_of(operator, lead_id)


def test_what_was_shown_is_shown_to_nobody_else_and_not_for_long(
    console: Gateway, operator: AtTheConsole, admin: AtTheConsole, viewer: AtTheConsole
) -> None:
    lead_id, other = lead_of(console), lead_of(console, MobileNo="9876500000")
    address = operator.post(f"/console/leads/{lead_id}/reveal").headers["Location"]

    assert "98765 43210" in operator.get(address).text
    assert "98765 43210" not in admin.get(address).text
    assert "98765 43210" not in viewer.get(address).text
    assert "98765 00000" not in operator.get(address.replace(lead_id, other)).text
    console.clock.ahead = 601
    assert "98765 43210" not in operator.get(address).text


def test_a_viewer_looks_and_does_nothing(console: Gateway, viewer: AtTheConsole) -> None:
    console.dialer.script = lambda _: UNANSWERED
    lead_id = lead_of(console)

    page = page_of(viewer, lead_id)

    assert "It may be in the dialer" in page
    assert "Show the number" not in page
    assert f"/console/leads/{lead_id}/" not in page.replace(f"/console/leads/{lead_id}/now", "")
    for path in ("reveal", "send", "resolve", "discard", "suppress", "withdraw", "edit"):
        assert (
            viewer.post(f"/console/leads/{lead_id}/{path}", seen="unconfirmed", reason="x").status_code == 403
        )
    assert viewer.get(f"/console/leads/{lead_id}/edit").status_code == 403
    status = console.store.status(lead_id)
    assert status is not None
    assert status.state is State.UNCONFIRMED


def test_a_lead_that_does_not_exist_is_nowhere(console: Gateway, operator: AtTheConsole) -> None:
    for lead_id in ("0" * 20, "nothing", "..%2F..", "%00"):
        assert operator.get(f"/console/leads/{lead_id}").status_code == 404
        assert operator.get(f"/console/leads/{lead_id}/now").status_code == 404
        assert operator.post(f"/console/leads/{lead_id}/reveal").status_code == 404
        assert operator.post(f"/console/leads/{lead_id}/send", seen="queued").status_code == 404
        assert operator.post(f"/console/leads/{lead_id}/edit", seen="queued").status_code == 404


def test_what_a_sender_writes_is_only_text(console: Gateway, operator: AtTheConsole) -> None:
    nasty = '<script>alert(1)</script>{{7*7}}"><img src=x onerror=alert(2)>'
    answer = console.webhook({"phone": PHONE, "name": nasty, "page": "javascript:alert(3)", nasty: nasty})
    assert answer.status_code == 200
    lead_id = console.stored("portal")[0].id

    for text in (operator.get(f"/console/leads/{lead_id}").text, _raw(operator, lead_id)):
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        assert "{{7*7}}" in html.unescape(text)
        assert "49" not in re.findall(r">(\d+)<", text)
        assert not re.search(r'href="javascript', text, re.IGNORECASE)


def _raw(browser: AtTheConsole, lead_id: str) -> str:
    return browser.follow(browser.post(f"/console/leads/{lead_id}/reveal")).text


def test_only_web_addresses_become_links(console: Gateway, operator: AtTheConsole) -> None:
    lead_id = lead_of(console, LeadfromURL="https://www.example.com/offer?id=7")

    page = page_of(operator, lead_id)

    assert (
        '<a href="https://www.example.com/offer?id=7" rel="noreferrer noopener nofollow" target="_blank">'
        in page
    )


def test_a_duplicate_and_its_first_lead_lead_to_each_other(console: Gateway, viewer: AtTheConsole) -> None:
    for _ in range(2):
        console.form({"MobileNo": PHONE, "CustomerName": "Asha"})
    second, first = console.stored("website")

    assert second.state is State.DUPLICATE
    page = page_of(viewer, second.id)
    assert "Not sent: the same person had enquired" in page
    assert f'href="/console/leads/{first.id}"' in page
    assert f'href="/console/leads/{second.id}"' in page_of(viewer, first.id)
    assert "repeats this one" in page_of(viewer, first.id)


def test_the_rule_that_chose_the_list_is_named(open_console_gateway: Callable[..., Gateway]) -> None:
    gateway = open_console_gateway(
        '[[sources.routed.routes]]\nwhen = { EnquiryType = "Service" }\nlist_id = "25062020"\n'
        '[sources.routed]\nkind = "partner"\ndialer = "main"\nlist_id = "25062018"\nlimits = ["none"]\n'
    )
    answer = gateway.lead({"MobileNo": PHONE, "EnquiryType": "service"}, key=gateway.key("routed"))
    assert answer.json is not None

    page = words(page_of(_viewer(gateway), answer.json["lead"]["id"]))

    assert "Goes to list 25062020" in page
    assert "route 1 of routed, because EnquiryType is Service." in page


def test_the_request_can_be_copied_without_its_secrets(console: Gateway, operator: AtTheConsole) -> None:
    console.webhook({"phone": PHONE, "name": 'Asha\'s "shop"'})
    lead_id = console.stored("portal")[0].id

    hidden, shown = page_of(operator, lead_id), revealed(operator, lead_id)

    assert "curl -i" not in hidden
    assert "The command holds the number." in hidden
    assert "curl -i" in shown
    assert "http://gateway.example/webhooks/portal" in shown
    assert "X-Gateway-Token: THE-TOKEN-OF-THIS-SOURCE" in shown
    assert "portal-token-0123456789" not in shown
    assert "makes another lead, or a duplicate" in shown


def test_an_open_page_asks_only_for_what_has_changed(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    gateway = open_console_gateway(dialer=ScriptedDialer(script=lambda _: UNANSWERED))
    viewer, lead_id = _viewer(gateway), lead_of(gateway)
    page = page_of(viewer, lead_id)
    address = re.search(r'hx-get="([^"]+)"', page)
    assert address is not None
    assert 'hx-trigger="every 5s"' in page

    assert viewer.part(address[1]).status_code == 204
    gateway.store.resolve(lead_id, dialer_lead_id="77", reason="Seen.", now=gateway.clock.now())
    piece = viewer.part(address[1])

    assert piece.status_code == 200
    assert "Lead ID 77" in piece.text
    assert "<html" not in piece.text
    assert 'id="actions"' in piece.text
    assert "hx-trigger" not in piece.text, "it has come to its end: nothing more is asked"


def test_what_an_operator_types_is_not_lost_while_the_state_stays(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    gateway = open_console_gateway(dialer=ScriptedDialer(script=lambda _: UNANSWERED))
    viewer, lead_id = _viewer(gateway), lead_of(gateway)

    piece = viewer.part(f"/console/leads/{lead_id}/now?mark=old&state=unconfirmed").text

    assert 'id="story"' in piece
    assert 'id="actions"' not in piece


def test_a_rejected_lead_says_why_and_what_to_do(open_console_gateway: Callable[..., Gateway]) -> None:
    refusal = Rejected(code="phone.invalid", message="The dialer does not take this phone number.")
    gateway = open_console_gateway(dialer=ScriptedDialer(script=lambda _: refusal))
    lead_id = lead_of(gateway)

    page = words(page_of(_viewer(gateway), lead_id))

    assert "Not in the dialer: it refused this lead at" in page
    assert "The dialer does not take this phone number." in page
    assert "Correct it and send it again" in page
