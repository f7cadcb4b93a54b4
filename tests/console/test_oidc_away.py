"""While the company's sign-in is away, nobody can make the gateway ask for it all the time."""

from __future__ import annotations

from collections.abc import Callable

from tests.console.at_the_console import stranger
from tests.console.company import Company, serving_company
from tests.web.gateway_under_test import Gateway


def test_a_provider_that_is_away_is_not_asked_by_everybody_who_knows_the_address(
    open_console_gateway: Callable[..., Gateway],
) -> None:
    with serving_company() as company:
        browser = stranger(open_console_gateway(company.toml()))
        company.broken = "/.well-known/openid-configuration"

        answers = [browser.get("/console/oidc/begin").status_code for _ in range(70)]

        assert answers == [422] * 60 + [429] * 10
        assert _asked(company) == 60
        assert stranger(browser.gateway).get("/console/oidc/begin").status_code == 422


def _asked(company: Company) -> int:
    return sum(path == company.broken for path, _ in company.asked)
