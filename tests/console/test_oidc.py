"""The company's own sign-in: whom it vouches for comes in, and nobody else."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.accounts import Role
from gateway.accounts.oidc import role_of
from gateway.config.console_table import Oidc
from gateway.store.users import Account
from tests.console.at_the_console import AtTheConsole, add_account, console_config, stranger
from tests.console.company import SECRET, Company, comes_back, serving_company
from tests.web.gateway_under_test import Gateway, opened


@pytest.fixture(scope="module")
def provider() -> Iterator[Company]:
    with serving_company() as company:
        yield company


@pytest.fixture
def company(provider: Company) -> Company:
    """Honest again for each test."""
    fresh = Company(url=provider.url)
    provider.__dict__.update(fresh.__dict__)
    provider.claims["groups"] = ["call-centre"]
    return provider


@pytest.fixture
def gateway(open_console_gateway: Callable[..., Gateway], company: Company) -> Gateway:
    return open_console_gateway(company.toml())


@pytest.fixture(scope="module")
def nobodys_gateway(
    provider: Company, tmp_path_factory: pytest.TempPathFactory, empty_database: bytes
) -> Iterator[Gateway]:
    """For all who are not let in: nothing is ever kept there."""
    folder = tmp_path_factory.mktemp("nobody")
    (folder / "gateway.db").write_bytes(empty_database)
    with opened(folder, console_config(provider.toml())) as gateway:
        yield gateway


@pytest.fixture
def browser(gateway: Gateway) -> AtTheConsole:
    return stranger(gateway)


def account(gateway: Gateway, name: str = "asha@example.com") -> Account:
    found = gateway.store.console.users.named(name)
    assert found is not None
    return found


def test_the_button_names_the_company(browser: AtTheConsole) -> None:
    page = browser.get("/console/sign-in?next=/console/leads").text

    assert "Sign in with Example Corp" in page
    assert "/console/oidc/begin?next=/console/leads" in page


def test_whoever_the_company_vouches_for_is_let_in_with_the_role_it_says(
    gateway: Gateway, company: Company, browser: AtTheConsole
) -> None:
    answer = comes_back(browser, company, "/console/leads?q=98765")

    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/leads?q=98765")
    assert "asha@example.com" in browser.get("/console/account").text
    made = account(gateway)
    assert (made.role, made.password_hash, made.subject) == ("operator", None, f"{company.url} 0815")
    actions = {entry.deed.action for entry in gateway.store.console.audit.latest()}
    assert actions == {"session.started", "user.created"}


def test_the_same_person_has_one_account_whatever_they_are_called(
    gateway: Gateway, company: Company, browser: AtTheConsole
) -> None:
    comes_back(browser, company)
    company.claims |= {"preferred_username": "asha.verma@example.com", "groups": ["it", "all"]}

    comes_back(stranger(gateway), company)

    assert [each.name for each in gateway.store.console.users.everybody()] == ["asha@example.com"]
    assert account(gateway).role == "admin"
    assert browser.get("/console/account").status_code == 303, "another role ends the sessions of before"


def test_a_name_that_somebody_has_here_opens_nothing_of_theirs(
    gateway: Gateway, company: Company, browser: AtTheConsole
) -> None:
    local = add_account(gateway, "asha@example.com", Role.ADMIN)

    comes_back(browser, company)

    assert account(gateway).id == local.id
    assert account(gateway, "user-0815").role == "operator"


def test_the_provider_is_asked_with_the_client_s_secret_and_never_in_an_address(
    company: Company, browser: AtTheConsole
) -> None:
    company.discovery["token_endpoint_auth_methods_supported"] = ["client_secret_post"]
    assert comes_back(browser, company).status_code == 303

    (_, form) = next(each for each in company.asked if each[0] == "/token")
    assert form["client_secret"] == SECRET
    assert "Authorization" not in form


def test_what_the_provider_says_of_itself_is_asked_once(company: Company, gateway: Gateway) -> None:
    for _ in range(3):
        assert comes_back(stranger(gateway), company).status_code == 303

    paths = [path for path, _ in company.asked]
    assert paths.count("/.well-known/openid-configuration") == 1
    assert paths.count("/keys") == 1


def test_a_new_key_of_the_provider_is_fetched(company: Company, gateway: Gateway) -> None:
    assert comes_back(stranger(gateway), company).status_code == 303
    company.new_key()
    _, sign_in = gateway.app.extensions["gateway.oidc"]
    sign_in._keys = (time.monotonic() - 60, sign_in._keys[1])  # a minute later

    assert comes_back(stranger(gateway), company).status_code == 303


# -- who is not let in ---------------------------------------------------------------------------------------

NOT_TRUSTED = "cannot be trusted"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": ["another-client"]},
        {"aud": ["lead-gateway", "another-client"], "azp": "another-client"},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"iat": 9_999_999_999},
        {"sub": None},
        {"at_hash": "another"},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_for_this_sign_in_opens_nothing(
    nobodys_gateway: Gateway, company: Company, claims: dict[str, Any]
) -> None:
    browser = stranger(nobodys_gateway)
    company.claims |= claims
    with capture_logs() as logs:
        answer = comes_back(browser, company)

    assert answer.status_code == 422
    assert NOT_TRUSTED in answer.text
    assert nobodys_gateway.store.console.users.everybody() == []
    assert browser.get("/console/account").status_code == 303
    refused = [log for log in logs if log["event"] == "oidc.refused"]
    assert len(refused) == 1
    assert "eyJ" not in str(logs)


def test_an_id_token_that_anybody_could_have_signed_opens_nothing(
    company: Company, browser: AtTheConsole
) -> None:
    company.algorithm = "HS256"

    assert NOT_TRUSTED in comes_back(browser, company).text


def test_an_id_token_signed_by_somebody_else_opens_nothing(company: Company, browser: AtTheConsole) -> None:
    company.new_key()
    company.published = company.published[:1]

    assert NOT_TRUSTED in comes_back(browser, company).text


def test_a_list_of_audiences_with_us_in_it_is_good(company: Company, browser: AtTheConsole) -> None:
    company.claims |= {"aud": ["lead-gateway", "another-client"], "azp": "lead-gateway"}

    assert comes_back(browser, company).status_code == 303


@pytest.mark.parametrize("how", ["wrong", "missing", "of another browser", "twice", "too late"])
def test_a_way_back_that_was_not_begun_here_opens_nothing(
    gateway: Gateway, company: Company, browser: AtTheConsole, how: str
) -> None:
    there = browser.get("/console/oidc/begin")
    back = company.signs_in(there.headers["Location"])
    comer = browser
    if how == "wrong":
        back["state"] = "x" * 43
    elif how == "missing":
        del back["state"]
    elif how == "of another browser":
        comer = stranger(gateway)
    elif how == "too late":
        gateway.clock.ahead += 601
    else:
        assert browser.get("/console/oidc/back", query_string=back).status_code == 303
        browser.client.delete_cookie("sid", domain="gateway.example")

    answer = comer.get("/console/oidc/back", query_string=back)

    assert answer.status_code == 422
    assert "Begin again" in answer.text
    assert comer.get("/console/account").status_code == 303


@pytest.mark.parametrize("groups", [None, [], ["others"], "others", {"call-centre": 1}, [["it"]], 7])
def test_whoever_has_no_role_there_is_not_let_in(
    nobodys_gateway: Gateway, company: Company, groups: Any
) -> None:
    browser = stranger(nobodys_gateway)
    company.claims["groups"] = groups

    answer = comes_back(browser, company)

    assert "does not let you in" in answer.text
    assert nobodys_gateway.store.console.users.everybody() == []


def test_whoever_has_lost_the_role_there_is_out_here(
    gateway: Gateway, company: Company, browser: AtTheConsole
) -> None:
    comes_back(browser, company)
    company.claims["groups"] = []

    assert "does not let you in" in comes_back(stranger(gateway), company).text
    assert browser.get("/console/account").status_code == 303


def test_a_default_role_lets_in_everybody_the_company_knows(
    open_console_gateway: Callable[..., Gateway], company: Company
) -> None:
    gateway = open_console_gateway(company.toml('default_role = "viewer"'))
    company.claims["groups"] = None

    assert comes_back(stranger(gateway), company).status_code == 303
    assert account(gateway).role == "viewer"


def test_whoever_is_disabled_here_stays_out(
    gateway: Gateway, company: Company, browser: AtTheConsole
) -> None:
    comes_back(browser, company)
    gateway.store.console.users.change(account(gateway).id, {"disabled_at": 1.0}, now=1.0)

    assert "disabled" in comes_back(browser, company).text


def test_the_last_admin_does_not_lose_the_role_unseen(
    gateway: Gateway, company: Company, browser: AtTheConsole
) -> None:
    company.claims["groups"] = ["it"]
    comes_back(browser, company)
    company.claims["groups"] = ["all"]

    assert "You are the last admin" in comes_back(stranger(gateway), company).text
    assert account(gateway).role == "admin"


def test_the_person_who_presses_cancel_there_is_told(company: Company, browser: AtTheConsole) -> None:
    there = browser.get("/console/oidc/begin")
    state = company.signs_in(there.headers["Location"])["state"]

    answer = browser.get(f"/console/oidc/back?error=access_denied&error_description=<b>no</b>&state={state}")

    assert answer.status_code == 422
    assert "let nobody in" in answer.text
    assert "<b>no" not in answer.text


# -- when the provider is in trouble -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("discovery", "said"),
    [
        ({"issuer": "https://evil.example"}, "says it is another issuer"),
        ({"jwks_uri": None}, "not OpenID Connect"),
        ({"token_endpoint": "ftp://x.example"}, "not OpenID Connect"),
    ],
)
def test_a_provider_that_says_nonsense_is_not_followed(
    company: Company, browser: AtTheConsole, discovery: dict[str, Any], said: str
) -> None:
    company.discovery |= discovery

    answer = browser.get("/console/oidc/begin")

    assert answer.status_code == 422
    assert said in answer.text
    assert "[console.oidc]" in answer.text


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
def test_a_provider_that_is_out_of_order_is_told_with_the_next_step(
    company: Company, browser: AtTheConsole, path: str
) -> None:
    if path == "/.well-known/openid-configuration":
        company.broken = path
        answer = browser.get("/console/oidc/begin")
    else:
        back = company.signs_in(browser.get("/console/oidc/begin").headers["Location"])
        company.broken = path
        answer = browser.get("/console/oidc/back", query_string=back)

    assert answer.status_code == 422
    assert "if it stays so" in answer.text


def test_a_provider_that_is_not_there_leaves_the_password(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    away = Company(url="http://127.0.0.1:9")
    browser = stranger(open_console_gateway(away.toml()))

    answer = browser.get("/console/oidc/begin")

    assert "cannot be reached" in answer.text
    assert 'name="password"' in answer.text


def test_without_configuration_there_is_no_such_door(console: Gateway) -> None:
    assert stranger(console).get("/console/oidc/begin").status_code == 404


@pytest.mark.parametrize(
    ("claim", "claims"),
    [
        ("realm_access.roles", {"realm_access": {"roles": ["it"]}}),
        ("https://example.com/roles", {"https://example.com/roles": "it"}),
        ("groups", {"groups": ["all", "it", "call-centre"]}),
    ],
)
def test_the_claim_may_lie_deep_or_have_any_name(claim: str, claims: dict[str, Any]) -> None:
    oidc = Oidc(
        issuer="https://x.example",
        client_id="c",
        client_secret="s",
        role_claim=claim,
        roles={"it": "admin", "call-centre": "operator", "all": "viewer"},
    )

    assert role_of(claims, oidc) is Role.ADMIN
