"""What one of several processes does while the others do the same: `python -m tests.store.racing`."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

from gateway.store import Store
from gateway.store.operations import Accept
from gateway.store.recorder import Recorder
from tests.store.making import NOW, make_claim, make_enquiry, make_lead, mark, same_person


def enquire(store: Store, name: str, times: int) -> None:
    """The same person, `times` times."""
    recorder = Recorder(store)

    def one(number: int) -> str:
        lead = make_lead(id=f"{name}{number:019d}", identities=(same_person(),))
        accept = Accept(enquiry=make_enquiry(id=f"E{name}{number:018d}"), leads=(lead,))
        return recorder.record(accept).leads[0].state.value

    with ThreadPoolExecutor(8) as pool:
        for state in pool.map(one, range(times)):
            print(state)


def claim_key(store: Store, name: str, times: int) -> None:
    """The same idempotency key, `times` times."""
    recorder = Recorder(store)
    for number in range(times):
        lead = make_lead(id=f"{name}{number:019d}")
        accept = Accept(enquiry=make_enquiry(id=f"E{name}{number:018d}"), leads=(lead,), claim=make_claim())
        print("first" if recorder.record(accept).idempotency is None else "later")


def claim(store: Store, name: str, times: int) -> None:
    """Take leads from the queue until it is empty, `times` at once."""
    while claimed := store.claim_due("main", owner=name, limit=times, now=NOW):
        for lead in claimed:
            print(lead.id)


def send(store: Store, name: str, times: int) -> None:
    """Mark every lead of this owner, one by one; all leads have one number."""
    for lead in store.claim_due("main", owner=name, limit=times, now=NOW):
        marks = store.transact([mark(lead, owner=name, attempt_id=f"{name}-{lead.id}")])[0]  # type: ignore[arg-type]
        print(marks[lead.id])


def spend(store: Store, name: str, times: int) -> None:
    """Use up the same proofs, each with a number of one's own; which of them were still to be had."""
    for number in range(times):
        if store.spam.spend("website", f"proof-{number}", phone=f"987654321{name}", expires_at=NOW):
            print(number)


if __name__ == "__main__":
    _, deed, url, who, number = sys.argv
    store = Store.open(url)
    print("ready", flush=True)
    sys.stdin.readline()
    deeds = {"enquire": enquire, "claim_key": claim_key, "claim": claim, "send": send, "spend": spend}
    deeds[deed](store, who, int(number))
