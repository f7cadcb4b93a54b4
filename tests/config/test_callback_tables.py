"""callback_url, callback_secret, callback_networks: what is taken, and what is refused before it can do harm."""

from __future__ import annotations

import pytest

from gateway.config import Callback, ConfigError, config_warnings, parse_config
from tests.config.files import ENVIRON, problems_of, spoilt

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8G"
OTHER = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo="
PLACE = 'kind = "form"'
KEYS = 'callback_secret = "env:HOOK"'


def written(*lines: str) -> str:
    return spoilt(PLACE, "\n".join((PLACE, *lines)))


def parsed(*lines: str) -> Callback | None:
    environ = {**ENVIRON, "HOOK": SECRET, "OLD_HOOK": OTHER}
    return parse_config(written(*lines), environ).sources["website"].callback


def problem(url: str, *more: str) -> str:
    told = problems_of(written(f'callback_url = "{url}"', KEYS, *more))
    return told.get("sources.website.callback_url", "")


def test_without_an_address_nobody_is_told() -> None:
    assert parsed() is None


def test_an_address_and_its_secret_are_read() -> None:
    url = "https://partner.example/hooks/leads?token=a"
    assert parsed(f'callback_url = "{url}"', KEYS) == Callback(url=url, secrets=(SECRET,))


def test_a_secret_may_be_a_list_while_it_is_replaced() -> None:
    found = parsed('callback_url = "https://a.example/"', 'callback_secret = ["env:HOOK", "env:OLD_HOOK"]')
    assert found is not None
    assert found.secrets == (SECRET, OTHER)


def test_neither_the_address_nor_the_secret_is_shown() -> None:
    shown = repr(parsed('callback_url = "https://a.example/token-of-theirs"', KEYS))
    assert "token-of-theirs" not in shown
    assert SECRET not in shown


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "https://0177.0.0.1/",
        "https://2130706433/",
        "https://[::ffff:127.0.0.1]/",
        "https://10.1.2.3/",
        "https://localhost/",
        "https://localhost./",
        "https://metadata.google.internal/",
        "https://printer.local/",
        "https://intranet/",
    ],
)
def test_an_address_inside_is_refused_with_the_way_to_allow_it(url: str) -> None:
    assert "callback_networks" in problem(url)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://partner.example/", "https://"),
        ("https://partner.example:22/", "port 443 or 8443"),
        ("https://partner.example:6379/", "port 443 or 8443"),
        ("https://a@partner.example/", "user or password"),
        ("https://partner.example/#x", "#fragment"),
        ("file:///etc/passwd", "http"),
        ("gopher://partner.example/", "http"),
        ("https://１２７.０.０.１/", "ASCII"),
        ("https://partner.example/a b", "ASCII"),
        ("https://partner.example/" + "a" * 1000, "1000 characters"),
    ],
)
def test_an_address_that_is_none_for_a_callback_is_refused(url: str, told: str) -> None:
    assert told in problem(url)


@pytest.mark.parametrize("url", ["https://partner.example:8443/a", "https://partner.example.:443/"])
def test_the_usual_ports_are_taken(url: str) -> None:
    assert parsed(f'callback_url = "{url}"', KEYS) is not None


@pytest.mark.parametrize("url", ["http://127.0.0.1:9000/", "http://localhost:9000/", "http://crm:8080/in"])
def test_a_network_that_is_named_may_be_told(url: str) -> None:
    found = parsed(f'callback_url = "{url}"', KEYS, 'callback_networks = ["127.0.0.0/8", "10.0.0.0/8"]')
    assert found is not None
    assert found.networks == ("127.0.0.0/8", "10.0.0.0/8")


def test_naming_one_network_opens_no_other() -> None:
    url = 'callback_url = "http://169.254.169.254/"'
    told = problems_of(written(url, KEYS, 'callback_networks = ["127.0.0.0/8"]'))
    assert "private network" in told["sources.website.callback_url"]


@pytest.mark.parametrize("key", ['callback_secret = "env:HOOK"', 'callback_networks = ["127.0.0.0/8"]'])
def test_a_key_without_the_address_is_pointed_out(key: str) -> None:
    assert "callback_url" in problems_of(written(key))[f"sources.website.{key.split(maxsplit=1)[0]}"]


def test_a_missing_secret_is_pointed_out() -> None:
    told = problems_of(written('callback_url = "https://partner.example/"'))
    assert "whsec_" in told["sources.website.callback_secret"]


@pytest.mark.parametrize("secret", ["whsec_c2hvcnQ=", "not base64!", "whsec_" + "QUJD" * 30])
def test_a_secret_that_proves_little_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(ConfigError) as refused:
        parse_config(written('callback_url = "https://partner.example/"', KEYS), {**ENVIRON, "HOOK": secret})
    assert "callback_secret" in str(refused.value)
    assert secret not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "networks", "doubted"),
    [
        ("https://partner.example/", [], False),
        ("http://127.0.0.1:9000/", ["127.0.0.1"], False),
        ("http://crm:8080/", ["10.0.0.0/8"], True),
        ("https://crm:8080/", ["0.0.0.0/0"], True),
    ],
)
def test_what_is_seldom_meant_is_said(url: str, networks: list[str], doubted: bool) -> None:
    lines = [f'callback_url = "{url}"', KEYS, *([f"callback_networks = {networks}"] if networks else [])]
    config = parse_config(written(*lines), {**ENVIRON, "HOOK": SECRET})
    assert [each.key for each in config_warnings(config)] == ["sources.website.callback_url"] * doubted
