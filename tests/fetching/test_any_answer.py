"""Whatever a platform answers: a lead, or one of the known reasons, and never an accident."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.leads.lead import Submission
from gateway.sources.fetch import BLAMES, FetchTrouble, Part
from gateway.sources.pull import Answer
from gateway.sources.registry import SOURCES
from tests.fetching.platforms import graph_lead, linkedin_form, linkedin_lead
from tests.sources.contract import made, source_of

LEAD_ID = "444000000001"
ASKED = {"id": LEAD_ID, "form": "7234246"}
GOOD: dict[str, dict[str, Any]] = {
    "meta": {"lead": graph_lead(LEAD_ID)},
    "linkedin": {"lead": linkedin_lead(LEAD_ID), "form": linkedin_form()},
}
KINDS = sorted(name for name, kind in SOURCES.items() if kind.fetch is not None)
ANY_VALUE = st.recursive(
    st.sampled_from(
        [None, True, -1, 2.5, 10**18, "", "x", "\x00", "नाम", LEAD_ID, "9876543210", 190, 33, 100]
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["id", "error", "code", "message", "error_subcode", "serviceErrorCode", "field_data"]
            ),
            inner,
        )
    ),
    max_leaves=8,
)
ANY_BODY = st.one_of(st.binary(max_size=80), ANY_VALUE.map(orjson.dumps))
ANY_STATUS = st.sampled_from([200, 201, 204, 302, 400, 401, 403, 404, 418, 426, 429, 500, 503, 599])


def parts_of(kind: str) -> tuple[Part, ...]:
    fetch = SOURCES[kind].fetch
    assert fetch is not None
    return fetch.parts


def places_in(value: Any) -> list[tuple[Any, Any]]:
    """Every place of a value that another one could stand in."""
    found: list[tuple[Any, Any]] = []
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        found += [(value, key), *places_in(each)]
    return found


def test_there_are_kinds_to_ask_for() -> None:
    assert {"linkedin", "meta"} <= set(KINDS)
    assert set(GOOD) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=200, deadline=None)
@given(status=ANY_STATUS, body=ANY_BODY, retry_after=st.sampled_from([None, 0.0, 60.0]))
def test_an_answer_is_read_or_has_a_reason(
    kind: str, status: int, body: bytes, retry_after: float | None
) -> None:
    for part in parts_of(kind):
        assert outcome_of(part, Answer(status=status, body=body, retry_after=retry_after)) in {
            *BLAMES,
            "a lead",
        }


def outcome_of(part: Part, answer: Answer) -> str:
    try:
        value = part.read(ASKED, answer)
    except FetchTrouble as trouble:
        return trouble.code
    return "a lead" if isinstance(value, dict) and answer.status == 200 else "an accident"


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_lead_bent_out_of_shape_is_still_one_submission(kind: str, data: st.DataObject) -> None:
    fetch, source = SOURCES[kind].fetch, source_of(kind)
    assert fetch is not None
    got = orjson.loads(orjson.dumps(GOOD[kind]))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from([place for place in places_in(got) if place[0] is not got]))
        holder[key] = data.draw(ANY_VALUE)

    submission = fetch.complete(source, ASKED, got)

    assert isinstance(submission, Submission)
    assert submission.fetch is None
    assert submission.key == LEAD_ID
    made(source, submission)
