"""Lays queued leads into a store: python -m bench.fill DATABASE_URL LEADS DUE_IN FIRST_NUMBER."""

from __future__ import annotations

import sys
import time

from bench.entrants import LIST_ID, SOURCE
from gateway.clock import SystemClock
from gateway.leads.identity import new_id, phone_fingerprint
from gateway.leads.lead import Enquiry, State
from gateway.store import Store
from gateway.store.operations import Accept
from gateway.store.records import Identity, NewLead

AT_ONCE = 1000
SCOPE = f"source:{SOURCE}"


def phone_number(n: int) -> str:
    """The same spreading as the load generators use."""
    return str(7_000_000_000 + n * 1_000_003 % 3_000_000_000)


def accept(n: int, *, received_at: float, due_in: float) -> Accept:
    """One enquiry as the partner API would have kept it."""
    phone = phone_number(n)
    enquiry = Enquiry(
        id=new_id(received_at),
        source=SOURCE,
        received_at=received_at,
        method="POST",
        path="/v1/leads",
        query="",
        content_type="application/json",
        headers={},
        address="127.0.0.1",
        body=f'{{"CustomerName":"Caller {n}","MobileNo":"{phone}","EnquiryType":"Test drive"}}'.encode(),
    )
    fields = {
        "phone_number": phone,
        "list_id": LIST_ID,
        "MobileNo": phone,
        "CustomerName": f"Caller {n}",
        "EnquiryType": "Test drive",
        "LeadSource": "Website",
    }
    identity = Identity(scope=SCOPE, fingerprint=phone_fingerprint(SCOPE, phone), seconds=600.0)
    lead = NewLead(
        id=new_id(received_at),
        state=State.QUEUED,
        source=SOURCE,
        dialer="main",
        list_id=LIST_ID,
        phone=phone,
        fields=fields,
        received_at=received_at,
        next_at=received_at + due_in,
        identities=(identity,),
    )
    return Accept(enquiry=enquiry, leads=(lead,))


def main() -> None:
    database_url, leads, due_in, first = sys.argv[1], int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4])
    store = Store.open(database_url, clock=SystemClock())
    for start in range(first, first + leads, AT_ONCE):
        now = time.time()
        numbers = range(start, min(start + AT_ONCE, first + leads))
        store.transact([accept(n, received_at=now, due_in=due_in) for n in numbers])


if __name__ == "__main__":
    main()
