"""Whatever is typed into a form comes back as it was typed, on a page for people, and never as a 500."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.web.form_page import FORM, Page, config_with
from tests.web.gateway_under_test import Gateway, opened
from tests.web.test_bad_input import HOSTILE

# Browsers send line ends as CR LF, and HTML has no way to write a NUL.
TYPED = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\0"), max_size=60)
MARKS = ("_started", "_language", "_consent", "_url", "referrer", "_next", "altcha", "utm_source")
FIELDS = st.dictionaries(st.sampled_from((*FORM.fields, *MARKS)), TYPED)


@pytest.fixture(scope="module")
def gateway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """One gateway for all requests of this file; it sends nothing."""
    with opened(Path(tmp_path_factory.mktemp("typed")), config_with(), deliver=False) as running:
        yield running


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=FIELDS)
def test_everything_typed_into_our_page_comes_back(gateway: Gateway, fields: dict[str, str]) -> None:
    answer = gateway.form(fields | {"MobileNo": "98", "_hosted": "1"})

    page = Page(answer)
    assert (answer.status_code, answer.mimetype) == (422, "text/html")
    assert page.control("MobileNo")["value"] == "98"
    for name in ("CustomerName", "email"):
        assert page.control(name)["value"] == fields.get(name, "")
    assert page.content("textarea") == fields.get("CustomField1", "")
    if choice := fields.get("EnquiryType"):
        assert [each["value"] for each in page.all("option") if "selected" in each] == [choice]


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.dictionaries(TYPED.filter(str.strip), TYPED, max_size=5))
def test_everything_typed_into_anybodys_form_comes_back(gateway: Gateway, fields: dict[str, str]) -> None:
    answer = gateway.form(fields | {"phone": "98"})

    assert answer.status_code in (303, 422)  # a name may be one that only programs fill in
    if answer.status_code == 422:
        page = Page(answer)
        for name, value in fields.items():
            assert page.control(name).get("value", value) == value


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    fields=FIELDS, address=st.dictionaries(st.sampled_from(("lang", "embed", "page", "utm_source")), TYPED)
)
def test_no_address_and_no_mark_makes_a_500(
    gateway: Gateway, fields: dict[str, str], address: dict[str, str]
) -> None:
    page = gateway.ask("GET", "/forms/website", query_string=address)
    answer = gateway.form(fields | {"MobileNo": "9876543210", "_hosted": "1"}, query_string=address)

    assert page.status_code == 200
    assert answer.status_code in (303, 422)


@pytest.mark.parametrize(("body", "content_type"), HOSTILE)
@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_person_is_answered_with_a_page_in_their_language(
    gateway: Gateway, body: bytes, content_type: str, language: str
) -> None:
    headers = {
        "Accept": "text/html",
        "Accept-Language": language,
        "Content-Type": content_type,
        "Prefer": "wait=0",
    }
    answer = gateway.ask("POST", "/forms/website", data=body, headers=headers)

    assert answer.status_code in {200, 202, 303, 400, 413, 415, 422}
    if answer.mimetype == "text/html":
        assert Page(answer).all("html")[0]["lang"] == language
    else:  # who sends JSON reads JSON
        assert "json" in content_type
