"""Reads the [console] table: the zone of its times, how long a sign-in lasts, and the company's own sign-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gateway.config.table import Table
from gateway.config.values import ValueProblemError, http_url

ROLES = ("viewer", "operator", "admin")
INDIA = "Asia/Kolkata"
_ZONES = {"IN": INDIA}


@dataclass(frozen=True, kw_only=True, slots=True)
class Oidc:
    """A company's own sign-in, by OpenID Connect."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str = "your company"  # on the button
    role_claim: str = "groups"
    roles: Mapping[str, str] = field(default_factory=dict)  # value of the claim → viewer, operator or admin
    default_role: str | None = None  # of those without any such value; None: they may not come in


@dataclass(frozen=True, kw_only=True, slots=True)
class ConsoleConfig:
    """The whole table."""

    time_zone: str = INDIA
    idle: float = 1800.0  # seconds without a request after which one signs in again
    lasts: float = 8 * 3600.0  # seconds after which one signs in again in any case
    oidc: Oidc | None = None


def read_console(root: Table, region: str) -> ConsoleConfig:
    """Times are shown in the zone of the gateway's region where none is given."""
    zone = _ZONES.get(region, "UTC")
    table = root.table("console")
    if table is None:
        return ConsoleConfig(time_zone=zone)
    config = ConsoleConfig(
        time_zone=table.text("time_zone", zone, _zone),
        idle=table.seconds("idle", 1800.0, 300.0, 86400.0),
        lasts=table.seconds("lasts", 8 * 3600.0, 900.0, 7 * 86400.0),
        oidc=_oidc(table),
    )
    table.refuse_the_rest()
    return config


def _oidc(console: Table) -> Oidc | None:
    table = console.table("oidc")
    if table is None:
        return None
    issuer = table.required("issuer", http_url, example='"https://login.example.com"')
    client_id = table.required("client_id", example='"lead-gateway"')
    secrets = table.secret_list("client_secret")
    if not table.has("client_secret"):
        table.problem("client_secret", 'is missing: add for example client_secret = "env:OIDC_SECRET"')
    default_role = table.choice("default_role", "none", ("none", *ROLES))
    roles = table.table("roles")
    found = roles.pairs() if roles else {}
    for value, role in found.items():
        if role not in ROLES and roles is not None:
            roles.problem(value, f"must be one of {', '.join(ROLES)}")
    if not found and default_role == "none":
        table.problem(
            "roles", 'names nobody who may come in: add for example roles = { "call-centre" = "operator" }'
        )
    oidc = Oidc(
        issuer=issuer.rstrip("/"),
        client_id=client_id,
        client_secret=secrets[0] if secrets else "",
        name=table.text("name", "your company"),
        role_claim=table.text("role_claim", "groups"),
        roles=found,
        default_role=None if default_role == "none" else default_role,
    )
    table.refuse_the_rest()
    return oidc


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueProblemError('must be a time zone such as "Asia/Kolkata" or "UTC"') from error
    return value
