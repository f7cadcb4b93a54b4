"""`gateway suppressions`: the numbers that are never sent to a dialer."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.failure import Failure
from gateway.cli.output import as_json, clock_time, console, count, iso_time, plain, print_json, table
from gateway.cli.session import opened_store, read_config, read_settings

if TYPE_CHECKING:
    from gateway.config import GatewayConfig
    from gateway.store import Store
    from gateway.store.jobs import Job

SHOWN_LINES = 20
WAIT = 0.2  # seconds between two looks at a job that another process has taken
_reason = click.option("--reason", required=True, help="Why; kept beside the number and in the audit log.")


@click.group()
def suppressions() -> None:
    """See, add and take off the numbers that are never sent to a dialer."""


@suppressions.command("list")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True)
@as_json
@click.pass_context
def list_(ctx: click.Context, *, limit: int, as_json: bool) -> None:
    """The numbers, the latest first; whole, as this is the machine they are kept on."""
    with opened_store(read_settings(ctx)) as store:
        numbers = store.console.suppressions.page(limit=limit).numbers
    if as_json:
        print_json(
            [
                {
                    "number": each.phone,
                    "since": iso_time(each.since),
                    "reason": each.reason,
                    "by": each.added_by,
                }
                for each in numbers
            ]
        )
        return
    if not numbers:
        click.echo("No number is on the list.")
        return
    rows = [
        (each.phone, clock_time(each.since), plain(each.added_by), plain(each.reason)) for each in numbers
    ]
    console().print(table(("number", "since (UTC)", "by", "reason"), rows))


@suppressions.command()
@click.argument("number")
@_reason
@click.pass_context
def add(ctx: click.Context, number: str, *, reason: str) -> None:
    """Never send to NUMBER from now on, in any spelling; what waits for it is stopped."""
    from gateway.store.audit import COMMAND_LINE  # noqa: PLC0415 - the store takes half a second to import

    settings = read_settings(ctx)
    phone = _number(read_config(ctx, settings), number)
    with opened_store(settings) as store:
        added = store.console.suppressions.add(phone, reason=reason, actor=COMMAND_LINE, now=time.time())
    click.echo("The number is on the list." if added.new else "The number was on the list already.")
    if added.stopped:
        click.echo(f"{count(added.stopped, 'waiting lead')} of it will not be sent.")
    if added.leaving:
        click.echo(f"{count(added.leaving, 'lead')} of it was on its way already.")


@suppressions.command()
@click.argument("number")
@_reason
@click.pass_context
def remove(ctx: click.Context, number: str, *, reason: str) -> None:
    """NUMBER may be called again; what was stopped before stays stopped."""
    from gateway.store.audit import COMMAND_LINE  # noqa: PLC0415 - the store takes half a second to import

    settings = read_settings(ctx)
    phone = _number(read_config(ctx, settings), number)
    with opened_store(settings) as store:
        removed = store.console.suppressions.remove(phone, reason=reason, actor=COMMAND_LINE, now=time.time())
    if not removed:
        raise Failure("this number is not on the list.", next_step="look with `gateway suppressions list`.")
    click.echo("The number may be called again.")


@suppressions.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_reason
@click.option("--dry-run", is_flag=True, help="Say what each line is, and add nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_context
def import_(ctx: click.Context, file: Path, *, reason: str, dry_run: bool, yes: bool) -> None:
    """Add every number of FILE: one a line, or a CSV file with a column of numbers; at most 100,000."""
    from gateway.importing.table_file import TableError  # noqa: PLC0415 - only here
    from gateway.operating import do_not_call  # noqa: PLC0415

    settings = read_settings(ctx)
    config = read_config(ctx, settings)
    with opened_store(settings) as store:
        parts = _Parts(store, config)
        try:
            import_id = do_not_call.read_list(parts, file)
        except TableError as error:
            raise Failure(error.cause, next_step=error.next_step) from error
        new = _tell(store, import_id)
        if dry_run or not new:
            return
        if not yes:
            click.confirm(f"Never send to {count(new, 'number')} from now on?", abort=True)
        job = _add_all(parts, import_id, new, reason)
    click.echo(f"{count(job.changed, 'number')} put on the list.")


def _tell(store: Store, import_id: str) -> int:
    """What the lines are; how many are new."""
    from gateway.leads.reasons import PROBLEMS  # noqa: PLC0415 - only here
    from gateway.store.suppression_lists import LISTED, NEW, REPEATED  # noqa: PLC0415

    lists = store.console.suppression_lists
    counts = lists.counts(import_id)
    wrong = sum(number for verdict, number in counts.items() if verdict not in (NEW, LISTED, REPEATED))
    click.echo(
        f"{count(sum(counts.values()), 'line')}: {counts.get(NEW, 0)} new, {counts.get(LISTED, 0)} on the list"
        f" already, {counts.get(REPEATED, 0)} repeated, {wrong} without a number."
    )
    for line in lists.wrong(import_id, limit=SHOWN_LINES):
        click.echo(
            f"  line {line.number}: {PROBLEMS.get(line.verdict, 'The line cannot be read.')}", err=True
        )
    return counts.get(NEW, 0)


def _add_all(parts: _Parts, import_id: str, numbers: int, reason: str) -> Job:
    """Here, or by a running gateway that is quicker; one that was broken off goes on by itself later."""
    from gateway.operating import many  # noqa: PLC0415 - only here
    from gateway.operating.worker import JobWorker  # noqa: PLC0415
    from gateway.store.audit import COMMAND_LINE  # noqa: PLC0415

    job = many.order_list(parts, import_id, numbers=numbers, actor=COMMAND_LINE, reason=reason)
    worker = JobWorker(parts)
    return _ended(job.id, parts.store, work=lambda: worker.work(job.id))


def _ended(job_id: str, store: Store, *, work: Callable[[], Job | None]) -> Job:
    while True:
        working = work()
        job = store.console.jobs.find(job_id)
        if job is None or job.problem:
            raise Failure(
                "the list could not be added whole.",
                next_step="run the command again: what is on the list stays.",
            )
        if job.finished:
            return job
        if not working:
            time.sleep(WAIT)


def _number(config: GatewayConfig, written: str) -> str:
    from gateway.leads.reasons import PROBLEMS, FieldError  # noqa: PLC0415 - only here
    from gateway.operating.do_not_call import number_of  # noqa: PLC0415

    try:
        return number_of(config, written)
    except FieldError as error:
        raise Failure("this is no phone number.", next_step=PROBLEMS[error.code]) from error


class _Parts:
    """What the use cases need, without a running gateway."""

    def __init__(self, store: Store, config: GatewayConfig) -> None:
        from gateway.clock import SystemClock  # noqa: PLC0415 - with the store

        self.store = store
        self.config = config
        self.clock = SystemClock()
