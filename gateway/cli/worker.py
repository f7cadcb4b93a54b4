"""`gateway worker`: the delivery engine alone, in plain threads."""

from __future__ import annotations

import signal
import threading

import click
import structlog

from gateway import metrics
from gateway.app import create_services
from gateway.cli.session import begin_logging, read_config, read_settings
from gateway.server import metrics_directory
from gateway.server.worker import GRACE

log = structlog.get_logger("gateway.worker")


@click.command()
@click.pass_context
def worker(ctx: click.Context) -> None:
    """Deliver leads without taking any in.

    For machines that only send, beside `gateway serve` with GATEWAY_DELIVER=false.
    SIGTERM or Ctrl-C: finish what is under way, give the rest back, stop.
    """
    settings = read_settings(ctx)
    config = read_config(ctx, settings)
    begin_logging(settings, config)
    metrics.share(metrics_directory(settings.state_dir))
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stopping.set())
    services = create_services(settings, config)
    services.start()
    log.info("worker.ready", dialers=sorted(config.dialers))
    stopping.wait()
    log.info("worker.stopping", seconds=GRACE)
    services.stop(GRACE)
    log.info("worker.stopped")
