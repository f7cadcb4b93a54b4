"""Reads `[sources.NAME.call_now]`: which agent calls a visitor who asks for it on the thank-you page."""

from __future__ import annotations

from gateway.config.model import CallNow
from gateway.config.table import Table
from gateway.config.values import agent

MODES = ("preview", "dial")


def read_call_now(table: Table) -> CallNow | None:
    """None where the source does not offer it."""
    inner = table.table("call_now")
    if inner is None:
        return None
    call_now = CallNow(
        agent_user=inner.required("agent_user", agent, example='"agent1"'),
        mode=inner.choice("mode", "preview", MODES),
    )
    inner.refuse_the_rest()
    return call_now
