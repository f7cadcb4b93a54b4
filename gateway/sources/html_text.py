"""Reads the text out of the HTML that portals put into a field."""

from __future__ import annotations

import html
import re

_READ_AT_MOST = 4_000  # characters; a field keeps two hundred
_TAG = re.compile(r"<[^<>]{0,300}>")
_SPACES = re.compile(r"\s+")


def plain_text(value: str) -> str:
    """Tags become spaces, entities their characters, white space is folded."""
    if "<" not in value and "&" not in value:
        return value.strip()
    without_tags = _TAG.sub(" ", value[:_READ_AT_MOST])
    return _SPACES.sub(" ", html.unescape(without_tags)).strip()
