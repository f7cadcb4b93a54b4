"""Nothing of a password, of SQL or of a person stays in what is kept of an answer."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.dialer.redact import KEPT, Redactor

PASSWORD = "S3cret/Pass+1"
REDACTOR = Redactor({"user": "apiuser", "pass": PASSWORD}, {"Authorization": "Bearer t0k3n-abc"})
LEAD = {
    "phone_number": "9876543210",
    "list_id": "250620181234",
    "CustomerName": "Asha Rao",
    "MobileNo": "9876543210",
    "CustomField1": "12 Hill Road",
    "LeadSource": "Website",
}


@pytest.mark.parametrize(
    "text",
    [
        f"pass={PASSWORD}",
        f"pass={quote(PASSWORD, safe='')}",
        f'{{"pass":"{PASSWORD.replace("/", chr(92) + "/")}"}}',
        f"|apiuser|{PASSWORD}|BAD|",
        f"ERROR: Login incorrect, please try again: |apiuser|{PASSWORD}|BAD|",
    ],
)
def test_a_password_goes_in_every_spelling(text: str) -> None:
    assert not any(part in REDACTOR.clean(text) for part in ("S3cret", "apiuser"))


def test_a_token_in_a_header_goes_with_and_without_its_scheme() -> None:
    assert "t0k3n" not in REDACTOR.clean("got t0k3n-abc and Bearer t0k3n-abc")


def test_a_login_echo_goes_even_with_a_password_nobody_configured() -> None:
    text = "ERROR: Login incorrect, please try again: |someone|hunter22|BAD|\nnext line"
    assert REDACTOR.clean(text) == "ERROR: Login incorrect, please try again: [removed]\nnext line"


def test_a_short_password_goes_where_a_dialer_echoes_it() -> None:
    assert Redactor({"pass": "ab"}, {}).clean("|abc|ab|tab") == "|abc|[removed]|tab"


@pytest.mark.parametrize(
    "sql", ["INSERT INTO x VALUES('Asha')", "select pass from u", "UPDATE t SET a='Asha'"]
)
def test_sql_goes_to_the_end_of_the_text(sql: str) -> None:
    assert REDACTOR.clean(f"ERROR: add_lead LEAD HAS NOT BEEN ADDED - |{sql}|\nmore") == (
        "ERROR: add_lead LEAD HAS NOT BEEN ADDED - |[SQL removed]"
    )


@pytest.mark.parametrize(
    "text",
    [
        "Asha Rao",
        "ASHA RAO",
        "Dear Asha,",
        "Asha%20Rao",
        "Asha+Rao",
        '"name":"\\u0041sha"',
        "9876543210",
        "12 Hill Road",
        "asha.rao@mail.example",
        "+91 98765-43211",
        "09811100001",
    ],
)
def test_a_person_cannot_be_found_in_it(text: str) -> None:
    cleaned = REDACTOR.clean(f"<{text}>", [LEAD])
    assert "[removed]" in cleaned
    assert not any(part in cleaned.lower() for part in ("asha", "98765", "98111", "hill"))


def test_what_helps_an_operator_stays() -> None:
    text = (
        '{"success":"true","data":{"List ID":"250620181234","Lead ID":"1764","Status":"NEW"},"x":"Website"}'
    )
    assert REDACTOR.clean(text, [LEAD]) == text


def test_no_more_than_2000_characters_are_kept_and_no_half_of_a_secret() -> None:
    text = "x" * 3_995 + PASSWORD
    assert len(REDACTOR.clean(text)) == KEPT
    assert "S3" not in REDACTOR.clean("SELECT " + text) + REDACTOR.clean("<" * 3_990 + PASSWORD)


@given(st.text(st.characters(), max_size=300))
def test_no_text_makes_it_raise(text: str) -> None:
    assert len(REDACTOR.clean(text, [{**LEAD, "CustomerName": text}])) <= KEPT
