"""Reads quarantined leads again for `gateway leads retry`, and tells what has become of them."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence

import click

from gateway.cli.failure import Failure
from gateway.cli.output import count, plain
from gateway.config import GatewayConfig
from gateway.leads.lead import State
from gateway.remaking import LeftAlone, Remade, read_again
from gateway.sources.registry import SOURCES
from gateway.store import Store
from gateway.store.reading import Search

PAGE = 500
SHOWN = 20
# What the spam checks hold back was understood well enough: a person decides about it, not a new mapping.
_SUSPICIOUS = ("spam.", "captcha.")
_IN_WORDS = {
    State.QUEUED: "queued",
    State.DUPLICATE: "found to be repeated",
    State.SUPPRESSED: "not to be called",
    State.TEST: "found to be a test",
    State.QUARANTINED: "still in quarantine",
}


def mendable(store: Store, source: str | None) -> list[str]:
    """Quarantined leads of which another reading may make something, oldest first."""
    search = Search(states=(State.QUARANTINED,), source=source)
    found: list[str] = []
    after = None
    while True:
        page = store.find(search, after=after, limit=PAGE)
        found += [lead.id for lead in page.leads if not (lead.reason_code or "").startswith(_SUSPICIOUS)]
        after = page.after
        if after is None:
            return found[::-1]


def read_all_again(store: Store, config: GatewayConfig, lead_ids: Sequence[str]) -> None:
    """With a bar that grows; raises Failure when some could not be read."""
    now = time.time()
    _ask_platforms_at_once(store, config, lead_ids, now)
    results: list[Remade | LeftAlone] = []
    with click.progressbar(
        read_again(store, config, lead_ids, now=now),
        length=len(lead_ids),
        label="Reading again",
        file=sys.stderr,
    ) as reading:
        results.extend(reading)
    _tell([each for each in results if isinstance(each, Remade)])
    _refuse([each for each in results if isinstance(each, LeftAlone)])


def _ask_platforms_at_once(store: Store, config: GatewayConfig, lead_ids: Sequence[str], now: float) -> None:
    """Whoever asks for this has mended the token: its source waits no longer."""
    names = {lead.source for lead in store.statuses(lead_ids).values()}
    for name in sorted(names & set(config.sources)):
        if SOURCES[config.sources[name].kind].fetch is None:
            continue
        for dialer in config.dialers:
            store.quarantine.release(name, dialer, now=now)


def _tell(remade: Sequence[Remade]) -> None:
    if not remade:
        return
    states = Counter(each.state for each in remade)
    words = [f"{number} {_IN_WORDS.get(state, state)}" for state, number in states.most_common()]
    click.echo(f"{count(len(remade), 'lead')} read again: {', '.join(words)}.")
    reasons = Counter(each.reason_code for each in remade if each.state is State.QUARANTINED)
    for reason, number in reasons.most_common():
        click.echo(f"  {reason}: {number}")


def _refuse(left: Sequence[LeftAlone]) -> None:
    if left:
        raise Failure(
            f"{count(len(left), 'lead')} left as {'it is' if len(left) == 1 else 'they are'}.",
            lines=tuple(f"{plain(each.lead_id)}: {each.message}" for each in left[:SHOWN]),
            next_step="look with `gateway leads show ID`.",
        )
