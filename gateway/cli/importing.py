"""`gateway import`: a partner's file becomes leads, checked first, resumable, with a result for each row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from gateway.cli.failure import Failure, OutOfReach
from gateway.cli.import_progress import shown
from gateway.cli.import_report import Tally, print_done, print_judged, print_reading, print_refused
from gateway.cli.import_results import line_of, look_again, results_path, written
from gateway.cli.output import count, plain
from gateway.cli.session import opened_store, read_config, read_settings
from gateway.config import GatewayConfig, SourceConfig
from gateway.config.values import ValueProblemError, duration
from gateway.importing.columns import Columns, read_columns
from gateway.importing.importer import Importer, Judged, Verdict
from gateway.importing.table_file import TableError, TableFile, open_table
from gateway.leads.lead import State
from gateway.store import Store
from gateway.store.errors import StoreUnavailable

BETWEEN_LOOKS = 2.0  # seconds
_SEPARATORS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
_PATH = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command("import")
@click.argument("file", type=_PATH)
@click.option("--source", required=True, help="Whose leads these are; its rules and its list count.")
@click.option(
    "--map", "said", multiple=True, metavar="COLUMN=FIELD", help="What a column means; may be repeated."
)
@click.option("--dry-run", is_flag=True, help="Only check the file; nothing is kept.")
@click.option("--yes", is_flag=True, help="Import at once: no check before, no question.")
@click.option("--test", is_flag=True, help="Keep the rows as tests, which are never dialed.")
@click.option("--wait", metavar="DURATION", help="Stay until the dialer has answered, such as 10m.")
@click.option("--results", type=click.Path(dir_okay=False, path_type=Path), help="The result file.")
@click.option("--encoding", help="Such as utf-8, utf-16 or cp1252; found out otherwise.")
@click.option(
    "--separator",
    type=click.Choice(list(_SEPARATORS)),
    metavar="NAME",
    help="comma, semicolon, tab or pipe; found out otherwise.",
)
@click.pass_context
def import_(
    ctx: click.Context,
    file: Path,
    *,
    source: str,
    said: tuple[str, ...],
    dry_run: bool,
    yes: bool,
    test: bool,
    wait: str | None,
    results: Path | None,
    encoding: str | None,
    separator: str | None,
) -> None:
    """Make leads of the rows of a CSV file.

    The columns are guessed and shown, every row is checked, and you are asked before anything is kept.
    The running gateway sends the leads; FILE.results.csv tells what became of each row.

    Stopped or killed, it goes on where it was: run it again. A row is imported once, also in a longer file.

    Ends with 0 when every row is a lead, 1 when some were refused.
    """
    settings = read_settings(ctx)
    config = read_config(ctx, settings)
    chosen = _source(config, source)
    seconds = _seconds(wait) if wait else 0.0
    path = results or results_path(file)
    if path.resolve() == file.resolve():
        raise click.BadParameter("would overwrite the file itself", param_hint="--results")
    table, columns = _read(file, _said(said), encoding, _SEPARATORS.get(separator or ""))
    print_reading(table, columns, source)
    with opened_store(settings) as store:
        job = Job(Importer(store=store, config=config, source=chosen, test=test), table, columns, path)
        at_once = yes and not dry_run
        tally = job.carry_out() if at_once else job.check()
        print_refused(tally)
        (print_done if at_once else print_judged)(tally)
        if dry_run:
            click.echo("Nothing is kept yet.")
        elif not yes and tally.verdicts[Verdict.NEW]:
            _ask(tally.verdicts[Verdict.NEW], source, test=test)
            tally = job.carry_out()
            print_done(tally)
        if seconds and not dry_run:
            _wait(store, path, seconds)
        elif tally.states[State.QUEUED]:
            click.echo("The running gateway sends them. Run the same again later for their Lead IDs.")
    click.echo(f"Row by row: {path}")
    ctx.exit(1 if tally.verdicts[Verdict.REFUSED] else 0)


# -- doing ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Job:
    """One file on its way into one source."""

    importer: Importer
    table: TableFile
    columns: Columns
    results: Path

    def check(self) -> Tally:
        """What would become of each row."""
        return self._followed("Checking", self.importer.judge(self.table, self.columns))

    def carry_out(self) -> Tally:
        """Whatever ends this early, the rows so far are kept, and another run goes on behind them."""
        try:
            return self._followed("Importing", self.importer.carry_out(self.table, self.columns))
        except KeyboardInterrupt as error:
            raise Failure(
                "stopped; every row until here is kept.", next_step="run it again to go on."
            ) from error
        except StoreUnavailable as error:
            raise OutOfReach(
                f"the database cannot be used: {error}",
                next_step="run it again; it goes on where it stopped.",
            ) from error

    def _followed(self, label: str, portions: Iterator[list[Judged]]) -> Tally:
        tally = Tally()
        began = time.monotonic()
        try:
            with shown(label) as step, written(self.results) as sheet:
                for portion in portions:
                    for judged in portion:
                        tally.add(judged)
                        sheet.add(line_of(judged))
                    step(tally.rows, self.table.position / max(1, self.table.size))
        except OSError as error:
            raise Failure(
                f"the result file cannot be written ({error.strerror}).",
                next_step="choose another with --results.",
            ) from error
        tally.seconds = time.monotonic() - began
        return tally


def _ask(fresh: int, source: str, *, test: bool) -> None:
    leads = f"{fresh:,} lead{'' if fresh == 1 else 's'}"
    click.confirm(
        f"Keep {leads} of {plain(source)} as tests?" if test else f"Import {leads} into {plain(source)}?",
        abort=True,
    )


def _wait(store: Store, path: Path, seconds: float) -> None:
    """The result file gets its Lead IDs; what is open when the time is over gets them at the next run."""
    end = time.monotonic() + seconds
    while (waiting := look_again(path, store)) and time.monotonic() < end:
        time.sleep(max(0.0, min(BETWEEN_LOOKS, end - time.monotonic())))
    if waiting:
        click.echo(
            f"{count(waiting, 'lead')} not answered yet; run the same again for their Lead IDs.", err=True
        )


# -- options -------------------------------------------------------------------------------------------------


def _source(config: GatewayConfig, name: str) -> SourceConfig:
    if name not in config.sources:
        raise Failure(
            f"there is no source {plain(name)} in the configuration.",
            next_step=f"choose one of {', '.join(config.sources)}.",
        )
    return config.sources[name]


def _read(
    file: Path, said: dict[str, str], encoding: str | None, separator: str | None
) -> tuple[TableFile, Columns]:
    try:
        table = open_table(file, encoding=encoding, separator=separator)
        return table, read_columns(table, said)
    except TableError as error:
        raise Failure(error.cause, next_step=error.next_step) from error


def _said(pairs: tuple[str, ...]) -> dict[str, str]:
    said: dict[str, str] = {}
    for pair in pairs:
        column, equals, field = pair.rpartition("=")
        if not equals or not column:
            raise click.BadParameter('is written "COLUMN=FIELD"', param_hint="--map")
        said[column.strip()] = field.strip()
    return said


def _seconds(text: str) -> float:
    try:
        return duration(text)
    except ValueProblemError as error:
        raise click.BadParameter(str(error), param_hint="--wait") from error
