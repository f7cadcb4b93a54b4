"""`gateway docs`: the submission page of one source, to be sent to whoever programs against it."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from gateway.cli.failure import Failure
from gateway.cli.output import plain
from gateway.cli.session import read_config, read_settings
from gateway.config import GatewayConfig, SourceConfig

MARKDOWN, HTML, POSTMAN = "markdown", "html", "postman"


@click.command()
@click.argument("source", metavar="SOURCE")
@click.option(
    "--format",
    "form",
    type=click.Choice([MARKDOWN, HTML, POSTMAN]),
    default=MARKDOWN,
    show_default=True,
    help="A text, a page, or a collection to import into Postman.",
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write it there instead of to standard output.",
)
@click.pass_context
def docs(ctx: click.Context, source: str, *, form: str, out: Path | None) -> None:
    """Print what the sender of a source must know.

    Address, proof, fields, limits, answers, and samples in curl, Python, PHP,
    Node and C#: from the configuration as it is now. No secret is in it.
    """
    config = read_config(ctx, read_settings(ctx))
    text = _text(_source(config, source), config, form)
    if out is None:
        click.echo(text, nl=False)
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Failure(
            f"{plain(out)} cannot be written ({error.strerror}).", next_step="name another file with --out."
        ) from error
    click.echo(f"Written to {plain(out)}.", err=True)


def _text(source: SourceConfig, config: GatewayConfig, form: str) -> str:
    from gateway.web.submission.html import as_html  # noqa: PLC0415 - the web takes a second to import
    from gateway.web.submission.page import as_markdown, page_of  # noqa: PLC0415
    from gateway.web.submission.postman import collection_of  # noqa: PLC0415

    if form == POSTMAN:
        collection = collection_of(source, config)
        if collection is None:
            raise Failure(
                f"{source.name} is of kind {source.kind}: no program of yours sends to it.",
                next_step=f"`gateway docs {source.name}` says how it is connected.",
            )
        return orjson.dumps(collection, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()
    page = page_of(source, config)
    return as_html(page) if form == HTML else as_markdown(page)


def _source(config: GatewayConfig, name: str) -> SourceConfig:
    source = config.sources.get(name)
    if source is None:
        raise Failure(
            f"{plain(name)} is no source of this configuration.",
            next_step=f"choose one of {', '.join(config.sources)}.",
        )
    return source
