"""Reads `[sources.NAME.call_now]`: which agent calls a visitor who asks for it on the thank-you page."""

from __future__ import annotations

import re

from gateway.config.model import CallNow
from gateway.config.table import Table
from gateway.config.values import ValueProblemError

MODES = ("preview", "dial")
_AGENT = re.compile(r"[0-9A-Za-z_.-]{1,20}", re.ASCII)


def read_call_now(table: Table) -> CallNow | None:
    """None where the source does not offer it."""
    inner = table.table("call_now")
    if inner is None:
        return None
    call_now = CallNow(
        agent_user=inner.required("agent_user", _agent, example='"agent1"'),
        mode=inner.choice("mode", "preview", MODES),
    )
    inner.refuse_the_rest()
    return call_now


def _agent(value: str) -> str:
    if not _AGENT.fullmatch(value):
        raise ValueProblemError(
            "must be an agent's user name in the dialer: 1 to 20 letters, digits, and . _ -"
        )
    return value
