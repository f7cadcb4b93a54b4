"""Every blueprint of the console and the guard before it."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint
from flask.typing import ResponseReturnValue

from gateway.web.console import (
    account,
    alerts,
    assets,
    audit,
    dialers,
    door,
    jobs,
    keys,
    lead,
    leads,
    oidc,
    overview,
    sample_lead,
    sign_in,
    sources,
    suppressions,
    try_it,
    users,
)

# Whose views belong to the blueprint of another.
_MORE_OF_SOURCES = (keys, sample_lead, try_it)

BLUEPRINTS: tuple[tuple[Blueprint, Callable[[], ResponseReturnValue | None]], ...] = (
    (assets.blueprint, assets.open_to_all),
    (sign_in.blueprint, door.anybody),
    (oidc.blueprint, door.anybody),
    *(
        (each.blueprint, door.signed_in)
        for each in (
            overview,
            leads,
            lead,
            jobs,
            sources,
            dialers,
            alerts,
            suppressions,
            audit,
            users,
            account,
        )
    ),
)
