"""What the spam checks remember: used proofs, texts that came lately, how often a number enquired."""

from __future__ import annotations

import pytest

from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.spam_marks import TEXT_WINDOW
from tests.store.making import NOW, accept, keep, make_lead, same_person
from tests.store.test_many_processes import race

ASHA, RAVI, MEENA = "9876543210", "9876543211", "9876543212"
HOUR = 3600.0


def spend(store: Store, phone: str = ASHA, proof: str = "proof-1", source: str = "website") -> bool:
    return store.spam.spend(source, proof, phone=phone, expires_at=NOW + HOUR)


# -- proofs --------------------------------------------------------------------------------------------------


def test_a_proof_is_good_for_one_number(store: Store) -> None:
    assert spend(store, ASHA)
    assert not spend(store, RAVI)
    assert not spend(store, MEENA)


def test_the_same_number_may_send_its_form_again(store: Store) -> None:
    assert spend(store, ASHA)
    assert spend(store, ASHA)
    assert not spend(store, RAVI)
    assert spend(store, ASHA)


def test_another_proof_or_form_is_another_matter(store: Store) -> None:
    assert spend(store, ASHA)
    assert spend(store, RAVI, "proof-2")
    assert spend(store, RAVI, source="landing")


def test_who_has_used_a_proof_is_known_while_it_counts(store: Store) -> None:
    spend(store, ASHA)
    spend(store, RAVI)

    def holds(phone: str, now: float = NOW) -> bool:
        return store.spam.is_holder("website", "proof-1", phone=phone, now=now)

    assert holds(ASHA)
    assert not holds(RAVI)
    assert not holds(ASHA, NOW + HOUR)
    assert not store.spam.is_holder("landing", "proof-1", phone=ASHA, now=NOW)


def test_of_several_processes_that_use_the_same_proofs_each_proof_is_one_processs(
    url: str,
) -> None:
    had = race("spend", url, 30, processes=2)

    assert sorted(int(proof) for proofs in had for proof in proofs) == list(range(30))


# -- texts ---------------------------------------------------------------------------------------------------


def see(store: Store, phone: str, *, text: str = "text-1", source: str = "website", at: float = NOW) -> int:
    return store.spam.see_text(source, text, phone=phone, now=at)


def test_a_text_is_counted_by_the_numbers_it_came_with(store: Store) -> None:
    assert [see(store, phone) for phone in (ASHA, ASHA, RAVI, ASHA, MEENA)] == [1, 1, 2, 2, 3]


def test_other_texts_and_forms_are_counted_apart(store: Store) -> None:
    see(store, ASHA)

    assert see(store, RAVI, text="text-2") == 1
    assert see(store, RAVI, source="landing") == 1


def test_only_the_last_hour_counts(store: Store) -> None:
    see(store, ASHA, at=NOW)
    see(store, RAVI, at=NOW + 1)

    assert see(store, MEENA, at=NOW + TEXT_WINDOW) == 2
    assert see(store, ASHA, at=NOW + TEXT_WINDOW + 1) == 2


# -- numbers -------------------------------------------------------------------------------------------------


def enquiries(store: Store, *, since: float = NOW - HOUR, at_most: int = 9) -> int:
    return store.spam.enquiries("website", ASHA, since=since, at_most=at_most)


def test_a_numbers_enquiries_at_one_form_are_counted(store: Store) -> None:
    keep(store, phone=ASHA)
    keep(store, phone=ASHA, state=State.QUARANTINED)
    keep(store, phone=RAVI)
    keep(store, phone=ASHA, source="landing")
    keep(store, phone=ASHA, received_at=NOW - 2 * HOUR)

    assert enquiries(store) == 2
    assert enquiries(store, at_most=1) == 1
    assert enquiries(store, since=NOW - 3 * HOUR) == 3


def test_a_form_sent_twice_is_one_enquiry_and_a_test_is_none(store: Store) -> None:
    accept(store, make_lead(phone=ASHA, identities=(same_person(),)))
    accept(store, make_lead(phone=ASHA, identities=(same_person(),)))
    keep(store, phone=ASHA, state=State.TEST, test=True)

    assert enquiries(store) == 1


# -- care ----------------------------------------------------------------------------------------------------


def test_what_no_longer_counts_is_forgotten(store: Store) -> None:
    spend(store, ASHA)
    see(store, ASHA)
    see(store, RAVI, at=NOW + HOUR)

    assert store.purge_idempotency(now=NOW + HOUR - 1) == 0
    assert store.purge_idempotency(now=NOW + HOUR) == 3  # the proof, its number, the first text
    assert spend(store, RAVI)


@pytest.mark.parametrize("phone", [ASHA, RAVI])
def test_no_number_and_no_text_stands_in_these_tables(store: Store, phone: str) -> None:
    store.spam.spend("website", "the proof", phone=phone, expires_at=NOW)
    see(store, phone)

    def rows(connection: object) -> str:
        execute = connection.exec_driver_sql  # type: ignore[attr-defined]
        tables = ("spent_proofs", "seen_texts")
        return str([execute(f"SELECT * FROM {table}").fetchall() for table in tables])

    kept = store.read(rows)
    assert phone not in kept
    assert "the proof" not in kept
