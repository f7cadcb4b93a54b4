"""Somebody on duty: sees what is wrong, takes it on, tries who is told; the running gateway sends it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from gateway.leads.identity import new_id
from gateway.store.alerts import Alert, AlertChanges
from tests.browser.console_gateway import ConsoleGateway
from tests.browser.visit import Visit
from tests.callbacks.receiver import Receiver, receiving

ALERTS = "/console/alerts"


@pytest.fixture(scope="module")
def duty() -> Iterator[Receiver]:
    """Where messages come: as a chat's webhook would take them."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="module")
def place(
    open_console_gateway: Callable[..., ConsoleGateway],
    duty: Receiver,
    tmp_path_factory: pytest.TempPathFactory,
) -> ConsoleGateway:
    folder = tmp_path_factory.mktemp("targets")
    (folder / "chat").write_text(duty.url.replace("http://", "json://") + "token-0123456789")
    (folder / "gone").write_text("json://127.0.0.1:9/token-0123456789")
    gateway = open_console_gateway(
        f'[alerts]\nnotify = ["file:{folder}/chat", "file:{folder}/gone"]\n'
        '[alerts.rules.source_changed]\non = false\n[alerts.rules.backlog]\nafter = "10m"'
    )
    put_alerts(gateway)
    return gateway


def put_alerts(place: ConsoleGateway) -> None:
    """Two that last, one of them rejected by nothing the desk would see; three that are over."""
    now = time.time()

    def alert(rule: str, subject: str, minutes: float, **more: object) -> Alert:
        began = now - minutes * 60
        known = {
            "id": new_id(began),
            "severity": "warning",
            "opened_at": began,
            "seen_at": now + 3600,  # the desk finds none of it, and leaves it alone for so long
            "raised_at": began,
            "told_at": began,
            "summary": "",
            "next_step": "Look at it.",
        }
        return Alert(rule=rule, subject=subject, **(known | more))  # type: ignore[arg-type]

    alerts = [
        alert(
            "login_refused",
            "main",
            23,
            severity="critical",
            leads=1214,
            peak=1214,
            summary="Dialer main refuses our login (login.refused). 1,214 leads wait for it.",
            next_step="Ask its administrator whether the user, its password or its permissions changed. Put the new"
            " password where gateway.toml points and restart, then release the hold.",
        ),
        alert(
            "source_silent",
            "website",
            190,
            summary="Source website has brought no lead for 3 h 10 min, which is unusual at this hour.",
            next_step="Run `gateway send website --sample`: when that comes through, the sender has stopped.",
        ),
        *(
            alert(
                "dialer_away",
                "main",
                60 * 24 * day,
                severity="critical",
                closed_at=now - 60 * (60 * 24 * day - 7 * day),
                leads=0,
                peak=37 * day,
                summary="Dialer main does not answer. No lead waits for it.",
            )
            for day in (1, 2, 5)
        ),
    ]
    with place.store() as store:
        turn = None
        while turn is None:
            turn = store.console.alerts.take_turn(now=time.time(), every=0.0)
            time.sleep(0.05)
        assert store.console.alerts.keep(AlertChanges(keep=alerts), turn=turn, now=time.time())


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("dark", [False, True])
def test_the_page_can_be_read_by_everybody(
    place: ConsoleGateway,
    open_console: Callable[..., Visit],
    axe: Callable[[Page], None],
    shots: Callable[[Page, str], None],
    *,
    width: int,
    dark: bool,
) -> None:
    visitor = open_console("admin", at=place, width=width, dark=dark)
    page = visitor.go(place.page(ALERTS))

    expect(page.get_by_text("1,214 leads wait for it.")).to_be_visible()
    assert not visitor.overflows()
    axe(page)
    shots(page, f"{width}{'-dark' if dark else ''}")


def test_somebody_takes_it_on_and_a_test_reaches_who_can_be_reached(
    place: ConsoleGateway,
    duty: Receiver,
    open_console: Callable[..., Visit],
    shots: Callable[[Page, str], None],
) -> None:
    page = open_console("admin", at=place).go(place.page(ALERTS))

    page.get_by_role("button", name="I am on it").first.click()
    expect(page.get_by_text("You are on it.")).to_be_visible()
    expect(page.locator(".alert-card").first).to_contain_text("ada is on it")
    page.get_by_role("button", name="Send a test").click()
    expect(page.get_by_text("The test is on its way.")).to_be_visible()
    duty.wait_for(1)

    told = page.get_by_role("row").filter(has_text="/chat")
    expect(told).to_contain_text("works", timeout=15_000)
    expect(page.get_by_role("row").filter(has_text="/gone")).to_contain_text(
        "does not take it", timeout=15_000
    )
    assert "token-0123456789" not in page.content()
    shots(page, "told")
