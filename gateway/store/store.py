"""The store as the rest of the gateway sees it; each method is one transaction, or one look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.engine import Connection

from gateway.clock import Clock, SystemClock
from gateway.leads.identity import new_id
from gateway.leads.lead import LeadStatus
from gateway.store import batch, deciding, holds, keys, permits, processes, purging, queueing, reading, verify
from gateway.store.batches import Batches
from gateway.store.callbacks import Callbacks
from gateway.store.calls import CallLog
from gateway.store.consents import Consents
from gateway.store.console import ConsoleStore
from gateway.store.database import Database
from gateway.store.doubts import Doubts
from gateway.store.engines import open_database
from gateway.store.errors import StoreUnavailable
from gateway.store.forgetting import forget
from gateway.store.keys import Networks
from gateway.store.operations import Operation
from gateway.store.pulls import Pulls
from gateway.store.quarantine import Quarantine
from gateway.store.reading import Search
from gateway.store.records import (
    ApiKey,
    Backlog,
    Finding,
    Hold,
    Page,
    QueuedLead,
    Reaped,
    Story,
    UnconfirmedLead,
)
from gateway.store.shapes import Shapes
from gateway.store.spam_marks import SpamMarks
from gateway.store.transaction import Transaction
from gateway.store.watching import Watching

T = TypeVar("T")


class Store:
    """Everything raises StoreUnavailable when the database is away; the next call tries it again."""

    def __init__(self, database: Database, clock: Clock, *, permits_database: Database | None = None) -> None:
        self._database = database
        # A connection of their own: whoever waits for a permit keeps no lead from being stored.
        self._permits_database = permits_database or database
        self._clock = clock
        self._doubts = Doubts()
        self._turns = queueing.Turns()
        self.spam = SpamMarks(database)
        self.consents = Consents(database)
        self.calls = CallLog(database)
        self.quarantine = Quarantine(database)
        self.pulls = Pulls(database)
        self.watching = Watching(database)
        self.shapes = Shapes(database)
        self.callbacks = Callbacks(database)
        self.batches = Batches(self._settling, self._doubts)
        self.console = ConsoleStore(database)

    # -- opening ---------------------------------------------------------------------------------------------

    @classmethod
    def open(cls, url: str, *, clock: Clock | None = None, migrate: bool = False) -> Store:
        """Check the place, the server and the tables; no connection stays open, so that a fork may follow."""
        if migrate:
            cls.migrate(url)
        database = open_database(url)
        database.check()
        database.close()
        return cls(database, clock or SystemClock(), permits_database=database.for_permits())

    @staticmethod
    def migrate(url: str) -> None:
        """Create the tables, or bring them to this program's; harmless when there is nothing to do."""
        database = open_database(url)
        database.prepare()
        database.migrate()
        database.close()

    def close(self) -> None:
        """Close every connection; a later call opens new ones."""
        self._permits_database.close()
        self._database.close()

    @property
    def shared(self) -> bool:
        """Whether other machines may use it too."""
        return self._database.shared

    def write(self, work: Callable[[Transaction], T]) -> T:
        """Run SQL of the caller's own in one transaction; for repairs and tests."""
        return self._database.write(work)

    def read(self, work: Callable[[Connection], T]) -> T:
        """Run SQL of the caller's own on a connection that cannot write."""
        return self._database.read(work)

    # -- writing together ------------------------------------------------------------------------------------

    def transact(self, operations: Sequence[Operation[Any]]) -> list[Any]:
        """Carry out all operations in one transaction, or none; see Recorder."""
        try:
            return self._settling(
                lambda transaction: batch.carry_out(transaction, operations), alone=len(operations) == 1
            )
        except StoreUnavailable as error:
            if error.in_doubt:
                self._doubts.add(operations)
            raise

    def _settling(self, work: Callable[[Transaction], T], *, alone: bool = False) -> T:
        """First undo what may have been committed without our knowing."""
        settled, result = self._database.write(
            lambda transaction: (self._doubts.settle(transaction), work(transaction)), alone=alone
        )
        self._doubts.settled(settled)
        return result

    # -- the queue -------------------------------------------------------------------------------------------

    def claim_due(self, dialer: str, *, owner: str, limit: int, now: float) -> list[QueuedLead]:
        """Make up to `limit` due, unowned leads ours; never one that another process gets too."""
        return self._settling(lambda transaction: self._turns.claim(transaction, dialer, owner, limit, now))

    def waiting_of(self, owner: str) -> frozenset[str]:
        """The queued leads that stand here as this owner's."""
        return self._database.read(lambda connection: reading.waiting_of(connection, owner))

    def backlog(self, dialer: str) -> Backlog:
        """What waits for this dialer, by state."""
        return self._database.read(lambda connection: reading.backlog(connection, dialer))

    # -- processes -------------------------------------------------------------------------------------------

    def register_process(self, owner: str, *, now: float, alive_for: float) -> None:
        """Before the process owns a lead: an owner that is not registered counts as dead."""
        self.heartbeat(owner, now=now, alive_for=alive_for)

    def heartbeat(self, owner: str, *, now: float, alive_for: float) -> None:
        """Alive for another `alive_for` seconds."""
        self._database.write(lambda transaction: processes.beat(transaction, owner, now, alive_for))

    def leave_process(self, owner: str) -> None:
        """What this owner still has is reaped by the next who looks."""
        self._database.write(lambda transaction: processes.leave(transaction, owner))

    def reap(self, *, now: float, alive: Callable[[str], bool | None]) -> Reaped:
        """Free the leads of dead owners: queued ones for everybody, sending ones as unconfirmed."""
        queued = unconfirmed = 0
        for owner in self._database.read(lambda connection: processes.dead_owners(connection, now, alive)):
            if self.shared and alive(owner) is False:
                self._permits_database.write(partial(permits.end_all, owner=owner))
            finished = False
            while not finished:
                freed, finished = self._reap_some(owner, now)
                queued += freed.queued
                unconfirmed += freed.unconfirmed
        for dialer, scope in self._database.read(holds.orphaned):
            queued += self._release_all(dialer, scope, now)
        return Reaped(queued=queued, unconfirmed=unconfirmed)

    def _reap_some(self, owner: str, now: float) -> tuple[Reaped, bool]:
        return self._database.write(lambda transaction: processes.reap(transaction, owner, now))

    # -- permits to send, PostgreSQL only --------------------------------------------------------------------

    def take_permit(
        self,
        permit_id: str,
        dialer: str,
        *,
        owner: str,
        max_concurrency: int,
        max_per_second: int,
        lease: float,
    ) -> float:
        """Zero when the permit is ours, else the seconds to wait; it ends by itself after `lease` seconds."""
        return self._permits_database.write(
            lambda transaction: permits.take(
                transaction,
                permit_id,
                dialer=dialer,
                owner=owner,
                max_concurrency=max_concurrency,
                max_per_second=max_per_second,
                lease=lease,
            )
        )

    def end_permit(self, permit_id: str) -> None:
        """The dialer has answered, or never will."""
        self._permits_database.write(lambda transaction: permits.end(transaction, permit_id))

    def cancel_permit(self, permit_id: str) -> None:
        """Nothing was sent; harmless when the permit was never given."""
        self._permits_database.write(lambda transaction: permits.cancel(transaction, permit_id))

    # -- holds -----------------------------------------------------------------------------------------------

    def hold(self, hold: Hold, *, known: bool = False) -> None:
        """Hold every queued lead behind this cause; the hold is on disk first, where it is not `known` there."""
        self._database.write(lambda transaction: holds.set_hold(transaction, hold, known=known))
        while not self._database.write(lambda transaction: holds.hold_leads(transaction, hold)):
            continue

    def holds(self, dialer: str) -> list[Hold]:
        """What is held for this dialer now."""
        return self._database.read(lambda connection: holds.all_holds(connection, dialer))

    def release_hold(self, dialer: str, scope: str, *, now: float) -> int:
        """End a hold; how many leads went back into the queue."""
        self._database.write(lambda transaction: holds.lift_hold(transaction, dialer, scope))
        return self._release_all(dialer, scope, now)

    def take_probe(self, dialer: str, scope: str, *, owner: str, now: float) -> QueuedLead | None:
        """One held lead to try with; None when another process tries, nothing is held, or it is too early."""
        return self._database.write(
            lambda transaction: holds.take_probe(transaction, dialer, scope, owner, now)
        )

    def _release_all(self, dialer: str, scope: str, now: float) -> int:
        released = 0
        while True:
            portion = self._database.write(
                lambda transaction: holds.release_leads(transaction, dialer, scope, now)
            )
            released += portion
            if portion < holds.PORTION:
                return released

    # -- decisions -------------------------------------------------------------------------------------------

    def unconfirmed_due(self, dialer: str, *, now: float, limit: int) -> list[UnconfirmedLead]:
        """Unconfirmed leads that may be looked up now."""
        return self._database.read(
            lambda connection: deciding.unconfirmed_due(connection, dialer, now, limit)
        )

    def look_again(self, lead_id: str, *, at: float) -> None:
        """The dialer did not know the lead: look once more at `at`."""
        self._database.write(lambda transaction: deciding.look_again(transaction, lead_id, at))

    def resolve(self, lead_id: str, *, dialer_lead_id: str | None, reason: str, now: float) -> bool:
        """The dialer has this unconfirmed lead; False when it is no longer unconfirmed."""
        entry_id = new_id(now)
        return self._database.write(
            lambda transaction: deciding.resolve(
                transaction,
                lead_id,
                dialer_lead_id=dialer_lead_id,
                reason=reason,
                now=now,
                entry_id=entry_id,
            )
        )

    def retry(self, ids: Sequence[str], *, now: float) -> frozenset[str]:
        """Send unconfirmed, held, rejected, dead or whole quarantined leads; those in such a state."""
        return self._database.write(lambda transaction: deciding.retry(transaction, ids, now))

    def discard(self, ids: Sequence[str], *, reason: str, now: float) -> frozenset[str]:
        """Never send these; they stay visible as rejected. Those that were still open."""
        return self._database.write(lambda transaction: deciding.discard(transaction, ids, reason, now))

    # -- looking ---------------------------------------------------------------------------------------------

    def status(self, lead_id: str) -> LeadStatus | None:
        """Where one lead stands."""
        return self.statuses([lead_id]).get(lead_id)

    def statuses(self, ids: Sequence[str]) -> dict[str, LeadStatus]:
        """Where each lead stands; unknown ids are left out."""
        return self._database.read(lambda connection: reading.statuses(connection, ids)) if ids else {}

    def find(self, search: Search, *, after: str | None = None, limit: int = 50) -> Page:
        """One page of leads, newest first."""
        return self._database.read(
            lambda connection: reading.find(connection, search, after=after, limit=limit)
        )

    def story(self, lead_id: str) -> Story | None:
        """Everything about one lead."""
        return self._database.read(lambda connection: reading.story(connection, lead_id))

    # -- API keys --------------------------------------------------------------------------------------------

    def issue_key(
        self, source: str, mode: str, label: str, expires_at: float | None = None, networks: Networks = ()
    ) -> tuple[str, str]:
        """A new key's public id, and the key itself, which nobody can read again."""
        now = self._clock.now()
        issued = keys.issue(source, mode, label, expires_at=expires_at, now=now, networks=networks)
        self._database.write(lambda transaction: keys.save(transaction, issued.key))
        return issued.key.public_id, issued.text

    def create_key(self, key: ApiKey) -> None:
        """Keep a key that was issued elsewhere; only its digest is known here."""
        self._database.write(lambda transaction: keys.save(transaction, key))

    def find_key(self, public_id: str) -> ApiKey | None:
        """The key with this public id, whatever its state."""
        return self._database.read(lambda connection: keys.find(connection, public_id))

    def list_keys(self) -> list[ApiKey]:
        """Every key, newest first."""
        return self._database.read(keys.list_all)

    def revoke_key(self, public_id: str, *, now: float) -> bool:
        """End a key; False when there was none to end."""
        return self._database.write(lambda transaction: keys.revoke(transaction, public_id, now))

    def touch_key(self, public_id: str, *, now: float) -> None:
        """Remember when a key was used last."""
        self._database.write(lambda transaction: keys.touch(transaction, public_id, now))

    # -- care ------------------------------------------------------------------------------------------------

    def suppress(self, phone: str, *, now: float) -> None:
        """This number is never sent to a dialer from now on."""
        self._database.write(lambda transaction: purging.suppress(transaction, phone, now))

    def is_suppressed(self, phone: str) -> bool:
        """Whether this number must not be called."""
        return self._database.read(lambda connection: reading.is_suppressed(connection, phone))

    def unsuppress(self, phone: str) -> bool:
        """The number may be dialed again; False when it was not suppressed."""
        return self._database.write(lambda transaction: purging.unsuppress(transaction, phone))

    def purge_idempotency(self, *, now: float) -> int:
        """Forget idempotency keys after 30 days, and whatever else has had its time; how many rows went."""
        return forget(self._database, now)

    def ping(self) -> None:
        """Write something and see it on disk; raises StoreUnavailable when no lead could be kept now."""
        self._database.write(purging.write_probe)

    def verify(self) -> list[Finding]:
        """Hold the leads against what was counted at the door; an empty list proves that none is lost."""
        return self._database.read(verify.findings)
