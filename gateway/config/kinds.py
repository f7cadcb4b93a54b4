"""The kinds of sources a configuration may name, and how each is let in."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Access(StrEnum):
    """What a kind needs to let a sender in."""

    OPEN = "open"  # visitors of a website: limits and origins, no secret
    API_KEY = "api_key"  # keys of `gateway keys create`; nothing stands in the file
    CHOSEN = "chosen"  # the table says auth = …
    PLATFORM = "platform"  # the platform's own way; the table gives the secret


# Equal to the registry of gateway.sources; a test keeps it so.
KINDS: Mapping[str, Access] = MappingProxyType(
    {
        "form": Access.OPEN,
        "partner": Access.API_KEY,
        "generic": Access.CHOSEN,
    }
)
