"""How callbacks look in a terminal and in JSON."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from gateway.cli.output import clock_time, iso_time, plain, state, table

if TYPE_CHECKING:
    from gateway.store.callbacks import KeptCallback

COLUMNS = ("id", "source", "lead", "told", "when (UTC)", "state", "attempts", "answer", "next try (UTC)")
_STYLES = {"sent": "green", "waiting": "yellow", "given_up": "red"}


def told_table(found: Sequence[KeptCallback]) -> Table:
    return table(COLUMNS, [_row(each) for each in found])


def _row(kept: KeptCallback) -> tuple[str | Text, ...]:
    callback = kept.callback
    answer = f"HTTP {kept.http_status}" if kept.http_status else ""
    if kept.problem:
        answer = f"{answer} {kept.problem}".strip()
    return (
        callback.id,
        callback.source,
        callback.lead_id,
        state(callback.state),
        clock_time(callback.happened_at),
        Text(kept.standing, style=_STYLES[kept.standing]),
        str(callback.attempts),
        plain(answer),
        clock_time(kept.next_at),
    )


def told_as_data(kept: KeptCallback) -> dict[str, Any]:
    callback = kept.callback
    return {
        "id": callback.id,
        "source": callback.source,
        "lead": callback.lead_id,
        "type": f"lead.{callback.state}",
        "happened_at": iso_time(callback.happened_at),
        "state": kept.standing,
        "attempts": callback.attempts,
        "last_at": iso_time(kept.last_at),
        "http_status": kept.http_status,
        "problem": kept.problem,
        "next_at": iso_time(kept.next_at),
    }
