"""Every answer of the dialer's document: the gateway's is the dialer's, to the byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from tests.drop_in.world import World, call, lead, opened, rows, two_dialers
from tests.emulator.asking import LEFT_OUT, post
from tests.running import EmulatorHandle

NOT_THE_SECOND = {"prospects_id": LEFT_OUT}
VIEWER = {"user": "viewonly", "pass": "viewpass"}


@dataclass
class Pair:
    """The same request, sent to the dialer and to the gateway in front of another one that is just like it."""

    world: World
    direct: EmulatorHandle

    def answers(self, parameters: Mapping[str, Any]) -> tuple[str, str]:
        theirs = post(self.direct, dict(parameters))
        ours = self.world.ask(parameters)
        assert (ours.status_code, ours.content_type) == (theirs.status_code, theirs.headers["Content-Type"])
        return ours.text, theirs.text

    def reset(self) -> None:
        self.world.dialer.reset()
        self.direct.reset()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    with (
        two_dialers() as (behind, direct),
        opened(tmp_path_factory.mktemp("shared"), behind) as world,
    ):
        yield Pair(world=world, direct=direct)


@pytest.fixture
def pair(shared: Pair) -> Pair:
    shared.reset()
    return shared


@pytest.fixture
def own_pair(tmp_path: Path) -> Iterator[Pair]:
    """For what stops a line: nobody else's."""
    with two_dialers() as (behind, direct), opened(tmp_path, behind) as world:
        yield Pair(world=world, direct=direct)


def test_add_lead_answers_its_success(pair: Pair) -> None:
    ours, theirs = pair.answers(lead())

    assert ours == theirs
    assert ours == (
        '{"success":"true","message":"add_lead LEAD CREATED SUCCESSFULLY","data":'
        '{"Phone Number":"1234567890","List ID":"25062018","Lead ID":"1764",'
        '"Status":"NEW","Prospects Id":"123"}}'
    )


def test_add_multi_lead_answers_its_success(pair: Pair) -> None:
    ours, theirs = pair.answers(rows())

    assert ours == theirs
    assert '"Phone Number":"2222222"' in ours
    assert '"Lead ID":1765' in ours


def test_manual_dial_answers_its_success(pair: Pair) -> None:
    ours, theirs = pair.answers(call())

    assert ours == theirs
    assert ours == (
        '{"success":"true","message":"manual_dial EXTERNAL_DIAL FUNCTION SET","data":'
        '{"Phone Number":"1234567890","Prospects Id":"654dsddfd"}}'
    )


@pytest.mark.parametrize("left_out", ["prospects_id", "list_id"])
def test_what_may_be_left_out_may_be_left_out(pair: Pair, left_out: str) -> None:
    ours, theirs = pair.answers(lead(**{left_out: LEFT_OUT}))

    # The dialer's own default list is 999; the gateway's is the source's.
    assert ours == theirs.replace('"List ID":"999"', '"List ID":"25062018"')


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (1, {"source": ""}),
        (1, {"source": LEFT_OUT}),
        (3, {"phone_number": "12345"}),
        (3, {"phone_number": "1" * 17}),
        (4, {"phone_number": ""}),
        (4, {"phone_number": LEFT_OUT}),
        (5, {"phone_number": "12345abcde"}),
        (5, {"phone_number": "+911234567890"}),
        (5, {"phone_number": "१२३४५६७८९०"}),
        (6, {"list_id": "77777777"}),
        (6, {"list_id": "liopk"}),
        (7, {"list_id": ""}),
        (8, {"list_id": "12"}),
        (8, {"list_id": "1" * 15}),
        (9, {"custom_fields": "N"}),
        (9, {"custom_fields": ""}),
        (10, {"NotInTheForm": "x"}),
    ],
)
def test_add_lead_answers_each_error(pair: Pair, number: int, changes: dict[str, Any]) -> None:
    ours, theirs = pair.answers(lead(**changes))

    assert ours == theirs
    assert ours.startswith('{"success":"false","message":"add_lead ')
    assert pair.world.dialer.leads() == []


@pytest.mark.parametrize("list_id", ["55555555", "25062019"])
def test_what_only_the_dialer_knows_of_a_list_is_said_as_it_says_it(own_pair: Pair, list_id: str) -> None:
    """Errors 6 and 9: the list is allowed here, and is not there, or has no custom form."""
    first, theirs = own_pair.answers(lead(list_id=list_id))
    again, _ = own_pair.answers(lead(list_id=list_id))

    assert first == again == theirs
    assert {each.state for each in own_pair.world.stored()} == {"held"}


