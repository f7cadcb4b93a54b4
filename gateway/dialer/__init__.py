"""The only place that speaks a dialer's HTTP API; its answers are values."""

from __future__ import annotations

from collections.abc import Callable

from gateway.config import DialerConfig
from gateway.dialer.elision import ElisionDialer
from gateway.dialer.outcome import Dialer
from gateway.dialer.transport import Transport
from gateway.dialer.vicidial import VicidialDialer

__all__ = ["DIALECTS", "open_dialer"]

DIALECTS: dict[str, Callable[[DialerConfig, Transport], Dialer]] = {
    "elision": ElisionDialer,
    "vicidial": VicidialDialer,
}


def open_dialer(config: DialerConfig) -> Dialer:
    """The dialer behind one `[dialers.NAME]` table; no connection is made before the first request."""
    dialect = DIALECTS.get(config.dialect)
    if dialect is None:
        raise ValueError(
            f'dialect = "{config.dialect}" is not known; use one of: {", ".join(sorted(DIALECTS))}'
        )
    return dialect(config, Transport(config))
