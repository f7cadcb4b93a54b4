"""Keys by which a source is pulled: each with what it needs, and no other host than the platform's."""

from __future__ import annotations

import pytest

from gateway.config import ConfigError, SourceConfig, parse_config

DIALER = '[dialers.main]\nurl = "http://dialer.example/"\n'
SECRETS = {"KEY": "a-secret-0123456789", "TOKEN": "another-secret-0123456789"}


def source_of(kind: str, *lines: str) -> SourceConfig:
    table = "\n".join([DIALER, "[sources.portal]", f'kind = "{kind}"', 'list_id = "25062018"', *lines])
    return parse_config(table, SECRETS).sources["portal"]


def problems_of(kind: str, *lines: str) -> dict[str, str]:
    with pytest.raises(ConfigError) as caught:
        source_of(kind, *lines)
    return {problem.key: problem.message for problem in caught.value.problems}


def test_a_source_that_is_only_pulled_lets_nobody_in() -> None:
    source = source_of("indiamart", 'pull_key = "env:KEY"')

    assert (source.auth.method, source.auth.secrets) == ("token", ())


def test_a_source_that_is_neither_pushed_nor_pulled_is_a_slip() -> None:
    assert "is missing" in problems_of("indiamart")["sources.portal.token"]


def test_a_source_may_be_pushed_and_pulled() -> None:
    source = source_of("indiamart", 'pull_key = "env:KEY"', 'token = "env:TOKEN"')

    assert source.auth.secrets == (SECRETS["TOKEN"],)
    assert source.options["pull_key"] == SECRETS["KEY"]


@pytest.mark.parametrize(
    ("kind", "line", "missing"),
    [
        ("housing", 'profile_id = "12345"', "encryption_key"),
        ("housing", 'encryption_key = "env:KEY"', "profile_id"),
        ("tradeindia", 'user_id = "77"', "profile_id"),
        ("tradeindia", 'pull_key = "env:KEY"', "user_id"),
    ],
)
def test_half_of_what_a_pull_needs_is_a_slip(kind: str, line: str, missing: str) -> None:
    assert (
        "is worth nothing without it"
        in problems_of(kind, 'token = "env:TOKEN"', line)[f"sources.portal.{missing}"]
    )


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example", "http://10.0.0.1", "http://127.0.0.1.elsewhere.example"]
)
def test_a_key_goes_to_no_other_host_than_its_platform(address: str) -> None:
    found = problems_of("indiamart", 'pull_key = "env:KEY"', f'pull_url = "{address}"')

    assert "on this machine" in found["sources.portal.pull_url"]


@pytest.mark.parametrize("address", ["http://127.0.0.1:8200/", "http://[::1]:8200", "http://localhost:8200"])
def test_a_stand_in_on_this_machine_may_be_asked(address: str) -> None:
    source = source_of("indiamart", 'pull_key = "env:KEY"', f'pull_url = "{address}"')

    assert source.options["pull_url"] == address.rstrip("/")


def test_a_key_never_stands_in_the_file() -> None:
    assert (
        "must not stand in this file"
        in problems_of("indiamart", 'pull_key = "a-secret"')["sources.portal.pull_key"]
    )


def test_a_key_that_is_no_key_is_told_without_showing_it() -> None:
    told = problems_of("wix", 'token = "env:TOKEN"', 'public_key = "env:KEY"')["sources.portal.public_key"]

    assert "PEM" in told
    assert SECRETS["KEY"] not in told


@pytest.mark.parametrize(
    ("pages", "good"), [("11111", True), ("11111,22222, 33333", True), ("11111/x", False), ("me", False)]
)
def test_pages_of_meta_are_numbers(pages: str, good: bool) -> None:
    lines = (
        'secret = "env:KEY"',
        'access_token = "env:TOKEN"',
        'verify_token = "env:TOKEN"',
        f'page_id = "{pages}"',
    )

    if good:
        assert source_of("meta", *lines).options["page_id"] == pages
    else:
        assert "number of a page" in problems_of("meta", *lines)["sources.portal.page_id"]
