"""`gateway import`: a partner's file becomes leads, checked first, resumable, with a result for each row."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import click

from gateway.cli.failure import Failure, OutOfReach
from gateway.cli.import_progress import shown
from gateway.cli.import_report import Tally, print_done, print_judged, print_reading
from gateway.cli.import_results import line_of, look_again, results_path, written
from gateway.cli.output import count, plain
from gateway.cli.session import opened_store, read_config, read_settings
from gateway.config import GatewayConfig, SourceConfig
from gateway.config.values import ValueProblemError, duration
from gateway.importing.columns import Columns, read_columns
from gateway.importing.importer import Importer, Judged, Verdict
from gateway.importing.table_file import TableError, TableFile, open_table
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
@click.option("--separator", type=click.Choice(list(_SEPARATORS)), help="Found out otherwise.")
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
    try:
        table = open_table(file, encoding=encoding, separator=_SEPARATORS.get(separator or ""))
        columns = read_columns(table, _said(said))
    except TableError as error:
        raise Failure(error.cause, next_step=error.next_step) from error
    print_reading(table, columns, source)
    path = results or results_path(file)
    if path.resolve() == file.resolve():
        raise click.BadParameter("would overwrite the file itself", param_hint="--results")
    with opened_store(settings) as store:
        importer = Importer(store=store, config=config, source=chosen, test=test)
        if dry_run or not yes:
            checked = _check(importer, table, columns, path)
            if dry_run:
                ctx.exit(_exit_code(checked))
            _ask(checked, source, test=test)
        done = _carry_out(importer, table, columns, path)
        if seconds:
            _wait(store, path, seconds)
    click.echo(f"Results: {path}")
    ctx.exit(_exit_code(done))


# -- doing ---------------------------------------------------------------------------------------------------


def _check(importer: Importer, table: TableFile, columns: Columns, path: Path) -> Tally:
    tally = _followed("Checking", importer.judge(table, columns), table, path)
    print_judged(tally)
    return tally


def _carry_out(importer: Importer, table: TableFile, columns: Columns, path: Path) -> Tally:
    began = time.monotonic()
    try:
        tally = _followed("Importing", importer.carry_out(table, columns), table, path)
    except KeyboardInterrupt as error:
        raise Failure("stopped; every row until here is kept.", next_step="run it again to go on.") from error
    except StoreUnavailable as error:
        raise OutOfReach(
            f"the database cannot be used: {error}", next_step="run it again; it goes on where it stopped."
        ) from error
    print_done(tally, time.monotonic() - began)
    return tally


def _followed(label: str, portions: Iterator[list[Judged]], table: TableFile, path: Path) -> Tally:
    tally = Tally()
    try:
        with shown(label) as step, written(path) as sheet:
            for portion in portions:
                for judged in portion:
                    tally.add(judged)
                    sheet.add(line_of(judged))
                step(tally.rows, table.position / max(1, table.size))
    except OSError as error:
        raise Failure(
            f"the result file cannot be written ({error.strerror}).",
            next_step="choose another with --results.",
        ) from error
    return tally


def _ask(tally: Tally, source: str, *, test: bool) -> None:
    fresh = tally.verdicts[Verdict.NEW]
    if not fresh:
        raise (
            Failure("no row is a new lead.", next_step="the result file says why, row by row.")
            if tally.verdicts[Verdict.REFUSED]
            else click.exceptions.Exit(0)
        )
    kept = "Keep" if test else "Import"
    rest = ", never dialed" if test else ""
    click.confirm(f"{kept} {fresh:,} lead{'' if fresh == 1 else 's'} into {plain(source)}{rest}?", abort=True)


def _wait(store: Store, path: Path, seconds: float) -> None:
    """The result file gets its Lead IDs; what is open when the time is over gets them at the next run."""
    end = time.monotonic() + seconds
    while (waiting := look_again(path, store)) and time.monotonic() < end:
        time.sleep(BETWEEN_LOOKS)
    if waiting:
        click.echo(
            f"{count(waiting, 'lead')} not answered yet; run the same again for their Lead IDs.", err=True
        )


def _exit_code(tally: Tally) -> int:
    return 1 if tally.verdicts[Verdict.REFUSED] else 0


# -- options -------------------------------------------------------------------------------------------------


def _source(config: GatewayConfig, name: str) -> SourceConfig:
    if name not in config.sources:
        raise Failure(
            f"there is no source {plain(name)} in the configuration.",
            next_step=f"choose one of {', '.join(config.sources)}.",
        )
    return config.sources[name]


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
