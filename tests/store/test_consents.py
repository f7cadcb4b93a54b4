"""Consents come with their lead, word for word, and stay as they were written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy.exc import DBAPIError

from gateway.leads.consent import Consent
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.operations import Accept
from tests.store.making import NOW, accept, keep, make_enquiry, make_lead, same_person, state_of

GIVEN = Consent(
    text="I agree to be called about my enquiry.",
    version="2026-11",
    language="en",
    given=True,
    page_url="https://www.example.com/offers",
    address="192.0.2.7",
    user_agent="Mozilla/5.0",
    at=NOW,
)
WITHDRAWN = replace(GIVEN, text="Do not call me", version="opt-out", given=False, at=NOW + 60)
REPLACE_IT = (
    "{} INTO consents SELECT lead_id, at, 'I agree to everything.', version, language, given, page_url, address,"
    " user_agent FROM consents"
)


def consents_of(store: Store, lead_id: str) -> tuple[Consent, ...]:
    story = store.story(lead_id)
    assert story is not None
    return story.consents


@pytest.mark.parametrize("given", [True, False, None])
def test_a_consent_is_kept_with_its_lead_as_it_was_asked_for(store: Store, given: bool | None) -> None:
    consent = replace(GIVEN, given=given)
    lead, other = keep(store, consent=consent), keep(store)

    assert consents_of(store, lead.id) == (consent,)
    assert consents_of(store, other.id) == ()


def test_a_duplicate_and_a_quarantined_lead_keep_theirs_too(store: Store) -> None:
    first = make_lead(phone="9876543210", identities=(same_person(),), consent=GIVEN)
    again = make_lead(phone="9876543210", identities=(same_person(),), consent=replace(GIVEN, at=NOW + 1))
    spam = make_lead(state=State.QUARANTINED, consent=GIVEN)
    accept(store, first, again, spam)

    assert state_of(store, again) is State.DUPLICATE
    assert [len(consents_of(store, each.id)) for each in (first, again, spam)] == [1, 1, 1]


def test_a_lead_that_is_not_kept_leaves_no_consent(store: Store) -> None:
    kept = keep(store)
    twice = make_lead(id=kept.id, consent=GIVEN)

    with pytest.raises(DBAPIError):
        store.transact([Accept(enquiry=make_enquiry(), leads=(twice,))])

    assert consents_of(store, kept.id) == ()


def test_what_a_browser_claims_cannot_break_the_row(store: Store) -> None:
    lead = keep(store, consent=replace(GIVEN, user_agent="a\0b\ud800", page_url="https://x/\0"))

    (consent,) = consents_of(store, lead.id)
    assert consent.user_agent == "a\N{REPLACEMENT CHARACTER}b?"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consents SET text = 'I agree to everything.'",
        "UPDATE consents SET given = 1",
        "DELETE FROM consents",
        REPLACE_IT.format("INSERT")
        + " WHERE true ON CONFLICT (lead_id, at) DO UPDATE SET text = excluded.text",
    ],
)
def test_no_statement_changes_or_removes_a_consent(store: Store, statement: str) -> None:
    lead = keep(store, consent=GIVEN)

    with pytest.raises(DBAPIError, match="never changed or removed"):
        store.write(lambda transaction: transaction.run(statement))

    assert consents_of(store, lead.id) == (GIVEN,)


def test_replacing_does_not_pass_by_the_triggers_of_sqlite(sqlite_store: Store) -> None:
    lead = keep(sqlite_store, consent=GIVEN)

    with pytest.raises(DBAPIError, match="never changed or removed"):
        sqlite_store.write(lambda transaction: transaction.run(REPLACE_IT.format("INSERT OR REPLACE")))

    assert consents_of(sqlite_store, lead.id) == (GIVEN,)


def test_emptying_the_table_does_not_pass_by_the_triggers_of_postgresql(
    migrated_postgres: str, open_store: Callable[[str], Store]
) -> None:
    store = open_store(migrated_postgres)
    lead = keep(store, consent=GIVEN)

    with pytest.raises(DBAPIError, match="never changed or removed"):
        store.write(lambda transaction: transaction.run("TRUNCATE consents"))

    assert consents_of(store, lead.id) == (GIVEN,)


def test_who_withdraws_is_suppressed_and_both_words_stay(store: Store) -> None:
    lead = keep(store, phone="9876543210", consent=GIVEN)
    other = keep(store, phone="9876543211", consent=GIVEN)

    store.consents.withdraw(lead.id, lead.phone, WITHDRAWN)

    assert consents_of(store, lead.id) == (GIVEN, WITHDRAWN)
    assert [store.is_suppressed(each.phone) for each in (lead, other)] == [True, False]
    later = keep(store, phone="9876543210")
    assert state_of(store, later) is State.SUPPRESSED


def test_withdrawing_twice_is_written_down_once(store: Store) -> None:
    lead = keep(store, phone="9876543210", consent=GIVEN)

    store.consents.withdraw(lead.id, lead.phone, WITHDRAWN)
    store.consents.withdraw(lead.id, lead.phone, replace(WITHDRAWN, at=NOW + 61))

    assert consents_of(store, lead.id) == (GIVEN, WITHDRAWN)
