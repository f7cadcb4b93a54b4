"""No visitor is ever sent to a page the configuration does not name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.redirects import allowed_redirect
from tests.sources.making import make_source

SOURCE = make_source(
    kind="form",
    allowed_origins=("https://www.example.com",),
    allowed_redirects=("https://shop.example/thanks", "plain.example"),
)


@pytest.mark.parametrize(
    "url",
    [
        "https://www.example.com",
        "https://www.example.com/",
        "https://www.example.com/a/b?x=1#y",
        "https://WWW.example.com:443/a",
        "https://shop.example/thanks",
        "https://shop.example/thanks/now",
        "https://plain.example/anything",
    ],
)
def test_an_allowed_page_is_gone_to(url: str) -> None:
    assert allowed_redirect(SOURCE, url) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/thanks",
        "//www.example.com/a",
        "https://evil.example",
        "http://www.example.com/",
        "https://www.example.com:8443/",
        "https://www.example.com.evil.example/",
        "https://www.example.com@evil.example/",
        "https://evil.example/https://www.example.com/",
        "https://evil.example#https://www.example.com",
        "https://evil.example\\@www.example.com/",
        "https:\\\\www.example.com",
        "/\\evil.example",
        "///evil.example",
        "javascript:alert(1)",
        "java\tscript:alert(1)",
        "https://www.example.com/\nSet-Cookie: a=b",
        " https://www.example.com/",
        "https://www.exämple.com/",
        "https://www.example.com:99999/",
        "https://[::1/",
        "https://shop.example/thanksgiving",
        "https://shop.example/thanks/../admin",
        "https://shop.example/thanks/%2E%2e/admin",
        "data:text/html,x",
        "https://www.example.com/" + "a" * 2000,
    ],
)
def test_any_other_page_is_not(url: str) -> None:
    assert allowed_redirect(SOURCE, url) is None


@given(st.text(max_size=60))
def test_whatever_is_allowed_begins_with_an_allowed_origin(text: str) -> None:
    for url in (text, f"https:{text}", f"https://www.example.com{text}"):
        found = allowed_redirect(SOURCE, url)
        assert found is None or found.lower().startswith(
            ("https://www.example.com", "https://shop.example/thanks", "https://plain.example")
        )
        assert found is None or found.partition("://")[2][15:16] in ("", "/", "?", "#", ":")
