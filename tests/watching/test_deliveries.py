"""A sender that changes what it sends is told about, with the line that reads it; its leads come in all the same."""

from __future__ import annotations

import json
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway import metrics
from gateway.config import Auth, SourceConfig
from gateway.leads.identity import new_id
from gateway.leads.lead import State
from gateway.sources.base import Inbound
from gateway.sources.keeping import keep
from gateway.sources.registry import SOURCES
from gateway.store import Store
from gateway.store.operations import Accept
from gateway.watching import Watch
from gateway.watching.drift import LEARNED
from gateway.watching.watch import EVERY, SETTLED
from tests.fakes import FakeClock
from tests.sources.contract import source_of
from tests.store.making import make_lead
from tests.watching.test_silence import config_of, look

PLAIN = {"mobile": "9876543210", "name": "Asha Verma", "city": "Pune"}
SECRET = "7pKdQ2mXv9"


def a_portal(**changes: Any) -> SourceConfig:
    values: dict[str, Any] = {
        "name": "portal",
        "kind": "generic",
        "dialer": "main",
        "list_id": "25062018",
        "auth": Auth(method="token", secrets=(SECRET,)),
        "fields": {"MobileNo": "mobile", "CustomerName": "name"},
    }
    return SourceConfig(**values | changes)


class Feed:
    """A sender, and a watch that looks at what it sends a minute later."""

    def __init__(self, store: Store, clock: FakeClock, source: SourceConfig | None = None) -> None:
        self.store, self.clock = store, clock
        self.source = source or a_portal()
        self.watch = Watch(config_of(self.source), store, clock)
        look(self.watch)

    def brings(self, *payloads: object, test: bool = False) -> list[dict[str, Any]]:
        """These deliveries come, and time passes; what is told of it."""
        told: list[dict[str, Any]] = []
        for start in range(0, len(payloads), 15):
            for payload in payloads[start : start + 15]:
                self._keep(payload, test=test)
            self.clock.turn(SETTLED + EVERY)
            told += look(self.watch)
        return told

    def _keep(self, payload: object, *, test: bool) -> None:
        self.clock.turn(0.01)
        now = self.clock.now()
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        headers = {"content-type": "application/json"}
        path = f"/webhooks/{self.source.name}"
        inbound = Inbound(method="POST", path=path, headers=headers, body=body, received_at=now)
        enquiry = keep(self.source, SOURCES[self.source.kind], inbound, new_id(now))
        state = State.TEST if test else State.QUEUED
        lead = make_lead(
            id=new_id(now), source=self.source.name, received_at=now, next_at=now, test=test, state=state
        )
        self.store.transact([Accept(enquiry=enquiry, leads=(lead,), claim=None)])


@pytest.fixture
def feed(store: Store, clock: FakeClock) -> Feed:
    """A portal whose deliveries are known."""
    made = Feed(store, clock)
    assert made.brings(*[PLAIN] * (LEARNED + 10)) == []
    return made


def drift(source: str, change: str) -> float:
    labels = {"source": source, "change": change}
    return metrics.REGISTRY.get_sample_value("gw_source_drift_total", labels) or 0.0


def test_a_new_field_is_told_once_with_the_line_that_reads_it(feed: Feed) -> None:
    before = drift("portal", "new")
    told = feed.brings(PLAIN | {"budget": "40 lakh"})

    assert [(line["event"], line["field"], line["after"], line["mapping"]) for line in told] == [
        ("source.field_new", "budget", "text", 'CustomField1 = "budget"')
    ]
    assert "[sources.portal.fields]" in told[0]["next_step"]
    assert feed.brings(PLAIN | {"budget": "50 lakh"}, PLAIN) == []
    assert drift("portal", "new") == before + 1
    known = feed.store.shapes.fields("portal")["budget"]
    assert (known.change, known.advice) == ("new", 'CustomField1 = "budget"')


