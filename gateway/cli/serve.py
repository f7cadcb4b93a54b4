"""`gateway serve`: take leads over HTTP and deliver them."""

from __future__ import annotations

import click

from gateway.cli.session import (
    begin_logging,
    environment,
    read_config,
    read_settings,
    refuse_a_busy_port,
    refuse_weak,
)
from gateway.server import serve as run


@click.command()
@click.option("--host", help="Instead of GATEWAY_HOST.")
@click.option("--port", type=click.IntRange(1, 65535), help="Instead of GATEWAY_PORT.")
@click.option("--workers", type=click.IntRange(1, 64), help="Instead of GATEWAY_WORKERS.")
@click.pass_context
def serve(ctx: click.Context, host: str | None, port: int | None, workers: int | None) -> None:
    """Take leads over HTTP and deliver them.

    SIGHUP reads the configuration again, SIGTERM drains and stops, Ctrl-C stops.
    The tables must be there: run `gateway migrate` once before.
    """
    settings = read_settings(ctx, host=host, port=port, workers=workers)
    refuse_weak(settings)
    config = read_config(ctx, settings)
    refuse_a_busy_port(settings.host, settings.port, "--port")
    begin_logging(settings, config)
    run(settings, config, environment(ctx))
