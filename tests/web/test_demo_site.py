"""The website of the demo as a server: its own files and nothing else, under a policy that fits the gateway."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import urllib3

from gateway import demo_site
from gateway.demo_site import Surroundings

GATEWAY, DIALER = "http://127.0.0.1:9001", "http://127.0.0.1:9002"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with demo_site.serving(0, Surroundings(gateway_url=GATEWAY, dialer_url=DIALER)) as url:
        yield url


def ask(url: str, method: str = "GET", **headers: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request(method, url, headers=headers, redirect=False, retries=False)


@pytest.mark.parametrize("name", sorted(path.name for path in demo_site.folder().iterdir()))
def test_a_file_is_served_with_the_addresses_of_this_demo(site: str, name: str) -> None:
    answer = ask(f"{site}/{name}")

    assert answer.status == 200
    assert demo_site.EXAMPLE_GATEWAY not in answer.data.decode()
    assert demo_site.EXAMPLE_DIALER not in answer.data.decode()
    assert demo_site.EXAMPLE_SITE not in answer.data.decode()


def test_every_form_leads_to_the_gateway_and_nothing_to_anybody_else(site: str) -> None:
    for path in demo_site.folder().glob("*.html"):
        text = ask(f"{site}/{path.name}").data.decode()
        for part in text.split("http")[1:]:
            assert f"http{part}".startswith((GATEWAY, DIALER, site)), path.name


def test_the_first_page_has_a_policy_that_lets_in_only_the_gateway(site: str) -> None:
    answer = ask(site + "/")

    assert b"<h1>" in answer.data
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert f"form-action 'self' {GATEWAY}" in policy


@pytest.mark.parametrize(
    "path", ["/../gateway.toml", "/%2e%2e/pyproject.toml", "/gateway.toml", "//etc/passwd", "/demo/"]
)
def test_nothing_else_is_there(site: str, path: str) -> None:
    answer = ask(site + path)

    assert answer.status == 404
    assert b"Nothing here" in answer.data


def test_a_head_request_gets_no_body(site: str) -> None:
    answer = ask(site + "/site.css", "HEAD")

    assert (answer.status, answer.data) == (200, b"")
    assert int(answer.headers["Content-Length"]) > 5000


def test_the_other_name_of_this_machine_leads_to_the_origin_the_form_knows(site: str) -> None:
    answer = ask(site + "/quote.html", Host="localhost")

    assert answer.status == 302
    assert answer.headers["Location"] == site + "/quote.html"
