"""Reads `[sources.NAME.call_now]` and `[sources.NAME.call_on_arrival]`: which agent calls whom, and when."""

from __future__ import annotations

from gateway.config.model import CallNow, CallOnArrival
from gateway.config.table import Table
from gateway.config.values import agent

MODES = ("preview", "dial")
LONGEST_AGE = 86400.0
DEFAULT = CallOnArrival(agent_user="")


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


def read_call_on_arrival(table: Table) -> CallOnArrival | None:
    """None where an agent finds the leads of the source by himself."""
    inner = table.table("call_on_arrival")
    if inner is None:
        return None
    wanted = CallOnArrival(
        agent_user=inner.required("agent_user", agent, example='"agent1"'),
        mode=inner.choice("mode", "preview", MODES),
        within=inner.seconds("within", DEFAULT.within, 1, LONGEST_AGE),
    )
    inner.refuse_the_rest()
    return wanted
