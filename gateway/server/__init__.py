"""The HTTP server: gunicorn with gevent workers; it drains before it stops and looks before it reloads."""

from __future__ import annotations

from collections.abc import Mapping

from gunicorn.http import wsgi

from gateway import metrics
from gateway.config import GatewayConfig
from gateway.server.early import load_early
from gateway.server.master import Application, Master
from gateway.server.options import metrics_directory
from gateway.settings import Settings

__all__ = ["metrics_directory", "serve"]


def serve(settings: Settings, config: GatewayConfig, environ: Mapping[str, str]) -> None:
    """Serve until SIGTERM or SIGINT; returns only through SystemExit, as gunicorn does."""
    directory = metrics_directory(settings.state_dir)
    metrics.sweep(directory)
    metrics.share(directory)
    load_early()
    wsgi.SERVER = "gateway"  # the Server header names neither the product below nor its version
    Master(Application(settings, config, environ)).run()
