"""Our own page carries a mark of when it was opened, which nobody else can make."""

from __future__ import annotations

import base64

import pytest

from gateway.spam import fill_time

KEY, NOW = "a secret for tests", 1_795_000_000.25


def opened(mark: str, source: str = "website", key: str = KEY) -> float | None:
    return fill_time.read(key, source, mark)


def test_a_mark_says_when_its_form_was_opened_to_the_millisecond() -> None:
    assert opened(fill_time.make(KEY, "website", now=NOW)) == NOW


def test_a_mark_stands_in_a_form_as_it_is() -> None:
    mark = fill_time.make(KEY, "website", now=NOW)

    assert mark.replace("-", "").replace("_", "").replace(".", "").isalnum()


@pytest.mark.parametrize("mark", ["", "x", "a.b", "..", "é", "WyJ3ZWJzaXRlIiwxXQ." + "A" * 27, "." * 9000])
def test_what_we_did_not_make_says_nothing(mark: str) -> None:
    assert opened(mark) is None


def test_a_mark_of_another_form_or_key_says_nothing() -> None:
    mark = fill_time.make(KEY, "website", now=NOW)

    assert opened(mark, source="landing") is None
    assert opened(mark, key="another secret") is None


def test_a_mark_cannot_be_made_older() -> None:
    payload, _, signature = fill_time.make(KEY, "website", now=NOW).rpartition(".")
    older = base64.urlsafe_b64encode(b'["website",1]').rstrip(b"=").decode()

    assert opened(f"{payload}.{signature}") == NOW
    assert opened(f"{older}.{signature}") is None


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-1, "spam.too_quick"),
        (0, "spam.too_quick"),
        (1.9, "spam.too_quick"),
        (2.0, None),
        (3600, None),
        (6.9 * 86400, None),
        (7.1 * 86400, "spam.too_old"),
    ],
)
def test_a_person_takes_some_seconds_and_less_than_a_week(seconds: float, expected: str | None) -> None:
    assert fill_time.judge(NOW, now=NOW + seconds, min_seconds=2.0) == expected


def test_a_page_of_ours_without_our_mark_was_never_opened() -> None:
    assert fill_time.judge(None, now=NOW, min_seconds=2.0) == "spam.not_opened"