@pytest.mark.parametrize("request_", [lead(), rows()], ids=["add_lead", "add_multi_lead"])
def test_a_dialer_that_lets_us_add_nothing_says_so(own_pair: Pair, request_: dict[str, Any]) -> None:
    """Errors 2 and 14: here it is the gateway's own user that may not."""
    own_pair.world.dialer.set_user("", may_add_leads=False)
    theirs = post(own_pair.direct, {**request_, **VIEWER}).text

    assert own_pair.world.ask(request_).text == theirs


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (1, {"action": ""}),
        (1, {"action": LEFT_OUT}),
        (2, {"action": "add_leads"}),
        (3, {"source": "x"}),
        (4, {"source": ""}),
        (5, {"custom_fields": "N"}),
        (13, {"multi_leads": '[{"phone_number":'}),
        (13, {"multi_leads": '{"phone_number":"1111111111"}'}),
        (13, {"multi_leads": "[]"}),
        (13, {"multi_leads": "[1]"}),
        (13, {"multi_leads": "[" * 20_000}),
        (16, {"multi_leads": ""}),
        (16, {"multi_leads": LEFT_OUT}),
    ],
)
def test_add_multi_lead_answers_each_error(pair: Pair, number: int, changes: dict[str, Any]) -> None:
    request = {name: value for name, value in {**rows(), **changes}.items() if value is not LEFT_OUT}
    ours, theirs = pair.answers(request)

    assert ours == theirs


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (6, {"phone_number": "12345"}),
        (7, {"phone_number": ""}),
        (7, {"phone_number": LEFT_OUT}),
        (8, {"phone_number": "abcdefgh"}),
        (9, {"list_id": ""}),
        (10, {"list_id": "liopk"}),
        (11, {"list_id": "25"}),
    ],
)
def test_one_lead_of_two_is_refused_and_the_other_is_created(
    pair: Pair, number: int, changes: dict[str, Any]
) -> None:
    ours, theirs = pair.answers(rows(changes, NOT_THE_SECOND))

    assert ours == theirs
    assert [each["phone_number"] for each in pair.world.dialer.leads()] == ["2222222"]


def test_one_lead_of_two_is_for_a_list_without_its_form(own_pair: Pair) -> None:
    """Error 12. The dialer keeps such a lead all the same where it came with others, and counts on."""
    ours, theirs = own_pair.answers(rows({"list_id": "25062019"}, NOT_THE_SECOND))

    assert ours == theirs.replace('"Lead ID":1765', '"Lead ID":1764')


def test_names_outside_the_form_are_dropped_where_the_dialer_drops_them(pair: Pair) -> None:
    ours, theirs = pair.answers(rows({"NotInTheForm": "x"}))

    assert ours == theirs


def test_a_wrong_login_is_the_documents_error_15(world: World) -> None:
    refused = '{"success":"false","message":"Login incorrect, please try again"}'

    for key in ("gw_live_wrong", "", "wrong"):
        for request in (lead(), rows(), call(), {"action": ""}, {}):
            answer = world.ask(request, key=key)
            assert (answer.status_code, answer.text) == (200, refused)
    assert world.stored() == []


@pytest.mark.parametrize(
    ("number", "changes"),
    [
        (1, {"action": ""}),
        (2, {"agent_user": "agent3"}),
        (2, {"agent_user": "nobody"}),
        (2, {"agent_user": ""}),
        (3, {"agent_user": "agent2"}),
        (4, {"agent_user": "agent4"}),
        (5, {"value": "12ab567890"}),
        (5, {"value": "12345"}),
        (6, {"value": ""}),
        (6, {"value": LEFT_OUT}),
    ],
)
def test_manual_dial_answers_each_error(pair: Pair, number: int, changes: dict[str, Any]) -> None:
    ours, theirs = pair.answers(call(**changes))

    assert ours == theirs
    assert pair.world.dialer.calls() == []


def test_both_methods_answer_alike(pair: Pair) -> None:
    for request in (lead(), rows(), call(), lead(phone_number="")):
        pair.reset()
        theirs = requests.get(pair.direct.api_url, params=request, timeout=10)
        ours = pair.world.bare({**request, "key": pair.world.key()}, method="GET")

        assert (ours.status_code, ours.text) == (theirs.status_code, theirs.text)
        assert ours.content_type == theirs.headers["Content-Type"]
