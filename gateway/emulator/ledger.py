"""The leads and calls the dialer has taken: the newest kept, all counted, found by phone or reference."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice

REFERENCE_WIDTH = 20  # the dialer's column; what is longer is cut without a word


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLead:
    """A lead as a request asks for it."""

    action: str
    phone: str
    list_id: str
    source: str = ""
    reference: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)
    custom_fields_added: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredLead:
    """A lead in the dialer."""

    lead_id: int
    action: str
    phone_number: str
    list_id: str
    source: str
    prospects_id: str
    status: str
    fields: Mapping[str, str]
    custom_fields_added: bool
    received_at: float

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlacedCall:
    """A call put on an agent's screen."""

    number: int
    agent_user: str
    phone_number: str
    source: str
    prospects_id: str
    search: str
    preview: str
    focus: str
    received_at: float

    def as_json(self) -> dict[str, object]:
        return asdict(self)


class Ledger:
    """Thread-safe; two identical leads are two leads, as in the dialer."""

    def __init__(self, *, first_lead_id: int, keep: int) -> None:
        self._lock = threading.Lock()
        self._keep = keep
        self._next_id = first_lead_id
        self._leads: deque[StoredLead] = deque()
        self._calls: deque[PlacedCall] = deque(maxlen=keep)
        self._by_phone: dict[str, list[StoredLead]] = {}
        self._by_reference: dict[str, list[StoredLead]] = {}
        self.leads_total = 0
        self.calls_total = 0

    def insert(self, new: NewLead) -> StoredLead:
        with self._lock:
            lead = StoredLead(
                lead_id=self._next_id,
                action=new.action,
                phone_number=new.phone,
                list_id=new.list_id,
                source=new.source,
                prospects_id=new.reference[:REFERENCE_WIDTH],
                status="NEW",
                fields=new.fields,
                custom_fields_added=new.custom_fields_added,
                received_at=time.time(),
            )
            self._next_id += 1
            self.leads_total += 1
            self._leads.append(lead)
            self._by_phone.setdefault(lead.phone_number, []).append(lead)
            if lead.prospects_id:
                self._by_reference.setdefault(lead.prospects_id, []).append(lead)
            if len(self._leads) > self._keep:
                self._forget(self._leads.popleft())
        return lead

    def place_call(self, parameters: Mapping[str, str]) -> PlacedCall:
        with self._lock:
            self.calls_total += 1
            call = PlacedCall(
                number=self.calls_total,
                agent_user=parameters.get("agent_user", ""),
                phone_number=parameters.get("value", ""),
                source=parameters.get("source", ""),
                prospects_id=parameters.get("prospects_id", ""),
                search=parameters.get("search", ""),
                preview=parameters.get("preview", ""),
                focus=parameters.get("focus", ""),
                received_at=time.time(),
            )
            self._calls.append(call)
        return call

    def with_phone(self, phone: str) -> list[StoredLead]:
        with self._lock:
            return list(self._by_phone.get(phone, ()))

    def with_reference(self, reference: str) -> list[StoredLead]:
        with self._lock:
            return list(self._by_reference.get(reference, ()))

    def with_id(self, lead_id: str) -> list[StoredLead]:
        with self._lock:
            if not self._leads or not lead_id.isascii() or not lead_id.isdigit() or len(lead_id) > 18:
                return []
            place = int(lead_id) - self._leads[0].lead_id
            return [self._leads[place]] if 0 <= place < len(self._leads) else []

    def newest_leads(self, limit: int) -> list[StoredLead]:
        with self._lock:
            return list(islice(reversed(self._leads), limit))

    def newest_calls(self, limit: int) -> list[PlacedCall]:
        with self._lock:
            return list(islice(reversed(self._calls), limit))

    @property
    def leads_kept(self) -> int:
        return len(self._leads)

    def _forget(self, lead: StoredLead) -> None:
        for index, key in ((self._by_phone, lead.phone_number), (self._by_reference, lead.prospects_id)):
            kept = index.get(key)
            if kept is None:
                continue
            del kept[0]  # the oldest of a key is also the oldest of all
            if not kept:
                del index[key]
