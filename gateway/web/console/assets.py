"""The console's own style and scripts, under addresses that change with their content."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Blueprint, Response, request, url_for

from gateway.web.errors import Refusal
from gateway.web.templates import place_of

blueprint = Blueprint("console_assets", __name__, url_prefix="/console/assets")

FOREVER = "public, max-age=31536000, immutable"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml; charset=utf-8",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset:
    """One file; `packed` is what is sent, a third of it, to every browser there is."""

    version: str
    content: bytes
    packed: bytes


def open_to_all() -> None:
    """The guard of this door: these files are the same for everybody and tell nothing."""


@blueprint.get("/<version>/<path:name>", provide_automatic_options=False)
def show(version: str, name: str) -> Response:
    """A file under the address that `address` gave."""
    known = _files().get(name)
    if known is None or version != known.version:
        raise Refusal("route.not_found")
    packed = request.accept_encodings.quality("gzip") > 0
    response = Response(known.packed if packed else known.content, content_type=TYPES[Path(name).suffix])
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOREVER
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def address(name: str) -> str:
    """Where a page finds the file `name` of templates/console/assets."""
    return url_for("console_assets.show", version=_files()[name].version, name=name)


@cache
def _files() -> dict[str, Asset]:
    """Every file we serve, with the digest in its address; there are few, and all are small."""
    folder = place_of("console/assets")
    return {
        path.relative_to(folder).as_posix(): _asset(path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.suffix in TYPES
    }


def _asset(content: bytes) -> Asset:
    return Asset(
        version=hashlib.sha256(content).hexdigest()[:12],
        content=content,
        packed=gzip.compress(content, mtime=0),
    )
