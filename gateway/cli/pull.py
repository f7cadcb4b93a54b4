"""`gateway pull`: what a platform keeps is fetched now, with progress."""

from __future__ import annotations

import sys
import threading
import time
from calendar import timegm
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import click
import structlog
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn

from gateway.app import create_services
from gateway.cli.failure import Failure, OutOfReach
from gateway.cli.output import as_json, clock_time, count, iso_time, plain, print_json
from gateway.cli.session import read_config, read_settings
from gateway.config import GatewayConfig
from gateway.config.values import ValueProblemError, duration
from gateway.pulling.feed import Feed, Outcome, Turn, patient_asker
from gateway.pulling.puller import feeds_of
from gateway.pulling.rows import Kept
from gateway.sources.pull import DAY, FARTHEST, PullTrouble
from gateway.sources.registry import SOURCES

BETWEEN_LOOKS = 0.5  # seconds
_OUT_OF_REACH = frozenset({"pull.unreachable", "pull.timeout", "pull.status"})


@click.command()
@click.argument("source")
@click.option(
    "--since",
    metavar="AGE|DAY",
    help="How far back, such as 6h, 2d or 2026-11-20 (UTC); at most 29 days. Without it: from where pulling stands.",
)
@as_json
@click.pass_context
def pull(ctx: click.Context, source: str, *, since: str | None, as_json: bool) -> None:
    """Ask a platform for the leads its push may have lost.

    What is here already is left out; the rest goes the way of every lead, and the running
    gateway sends it. The platform's own pace is kept, so a long span may take a while.

    Ends with 0 when everything is here, 1 when the platform refused, 3 when it cannot be reached.
    """
    now = time.time()
    start = _start(since, now) if since else None
    settings = read_settings(ctx)
    config = read_config(ctx, settings)
    # Kept without an owner: whichever process delivers takes them up.
    services = create_services(replace(settings, deliver=False), config)
    try:
        stopping = threading.Event()
        feed = _feed(config, source, feeds_of(services, patient_asker(), stopping))
        with _without_log_lines(), _shown(quiet=as_json) as show:
            kept = _pull(feed, start, now, show)
    finally:
        services.stop(1.0)
        services.store.close()
    if as_json:
        print_json({"source": source, "fresh": kept.fresh, "known": kept.known, "until": iso_time(now)})


# -- pulling -------------------------------------------------------------------------------------------------


def _pull(feed: Feed, start: float | None, goal: float, show: _Show) -> Kept:
    kept = Kept()
    position = start if start is not None else _where_it_stands(feed, goal)
    show.begin(position, goal)
    while True:
        turn = feed.turn(since=position)
        kept = kept.plus(turn.kept)
        if turn.outcome is Outcome.NOT_NOW:
            show.waiting(_until(feed) - time.time())
            time.sleep(BETWEEN_LOOKS)
            continue
        if turn.trouble is not None:
            raise _failure(turn.trouble, kept)
        if turn.window is not None and turn.outcome is Outcome.DONE:
            position = turn.window.end
            show.window(turn, position)
            if position >= goal:
                show.end(kept)
                return kept


def _where_it_stands(feed: Feed, now: float) -> float:
    checkpoint = feed.checkpoint()
    covered = checkpoint.covered if checkpoint is not None else now - feed.pull.overlap
    return max(covered, now - FARTHEST)


def _until(feed: Feed) -> float:
    checkpoint = feed.checkpoint()
    if checkpoint is None:
        return time.time()
    # By hand the plan does not count, only the platform's pace.
    paced = (checkpoint.asked_at or 0.0) + feed.pull.pace
    return max(paced, checkpoint.leased_until or 0.0) if checkpoint.owner else paced


def _failure(trouble: PullTrouble, kept: Kept) -> Failure:
    kind = OutOfReach if trouble.code in _OUT_OF_REACH else Failure
    return kind(
        f"the platform gave no leads ({trouble.code}).",
        lines=(f"{count(kept.fresh, 'lead')} kept before that, {kept.known} known already",),
        next_step=trouble.message,
    )


# -- showing -------------------------------------------------------------------------------------------------


class _Show:
    """A bar on a terminal, a line for each window anywhere."""

    def __init__(self, console: Console | None, progress: Progress | None) -> None:
        self._console = console
        self._progress = progress
        self._task: TaskID | None = None

    def begin(self, start: float, end: float) -> None:
        if self._progress is not None:
            self._task = self._progress.add_task("asking", total=max(1.0, end - start))
            self._start = start

    def waiting(self, seconds: float) -> None:
        if self._progress is not None and self._task is not None:
            left = max(0, round(seconds))
            words = f"the platform wants a pause: {left // 60}:{left % 60:02d}"
            self._progress.update(self._task, description=words)

    def window(self, turn: Turn, position: float) -> None:
        if self._progress is not None and self._task is not None:
            self._progress.update(self._task, completed=position - self._start, description="asking")
        if self._console is not None and turn.window is not None:
            span = f"{clock_time(turn.window.start)} to {clock_time(turn.window.end)}"
            self._console.print(
                f"→ {span}: {count(turn.kept.fresh, 'lead')} new, {turn.kept.known} known", markup=False
            )

    def end(self, kept: Kept) -> None:
        if self._console is not None:
            self._console.print(f"{count(kept.fresh, 'lead')} kept, {kept.known} known already.")


@contextmanager
def _shown(*, quiet: bool) -> Iterator[_Show]:
    console = None if quiet else Console(file=sys.stdout, highlight=False, soft_wrap=True)
    if quiet or not sys.stderr.isatty():
        yield _Show(console, None)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Show(console, progress)


@contextmanager
def _without_log_lines() -> Iterator[None]:
    """What happens is shown here in words; a line for each lead would bury it."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("critical"))
    try:
        yield
    finally:
        structlog.configure(**before)


# -- parts ---------------------------------------------------------------------------------------------------


def _start(since: str, now: float) -> float:
    try:
        start = float(timegm(time.strptime(since, "%Y-%m-%d")))
    except ValueError:
        try:
            start = now - duration(since)
        except ValueProblemError as error:
            raise click.BadParameter(f"{error}, or a day such as 2026-11-20", param_hint="--since") from error
    if not now - FARTHEST <= start < now:
        days = round(FARTHEST / DAY)
        raise click.BadParameter(
            f"must lie within the last {days} days: older leads would not be known again and be called twice",
            param_hint="--since",
        )
    return start


def _feed(config: GatewayConfig, name: str, feeds: dict[str, Feed]) -> Feed:
    if name in feeds:
        return feeds[name]
    source = config.sources.get(name)
    if source is None:
        raise Failure(
            f"there is no source {plain(name)} in the configuration.",
            next_step=f"choose one of {', '.join(feeds) or 'those that can be pulled; there are none yet'}.",
        )
    kind = SOURCES[source.kind]
    if kind.pull is None:
        raise Failure(
            f"leads of the kind {source.kind} cannot be pulled: its platform keeps none, or gives none away.",
            next_step=f"these can: {', '.join(each for each, known in SOURCES.items() if known.pull)}.",
        )
    missing = [each for each in kind.pull.needs if not source.options.get(each)]
    raise Failure(
        f"the source {plain(name)} is not pulled: it has no {' and no '.join(missing)}.",
        next_step=f"add it to [sources.{plain(name)}]; docs/sources/{source.kind}.md says where it is found.",
    )
