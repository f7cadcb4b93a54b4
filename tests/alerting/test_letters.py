"""What people read: grouped, with numbers and a link, and harmless wherever it is shown."""

from __future__ import annotations

from typing import Any

import pytest

from gateway.alerting.finding import span
from gateway.alerting.inert import LONGEST, inert
from gateway.alerting.letters import Letter, Writer, joined
from gateway.leads.lead import State
from gateway.store.alert_messages import MessageRow
from gateway.store.alerts import Alert

NOW = 1_795_000_000.0
WRITER = Writer(public_url="https://leads.example.com/", zone="Asia/Kolkata")


def alert(**changes: Any) -> Alert:
    known: dict[str, Any] = {
        "id": "6ARCZ80S9H62JYN8SFCG",
        "rule": "dialer_away",
        "subject": "main",
        "severity": "critical",
        "opened_at": NOW - 180,
        "seen_at": NOW,
        "raised_at": NOW,
        "leads": 214,
        "peak": 214,
        "summary": "Dialer main does not answer. 214 leads wait for it.",
        "next_step": "Look at the dialer's server.",
    }
    return Alert(**(known | changes))


def letter(**parts: Any) -> Letter:
    became = parts.pop("became", {})
    known: dict[str, Any] = {"begun": [], "reminded": [], "over": [], "now": NOW}
    written = WRITER.letter(**(known | parts), became=lambda _alert: became)
    assert written is not None
    return written


def test_a_trouble_is_told_with_its_leads_its_beginning_what_to_do_and_a_link() -> None:
    written = letter(begun=[alert()])

    assert written == Letter(
        severity="critical",
        title="CRITICAL: Dialer main does not answer.",
        body="Dialer main does not answer. 214 leads wait for it.\n"
        "CRITICAL since 18 Nov, 16:33 IST (3 min).\n"
        "What to do: Look at the dialer's server.\n"
        "https://leads.example.com/console/alerts#alert-6ARCZ80S9H62JYN8SFCG",
    )


def test_all_that_is_new_is_one_message_with_the_gravest_first() -> None:
    minor = alert(rule="dead", severity="warning", summary="2 leads were given up. Really.")
    over = alert(rule="disk", closed_at=NOW, summary="The disk is full. Now.", peak=None)

    written = letter(begun=[minor, alert()], over=[over])

    assert written.title == "CRITICAL: Dialer main does not answer. (and 2 more)"
    assert [part.partition("\n")[0] for part in written.body.split("\n\n")] == [
        "Dialer main does not answer. 214 leads wait for it.",
        "2 leads were given up. Really.",
        "The disk is full: over after 3 min.",
    ]


def test_a_flood_of_troubles_is_cut_and_says_so() -> None:
    written = letter(begun=[alert(subject=str(number)) for number in range(30)])

    assert written.body.count("What to do:") == 20
    assert written.body.endswith("And 10 more: https://leads.example.com/console/alerts")


@pytest.mark.parametrize(
    ("became", "says"),
    [
        ({State.DELIVERED: 230, State.DUPLICATE: 4}, "214 leads waited at most; all are delivered."),
        ({}, "214 leads waited at most; none waits any more."),
        (
            {State.DELIVERED: 180, State.QUEUED: 49, State.UNCONFIRMED: 1},
            "at most. Of those that came meanwhile: 180 delivered, 49 still on their way, 1 unconfirmed.",
        ),
    ],
)
def test_the_end_says_what_became_of_the_leads(became: dict[State, int], says: str) -> None:
    written = letter(over=[alert(opened_at=NOW - 23 * 60, closed_at=NOW)], became=became)

    assert written.severity == "good"
    assert written.title == "Over: Dialer main does not answer: over after 23 min."
    assert says in written.body


def test_a_reminder_says_that_it_is_one_and_a_flapping_one_that_it_comes_and_goes() -> None:
    assert letter(reminded=[alert()]).title.startswith("CRITICAL: Still so: Dialer main")
    assert "It comes and goes" in letter(begun=[alert(times=2)]).body


def test_where_there_is_nothing_to_say_nothing_is_written() -> None:
    assert WRITER.letter(begun=[], reminded=[], over=[], became=lambda _: None, now=NOW) is None


def test_messages_that_waited_together_go_out_as_one() -> None:
    rows = [
        MessageRow(id=str(n), target="env:A", severity="warning", title=f"T{n}", body=f"B{n}", created_at=NOW)
        for n in (1, 2)
    ]

    assert joined(rows[:1]) == Letter(severity="warning", title="T1", body="B1")
    assert joined(rows) == Letter(
        severity="warning", title="T2 (and 1 earlier)", body="T1\n\nB1\n\n----\n\nT2\n\nB2"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<!channel> <@U123> <script>alert(1)</script>",
        "@everyone @here",
        "[click](https://evil.example/)",
        "*bold* `code` ~gone~ |pipe|",
        "one\r\nSubject: two\nBcc: all",
        "\x1b[31mred\x07 \u202egnp.exe \u2066x\u2069 \u200bzero",
        "\ud800 half",
    ],
)
def test_what_somebody_else_wrote_is_only_text(text: str) -> None:
    plain = inert(text)

    assert not set(plain) & set("<>@*`[]|~&\r\n\x1b\x07\u202e\u2066\u200b\ud800")
    assert "://" not in plain
    assert plain


def test_numbers_and_addresses_of_people_do_not_leave_and_long_texts_are_cut() -> None:
    plain = inert("call 9876543210 or ravi@example.com")

    assert "9876543210" not in plain
    assert "ravi" not in plain
    assert len(inert("x" * 5000)) == LONGEST
    assert inert("मराठी नाव") == "मराठी नाव"


def test_a_hostile_summary_is_inert_in_the_message() -> None:
    written = letter(begun=[alert(summary="<!channel> @all. x\nBcc: y", next_step="see <b>x</b>")])

    assert "<" not in written.title + written.body
    assert "@" not in written.title + written.body
    assert "\n" not in written.title


@pytest.mark.parametrize(
    ("seconds", "said"), [(0.4, "0 s"), (59, "59 s"), (1380, "23 min"), (7500, "2 h 5 min"), (259200, "3 d")]
)
def test_times_are_said_roughly(seconds: float, said: str) -> None:
    assert span(seconds) == said
