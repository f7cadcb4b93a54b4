"""What stands above every page of one source: its name, how it is doing, and the way to its other pages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask import Response, request, url_for

from gateway.accounts import Role
from gateway.config import SourceConfig
from gateway.config.kinds import KEYED, KINDS
from gateway.operating.sources import SourceHealth, Standing
from gateway.web.console.kind_names import kind_name
from gateway.web.console.page import page
from gateway.web.console.rights import person
from gateway.web.context import services
from gateway.web.errors import Refusal


@dataclass(frozen=True, kw_only=True, slots=True)
class Badge:
    """One word and its colour."""

    text: str
    tone: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Tab:
    """The way to one page of a source."""

    text: str
    address: str
    here: bool


_TABS = (
    ("Health", "console_sources.show", Role.VIEWER),
    ("Connect", "console_sources.connect", Role.VIEWER),
    ("Try it", "console_sources.try_it", Role.OPERATOR),
    ("Send a test", "console_sources.test", Role.OPERATOR),
    ("API keys", "console_sources.keys", Role.ADMIN),
    ("Configuration", "console_sources.configuration", Role.VIEWER),
    ("For its developers", "console_sources.docs", Role.VIEWER),
)
_KEYS = "console_sources.keys"
_BELOW: Mapping[str, str] = MappingProxyType(
    {
        "console_sources.try_reading_it": "console_sources.try_it",
        "console_sources.send_test": "console_sources.test",
        "console_sources.create_key": _KEYS,
        "console_sources.rotate_key": _KEYS,
        "console_sources.revoke_key": _KEYS,
    }
)


def source_page(template: str, source: SourceConfig, *, status: int = 200, **context: Any) -> Response:
    """A page of one source, inside its frame."""
    return page(
        f"sources/{template}",
        status=status,
        it=source,
        kind_name=kind_name(source.kind),
        tabs=tabs_of(source),
        **context,
    )


def configured(source_name: str) -> SourceConfig:
    """The source of this name; a Refusal where none is configured."""
    source = services().config.sources.get(source_name)
    if source is None:
        raise Refusal("route.not_found")
    return source


def takes_keys(source: SourceConfig) -> bool:
    return KINDS[source.kind] in KEYED


def tabs_of(source: SourceConfig) -> list[Tab]:
    """Those that this person may open."""
    here = _BELOW.get(request.endpoint or "", request.endpoint)
    return [
        Tab(text=text, address=url_for(endpoint, source_name=source.name), here=endpoint == here)
        for text, endpoint, role in _TABS
        if person().role.covers(role) and (endpoint != _KEYS or takes_keys(source))
    ]


def badges_of(health: SourceHealth) -> list[Badge]:
    """Everything that is wrong, the worst first; one calm word where nothing is."""
    found = []
    if health.hold is not None:
        found.append(Badge(text="platform refuses us", tone="bad"))
    if health.silent_since is not None:
        found.append(Badge(text="silent", tone="bad"))
    if health.quarantined:
        found.append(Badge(text="quarantine", tone="warn"))
    if health.not_authentic:
        found.append(Badge(text="wrong signatures", tone="warn"))
    if health.changes:
        found.append(Badge(text="fields changed", tone="calm"))
    if not found:
        never = health.standing is Standing.NEVER
        found.append(Badge(text="no lead yet" if never else "fine", tone="quiet" if never else "good"))
    return found
