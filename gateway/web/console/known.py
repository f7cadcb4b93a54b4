"""Everything that is known about one lead, from one look, as the parts of its page need it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gateway.config import GatewayConfig
from gateway.store.audit import Entry
from gateway.store.beside import Beside
from gateway.store.callbacks import KeptCallback
from gateway.store.records import Story
from gateway.web.console.redaction import Veil


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Everything that is known about one lead, from one look."""

    story: Story
    beside: Beside
    log: Sequence[Entry]
    told: Sequence[KeptCallback]
    config: GatewayConfig
    veil: Veil
