"""What operations asks: alive, ready, and the numbers."""

from __future__ import annotations

from typing import cast

import orjson
from flask import Blueprint, Response, current_app

from gateway import metrics as numbers
from gateway.web.readiness import Readiness

blueprint = Blueprint("ops", __name__)


@blueprint.get("/livez")
def livez() -> Response:
    """The process answers; it asks nothing else, so that a sick database restarts nobody."""
    return _told(200, "ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    """A lead can be kept. The dialer and the limiter's storage do not count: intake goes on without them."""
    trouble = cast("Readiness", current_app.extensions["gateway.readiness"]).trouble()
    return _told(200, "ok") if trouble is None else _told(503, trouble)


@blueprint.get("/metrics")
def metrics() -> Response:
    found = numbers.render()
    return Response(found.body, 200, content_type=found.content_type)


def _told(status: int, word: str) -> Response:
    return Response(orjson.dumps({"status": word}), status, content_type="application/json")
