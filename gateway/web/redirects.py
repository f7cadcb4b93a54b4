"""Where a visitor may be sent after a form: only to pages the configuration allows."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, urlsplit

from gateway.config import SourceConfig

LONGEST = 2000

# Browsers drop tabs and newlines and read \ as /, so an address with any of them is never what it looks like.
_PLAIN = re.compile(r"https?://[!#-;=?-\[\]_a-z~]+", re.ASCII | re.IGNORECASE)


def allowed_redirect(source: SourceConfig, wanted: str) -> str | None:
    """`wanted` if it may be gone to: on an allowed origin, and below the allowed path where one is given."""
    url = _parsed(wanted)
    if url is None:
        return None
    places = (*source.allowed_redirects, *source.allowed_origins)
    return wanted if any(_covers(place, url) for place in places) else None


def _parsed(text: str) -> SplitResult | None:
    if len(text) > LONGEST or not _PLAIN.fullmatch(text):
        return None
    try:
        url = urlsplit(text)
        url.port  # noqa: B018  raises for a port that is no number
    except ValueError:
        return None
    return (
        url
        if url.hostname and "@" not in url.netloc and ".." not in url.path.lower().replace("%2e", ".")
        else None
    )


def _covers(place: str, url: SplitResult) -> bool:
    allowed = _parsed(place if "://" in place else f"https://{place}")
    if allowed is None or _origin(allowed) != _origin(url):
        return False
    path = allowed.path.rstrip("/")
    return url.path == path or url.path.startswith(f"{path}/") or not path


def _origin(url: SplitResult) -> tuple[str, str | None, int | None]:
    scheme = url.scheme.lower()
    return scheme, url.hostname, url.port or {"http": 80, "https": 443}[scheme]
