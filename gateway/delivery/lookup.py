"""Resolves unconfirmed leads by asking a dialer that can be asked: there, delivered; twice not there, sent again."""

from __future__ import annotations

from dataclasses import dataclass

import structlog

from gateway.clock import Clock
from gateway.dialer.outcome import Dialer
from gateway.store import Store

log = structlog.get_logger("gateway.delivery")

AT_ONCE = 20
AGAIN_AFTER = 7.0  # a second look some seconds later, before a lead is believed absent


@dataclass(frozen=True, kw_only=True, slots=True)
class LookUp:
    """The `lookup` policy of one dialer."""

    dialer: Dialer
    store: Store
    clock: Clock

    def run_due(self) -> None:
        """Look up each lead that is due; a look-up that fails leaves the lead for the next round."""
        now = self.clock.now()
        for lead in self.store.unconfirmed_due(self.dialer.name, now=now, limit=AT_ONCE):
            try:
                found = self.dialer.look_up(lead.fields)
            except OSError as error:
                log.warning("delivery.look_up_failed", lead=lead.id, reason=type(error).__name__)
                return
            if found is not None:
                self.store.resolve(lead.id, dialer_lead_id=found.lead_id, reason="found by look-up", now=now)
                log.info("delivery.looked_up", lead=lead.id, found=True)
            elif lead.looked_up:
                self.store.retry([lead.id], now=now)
                log.info("delivery.looked_up", lead=lead.id, found=False, next_step="sent again")
            else:
                self.store.look_again(lead.id, at=now + AGAIN_AFTER)
