"""Quarantined leads and the ways out of it: made anew in place, or completed by their platform."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gateway.store import fetches, holds, remaking
from gateway.store.audit import Deed, note
from gateway.store.database import Database
from gateway.store.fetches import PutOff, WaitingLead, Withdrawal, Withdrawn
from gateway.store.records import AcceptedLead, Hold
from gateway.store.remaking import Remake
from gateway.store.transaction import Transaction


class Quarantine:
    """Reached as `store.quarantine`; everything raises StoreUnavailable when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def remake(
        self, remakes: Sequence[Remake], *, now: float, deed: Deed | None = None
    ) -> list[AcceptedLead | None]:
        """What each lead has become, on disk; None for those that were not quarantined any more.

        `deed` tells who wants it: it is written down for each lead that was remade.
        """
        return self._database.write(lambda transaction: _remake(transaction, remakes, now, deed))

    def siblings(self, lead_id: str) -> tuple[str, ...]:
        """The leads of the same enquiry, in the order in which they stood in it."""
        return self._database.read(lambda connection: remaking.siblings(connection, lead_id))

    # -- leads whose platform is to be asked -----------------------------------------------------------------

    def anything_due(self, source: str, dialers: Sequence[str], *, now: float) -> bool:
        """Whether a claim would find something; cheap enough to be asked all the time."""
        return self._database.read(lambda connection: fetches.due(connection, source, dialers, now))

    def waiting(self, source: str, dialers: Sequence[str]) -> int:
        """How many leads of this source wait for their platform."""
        return self._database.read(lambda connection: fetches.waiting(connection, source, dialers))

    def claim(
        self, source: str, dialers: Sequence[str], *, now: float, lease: float, limit: int
    ) -> list[WaitingLead]:
        """Due leads that nobody else asks for until `lease`."""
        return self._database.write(
            lambda transaction: fetches.claim(transaction, source, dialers, now=now, lease=lease, limit=limit)
        )

    def put_off(self, wanted: PutOff) -> bool:
        """Not now; False when the claim had run out."""
        return self._database.write(lambda transaction: fetches.put_off(transaction, wanted))

    def withdraw(self, wanted: Withdrawal) -> Withdrawn | None:
        """A person took a lead back at the platform; None when the claim had run out."""
        return self._database.write(lambda transaction: fetches.withdraw(transaction, wanted))

    def held(self, source: str, dialers: Sequence[str]) -> list[Hold]:
        """What keeps us from asking for leads of this source."""
        return self._database.read(lambda connection: fetches.held(connection, source, dialers))

    def probe_soon(self, source: str, *, now: float) -> None:
        """A token may have been mended: a held source is tried at once."""
        self._database.write(lambda transaction: fetches.probe_soon(transaction, source, now))

    def hold(self, hold: Hold) -> None:
        """Ask for nothing of this source before `probe_at`, and tell each of its waiting leads why."""
        self._database.write(lambda transaction: holds.set_hold(transaction, hold))
        while not self._database.write(lambda transaction: fetches.tell(transaction, hold)):
            continue

    def take_probe(self, source: str, dialer: str, *, now: float, lease: float) -> WaitingLead | None:
        """One lead of a held source to try with, in one process only."""
        return self._database.write(
            lambda transaction: fetches.take_probe(transaction, source, dialer, now=now, lease=lease)
        )

    def release(self, source: str, dialer: str, *, now: float) -> int:
        """The platform answers again, or shall be asked at once; how many leads wait, all of them due now."""
        scope = fetches.scope_of(source)
        self._database.write(lambda transaction: holds.lift_hold(transaction, dialer, scope))
        while self._sooner(source, dialer, now) == fetches.PORTION:
            continue
        return self.waiting(source, [dialer])

    def _sooner(self, source: str, dialer: str, now: float) -> int:
        return self._database.write(lambda transaction: fetches.at_once(transaction, source, dialer, now))


def _remake(
    transaction: Transaction, remakes: Sequence[Remake], now: float, deed: Deed | None
) -> list[AcceptedLead | None]:
    results = remaking.remake(transaction, remakes, now)
    if deed is not None:
        done = [each.id for each in results if each is not None]
        note(transaction, [replace(deed, subject_id=lead_id) for lead_id in done], now)
    return results