def test_a_renamed_field_that_was_read_is_told_with_the_line_that_mends_it(feed: Feed) -> None:
    renamed = {"phone_no": "9876543210", "name": "Asha", "city": "Pune"}

    told = feed.brings(*[renamed] * 6)

    assert [(line["event"], line["field"], line["mapping"]) for line in told] == [
        ("source.field_new", "phone_no", 'CustomField1 = "phone_no"'),
        ("source.field_missing", "mobile", 'MobileNo = "phone_no"'),
    ]


def test_a_missing_field_that_was_read_says_what_stays_empty(feed: Feed) -> None:
    told = feed.brings(*[{"mobile": "9876543210", "city": "Pune"}] * 6)

    assert [(line["event"], line["field"], line["mapping"]) for line in told] == [
        ("source.field_missing", "name", "")
    ]
    assert told[0]["next_step"].startswith("CustomerName stays empty")


def test_a_retyped_field_is_told_with_the_part_that_means_the_same(feed: Feed) -> None:
    told = feed.brings(PLAIN | {"mobile": {"country": "91", "number": "9876543210"}})

    assert [(line["event"], line["before"], line["after"], line["mapping"]) for line in told] == [
        ("source.field_retyped", "text", "object", 'MobileNo = "mobile.number"')
    ]


def test_no_value_is_told_or_remembered(feed: Feed) -> None:
    with capture_logs() as lines:
        feed.brings(PLAIN | {"remark": "Zaveri Bazaar", "who": {"inner": "Zaveri Bazaar"}})

    kept = feed.store.shapes.fields("portal")
    assert "remark" in kept
    assert "Zaveri" not in f"{lines} {kept}"
    assert "9876543210" not in f"{lines} {kept}"


def test_a_flood_of_new_fields_is_told_in_a_few_lines(feed: Feed) -> None:
    told = feed.brings(PLAIN | {f"question_{chr(97 + number)}": "x" for number in range(25)})

    assert [line["event"] for line in told] == ["source.field_new"] * 10 + ["source.fields_changed"]
    assert told[-1]["fields"] == 25
    assert "gateway sources show portal" in told[-1]["next_step"]


def test_tests_and_what_cannot_be_read_teach_nothing(feed: Feed) -> None:
    assert feed.brings(PLAIN | {"dummy": "x"}, test=True) == []
    assert feed.brings(b"{broken", b"", PLAIN) == []


def test_a_source_that_is_told_not_to_ring_is_not_looked_at(store: Store, clock: FakeClock) -> None:
    quiet = Feed(store, clock, a_portal(drift_alarm=False))

    assert quiet.brings(*[PLAIN] * (LEARNED + 10), PLAIN | {"budget": "x"}) == []
    assert store.shapes.fields("portal") == {}


def test_a_form_is_not_looked_at(store: Store, clock: FakeClock) -> None:
    """Anybody may post anything to it."""
    form = Feed(store, clock, a_portal(kind="form", auth=Auth(), fields={}))

    form.brings(*[PLAIN] * (LEARNED + 5))

    assert store.shapes.fields("portal") == {}


def test_a_question_added_to_an_ad_platforms_form_is_told_by_its_name(store: Store, clock: FakeClock) -> None:
    source = source_of("google_ads", name="google")
    feed = Feed(store, clock, source)

    def filled(**answers: str) -> dict[str, Any]:
        columns = [{"column_id": name, "string_value": value} for name, value in answers.items()]
        return {"lead_id": "L-1", "user_column_data": columns, "google_key": "x", "form_id": 40000}

    known = {"FULL_NAME": "Asha", "PHONE_NUMBER": "+919876543210"}
    assert feed.brings(*[filled(**known)] * (LEARNED + 5)) == []

    told = feed.brings(filled(**known, which_model="Nexon"))

    assert [(line["event"], line["mapping"]) for line in told] == [
        ("source.field_new", 'CustomField1 = "answer.which_model"')
    ]
