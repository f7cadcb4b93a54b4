"""JustDial: who is let in, which word it hears, and what its do-not-call marks mean."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gateway.config import ConfigError, parse_config
from gateway.leads.lead import State, Submission
from gateway.sources import justdial
from gateway.sources.base import Inbound
from tests.sources.contract import OTHER, SECRET, kind_of, read, source_of
from tests.sources.making import make_auth, make_form, make_inbound
from tests.sources.portals import is_let_in, status

BASIC = make_auth("basic", OTHER, SECRET, user="jd")


def asked(**query: str) -> Inbound:
    return make_inbound(method="GET", query=tuple(query.items()))


def lead_of(on_dnd: str = "dial", **query: str) -> Submission:
    source = source_of("justdial", options={"on_dnd": on_dnd})
    (submission,) = read(source, asked(leadid="JD1", mobile="9876543210", **query))
    return submission


@pytest.mark.parametrize(
    ("user", "password", "let_in"),
    [("jd", SECRET, True), ("jd", OTHER, True), ("other", SECRET, False), ("jd", "", False), ("", "", False)],
)
def test_a_name_and_a_password_may_stand_in_the_address(user: str, password: str, *, let_in: bool) -> None:
    source = source_of("justdial", auth=BASIC)

    assert is_let_in(source, asked(user=user, **{"pass": password})) == let_in
    assert is_let_in(source, make_form({"user": user, "pass": password})) == let_in


@pytest.mark.parametrize("body", [b"{", b"[1]", b"user", b"\xff="])
def test_a_body_that_cannot_be_read_lets_nobody_in(body: bytes) -> None:
    assert not is_let_in(source_of("justdial", auth=BASIC), make_inbound(body))


def test_a_password_in_the_address_is_no_token_and_an_empty_one_lets_nobody_in() -> None:
    assert not is_let_in(source_of("justdial"), asked(user="", **{"pass": SECRET}))
    assert not is_let_in(source_of("justdial", auth=make_auth("basic", "", user="jd")), asked(user="jd"))
    nameless = source_of("justdial", auth=make_auth("basic", SECRET, user=""))
    assert not is_let_in(nameless, asked(user="", **{"pass": SECRET}))


@pytest.mark.parametrize("inbound_of", [lambda sent: asked(**sent), make_form], ids=["address", "form"])
def test_name_and_password_do_not_become_part_of_the_lead(
    inbound_of: Callable[[dict[str, str]], Inbound],
) -> None:
    source = source_of("justdial", auth=BASIC)

    sent = {"user": "jd", "pass": SECRET, "leadid": "JD1", "mobile": "9876543210"}

    (submission,) = read(source, inbound_of(sent))

    assert submission.fields == {
        "MobileNo": "9876543210", "LeadSource": "JustDial", "WebEnquiryNumber": "JD1"
    }  # fmt: skip
    assert submission.extra == {}


@pytest.mark.parametrize("state", [State.QUEUED, State.DUPLICATE, State.QUARANTINED, State.SUPPRESSED])
def test_whatever_becomes_of_a_lead_it_is_received(state: State) -> None:
    acknowledge = kind_of(source_of("justdial")).acknowledge
    assert acknowledge is not None

    reply = acknowledge(source_of("justdial"), [status(state)])

    assert (reply.status, reply.content_type) == (200, "text/plain; charset=utf-8")
    assert reply.body == b"RECEIVED"


def test_the_word_can_be_another_one() -> None:
    source = source_of("justdial", options={"answer": "SUCCESS"})

    assert justdial.acknowledge(source, []).body == b"SUCCESS"


@pytest.mark.parametrize("mark", ["1", "1.0", "Y", "true"])
def test_a_number_on_the_register_is_dialed_with_a_mark_unless_the_source_says_otherwise(mark: str) -> None:
    dialed, suppressed = lead_of(dncmobile=mark), lead_of("suppress", dncmobile=mark)

    assert dialed.extra["do_not_call"] == suppressed.extra["do_not_call"] == "registered"
    assert dialed.fields["CustomField2"] == justdial.ON_THE_REGISTER
    assert not dialed.do_not_call
    assert suppressed.do_not_call


@pytest.mark.parametrize("mark", ["0", "", "n", "2"])
def test_a_number_that_is_not_on_the_register_has_no_mark(mark: str) -> None:
    lead = lead_of("suppress", dncmobile=mark)

    assert not lead.do_not_call
    assert "CustomField2" not in lead.fields
    assert "do_not_call" not in lead.extra


def test_the_mark_of_the_number_that_is_dialed_counts() -> None:
    """The mobile is dialed, so the landline's mark says nothing; without a mobile it is the other way round."""
    assert not lead_of("suppress", phone="022-22355342", dncphone="1").do_not_call

    source = source_of("justdial", options={"on_dnd": "suppress"})
    landline = {"mobile": "", "phone": "022-22355342"}
    assert read(source, asked(**landline, dncphone="1"))[0].do_not_call
    assert not read(source, asked(**landline, dncmobile="1"))[0].do_not_call


@pytest.mark.parametrize("lead_type", ["Test", "TEST", "test"])
def test_a_test_of_justdial_is_a_test(lead_type: str) -> None:
    assert lead_of(leadtype=lead_type).test
    assert not lead_of(leadtype="category").test


def test_on_dnd_is_one_of_two_words_and_dials_unless_it_says_so() -> None:
    table = '[sources.jd]\nkind = "justdial"\nlist_id = "25062018"\ntoken = "env:T"\n'
    dialer = '[dialers.main]\nurl = "http://dialer.example/"\n'

    config = parse_config(dialer + table, {"T": SECRET})
    assert config.sources["jd"].options == {"on_dnd": "dial", "answer": "RECEIVED"}
    with pytest.raises(ConfigError, match=r"sources\.jd\.on_dnd"):
        parse_config(dialer + table + 'on_dnd = "perhaps"\n', {"T": SECRET})
