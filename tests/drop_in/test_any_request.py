"""Whatever arrives at the dialer's address, the answer is one an old client can read, and no fault of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.drop_in.world import World, opened
from tests.running import EmulatorHandle

_OF_A_LEAD = (
    "action",
    "source",
    "custom_fields",
    "list_id",
    "phone_number",
    "MobileNo",
    "CustomerName",
    "x[]",
)
_OF_THE_OTHERS = (
    "multi_leads",
    "value",
    "agent_user",
    "search",
    "preview",
    "focus",
    "phone_code",
    "prospects_id",
)
NAMES = st.sampled_from([*_OF_A_LEAD, *_OF_THE_OTHERS, "key", ""])
TEXTS = st.text(max_size=30) | st.sampled_from(
    ["add_lead", "add_multi_lead", "manual_dial", "Y", "test", "9876543210", "25062018", "YES", "agent1"]
)
ROWS = st.lists(
    st.dictionaries(NAMES | st.text(max_size=5), TEXTS | st.integers() | st.none(), max_size=5), max_size=3
)
FIELDS = st.dictionaries(NAMES, TEXTS, max_size=9)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, emulator: EmulatorHandle) -> Iterator[World]:
    with opened(tmp_path_factory.mktemp("any"), emulator, wait=0.0) as world:
        yield world


def assert_readable(text: str) -> None:
    told = json.loads(text)
    assert isinstance(told, dict)
    for each in told.values() if "lead 1" in told else [told]:
        assert each.get("success", each.get("status")) in ("true", "false")
        assert isinstance(each["message"], str)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=FIELDS, form=FIELDS, rows=ROWS)
def test_any_fields_are_answered(
    shared: World, query: dict[str, str], form: dict[str, str], rows: list[object]
) -> None:
    fields = {"multi_leads": json.dumps(rows), **form}
    answer = shared.bare(fields, query_string=query, headers={"X-Api-Key": shared.key(mode="test")})

    assert answer.status_code in (200, 429)
    assert_readable(answer.text)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=200),
    query=st.binary(max_size=60),
    content_type=st.sampled_from(
        ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "x"]
    ),
)
def test_any_bytes_are_answered(shared: World, body: bytes, query: bytes, content_type: str) -> None:
    answer = shared.bare(
        body,
        content_type=content_type,
        headers={"X-Api-Key": shared.key()},
        environ_overrides={"QUERY_STRING": query.decode("latin-1")},
    )

    assert answer.status_code < 500
    assert_readable(answer.text)
