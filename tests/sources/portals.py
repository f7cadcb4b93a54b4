"""What the tests of lead portals share: how a lead stands, and whether a request gets in."""

from __future__ import annotations

from typing import Any

from gateway.config import SourceConfig
from gateway.leads.lead import LeadStatus, State
from gateway.sources.base import Inbound, NotAuthentic
from tests.sources.contract import kind_of


def is_let_in(source: SourceConfig, inbound: Inbound) -> bool:
    try:
        kind_of(source).verify(source, inbound)
    except NotAuthentic:
        return False
    return True


def status(state: State, **more: Any) -> LeadStatus:
    known: dict[str, Any] = {"id": "0001LEAD0001LEAD0001", "source": "portal", "received_at": 0.0}
    return LeadStatus(state=state, **(known | more))
