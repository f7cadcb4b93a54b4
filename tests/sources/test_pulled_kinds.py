"""How IndiaMART, Housing.com and TradeIndia are asked, and what their answers mean."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config import SourceConfig
from gateway.sources.base import Inbound
from gateway.sources.housing import signature
from gateway.sources.indian_time import date, date_and_time
from gateway.sources.pull import FARTHEST, Answer, Page, Pull, PullTrouble, Window
from gateway.sources.registry import SOURCES
from tests.sources.contract import source_of

PULLED = sorted(name for name, kind in SOURCES.items() if kind.pull is not None)
# Meta and LinkedIn say in JSON what others say by their status.
PORTALS = [name for name in PULLED if name not in ("meta", "linkedin")]
WHOLE = st.integers(-(10**18), 10**18)  # a longer one is refused, and its row kept alone
NOW = 1_791_300_000.0  # 2026-10-06 15:20:00 UTC, 20:50:00 in India
OPTIONS: dict[str, dict[str, str]] = {
    "indiamart": {"pull_key": "key-0123456789"},
    "housing": {"profile_id": "12345", "encryption_key": "test-secret"},
    "linkedin": {"owner": "urn:li:sponsoredAccount:123", "access_token": "key-0123456789"},
    "meta": {"page_id": "153125381133", "access_token": "key-0123456789", "verify_token": "v"},
    "tradeindia": {"user_id": "77", "profile_id": "12345", "pull_key": "key-0123456789"},
}


def pull_of(kind: str) -> Pull:
    pull = SOURCES[kind].pull
    assert pull is not None
    return pull


def pulled(kind: str, **options: str) -> SourceConfig:
    return source_of(kind, options={**OPTIONS[kind], **options})


def asked(kind: str, page: str = "", **options: str) -> tuple[str, dict[str, str]]:
    question = pull_of(kind).ask(pulled(kind, **options), Window(start=NOW - 3600, end=NOW), page, NOW)
    return question.url, dict(question.query)


def read(kind: str, body: Any, status: int = 200, page: str = "", retry_after: float | None = None) -> Page:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return pull_of(kind).read(pulled(kind), page, Answer(status=status, body=raw, retry_after=retry_after))


def trouble(kind: str, body: Any, status: int = 200, retry_after: float | None = None) -> PullTrouble:
    with pytest.raises(PullTrouble) as caught:
        read(kind, body, status, retry_after=retry_after)
    return caught.value


# -- asking --------------------------------------------------------------------------------------------------


def test_times_are_written_as_the_portals_write_them() -> None:
    assert date_and_time(NOW) == "06-Oct-202620:50:00"
    assert date(NOW) == "2026-10-06"
    assert date(NOW + 4 * 3600) == "2026-10-07"  # after midnight in India


def test_indiamart_is_asked_for_a_span_in_indian_time() -> None:
    assert asked("indiamart") == (
        "https://mapi.indiamart.com/wservce/crm/crmListing/v2/",
        {
            "glusr_crm_key": "key-0123456789",
            "start_time": "06-Oct-202619:50:00",
            "end_time": "06-Oct-202620:50:00",
        },
    )


def test_housing_is_asked_with_a_signed_time() -> None:
    url, query = asked("housing")

    assert url == "https://pahal.housing.com/api/v0/get-builder-leads"
    assert query["hash"] == "9c99c5d4461ef9aa67a3f384b3e2055348880ae9c0b6c23cdcc0815004b4f4df"
    assert (query["start_date"], query["end_date"], query["current_time"]) == (
        "1791296400",
        "1791300000",
        "1791300000",
    )
    assert asked("housing", account="broker")[0].endswith("/get-broker-leads")


def test_another_byte_is_another_signature() -> None:
    assert signature("test-secret", "1791300001") != signature("test-secret", "1791300000")
    assert signature("test-secre1", "1791300000") != signature("test-secret", "1791300000")


def test_tradeindia_is_asked_for_days_and_pages() -> None:
    url, query = asked("tradeindia", "3")

    assert url == "https://www.tradeindia.com/utils/my_inquiry.html"
    assert (query["from_date"], query["to_date"], query["page_no"]) == ("2026-10-06", "2026-10-06", "3")
    assert asked("tradeindia")[1]["page_no"] == "1"


@pytest.mark.parametrize("kind", PULLED)
def test_a_question_shows_no_key_when_it_is_printed(kind: str) -> None:
    question = pull_of(kind).ask(pulled(kind), Window(start=NOW - 3600, end=NOW), "", NOW)

    assert "key-0123456789" not in repr(question)
    assert "test-secret" not in repr(question)


@pytest.mark.parametrize("kind", PULLED)
def test_a_kind_is_pulled_only_with_all_it_needs(kind: str) -> None:
    pull = pull_of(kind)

    assert pull.is_on(pulled(kind))
    for name in pull.needs:
        assert not pull.is_on(pulled(kind, **{name: ""}))


@pytest.mark.parametrize("kind", PULLED)
def test_pace_and_spans_fit_together(kind: str) -> None:
    pull = pull_of(kind)

    assert pull.pace <= pull.every
    assert pull.shortest < pull.longest <= FARTHEST
    assert pull.overlap < pull.longest


# -- answers -------------------------------------------------------------------------------------------------


def test_indiamart_says_in_its_body_what_is_the_matter() -> None:
    assert read("indiamart", {"CODE": 204, "STATUS": "SUCCESS"}).rows == ()
    assert trouble("indiamart", {"CODE": 429}).code == "pull.too_many"
    assert trouble("indiamart", {"CODE": 401}).code == "pull.key"
    assert trouble("indiamart", {"CODE": "401"}).code == "pull.key"
    assert trouble("indiamart", {"CODE": 400, "MESSAGE": "range"}).code == "pull.unreadable"
    assert trouble("indiamart", {"CODE": 200}).code == "pull.unreadable"


def test_too_many_questions_to_indiamart_are_followed_by_a_quarter_of_an_hour() -> None:
    pause = trouble("indiamart", {"CODE": 429}).pause

    assert pause is not None
    assert pause > 900


def test_what_indiamart_counts_and_does_not_give_is_noticed() -> None:
    row = {"UNIQUE_QUERY_ID": "1"}

    assert read("indiamart", {"CODE": 200, "TOTAL_RECORDS": 2, "RESPONSE": [row]}).cut
    assert not read("indiamart", {"CODE": 200, "TOTAL_RECORDS": 1, "RESPONSE": [row]}).cut
    assert not read("indiamart", {"CODE": 200, "TOTAL_RECORDS": 1, "RESPONSE": row}).cut


def test_a_full_answer_of_housing_may_not_be_all() -> None:
    assert read("housing", {"data": [{}] * 1000}).cut
    assert not read("housing", {"data": [{}] * 999}).cut


@pytest.mark.parametrize(
    "body", [{"apiErrors": {"x": 1}}, {"apiErrors": {}, "data": []}, {"data": {}}, [], None]
)
def test_what_housing_gives_without_leads_is_no_empty_answer(body: Any) -> None:
    assert trouble("housing", body).code == "pull.unreadable"


def graph(code: int, **more: int) -> dict[str, Any]:
    return {"error": {"message": "(#x) no", "type": "OAuthException", "code": code, **more}}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (graph(190, error_subcode=463), 401, "pull.key"),
        (graph(613), 400, "pull.too_many"),
        (graph(2), 500, "pull.status"),
        (graph(200), 403, "pull.refused"),
        (graph(100, error_subcode=33), 400, "pull.refused"),
        ({"data": {}}, 200, "pull.unreadable"),
        ([], 200, "pull.unreadable"),
    ],
)
def test_meta_says_in_json_what_is_the_matter(error: Any, status: int, code: str) -> None:
    assert trouble("meta", error, status).code == code


def test_a_page_of_meta_is_asked_for_its_forms_and_each_form_for_its_leads() -> None:
    assert asked("meta")[0] == "https://graph.facebook.com/v26.0/153125381133/leadgen_forms"

    forms = read("meta", {"data": [{"id": "111111"}, {"id": "../me"}, {"id": 222222}, None]}).next_page
    assert forms is not None
    url, query = asked("meta", forms)
    assert url == "https://graph.facebook.com/v26.0/111111/leads"
    assert json.loads(query["filtering"]) == [
        {"field": "time_created", "operator": "GREATER_THAN", "value": 1791296399}
    ]
    second = read("meta", {"data": []}, page=forms).next_page
    assert second is not None
    assert asked("meta", second)[0] == "https://graph.facebook.com/v26.0/222222/leads"
    assert read("meta", {"data": []}, page=second).next_page is None


def test_several_pages_of_meta_are_asked_in_turn() -> None:
    source = pulled("meta", page_id="11111, 22222")
    pull, window = pull_of("meta"), Window(start=NOW - 3600, end=NOW)
    page, urls = "", []
    for data in ([{"id": "111111"}], [{"id": "222222"}], [], []):
        urls.append(pull.ask(source, window, page, NOW).url.removeprefix("https://graph.facebook.com/v26.0/"))
        page = (
            pull.read(source, page, Answer(status=200, body=json.dumps({"data": data}).encode())).next_page
            or ""
        )

    assert urls == ["11111/leadgen_forms", "22222/leadgen_forms", "111111/leads", "222222/leads"]
    assert page == ""


def test_a_page_of_meta_without_forms_has_no_leads() -> None:
    assert read("meta", {"data": []}) == Page(rows=())


def test_tradeindia_ends_with_its_array() -> None:
    assert list(read("tradeindia", b'\n Notice: x[0] \n[{"rfi_id": "1"}]\n').rows) == [{"rfi_id": "1"}]
    assert list(read("tradeindia", b"[]").rows) == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html><script>a = [];</script></html>",
        b"[{]",
        b'[{"rfi_id": "1"}',
        b"[" * 5000,
        b'{"error": "x"}',
    ],
    ids=["nothing", "html", "broken", "half", "deep", "object"],
)
def test_what_is_no_array_of_tradeindia_is_no_empty_answer(body: bytes) -> None:
    assert trouble("tradeindia", body).code == "pull.unreadable"


def test_a_full_page_of_tradeindia_is_followed_by_the_next() -> None:
    assert read("tradeindia", [{}] * 100, page="4").next_page == "5"
    assert read("tradeindia", [{}] * 99, page="4").next_page is None
    assert read("tradeindia", [{}] * 100, page="100").cut


@pytest.mark.parametrize("kind", PORTALS)
@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "pull.key"), (403, "pull.key"), (429, "pull.too_many"), (500, "pull.status"), (503, "pull.status"),
     (302, "pull.refused"), (404, "pull.refused")],
)  # fmt: skip
def test_a_status_that_says_no_is_no_empty_answer(kind: str, status: int, code: str) -> None:
    found = trouble(kind, [], status, retry_after=1234.0 if status in (429, 503) else None)

    assert found.code == code
    assert found.pause == (1234.0 if status in (429, 503) else None)
    assert found.message.endswith(".")


@pytest.mark.parametrize("kind", PULLED)
@settings(max_examples=80, deadline=None)
@given(
    body=st.one_of(
        st.binary(max_size=60),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["CODE", "RESPONSE", "data", "TOTAL_RECORDS", "x"]), inner, max_size=4
                )
            ),
            max_leaves=8,
        ).map(lambda value: json.dumps(value).encode()),
    ),
    status=st.sampled_from([200, 200, 200, 204, 500]),
)
def test_any_answer_is_leads_or_a_trouble(kind: str, body: bytes, status: int) -> None:
    try:
        page = read(kind, body, status)
    except PullTrouble:
        return
    json.dumps(list(page.rows))


# -- rows ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", PULLED)
@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.none()
        | st.text(max_size=5)
        | st.dictionaries(
            st.sampled_from(
                ["UNIQUE_QUERY_ID", "SENDER_MOBILE", "lead_phone", "rfi_id", "lead_date", "message"]
            ),
            st.none() | st.text(max_size=12) | WHOLE | st.lists(WHOLE, max_size=2),
        ),
        max_size=5,
    )
)
def test_an_array_of_rows_is_read_as_each_of_them_alone(kind: str, rows: list[Any]) -> None:
    """What is pulled is kept in such arrays, and what is known already is left out of them."""

    def parsed(values: list[Any]) -> list[Any]:
        body = json.dumps(pull_of(kind).wrap(values)).encode()
        return SOURCES[kind].parse(pulled(kind), Inbound(method="PULL", path="", body=body, received_at=NOW))

    together = parsed(rows)

    assert len(together) == len(rows)
    assert together == [submission for row in rows for submission in parsed([row])]
