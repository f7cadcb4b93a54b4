"""What an answer's HTTP status means where its body says nothing, and a request that did not leave."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from email.utils import parsedate_to_datetime
from types import MappingProxyType

from gateway.dialer.messages import REASONS, Kind, Meaning, outcome_of
from gateway.dialer.outcome import Busy, NotSent, Outcome, Scope, Unknown
from gateway.dialer.transport import Reply

LONGEST_RETRY_AFTER = 3_600.0
_BEFORE_SENDING = frozenset({"dialer.dns", "dialer.unreachable", "dialer.connect_timeout", "dialer.tls"})

_BUSY = Meaning(Kind.BUSY, "dialer.busy")
_NOT_TAKEN = Meaning(Kind.REJECTED, "request.refused")
_TOO_LONG = Meaning(Kind.REJECTED, "request.too_long")
_LOGIN = Meaning(Kind.REFUSED, "login.http_refused", Scope.LOGIN)
_NOT_FOUND = Meaning(Kind.REFUSED, "dialer.not_found", Scope.LINE)
_REDIRECT = Meaning(Kind.REFUSED, "dialer.redirect", Scope.LINE)

# 502 and 504 are not here: the dialer behind the proxy may have run.
_STATUSES: Mapping[int, Meaning] = MappingProxyType(
    {
        400: _NOT_TAKEN,
        401: _LOGIN,
        403: _LOGIN,
        404: _NOT_FOUND,
        405: Meaning(Kind.REFUSED, "dialer.method_refused", Scope.LINE),
        408: _BUSY,
        410: _NOT_FOUND,
        413: _TOO_LONG,
        414: _TOO_LONG,
        415: _NOT_TAKEN,
        422: _NOT_TAKEN,
        425: _BUSY,
        429: _BUSY,
        431: _TOO_LONG,
        503: _BUSY,
    }
)


def by_status(reply: Reply, *, several: bool) -> Outcome:
    """The outcome of a request answered with a page that is not the dialer's."""
    meaning = _REDIRECT if 300 <= reply.status < 400 else _STATUSES.get(reply.status)
    if meaning is None:
        return _unreadable(reply)
    if several and meaning.kind is Kind.REJECTED:
        return multi_refused()
    outcome = outcome_of(meaning)
    if isinstance(outcome, Busy):
        return replace(outcome, retry_after=retry_after(reply.retry_after, time.time()))
    return outcome


def retry_after(value: str, now: float) -> float | None:
    """Seconds of a Retry-After header, delta or date, an hour at most; None for anything else."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(float(value[:10]), LONGEST_RETRY_AFTER)
    try:
        seconds = parsedate_to_datetime(value[:64]).timestamp() - now
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    return min(seconds, LONGEST_RETRY_AFTER) if seconds > 0 else None


def multi_refused() -> Busy:
    """The dialer did not take several leads at once: nothing was created, they go one by one."""
    return Busy(code="dialer.multi_refused", message=REASONS["dialer.multi_refused"])


def not_sent(code: str) -> NotSent:
    """No byte left; a connection that broke before the first byte was unreachable as well."""
    code = code if code in _BEFORE_SENDING else "dialer.unreachable"
    return NotSent(code=code, message=REASONS[code])


def _unreadable(reply: Reply) -> Unknown:
    if reply.status >= 500:
        code = "dialer.server_error"
    else:
        code = "dialer.unreadable" if reply.body.strip() else "dialer.empty"
    return Unknown(code=code, message=REASONS[code])
