"""What a good gateway.toml becomes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.config import GatewayConfig, Route, config_warnings, load_config, parse_config
from tests.config.files import ENVIRON, GOOD, spoilt


def parsed(text: str = GOOD) -> GatewayConfig:
    return parse_config(text, ENVIRON)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ('"10m"', 600),
        ('"30s"', 30),
        ('"24h"', 86400),
        ('"7d"', 604800),
        ("90", 90),
        ("false", 0),
        ('"off"', 0),
    ],
)
def test_a_duration_is_read(written: str, seconds: float) -> None:
    config = parsed(spoilt('dedupe = "10m"', f"dedupe = {written}"))
    assert config.sources["website"].dedupe == seconds


def test_snake_case_keys_become_the_dialers_fields() -> None:
    config = parsed(
        spoilt('lead_source = "Website"', 'lead_source = "Site"\ncustom_field1 = "A"\nenquiry_type = "B"')
    )
    expected = {"LeadSource": "Site", "CustomField1": "A", "EnquiryType": "B"}
    assert dict(config.sources["website"].constants) == expected


def test_user_and_password_become_the_parameters_the_dialer_wants() -> None:
    text = spoilt(
        'method = "POST"',
        'user = "env:DIALER_PASSWORD"\nuser_parameter = "apiuser"\npassword_parameter = "apipass"',
    )
    assert dict(parsed(text).dialers["main"].parameters) == {
        "apiuser": "dialer-password-1",
        "apipass": "dialer-password-1",
    }


def test_a_header_may_be_a_literal_unless_its_name_says_that_it_is_secret() -> None:
    text = spoilt('method = "POST"', 'headers = { X-Client = "gateway", Authorization = "env:PORTAL_TOKEN" }')
    expected = {"X-Client": "gateway", "Authorization": "portal-token-of-24-chars"}
    assert dict(parsed(text).dialers["main"].headers) == expected


def test_a_secret_is_read_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("token-from-a-file\n")
    config = parsed(spoilt('token = "env:PORTAL_TOKEN"', f'token = "file:{secret}"'))
    assert config.sources["portal"].auth.secrets == ("token-from-a-file",)


def test_two_secrets_count_while_one_replaces_the_other() -> None:
    config = parsed(
        spoilt('token = "env:PORTAL_TOKEN"', 'token = ["env:PORTAL_TOKEN", "env:DIALER_PASSWORD"]')
    )
    assert config.sources["portal"].auth.secrets == ("portal-token-of-24-chars", "dialer-password-1")


def test_secrets_are_known_for_the_logs_and_not_shown_in_a_traceback() -> None:
    config = parsed()
    assert config.secrets == {"dialer-password-1", "portal-token-of-24-chars"}
    assert "dialer-password-1" not in repr(config)
    assert "portal-token" not in repr(config)


def test_routes_keep_their_order_and_take_lists_of_values() -> None:
    text = spoilt('when = { EnquiryType = "Service" }', 'when = { EnquiryType = ["Service", "Repair"] }')
    expected = (Route(when={"EnquiryType": ("Service", "Repair")}, list_id="25062020"),)
    assert parsed(text).sources["website"].routes == expected


def test_the_only_dialer_need_not_be_named() -> None:
    config = parsed(GOOD.replace('dialer = "main"\n', ""))
    assert config.sources["portal"].dialer == "main"


def test_a_list_id_may_be_written_as_a_number() -> None:
    assert (
        parsed(spoilt('list_id = "25062020"', "list_id = 25062020")).sources["website"].routes[0].list_id
        == "25062020"
    )


def test_lead_source_aliases_are_compared_without_case() -> None:
    assert parsed(spoilt('olx = "OLX"', '"OLX India" = "OLX"')).lead_sources == {"olx india": "OLX"}


def test_a_good_configuration_has_no_warning() -> None:
    assert config_warnings(parsed()) == ()


@pytest.mark.parametrize(
    ("line", "instead", "key", "words"),
    [
        ('method = "POST"', 'method = "GET"', "dialers.main.method", "access log"),
        ('on_unknown = "hold"', 'on_unknown = "resend"', "dialers.main.on_unknown", "called twice"),
        ('on_unknown = "hold"', "max_per_second = 0", "dialers.main.max_per_second", "no cap"),
        (
            'list_id = "25062020"',
            'list_id = "1234567890123"',
            "sources.website.routes[0].list_id",
            "13 digits",
        ),
        (
            'consent_text = "I agree to be called about my enquiry."',
            "",
            "sources.website.consent_text",
            "agreed",
        ),
        ('limits = ["5 per minute per ip", "200 per minute"]', "", "sources.website.limits", "per visitor"),
        ("trusted_proxies = 1", "", "gateway.trusted_proxies", "count as one"),
    ],
)
def test_what_is_seldom_meant_is_a_warning(line: str, instead: str, key: str, words: str) -> None:
    found = {warning.key: warning.message for warning in config_warnings(parsed(spoilt(line, instead)))}
    assert words in found[key]


def test_a_webhook_without_proof_is_a_warning() -> None:
    text = spoilt('token = "env:PORTAL_TOKEN"', "").replace('auth = "token"', 'auth = "none"')
    found = {warning.key: warning.message for warning in config_warnings(parsed(text))}
    assert "whoever knows the address" in found["sources.portal.auth"]


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("http://dialer.example/api", True),
        ("http://127.0.0.1:8100/api", False),
        ("http://localhost/api", False),
    ],
)
def test_an_unencrypted_dialer_is_a_warning_unless_it_is_here(url: str, warned: bool) -> None:
    text = GOOD.replace("https://dialer.example/elision-dialer/elision-api/main.php", url)
    assert ("dialers.main.url" in {warning.key for warning in config_warnings(parsed(text))}) is warned


def test_the_example_configuration_is_good() -> None:
    example = Path(__file__).parents[2] / "gateway.toml"
    config = load_config(example, {"PORTAL_TOKEN": "a-token-of-enough-characters"})
    assert set(config.sources) == {"partner", "website", "portal"}
    assert config_warnings(config) == ()
